//! `cargo xtask mock`: the APIs of the workspace, served.

use std::net::TcpListener;

use crate::place::Place;
use crate::running::{Running, get, wait_until_closed};

fn start(place: &Place, arguments: &[&str]) -> Running {
    let all = [&["mock", "--port", "0"], arguments].concat();
    Running::start(&mut place.command(&all))
}

#[test]
fn one_api_stands_at_the_root_until_it_is_interrupted() {
    let place = Place::workspace();
    let server = start(&place, &[]);
    let url = server.values("base URL")[0].to_owned();
    assert!(server.said.starts_with("Pets\n"), "{}", server.said);
    assert_eq!(server.values("try"), [format!("curl {url}/pets")]);
    assert_eq!(get(&format!("{url}/pets"), &[]).0, 200);
    let address = server.address().to_owned();
    server.signal("INT");
    let ended = server.ended();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{ended:#?}");
    wait_until_closed(&address);
}

#[test]
fn several_apis_stand_below_their_names_and_one_that_is_named_at_the_root() {
    let place = Place::workspace();
    place.api("cats");
    let server = start(&place, &[]);
    let address = server.address();
    let urls = ["cats", "pets"].map(|name| format!("http://{address}/{name}"));
    assert_eq!(server.values("base URL"), urls);
    for url in urls {
        assert_eq!(get(&format!("{url}/pets"), &[]).0, 200, "{url}");
    }
    let one = start(&place, &["cats"]);
    let url = format!("http://{}", one.address());
    assert_eq!(one.values("base URL"), [url]);
}

#[test]
fn an_api_that_is_not_there_is_answered_with_the_nearest() {
    let place = Place::workspace();
    let ran = place.run(&["mock", "pet"]);
    ran.assert(2, &["there is no API called `pet`", "did you mean `pets`?"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_document_with_problems_is_not_served() {
    let place = Place::workspace();
    place.api("cats");
    let broken = place.read("openapi/pets/openapi.yaml");
    let broken = broken.replace("operationId: showPet", "operationID: showPet");
    place.write("openapi/pets/openapi.yaml", broken);
    let ran = place.run(&["mock", "--port", "0"]);
    ran.assert(1, &["openapi.yaml:24:", "operationID", "operationId"]);
    assert_eq!(ran.stdout, "1 problem found, nothing is served\n");

    let codes: Vec<_> = place
        .run(&["mock", "--format", "json"])
        .problems()
        .iter()
        .map(|problem| problem["code"].clone())
        .collect();
    assert_eq!(codes, ["D301"]);
}

#[test]
fn references_stay_in_the_folder_of_the_document_unless_told() {
    let place = Place::workspace();
    place.write(
        "private/pets.yaml",
        "Pets: {type: array, items: {type: object}, example: [{name: hunter2}]}\n",
    );
    let document = "openapi/pets/openapi.yaml";
    let inside = "{type: array, items: {$ref: '#/components/schemas/Pet'}}";
    let outside = "{$ref: '../../private/pets.yaml#/Pets'}";
    place.write(document, place.read(document).replace(inside, outside));
    let refused = place.run(&["mock", "--port", "0"]);
    refused.assert(1, &["D213", "`--allow-ref-outside private`"]);
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:#?}");
    let missing = place.run(&["mock", "--allow-ref-outside", "nowhere"]);
    missing.assert(2, &["nowhere"]);
    let server = start(&place, &["--allow-ref-outside", "private"]);
    let url = format!("{}/pets", server.values("base URL")[0]);
    assert!(get(&url, &[]).1.contains("hunter2"));
}

#[test]
fn a_document_that_is_wrong_for_the_generator_alone_is_served() {
    let place = Place::workspace();
    place.write("openapi/pets/codegen.toml", "crate-name = 7");
    start(&place, &["pets"]);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let place = Place::workspace();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = place.run(&["mock", "--port", &port]);
    ran.assert(2, &[&format!("cannot listen on 127.0.0.1:{port}: ")]);

    let ran = place.run(&["mock", "--port", &port, "--format", "json"]);
    let problems = ran.problems();
    let message = problems[0]["message"].as_str().unwrap();
    assert!(message.contains(&port), "{message}");
}
