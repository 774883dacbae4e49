//! What a task holds for a call that is under way.

use contio_client::types;

const LIMIT: usize = 1500;

#[test]
fn of_the_futures_of_calls() {
    let client = contio_client::Client::builder()
        .base_url("http://127.0.0.1:9")
        .build()
        .unwrap();
    let body = types::CreateMeetingRequest::new("Weekly");
    let sizes = [
        ("get_app", size_of_val(&client.get_app().send())),
        ("list_meetings", size_of_val(&client.list_meetings().send())),
        (
            "get_meeting",
            size_of_val(&client.get_meeting().meeting_id("m").send()),
        ),
        (
            "create_meeting",
            size_of_val(&client.create_meeting().body(body).send()),
        ),
    ];
    println!("{sizes:?}");
    for (operation, size) in sizes {
        assert!(size <= LIMIT, "the future of {operation} has {size} bytes");
    }
}
