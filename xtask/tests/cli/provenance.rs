//! `cargo xtask provenance`.

use crate::place::{PETS, Place};

fn place() -> Place {
    let place = Place::workspace();
    let text = PETS
        .replace(
            "operationId: listPets",
            "operationId: listPets\n      x-provenance: documented",
        )
        .replace(
            "operationId: showPet",
            "operationId: showPet\n      x-provenance: inferred\n      x-provenance-basis: the screen of a pet",
        );
    place.write("openapi/pets/openapi.yaml", text);
    place
}

#[test]
fn what_is_inferred_is_counted_and_named() {
    let ran = place().run(&["provenance", "--api", "pets"]);
    ran.assert(0, &[]);
    for text in [
        "openapi/pets/openapi.yaml: Pets 1.0.0\n",
        "operations without a word on it: 1\n",
        "  1 the screen of a pet: showPet\n",
    ] {
        assert!(ran.stdout.contains(text), "no {text:?} in {ran:#?}");
    }
}

#[test]
fn machines_get_one_object_for_each_document() {
    let place = place();
    place.api("cats");
    let ran = place.run(&["provenance", "--format", "json"]);
    ran.assert(0, &[]);
    let reports: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let documents: Vec<_> = reports.as_array().unwrap().iter().collect();
    assert_eq!(documents.len(), 2);
    let pets = &documents[1];
    assert_eq!(pets["document"], "openapi/pets/openapi.yaml");
    let counts = &pets["all"]["operations"];
    assert_eq!(
        (&counts["documented"], &counts["inferred"]),
        (&1.into(), &1.into())
    );
    assert_eq!(counts["unmarked"], 1);
}

#[test]
fn what_cannot_be_counted_is_said() {
    let place = place();
    place
        .run(&["provenance", "--api", "pet"])
        .assert(2, &["there is no API called `pet`", "did you mean `pets`?"]);
    place
        .run(&["provenance", "--document", "gone.yaml"])
        .assert(2, &["gone.yaml"]);
    place.write("broken.yaml", PETS.replace("paths:", "pahts:"));
    place
        .run(&["provenance", "--document", "broken.yaml"])
        .assert(1, &["D301", "did you mean `paths`?"]);
}
