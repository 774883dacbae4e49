//! The macros and types as a generated crate uses them: from outside, inside derived types.

#![allow(unreachable_pub, clippy::unnecessary_fallible_conversions)]

use openapi_client_runtime::{Patch, Secret, UnknownValue, open_enum, tagged_union};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Feature {
    Owner,
    DirectAccess,
    Unknown(UnknownValue),
}

open_enum!(Feature { Owner = "owner", DirectAccess = "direct_access" });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Client {
    kind: String,
    features: Vec<Feature>,
    secret: Secret,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    description: Patch<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Principal {
    Client(Client),
    Unknown(Value),
}

tagged_union!(Principal, "kind" { Client(Client) = ["client"] });

#[test]
fn they_compose() {
    for json in [
        json!({ "kind": "client", "features": ["owner", "brand_new"], "secret": "s" }),
        json!({ "kind": "client", "features": [], "secret": "s", "description": null }),
        json!({ "kind": "client", "features": [], "secret": "s", "description": "d" }),
        json!({ "kind": "person", "name": "a" }),
    ] {
        let principal: Principal = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&principal).unwrap(), json);
        let known = json["kind"] == "client";
        assert_eq!(matches!(principal, Principal::Client(_)), known);
    }
}

#[test]
fn open_enums_convert_without_failing() {
    let feature: Feature = "direct_access".parse().unwrap();
    assert_eq!(feature, Feature::DirectAccess);
    let tried: Result<Feature, _> = String::from("x").try_into();
    assert!(matches!(tried, Ok(Feature::Unknown(value)) if value.as_str() == "x"));
}

#[cfg(feature = "schemars")]
#[test]
fn the_schema_says_what_serde_does() {
    let schema = serde_json::to_value(schemars::schema_for!(Client)).unwrap();
    assert_eq!(schema["required"], json!(["kind", "features", "secret"]));
    let properties = &schema["properties"];
    let secret = json!({ "type": "string", "format": "password" });
    assert_eq!(properties["secret"], secret);
    assert_eq!(properties["description"]["type"], json!(["string", "null"]));
    let principal = serde_json::to_value(schemars::schema_for!(Principal)).unwrap();
    let kind = json!({ "type": "string", "examples": ["client"] });
    assert_eq!(principal["properties"]["kind"], kind);
}
