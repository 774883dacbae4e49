//! Schemas.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::ExternalDocs;
use super::direction::Direction;
use super::extension::Deprecation;
use super::origin::Origin;

/// The number of a schema in [`Schemas`](super::Schemas).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub(super) u32);

impl SchemaId {
    /// Its place in the order of [`Schemas::iter`](super::Schemas::iter).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A schema where it is written. One that is only a reference has a [`target`](Self::target) and says
/// nothing else.
#[expect(clippy::struct_excessive_bools, reason = "OpenAPI has as many flags")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// JSON pointer to where it is written.
    pub pointer: String,
    /// How it stands in its surroundings.
    pub place: Place,
    /// The schema that it is a part of.
    pub parent: Option<SchemaId>,
    /// Which way its values travel.
    pub direction: Direction,
    /// The schema that it refers to.
    pub target: Option<SchemaId>,
    /// Its title.
    pub title: Option<String>,
    /// Markdown (`CommonMark`).
    pub description: Option<String>,
    /// More documentation, elsewhere.
    pub external_docs: Option<ExternalDocs>,
    /// The types that values may have; any where it is empty. `nullable` adds null.
    pub types: TypeSet,
    /// Whether null is among the values, also where no type is said.
    pub nullable: bool,
    /// The format, of the standard or not.
    pub format: Option<String>,
    /// The only values (`enum`); any where it is empty.
    pub values: Vec<Value>,
    /// What the values mean (`x-enum-descriptions`).
    pub value_descriptions: IndexMap<String, String>,
    /// Values that the vendor does not document (`x-inferred-values`).
    pub inferred_values: Vec<String>,
    /// Members, by name, in the order of the document.
    pub properties: IndexMap<String, Property>,
    /// The names of all members that must be there, also of such that stand in no `properties` here.
    pub required: Vec<String>,
    /// Members that are not named.
    pub additional: Additional,
    /// The items of an array.
    pub items: Option<SchemaId>,
    /// Schemas that all hold.
    pub all_of: Vec<SchemaId>,
    /// Schemas of which one holds.
    pub one_of: Vec<SchemaId>,
    /// Schemas of which some hold.
    pub any_of: Vec<SchemaId>,
    /// A schema that does not hold.
    pub not: Option<SchemaId>,
    /// The member that tells branches apart.
    pub discriminator: Option<Discriminator>,
    /// Bounds of values.
    pub limits: Limits,
    /// What an absent value means.
    pub default: Option<Value>,
    /// In the order of the document.
    pub examples: Vec<Value>,
    /// Whether only responses have it.
    pub read_only: bool,
    /// Whether only requests have it.
    pub write_only: bool,
    /// Whether callers should stop to use it, and why.
    pub deprecation: Option<Deprecation>,
    /// Whether no log may show its values: `format: password`, `x-sensitive`, `x-shown-once`.
    pub sensitive: bool,
    /// Whether the API shows its value in one response alone (`x-shown-once`).
    pub shown_once: bool,
    /// Whether there will be no other values than those of its enum (`x-closed-enum`).
    pub closed_enum: bool,
    /// Whether no two resources of a collection have the same value (`x-unique`).
    pub unique: bool,
    /// Whether every change of its resource changes it (`x-version`).
    pub version: bool,
    /// Values with which callers are shut out (`x-inactive-values`).
    pub inactive_values: Vec<String>,
    /// Who says so.
    pub origin: Origin,
}

impl Schema {
    /// The name of the component that it is.
    pub fn component(&self) -> Option<&str> {
        match self.place {
            Place::Component => self.pointer.rsplit('/').next(),
            _ => None,
        }
    }

    /// Whether null is among its values, as far as it says itself: also where it says no type.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Whether its only values are these strings (and null).
    pub fn is_string_enum(&self) -> bool {
        let is_string = |value: &Value| value.is_string() || value.is_null();
        self.values.iter().any(Value::is_string) && self.values.iter().all(is_string)
    }
}

/// How a schema stands in its surroundings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// An entry of `components/schemas`.
    #[default]
    Component,
    /// The schema of a body, response, parameter or header.
    Root,
    /// A property, the items of an array, or the values of a map.
    Part,
    /// A member of `allOf`.
    AllOf,
    /// A branch of `oneOf` or `anyOf`, or the schema under `not`.
    Branch,
}

/// A member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its values.
    pub schema: SchemaId,
    /// Whether the schema that names it demands it.
    pub required: bool,
}

/// Members that are not named (`additionalProperties`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Additional {
    /// Nothing is said, so they may be there.
    #[default]
    Unsaid,
    /// They may be there.
    Any,
    /// They may not be there.
    Never,
    /// Their values are of this schema.
    Schema(SchemaId),
}

/// The member that tells the branches of a union apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// Its name.
    pub property: String,
    /// Values and the schemas that they stand for, as far as they are said.
    pub mapping: IndexMap<String, SchemaId>,
}

/// A type of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Type {
    const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(super) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Types that values may have; any where it is empty.
///
/// ```
/// use openapi_document::model::{Type, TypeSet};
///
/// let types: TypeSet = [Type::String, Type::Null].into_iter().collect();
/// assert!(types.contains(Type::Null) && !types.contains(Type::Array));
/// assert_eq!(types.only(), Some(Type::String));
/// assert_eq!(types.iter().collect::<Vec<_>>(), [Type::Null, Type::String]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TypeSet(u8);

impl TypeSet {
    /// Whether any type is allowed.
    pub fn is_any(self) -> bool {
        self.0 == 0
    }

    /// Whether a type is named.
    pub fn contains(self, kind: Type) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// The one type beside null, where there is one.
    pub fn only(self) -> Option<Type> {
        let mut others = self.iter().filter(|kind| *kind != Type::Null);
        let first = others.next()?;
        others.next().is_none().then_some(first)
    }

    /// The types that are named.
    pub fn iter(self) -> impl Iterator<Item = Type> {
        Type::ALL
            .into_iter()
            .filter(move |kind| self.contains(*kind))
    }

    pub(super) fn insert(&mut self, kind: Type) {
        self.0 |= 1 << kind as u8;
    }
}

impl FromIterator<Type> for TypeSet {
    fn from_iter<I: IntoIterator<Item = Type>>(types: I) -> Self {
        let mut set = Self::default();
        types.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

/// Bounds of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Numbers from here on.
    pub minimum: Option<Bound>,
    /// Numbers up to here.
    pub maximum: Option<Bound>,
    /// Numbers that are a multiple of this.
    pub multiple_of: Option<Number>,
    /// Characters of a string.
    pub min_length: Option<u64>,
    /// Characters of a string.
    pub max_length: Option<u64>,
    /// A regular expression (ECMA-262) that a string has to match.
    pub pattern: Option<String>,
    /// Items of an array.
    pub min_items: Option<u64>,
    /// Items of an array.
    pub max_items: Option<u64>,
    /// Whether no two items are the same.
    pub unique_items: bool,
    /// Members of an object.
    pub min_properties: Option<u64>,
    /// Members of an object.
    pub max_properties: Option<u64>,
}

/// A bound of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The number.
    pub value: Number,
    /// Whether the number itself is out of bounds.
    pub exclusive: bool,
}
