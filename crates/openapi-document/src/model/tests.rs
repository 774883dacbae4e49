use serde_json::{Value, json};

use super::*;

fn document(more: &Value) -> Value {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1.0.0"},
        "paths": {},
    });
    for (key, value) in more.as_object().unwrap() {
        document[key] = value.clone();
    }
    document
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The components of schemas, alone.
fn schemas(components: &Value) -> Schemas {
    Model::of(&document(&json!({"components": {"schemas": components}}))).schemas
}

#[test]
fn an_operation_replaces_what_its_path_says() {
    let query = |name: &str, text: &str| json!({"name": name, "in": "query", "description": text});
    let model = Model::of(&document(&json!({
        "servers": [{"url": "https://api.example.com"}],
        "security": [{"key": []}],
        "paths": {"/pets": {
            "servers": [{"url": "https://pets.example.com"}],
            "parameters": [query("a", "path"), query("b", "path")],
            "get": {"parameters": [query("b", "own"), query("c", "own")]},
            "post": {"servers": [{"url": "https://api.example.com"}], "security": []},
        }},
    })));
    let [get, post] = model.operations.as_slice() else {
        panic!("{:?}", model.operations);
    };
    let parameters = get.parameters.iter();
    let parameters: Vec<_> = parameters
        .map(|own| (&*own.name, own.description.as_deref().unwrap(), &*own.at))
        .collect();
    assert_eq!(
        parameters,
        [
            ("a", "path", "/paths/~1pets/parameters/0"),
            ("b", "own", "/paths/~1pets/get/parameters/0"),
            ("c", "own", "/paths/~1pets/get/parameters/1"),
        ]
    );
    assert_eq!(get.servers[0].url, "https://pets.example.com");
    assert_eq!(post.servers, []);
    assert_eq!((get.security.len(), post.security.len()), (1, 0));
    assert_eq!(get.key(), "GET /pets");
}

#[test]
fn definitions_are_shared_and_uses_keep_their_place() {
    let pets = json!({"$ref": "#/components/responses/Pets"});
    let model = Model::of(&document(&json!({
        "paths": {
            "/a": {"get": {"responses": {"200": pets, "4XX": {"description": "No."}, "x-y": {}}}},
            "/b": {"get": {"responses": {"default": pets}}},
        },
        "components": {"responses": {"Pets": {"description": "Pets."}}},
    })));
    let [a, b] = model.operations.as_slice() else {
        panic!("{:?}", model.operations);
    };
    let (one, other) = (a.response(200).unwrap(), b.response(503).unwrap());
    assert!(Arc::ptr_eq(&one.definition, &other.definition));
    assert_eq!(one.at, "/paths/~1a/get/responses/200");
    assert_eq!(one.pointer, "/components/responses/Pets");
    assert_eq!(a.responses.len(), 2);
    assert!(a.response(404).is_some() && a.response(301).is_none());
    assert_eq!(model.components.responses.len(), 2);
}

#[test]
fn values_have_the_direction_of_all_messages_that_hold_them() {
    let body = |name: &str| json!({"content": {"application/json": {"schema": reference(name)}}});
    let model = Model::of(&document(&json!({
        "paths": {"/pets": {"post": {
            "requestBody": body("Sent"),
            "responses": {"200": body("Got")},
            "callbacks": {"born": {"{$request.body#/url}": {"post": {
                "requestBody": body("Told"), "responses": {"200": body("Answered")},
            }}}},
        }}},
        "components": {"schemas": {
            "Sent": {"properties": {"both": reference("Both"), "own": {"type": "string"}}},
            "Got": {"discriminator": {"propertyName": "k", "mapping": {"b": reference("Both")["$ref"]}}},
            "Both": {"items": reference("Sent")},
            "Told": {}, "Answered": {}, "Unused": {},
        }},
    })));
    let ways = |pointer: &str| {
        let id = model.schemas.at(&format!("/components/schemas/{pointer}"));
        let Direction { sent, received } = model.schemas[id.unwrap()].direction;
        (sent, received)
    };
    // `Both` holds `Sent`, and is received within `Got`.
    assert_eq!(ways("Sent"), (true, true));
    assert_eq!(ways("Sent/properties/own"), (true, true));
    assert_eq!(ways("Got"), (false, true));
    assert_eq!(ways("Both"), (true, true));
    assert_eq!(
        (ways("Told"), ways("Answered")),
        ((false, true), (true, false))
    );
    assert_eq!(ways("Unused"), (false, false));
}

