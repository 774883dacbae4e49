//! Every method of every client, called through its typed builder, and what came of the call as
//! JSON, so that one test can look at all of them.

/// The Configo API.
#[allow(clippy::all, clippy::pedantic)]
#[rustfmt::skip]
pub mod configo;
/// The Configuration API.
#[allow(clippy::all, clippy::pedantic)]
#[rustfmt::skip]
pub mod configuration;
/// The Contio Partner API.
#[allow(clippy::all, clippy::pedantic, deprecated)]
#[rustfmt::skip]
pub mod contio;

use futures_util::StreamExt;
use openapi_client_runtime::{ByteStream, Error, ErrorKind, ResponseValue};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Why a call could not be made.
pub type BoxError = Box<dyn std::error::Error>;

/// What came of a call.
#[derive(Debug)]
pub struct Outcome {
    /// The status of the reply, where there was one.
    pub status: Option<u16>,
    /// The value that the client gave, or its error.
    pub result: Result<Value, Failed>,
}

/// An error of the client.
#[derive(Debug)]
pub struct Failed {
    /// What went wrong, coarsely.
    pub kind: ErrorKind,
    /// The message that the client found in the body.
    pub message: Option<String>,
    /// The decoded body.
    pub body: Option<Value>,
    /// The error as it is printed.
    pub text: String,
}

/// Looks at the result of `send`.
pub fn outcome<T: Serialize, E: Serialize>(result: Result<ResponseValue<T>, Error<E>>) -> Outcome {
    match result {
        Ok(value) => Outcome {
            status: Some(value.status().as_u16()),
            result: Ok(json(&*value)),
        },
        Err(error) => failed(&error),
    }
}

/// Looks at the result of `send` of a method that answers with bytes, which must be text.
pub async fn streamed<E: Serialize>(
    result: Result<ResponseValue<ByteStream>, Error<E>>,
) -> Outcome {
    let value = match result {
        Ok(value) => value,
        Err(error) => return failed(&error),
    };
    let status = Some(value.status().as_u16());
    let mut bytes = Vec::new();
    let mut stream = value.into_inner();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(error) => return failed(&error),
        }
    }
    Outcome {
        status,
        result: Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned())),
    }
}

fn failed<E: Serialize>(error: &Error<E>) -> Outcome {
    Outcome {
        status: error.status().map(|status| status.as_u16()),
        result: Err(Failed {
            kind: error.kind(),
            message: error.message().map(str::to_owned),
            text: error.to_string(),
            body: error.body().map(json),
        }),
    }
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("what was decoded can be encoded")
}

/// A component schema of a document, and its Rust type.
#[derive(Debug, Clone, Copy)]
pub struct Component {
    /// The name in the document.
    pub name: &'static str,
    /// The JSON Schema that the type derives.
    pub schema: fn() -> Schema,
    /// Decodes a value and encodes it again.
    pub round_trip: fn(Value) -> Result<Value, serde_json::Error>,
}

impl Component {
    /// The component `name`, whose Rust type is `T`.
    pub const fn of<T: JsonSchema + Serialize + DeserializeOwned>(name: &'static str) -> Self {
        Self {
            name,
            schema: || SchemaGenerator::default().into_root_schema_for::<T>(),
            round_trip: |value| serde_json::from_value::<T>(value).and_then(serde_json::to_value),
        }
    }
}
