//! Why requests are refused.

/// The names that `x-refusal` takes, and the statuses that stand for them, the usual one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    UnknownPath,
    MethodNotAllowed,
    InvalidRequest,
    MissingValue,
    MalformedBody,
    UnsupportedMediaType,
    NotAcceptable,
    TooLarge,
    MissingCredentials,
    MalformedCredentials,
    WrongCredentials,
    ExpiredCredentials,
    RevokedCredentials,
    MissingScope,
    MissingFeature,
    Untrusted,
    Inactive,
    RateLimited,
    NotFound,
    Conflict,
}

impl Reason {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 20] = [
        Self::UnknownPath,
        Self::MethodNotAllowed,
        Self::InvalidRequest,
        Self::MissingValue,
        Self::MalformedBody,
        Self::UnsupportedMediaType,
        Self::NotAcceptable,
        Self::TooLarge,
        Self::MissingCredentials,
        Self::MalformedCredentials,
        Self::WrongCredentials,
        Self::ExpiredCredentials,
        Self::RevokedCredentials,
        Self::MissingScope,
        Self::MissingFeature,
        Self::Untrusted,
        Self::Inactive,
        Self::RateLimited,
        Self::NotFound,
        Self::Conflict,
    ];

    /// As `x-refusal` and the access log call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnknownPath => "unknown-path",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::InvalidRequest => "invalid-request",
            Self::MissingValue => "missing-value",
            Self::MalformedBody => "malformed-body",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::NotAcceptable => "not-acceptable",
            Self::TooLarge => "too-large",
            Self::MissingCredentials => "missing-credentials",
            Self::MalformedCredentials => "malformed-credentials",
            Self::WrongCredentials => "wrong-credentials",
            Self::ExpiredCredentials => "expired-credentials",
            Self::RevokedCredentials => "revoked-credentials",
            Self::MissingScope => "missing-scope",
            Self::MissingFeature => "missing-feature",
            Self::Untrusted => "untrusted",
            Self::Inactive => "inactive",
            Self::RateLimited => "rate-limited",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
        }
    }

    /// The first of these that an operation declares is the status of its answer; the first of all
    /// where it declares none.
    pub(crate) fn statuses(self) -> &'static [u16] {
        match self {
            Self::UnknownPath => &[404],
            Self::MethodNotAllowed => &[405],
            Self::InvalidRequest | Self::MissingValue | Self::MalformedBody => &[400, 422],
            Self::UnsupportedMediaType => &[415, 406, 400],
            Self::NotAcceptable => &[406, 415, 400],
            Self::TooLarge => &[413, 400],
            Self::MissingCredentials
            | Self::MalformedCredentials
            | Self::WrongCredentials
            | Self::ExpiredCredentials
            | Self::RevokedCredentials => &[401, 403],
            Self::MissingScope | Self::MissingFeature | Self::Untrusted | Self::Inactive => {
                &[403, 401]
            }
            Self::RateLimited => &[429],
            Self::NotFound => &[404, 410],
            Self::Conflict => &[409, 400, 422],
        }
    }

    /// The name, and that of a wider refusal where there is one: an example of that will do.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let wider = match self {
            Self::MalformedCredentials | Self::ExpiredCredentials | Self::RevokedCredentials => {
                Some(Self::WrongCredentials)
            }
            Self::MissingValue | Self::MalformedBody => Some(Self::InvalidRequest),
            Self::UnknownPath => Some(Self::NotFound),
            _ => None,
        };
        [self].into_iter().chain(wider).map(Self::name)
    }

    /// The refusal whose shape serves where the document has none for this one.
    pub(crate) fn alike(self) -> Self {
        match self {
            Self::UnknownPath | Self::MethodNotAllowed => Self::NotFound,
            _ => Self::InvalidRequest,
        }
    }

    /// Whether the caller has to be told what exactly is wrong with the request.
    pub(crate) fn needs_detail(self) -> bool {
        matches!(
            self,
            Self::UnknownPath
                | Self::MethodNotAllowed
                | Self::InvalidRequest
                | Self::MissingValue
                | Self::MalformedBody
                | Self::UnsupportedMediaType
                | Self::NotAcceptable
                | Self::TooLarge
                | Self::NotFound
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Reason;

    #[test]
    fn the_vocabulary_lists_every_reason() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../openapi-document/schemas/vocabulary.json"
        );
        let vocabulary: Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let listed = &vocabulary["x-refusal"]["schema"]["$defs"]["plain"]["enum"];
        assert_eq!(*listed, json!(Reason::ALL.map(Reason::name)));
    }
}
