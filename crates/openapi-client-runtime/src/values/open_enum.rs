//! String enums that a new value cannot break.

use std::fmt;

/// A value that an open enum does not know. It cannot be made outside [`open_enum!`], so that the
/// variant for unknown values never holds a known one.
///
/// [`open_enum!`]: crate::open_enum
///
/// ```
/// use openapi_client_runtime::{UnknownValue, open_enum};
///
/// # #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
/// # pub enum Color { Red, Unknown(UnknownValue) }
/// # open_enum!(Color { Red = "red" });
/// // `Color` is an enum of a generated crate.
/// match Color::from("mauve") {
///     Color::Red => println!("red, as the document says"),
///     Color::Unknown(value) => assert_eq!(value.as_str(), "mauve"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(String);

impl UnknownValue {
    /// A value that is none of the known ones; only [`open_enum!`](crate::open_enum) calls it.
    #[doc(hidden)]
    #[must_use]
    pub fn __new(value: String) -> Self {
        Self(value)
    }

    /// The value as the server sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes an enum an open string enum: it reads and keeps values that the document does not list.
///
/// The enum has one variant per known value and one, `Unknown` unless named otherwise, that holds
/// an [`UnknownValue`]. `default = Variant` adds `Default`. Conversions from strings never fail,
/// and a known string never becomes the unknown variant.
///
/// ```
/// use openapi_client_runtime::{UnknownValue, open_enum};
///
/// #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
/// #[non_exhaustive]
/// pub enum Color {
///     Red,
///     DarkGreen,
///     Unknown(UnknownValue),
/// }
///
/// open_enum!(Color { Red = "red", DarkGreen = "dark_green" }, unknown = Unknown, default = Red);
///
/// assert_eq!(Color::from("dark_green"), Color::DarkGreen);
/// let new: Color = serde_json::from_str("\"mauve\"")?;
/// assert!(!new.is_known());
/// assert_eq!(serde_json::to_string(&new)?, "\"mauve\"");
/// assert_eq!(Color::default().as_str(), "red");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $value:literal),+ $(,)? } $(, default = $default:ident)? $(,)?) => {
        $crate::open_enum!($name { $($variant = $value),+ }, unknown = Unknown $(, default = $default)?);
    };
    ($name:ident { $($variant:ident = $value:literal),+ $(,)? }, unknown = $unknown:ident $(, default = $default:ident)? $(,)?) => {
        impl $name {
            /// The values that the document lists.
            pub const KNOWN: &'static [&'static str] = &[$($value),+];

            /// The value as it stands in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)+
                    Self::$unknown(value) => value.as_str(),
                }
            }

            /// Whether the document lists the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::$unknown(_))
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)+
                    other => Self::$unknown($crate::UnknownValue::__new(other.into())),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                value.as_str().into()
            }
        }

        impl ::core::convert::From<$name> for ::std::string::String {
            fn from(value: $name) -> Self {
                value.as_str().into()
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            fn from_str(value: &str) -> ::core::result::Result<Self, Self::Err> {
                Ok(value.into())
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <::std::string::String as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                Ok(value.into())
            }
        }

        $(
            impl ::core::default::Default for $name {
                fn default() -> Self {
                    Self::$default
                }
            }
        )?

        $crate::__open_enum_schema!($name);
    };
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(
                _: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                $crate::__private::open_enum_schema(Self::KNOWN)
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {};
}

#[cfg(test)]
mod tests {
    // The expansion is public, for generated crates; the enum of this test is not.
    #![allow(unreachable_pub)]

    use crate::UnknownValue;

    #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[non_exhaustive]
    enum Feature {
        Owner,
        Unknown,
        Unrecognized(UnknownValue),
    }

    open_enum!(Feature { Owner = "owner", Unknown = "unknown" }, unknown = Unrecognized);

    #[test]
    fn known_strings_are_never_unknown() {
        for known in Feature::KNOWN {
            assert!(Feature::from(*known).is_known());
            assert_eq!(known.parse::<Feature>().unwrap().to_string(), **known);
        }
        let new = Feature::from("Owner".to_owned());
        assert!(!new.is_known());
        assert_eq!(new.as_ref(), "Owner");
        assert_eq!(String::from(new), "Owner");
    }

    #[test]
    fn unknown_values_round_trip() {
        let list: Vec<Feature> = serde_json::from_str(r#"["owner","new",""]"#).unwrap();
        assert_eq!(
            serde_json::to_string(&list).unwrap(),
            r#"["owner","new",""]"#
        );
        assert!(serde_json::from_str::<Feature>("3").is_err());
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn the_schema_is_open() {
        let schema = serde_json::to_value(schemars::schema_for!(Feature)).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["examples"], serde_json::json!(["owner", "unknown"]));
        assert!(schema.get("enum").is_none());
    }
}
