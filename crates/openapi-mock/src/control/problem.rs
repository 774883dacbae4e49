//! Why a request to the control endpoint fails.

use http::StatusCode;

use crate::access::UnknownScheme;
use crate::error::MockError;

#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn invalid(message: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_request",
            message,
        }
    }
}

impl From<MockError> for Problem {
    fn from(error: MockError) -> Self {
        let (status, name) = match &error {
            MockError::UnknownOperation { .. } => (StatusCode::NOT_FOUND, "unknown_operation"),
            MockError::UnknownEvent { .. } => (StatusCode::NOT_FOUND, "unknown_event"),
            MockError::UnknownParameter { .. } => (StatusCode::NOT_FOUND, "unknown_parameter"),
            MockError::InvalidFault(_) => (StatusCode::BAD_REQUEST, "invalid_fault"),
            MockError::InvalidPayload { .. } => (StatusCode::BAD_REQUEST, "invalid_payload"),
            MockError::InvalidReceiver { .. } => (StatusCode::BAD_REQUEST, "invalid_receiver"),
            MockError::InvalidReply { .. } => (StatusCode::BAD_REQUEST, "invalid_reply"),
            MockError::NoReceiver => (StatusCode::CONFLICT, "no_receiver"),
        };
        Self {
            status,
            error: name,
            message: error.to_string(),
        }
    }
}

impl From<UnknownScheme> for Problem {
    fn from(error: UnknownScheme) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            error: "unknown_scheme",
            message: error.to_string(),
        }
    }
}
