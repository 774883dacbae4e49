//! The difference between "leave it" and "set it to null".

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An optional, nullable member: left out, `null`, or a value.
///
/// Members of this type need two serde attributes, because serde asks the container about members
/// that are missing:
///
/// ```
/// use openapi_client_runtime::Patch;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Rename {
///     #[serde(default, skip_serializing_if = "Patch::is_absent")]
///     name: Patch<String>,
/// }
///
/// let json = |name| serde_json::to_string(&Rename { name });
/// assert_eq!(json(Patch::Absent)?, "{}");
/// assert_eq!(json(Patch::Null)?, r#"{"name":null}"#);
/// assert_eq!(json("new".into())?, r#"{"name":"new"}"#);
///
/// let rename: Rename = serde_json::from_str("{}")?;
/// assert!(rename.name.is_absent());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Patch<T> {
    /// The member is left out: nothing changes.
    #[default]
    Absent,
    /// The member is `null`.
    Null,
    /// The member has this value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the member is left out.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the member is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same state over a borrowed value.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    /// The value, where there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, where there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` means `null`; leave a member out with [`Patch::Absent`].
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

/// Without `skip_serializing_if`, an absent member is written as `null`: a serializer cannot leave
/// out a member that it was asked for.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        name: Patch<String>,
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        size: Patch<u8>,
    }

    #[test]
    fn three_states_round_trip() {
        for json in [
            "{}",
            r#"{"name":null}"#,
            r#"{"name":"a"}"#,
            r#"{"name":"a","size":3}"#,
            r#"{"size":null}"#,
        ] {
            let body: Body = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&body).unwrap(), json);
        }
    }

    #[test]
    fn conversions_say_what_they_mean() {
        assert_eq!(Patch::from(3), Patch::Value(3));
        assert_eq!(Patch::<u8>::from(None), Patch::Null);
        assert_eq!(
            Patch::<String>::from("a").into_value().as_deref(),
            Some("a")
        );
        assert_eq!(Patch::from(3).as_ref().value(), Some(&&3));
        assert!(Patch::<u8>::default().is_absent());
    }
}
