//! Unions: which branch a value becomes, and that nothing of it is lost on the way back.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    client,
    clients::{separate_bases as bases, told_apart_by_value as valued},
    server::Server,
};

/// What is read is written again as it was.
fn round_trip<T: DeserializeOwned + Serialize>(json: &Value) -> T {
    let value: T =
        serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    value
}

#[tokio::test]
async fn the_value_of_a_member_tells_branches_apart() {
    use valued::types::{Dog, Pet};
    let server = Server::start().await;
    let client = client!(told_apart_by_value, server);
    let json = json!({ "kind": "dog", "owner": "Ada" });
    server.json(200, &json);
    let dog = Dog::new("dog").owner("Ada");
    let pet = client
        .set_pet()
        .body(dog)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(server.last().json(), json);
    assert!(matches!(&pet, Pet::Dog(dog) if dog.owner.as_deref() == Some("Ada")));
    server.json(200, &json);
    client.set_pet().body(pet).send().await.unwrap();
    assert_eq!(server.last().json(), json);
}

#[test]
fn a_value_that_no_branch_lists_is_kept() {
    use valued::types::Pet;
    assert!(
        matches!(round_trip(&json!({ "kind": "cat", "lives": 9 })), Pet::Cat(cat) if cat.lives == Some(9))
    );
    assert!(matches!(
        round_trip(&json!({ "kind": "puppy" })),
        Pet::Dog(_)
    ));
    assert!(matches!(
        round_trip(&json!({ "kind": "newt", "lives": 1 })),
        Pet::Unknown(_)
    ));
    let fish: Pet = round_trip(&json!({ "kind": "fish", "eaten": { "kind": "fish" } }));
    assert!(matches!(fish, Pet::Fish(fish) if matches!(&fish.eaten, Some(Pet::Fish(_)))));
}

#[test]
fn a_nested_member_or_a_boolean_tells_too() {
    use valued::types::{Event, ListEventsResponseOutcome as Outcome};
    assert!(matches!(
        round_trip(&json!({ "data": { "kind": "opened" } })),
        Event::Opened(_)
    ));
    let closed: Event = round_trip(&json!({ "data": { "kind": "closed" }, "reason": "late" }));
    assert!(matches!(closed, Event::Closed(closed) if closed.reason.as_deref() == Some("late")));
    assert!(matches!(
        round_trip(&json!({ "data": { "kind": "burnt" } })),
        Event::Unknown(_)
    ));
    let failed: Outcome = round_trip(&json!({ "success": false, "message": "no" }));
    assert!(format!("{failed:?}").contains("no"));
    assert!(!matches!(failed, Outcome::Unknown(_)));
}

#[test]
fn branches_without_the_member_come_after_those_with_it() {
    use valued::types::Choice;
    assert!(matches!(
        round_trip(&json!({ "type": "listed", "names": ["a"] })),
        Choice::Listed(_)
    ));
    assert!(matches!(
        round_trip(&json!({ "type": "named", "name": "a" })),
        Choice::Named(_)
    ));
    assert!(matches!(round_trip(&json!("auto")), Choice::ChoiceVariant0(mode) if mode.is_known()));
    assert!(matches!(round_trip(&json!(["a", "b"])), Choice::Array(list) if list.len() == 2));
    assert!(matches!(
        round_trip(&json!({ "size": 3 })),
        Choice::Plain(_)
    ));
    assert!(matches!(
        round_trip(&json!({ "type": "new" })),
        Choice::Unknown(_)
    ));
}

#[test]
fn an_empty_text_and_null_beside_an_enum_have_their_place() {
    use valued::types::{ListEventsResponse as Events, ListEventsResponseBlank as Blank};
    let blank: Events = round_trip(&json!({ "blank": "" }));
    assert_eq!(blank.blank, Some(Blank::Empty));
    let null: Events = serde_json::from_value(json!({ "blank": null })).unwrap();
    assert_eq!(null.blank, None);
    let glad: Events = round_trip(&json!({ "blank": "glad" }));
    assert_eq!(glad.blank, Some(Blank::Glad));
}

#[tokio::test]
async fn kinds_of_a_base_keep_their_members() {
    use bases::types::{Cat, Pet};
    let server = Server::start().await;
    let client = client!(separate_bases, server);
    let pets = json!([
        { "petType": "Cat", "name": "Tom", "lives": 9, "friend": { "petType": "dog", "name": "Rex", "packSize": 2 } },
        { "petType": "Poodle", "name": "Fifi", "packSize": 1, "curls": true },
        { "petType": "newt", "name": "Kim", "legs": 4 },
    ]);
    server.json(200, &pets);
    let found = client.list_pets().send().await.unwrap().into_inner();
    assert!(
        matches!(&found[0], Pet::Cat(cat) if cat.lives == Some(9) && matches!(&cat.friend, Some(Pet::Dog(dog)) if dog.pack_size == 2))
    );
    assert!(matches!(&found[1], Pet::Poodle(poodle) if poodle.curls == Some(true)));
    assert!(matches!(&found[2], Pet::Unknown(json) if json["legs"] == 4));
    assert_eq!(serde_json::to_value(&found).unwrap(), pets);

    let cat = Cat::new("Cat", "Tom").lives(9);
    client.add_pet().body(cat).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "petType": "Cat", "name": "Tom", "lives": 9 })
    );
}

#[test]
fn a_base_may_be_the_choice_among_its_kinds() {
    use bases::types::{Page, Vehicle};
    let truck: Vehicle = round_trip(&json!({ "kind": "Truck", "wheels": 6, "load": 12 }));
    assert!(
        matches!(truck, Vehicle::Truck(truck) if truck.wheels == Some(6) && truck.load == Some(12))
    );
    assert!(matches!(
        round_trip(&json!({ "kind": "Car", "seats": 2 })),
        Vehicle::Car(_)
    ));
    assert!(matches!(
        round_trip(&json!({ "number": 1, "dogs": ["a"] })),
        Page::DogPage(_)
    ));
    assert!(matches!(
        round_trip(&json!({ "cats": [] })),
        Page::CatPage(_)
    ));
}