#[test]
fn references_end_or_are_circles() {
    let schemas = schemas(&json!({
        "A": reference("B"), "B": reference("C"), "C": {"type": "object"},
        "Own": reference("Own"), "Lost": reference("Nowhere"),
        "Page": {"oneOf": [reference("Cats"), {"type": "string"}]},
        "Cats": {"allOf": [reference("Page"), {"type": "object"}]},
        "Deep": {"$ref": "#/components/x-more/Deep"},
    }));
    let named = |name: &str| schemas.component(name).unwrap();
    assert_eq!(schemas.resolve(named("A")), Some(named("C")));
    assert_eq!(schemas.resolve(named("Own")), None);
    assert_eq!(schemas.resolve(named("Lost")), Some(named("Lost")));
    let parts = schemas.parts(named("Cats"));
    let places: Vec<_> = parts
        .iter()
        .map(|part| (&*schemas[part.id].pointer, part.always))
        .collect();
    assert_eq!(
        places,
        [
            ("/components/schemas/Cats", true),
            ("/components/schemas/Page", true),
            ("/components/schemas/Page/oneOf/1", false),
            ("/components/schemas/Cats/allOf/1", true),
        ]
    );
    assert_eq!(schemas.reachable([named("Page")]).len(), 6);
}

#[test]
fn both_versions_of_openapi_mean_the_same() {
    let old = schemas(&json!({"N": {
        "type": "integer", "nullable": true, "minimum": 1, "exclusiveMinimum": true, "example": 2,
    }}));
    let new = schemas(&json!({"N": {
        "type": ["integer", "null"], "exclusiveMinimum": 1, "examples": [2],
    }}));
    assert_eq!(old, new);
    let number = &old[old.component("N").unwrap()];
    assert!(number.is_nullable() && number.limits.minimum.as_ref().unwrap().exclusive);
}

#[test]
fn what_cannot_be_understood_is_left_out() {
    let model = Model::of(&json!({
        "x-rate-limit": "fast", "x-links": {"home": {}}, "servers": 1,
        "paths": {"/a": {
            "parameters": [{"$ref": "#/nowhere"}, {"name": "x", "in": "body"}, 3],
            "get": {"x-pagination": {"style": 1}, "responses": {"200": null}, "deprecated": true,
                    "x-deprecated": {"since": 2}},
            "put": 7,
        }},
        "components": {"schemas": {"A": 3, "B": {"properties": [], "items": 1}}},
    }));
    let [get] = model.operations.as_slice() else {
        panic!("{:?}", model.operations);
    };
    assert_eq!(get.deprecation, Some(Deprecation::default()));
    assert_eq!((&get.pagination, get.parameters.len()), (&None, 0));
    assert_eq!(model.schemas.len(), 1);
}

#[test]
fn a_walk_enters_the_branches_that_are_chosen_when_it_reaches_them() {
    let schemas = schemas(&json!({
        "Pet": {
            "allOf": [{"properties": {"name": {"type": "string"}}}],
            "oneOf": [reference("Cat"), reference("Dog"), {"type": "string"}],
            "discriminator": {"propertyName": "kind", "mapping": {"puss": reference("Cat")["$ref"]}},
        },
        "Cat": {"properties": {"name": {"type": "integer"}, "lives": {"type": "integer"}}},
        "Dog": {"title": "A dog."},
    }));
    let named = |name: &str| schemas.component(name).unwrap();
    let pet = named("Pet");
    let mut walk = schemas.walk([pet]);
    let mut reached = Vec::new();
    while let Some(part) = walk.next(|choice| vec![choice.branches[1]]) {
        reached.push((&*schemas[part.id].pointer, &*schemas[part.at].pointer));
    }
    let own = "/components/schemas/Pet";
    assert_eq!(
        reached,
        [
            (own, own),
            (
                "/components/schemas/Pet/allOf/0",
                "/components/schemas/Pet/allOf/0"
            ),
            ("/components/schemas/Dog", "/components/schemas/Pet/oneOf/1"),
        ]
    );
    assert_eq!(schemas.common_parts([pet]).len(), 2);

    // What all parts say together.
    let properties: Vec<&str> = schemas.properties(pet).into_keys().collect();
    assert_eq!(properties, ["name", "lives"]);
    assert_eq!(
        schemas.kind(schemas.properties(pet)["name"]),
        Some(Type::String)
    );
    assert_eq!(schemas.kind(pet), Some(Type::Object));
    let lives = schemas.at_value(pet, "/lives").unwrap();
    assert_eq!(
        schemas[lives].pointer,
        "/components/schemas/Cat/properties/lives"
    );
    assert_eq!(schemas.at_value(pet, "/lives/more"), None);

    let branches = schemas[pet].one_of.iter();
    let tags: Vec<_> = branches.map(|branch| schemas.tag(pet, *branch)).collect();
    assert_eq!(tags, [Some(("kind", "puss")), Some(("kind", "Dog")), None]);
}

