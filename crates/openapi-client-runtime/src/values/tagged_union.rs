//! Unions told apart by a discriminator.

use std::mem::discriminant;

use serde::Serialize;
use serde::de::DeserializeOwned;
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
///
/// The tag may be a boolean or a number. Where only a nested member tells, a JSON pointer leads to it;
/// branches that the tag says nothing of are tried in their order, after all others:
///
/// ```
/// use openapi_client_runtime::tagged_union;
/// # #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// # pub struct Meta { done: bool }
/// # #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// # pub struct Done { meta: Meta, size: u8 }
/// # #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// # pub struct Waiting { meta: Meta }
///
/// #[derive(Debug, PartialEq)]
/// pub enum Job {
///     Done(Done),
///     Waiting(Waiting),
///     Text(String),
///     Unknown(serde_json::Value),
/// }
///
/// tagged_union!(Job, at "/meta/done" { Done(Done) = [true], Waiting(Waiting) = [false] } else { Text(String) });
///
/// let job: Job = serde_json::from_str(r#"{"meta":{"done":false},"size":3}"#)?;
/// assert!(matches!(job, Job::Waiting(_)));
/// assert_eq!(serde_json::from_str::<Job>("\"gone\"")?, Job::Text("gone".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! tagged_union {
    ($name:ident, $tag:literal $variants:tt $(else $others:tt)?) => {
        $crate::__tagged_union!($name, $crate::__private::Tag::Member($tag), $variants $($others)?);
    };
    ($name:ident, at $pointer:literal $variants:tt $(else $others:tt)?) => {
        $crate::__tagged_union!($name, $crate::__private::Tag::At($pointer), $variants $($others)?);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union {
    (
        $name:ident, $tag:expr,
        { $($variant:ident($type:ty) = [$($value:literal),+ $(,)?]),+ $(,)? }
        $({ $($other:ident($other_type:ty)),+ $(,)? })?
    ) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                use $crate::__private::{serde::ser::Error, serde_json::Value};
                let tagged = match self {
                    $(Self::$variant(value) => $tag.write(value, &[$(Value::from($value)),+]).map_err(S::Error::custom)?,)+
                    $($(Self::$other(value) => {
                        return $crate::__private::serde::Serialize::serialize(value, serializer);
                    })+)?
                    Self::Unknown(value) => {
                        return $crate::__private::serde::Serialize::serialize(value, serializer);
                    }
                };
                $crate::__private::serde::Serialize::serialize(&tagged, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                use $crate::__private::{serde::de::Error, serde_json::{Value, from_value}};
                let value = <Value as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                $(
                    if $tag.is_one_of(&value, &[$(Value::from($value)),+]) {
                        return from_value(value).map(Self::$variant).map_err(D::Error::custom);
                    }
                )+
                $($(
                    if let ::core::option::Option::Some(other) = $crate::__private::read_whole::<$other_type>(&value) {
                        return ::core::result::Result::Ok(Self::$other(other));
                    }
                )+)?
                ::core::result::Result::Ok(Self::Unknown(value))
            }
        }

        $crate::__tagged_union_schema!(
            $name, $tag, [$($($crate::__private::serde_json::Value::from($value)),+),+] $($(, $other)+)?
        );
    };
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union_schema {
    ($name:ident, $tag:expr, $values:expr $(, $other:ident)*) => {
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
                const OTHERS: &[&str] = &[$(stringify!($other)),*];
                $tag.schema(&$values, !OTHERS.is_empty())
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union_schema {
    ($name:ident, $tag:expr, $values:expr $(, $other:ident)*) => {};
}

/// Where the tag of a union stands.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub enum Tag {
    /// In a member of the variant, which is written even where the variant has none.
    Member(&'static str),
    /// Deeper in the variant, where a JSON pointer leads to.
    At(&'static str),
}

impl Tag {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Member(name) => value.get(name),
            Self::At(pointer) => value.pointer(pointer),
        }
    }

    /// Whether the tag of a value is one of these.
    #[must_use]
    pub fn is_one_of(&self, value: &Value, values: &[Value]) -> bool {
        self.of(value).is_some_and(|own| values.contains(own))
    }

    /// A variant as JSON with its tag: the first of its values where the variant itself has none.
    ///
    /// # Errors
    ///
    /// Says which values the tag may have, where it has another one.
    pub fn write<T: Serialize>(&self, value: &T, values: &[Value]) -> Result<Value, String> {
        let (Self::Member(name) | Self::At(name)) = self;
        let mut json = serde_json::to_value(value).map_err(|error| error.to_string())?;
        let own = self.of(&json).filter(|own| !own.is_null());
        if let Some(own) = own {
            return if values.contains(own) {
                Ok(json)
            } else {
                let values: Vec<String> = values
                    .iter()
                    .map(|value| format!("`{}`", shown(value)))
                    .collect();
                Err(format!(
                    "`{name}` must be {} for this variant",
                    values.join(" or ")
                ))
            };
        }
        match (self, json.as_object_mut(), values.first()) {
            (Self::Member(name), Some(members), Some(first)) => {
                members.insert((*name).to_owned(), first.clone());
            }
            (Self::Member(name), ..) => {
                return Err(format!(
                    "a variant told apart by `{name}` must be an object"
                ));
            }
            (Self::At(_), ..) => {}
        }
        Ok(json)
    }

    /// What can be said of the union without the schemas of its variants, which need not have any where
    /// another crate turned this feature on.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn schema(&self, known: &[Value], has_others: bool) -> schemars::Schema {
        if has_others {
            return schemars::json_schema!({});
        }
        let names = match self {
            Self::Member(name) => vec![(*name).to_owned()],
            Self::At(pointer) => {
                let names = pointer.split('/').skip(1);
                names
                    .map(|name| name.replace("~1", "/").replace("~0", "~"))
                    .collect()
            }
        };
        let mut schema = serde_json::json!({ "examples": known });
        if known.iter().all(Value::is_string) {
            schema["type"] = "string".into();
        }
        for name in names.into_iter().rev() {
            let properties = serde_json::Map::from_iter([(name, schema)]);
            schema = serde_json::json!({ "type": "object", "properties": properties });
        }
        schemars::Schema::try_from(schema).unwrap_or_default()
    }
}

