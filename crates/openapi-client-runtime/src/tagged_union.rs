//! Unions told apart by a discriminator.

use serde::Serialize;
use serde_json::Value;

/// Implements serde for a union whose variants a discriminator tells apart.
///
/// The enum has one variant per schema and `Unknown(serde_json::Value)`, which keeps JSON whose
/// tag is missing or not listed. When written, each variant carries its tag.
///
/// ```
/// use openapi_client_runtime::tagged_union;
///
/// #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// pub struct Cat {
///     pub lives: u8,
/// }
///
/// #[derive(Debug, PartialEq)]
/// pub enum Pet {
///     Cat(Cat),
///     Unknown(serde_json::Value),
/// }
///
/// tagged_union!(Pet, "kind" { Cat(Cat) = ["cat", "kitten"] });
///
/// let pet: Pet = serde_json::from_str(r#"{"kind":"kitten","lives":9}"#)?;
/// assert_eq!(pet, Pet::Cat(Cat { lives: 9 }));
/// let json = serde_json::to_value(&pet)?;
/// assert_eq!(json, serde_json::json!({ "kind": "cat", "lives": 9 }));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! tagged_union {
    ($name:ident, $tag:literal { $($variant:ident($type:ty) = [$($value:literal),+ $(,)?]),+ $(,)? }) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let tagged = match self {
                    $(Self::$variant(value) => $crate::__private::tagged(value, $tag, &[$($value),+]),)+
                    Self::Unknown(value) => ::core::result::Result::Ok(value.clone()),
                };
                let tagged = tagged.map_err(<S::Error as $crate::__private::serde::ser::Error>::custom)?;
                $crate::__private::serde::Serialize::serialize(&tagged, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::__private::serde_json::Value as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                match value.get($tag).and_then($crate::__private::serde_json::Value::as_str) {
                    $(::core::option::Option::Some($($value)|+) => $crate::__private::serde_json::from_value(value)
                        .map(Self::$variant)
                        .map_err(<D::Error as $crate::__private::serde::de::Error>::custom),)+
                    _ => ::core::result::Result::Ok(Self::Unknown(value)),
                }
            }
        }

        $crate::__tagged_union_schema!($name, $tag, [$($($value),+),+]);
    };
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union_schema {
    ($name:ident, $tag:literal, $values:expr) => {
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
                $crate::__private::tagged_union_schema($tag, &$values)
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union_schema {
    ($name:ident, $tag:literal, $values:expr) => {};
}

/// A variant as JSON with its tag: the first of its values where the variant itself has none.
pub(crate) fn tagged<T: Serialize>(value: &T, tag: &str, values: &[&str]) -> Result<Value, String> {
    let mut json = serde_json::to_value(value).map_err(|error| error.to_string())?;
    let Some(members) = json.as_object_mut() else {
        return Err(format!("a variant told apart by `{tag}` must be an object"));
    };
    match members.get(tag) {
        Some(Value::String(own)) if values.contains(&own.as_str()) => {}
        None | Some(Value::Null) => {
            members.insert(tag.to_owned(), values.first().copied().into());
        }
        Some(_) => {
            let values = values.join("` or `");
            return Err(format!("`{tag}` must be `{values}` for this variant"));
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Dog {
        kind: Option<String>,
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Cat {
        lives: u8,
    }

    #[derive(Debug, PartialEq)]
    enum Pet {
        Dog(Dog),
        Cat(Cat),
        Unknown(Value),
    }

    tagged_union!(Pet, "kind" { Dog(Dog) = ["dog", "puppy"], Cat(Cat) = ["cat"] });

    #[test]
    fn the_tag_decides_even_where_another_variant_would_fit() {
        let json = json!({ "kind": "dog", "name": "a", "lives": 9 });
        assert!(matches!(serde_json::from_value(json), Ok(Pet::Dog(_))));
        assert!(serde_json::from_value::<Pet>(json!({ "kind": "dog", "lives": 9 })).is_err());
    }

    #[test]
    fn unknown_and_missing_tags_keep_the_json() {
        for json in [
            json!({ "kind": "newt", "x": [1] }),
            json!({ "lives": 9 }),
            json!(3),
        ] {
            let pet: Pet = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&pet).unwrap(), json);
            assert_eq!(pet, Pet::Unknown(json));
        }
    }

    #[test]
    fn the_tag_is_written_and_cannot_lie() {
        let dog = |kind: Option<&str>| {
            let (kind, name) = (kind.map(Into::into), "a".to_owned());
            serde_json::to_value(Pet::Dog(Dog { kind, name }))
        };
        assert_eq!(dog(None).unwrap()["kind"], "dog");
        assert_eq!(dog(Some("puppy")).unwrap()["kind"], "puppy");
        assert!(
            dog(Some("cat"))
                .unwrap_err()
                .to_string()
                .contains("`dog` or `puppy`")
        );
        assert_eq!(
            serde_json::to_value(Pet::Cat(Cat { lives: 1 })).unwrap()["kind"],
            "cat"
        );
    }
}