#[test]
fn paths_are_told_apart_and_filled_in() {
    let path = |text: &str| PathTemplate::parse(text);
    let values = |template: &str, text: &str| {
        let segments: Vec<&str> = text.split('/').skip(1).collect();
        let found = path(template);
        let found = found.values(&segments)?.into_iter();
        Some(
            found
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    for (template, text, found) in [
        ("/jobs/{id}", "/jobs/7", Some("id=7")),
        ("/jobs/{id}", "/jobs/", None),
        ("/jobs/{id}", "/jobs/7/logs", None),
        (
            "/jobs/{id}:cancel",
            "/jobs/a:cancel:cancel",
            Some("id=a:cancel"),
        ),
        ("/jobs/{id}:cancel", "/jobs/:cancel", None),
        (
            "/files/{name}.{kind}",
            "/files/a.b.c",
            Some("name=a kind=b.c"),
        ),
        ("/{a}{b}", "/xy", None),
        ("/", "/", Some("")),
    ] {
        assert_eq!(
            values(template, text).as_deref(),
            found,
            "{template} {text}"
        );
    }

    assert!(path("/jobs/all").concreteness() > path("/jobs/{id}:cancel").concreteness());
    assert!(path("/jobs/{id}:cancel").concreteness() > path("/jobs/{id}").concreteness());
    assert!(path("/a/{b}/c?x=1").is_like(&path("/a/{d}/c")));
    assert!(!path("/a/{b}/c").is_like(&path("/a/{b}")));
    let starts = path("/a/{b}/c").prefixes().into_iter();
    let starts: Vec<_> = starts
        .map(|start| (start.last_parameter().map(str::to_owned), start))
        .collect();
    let starts: Vec<_> = starts
        .iter()
        .map(|(last, start)| (&*start.text, last.as_deref()))
        .collect();
    assert_eq!(
        starts,
        [("/a", None), ("/a/{b}", Some("b")), ("/a/{b}/c", None)]
    );
    assert_eq!(path("/a").with_parameter("b"), path("/a/{b}"));
    assert_eq!(
        path("/a/{b}/c{d}").filled(|name| (name == "b").then_some("1")),
        "/a/1/c"
    );
}

#[test]
fn a_word_of_an_extension_that_is_not_understood_reads_as_absent() {
    let model = Model::of(&document(&json!({
        "components": {"securitySchemes": {"login": {
            "type": "oauth2", "flows": {},
            "x-oauth": {"clientAuthentication": "body", "pkce": "S512", "codeLifetime": "long",
                "issuer": "https://login.example.com"},
        }}},
        "x-event-delivery": {
            "events": {}, "envelope": {"name": {"member": "/event"}, "id": 7, "time": {"header": "X-Time"}},
            "signature": {"scheme": "hmac-sha256", "header": "X-Signature", "message": "timestamp.body"},
            "signatureAlternatives": {"old": {"scheme": "md5", "header": "X-Old"},
                "short": {"scheme": "hmac-sha256", "header": "X-Short", "encoding": "base64",
                    "prefix": "v1=", "prefixRequired": false}},
        },
    })));
    let SchemeKind::OAuth2 {
        details: Some(details),
        ..
    } = &model.security_schemes["login"].kind
    else {
        panic!("{:?}", model.security_schemes);
    };
    let known = OAuthDetails {
        client_authentication: Some(ClientAuthentication::Body),
        issuer: Some("https://login.example.com".to_owned()),
        ..OAuthDetails::default()
    };
    assert_eq!(*details, known);

    let delivery = model.events.unwrap();
    let Envelope { name, id, time } = delivery.envelope;
    assert_eq!(name, Some(EnvelopePlace::Member("/event".to_owned())));
    assert_eq!(
        (id, time),
        (None, Some(EnvelopePlace::Header("X-Time".to_owned())))
    );
    let signature = delivery.signature.unwrap();
    assert_eq!(signature.message, SignedMessage::TimestampAndBody);
    assert!(signature.prefix_required && signature.encoding == SignatureEncoding::Hex);
    assert_eq!(delivery.signature_alternatives.len(), 1);
    let short = &delivery.signature_alternatives["short"];
    assert!(!short.prefix_required && short.encoding == SignatureEncoding::Base64);
}