/// The value as `T`, unless it is of another JSON type than `T`: serde reads a struct from an array,
/// too, which would be written back as an object.
#[doc(hidden)]
pub fn read_whole<T: Serialize + DeserializeOwned>(value: &Value) -> Option<T> {
    let read: T = serde_json::from_value(value.clone()).ok()?;
    let written = serde_json::to_value(&read).ok()?;
    (discriminant(&written) == discriminant(value)).then_some(read)
}

/// A tag as a person writes it.
fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
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

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Meta {
        level: u8,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Low {
        meta: Meta,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct High {
        meta: Meta,
        alarm: bool,
    }

    #[derive(Debug, PartialEq)]
    enum Report {
        Low(Low),
        High(High),
        Text(String),
        Meta(Meta),
        Unknown(Value),
    }

    tagged_union!(Report, at "/meta/level" { Low(Low) = [0, 1], High(High) = [2] } else { Text(String), Meta(Meta) });

    #[test]
    fn a_nested_tag_decides_and_others_come_after_it() {
        for (json, expected) in [
            (
                json!({ "meta": { "level": 1 } }),
                Report::Low(Low {
                    meta: Meta { level: 1 },
                }),
            ),
            (
                json!({ "meta": { "level": 2 }, "alarm": true }),
                Report::High(High {
                    meta: Meta { level: 2 },
                    alarm: true,
                }),
            ),
            (json!("a"), Report::Text("a".to_owned())),
            (json!({ "level": 7 }), Report::Meta(Meta { level: 7 })),
            (
                json!({ "meta": { "level": 9 } }),
                Report::Unknown(json!({ "meta": { "level": 9 } })),
            ),
            (json!([1]), Report::Unknown(json!([1]))),
        ] {
            let report: Report = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&report).unwrap(), json);
            assert_eq!(report, expected);
        }
        let lie = Report::Low(Low {
            meta: Meta { level: 2 },
        });
        let error = serde_json::to_value(lie).unwrap_err().to_string();
        assert!(
            error.contains("`/meta/level` must be `0` or `1`"),
            "{error}"
        );
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn the_schema_shows_where_the_tag_is() {
        use crate::__private::Tag;
        let schema = Tag::At("/meta/a~1b").schema(&["x".into()], false);
        let tag = schema.pointer("/properties/meta/properties/a~1b/examples/0");
        assert_eq!(tag, Some(&json!("x")));
        assert_eq!(
            Tag::Member("kind").schema(&[], true),
            schemars::Schema::default()
        );
    }

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
