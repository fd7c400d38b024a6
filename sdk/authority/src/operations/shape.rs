//! Rust types that know their JSON: how they are read, how they are written, and what documents say
//! about them.

use edgeward_core::{
    json::{Map, Value},
    time::{Seconds, UnixMillis},
};

use super::schema::Schema;
use crate::failure::Failure;

/// A type with one reading and one writing.
pub trait Shape: Sized {
    /// What it looks like.
    fn schema() -> Schema;

    /// Reads it; an absent member is read as null.
    ///
    /// # Errors
    /// `invalid_parameters` at `at`, the nearest member that has a name.
    fn read(value: Value, at: &'static str) -> Result<Self, Failure>;

    /// Writes it.
    fn write(self) -> Value;
}

/// Declares objects with their members, each with its name on the wire.
#[macro_export]
macro_rules! shape {
    ($(
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $($(#[doc = $member_doc:literal])+ $wire:literal $member:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone)]
        pub struct $name {
            $($(#[doc = $member_doc])+ pub $member: $type,)*
        }

        impl $crate::operations::shape::Shape for $name {
            fn schema() -> $crate::operations::schema::Schema {
                $crate::operations::schema::Schema::Object($crate::operations::schema::Object {
                    name: stringify!($name),
                    doc: concat!($($doc),+),
                    members: vec![$($crate::operations::schema::Member {
                        name: $wire,
                        doc: concat!($($member_doc),+),
                        schema: <$type as $crate::operations::shape::Shape>::schema(),
                    },)*],
                })
            }

            fn read(value: edgeward_core::json::Value, at: &'static str) -> Result<Self, $crate::Failure> {
                let mut members = $crate::operations::shape::members(value, at, &[$($wire),*])?;
                let _ = &mut members;
                Ok(Self {
                    $($member: $crate::operations::shape::Shape::read(
                        $crate::operations::shape::take(&mut members, $wire),
                        $wire,
                    )?,)*
                })
            }

            fn write(self) -> edgeward_core::json::Value {
                edgeward_core::json::object(vec![
                    $(($wire, $crate::operations::shape::Shape::write(self.$member)),)*
                ])
            }
        }
    )+};
}

/// Declares one of several texts.
#[macro_export]
macro_rules! choice {
    ($(
        $(#[doc = $doc:literal])+
        pub enum $name:ident { $($(#[doc = $variant_doc:literal])+ $variant:ident = $wire:literal,)+ }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $variant_doc])+ $variant,)+ }

        impl $name {
            /// Each as it goes over the wire.
            pub const WORDS: &'static [&'static str] = &[$($wire),+];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }

            /// The one of this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($wire => Some(Self::$variant),)+ _ => None }
            }
        }

        impl $crate::operations::shape::Shape for $name {
            fn schema() -> $crate::operations::schema::Schema {
                $crate::operations::schema::Schema::Choice(Self::WORDS)
            }

            fn read(value: edgeward_core::json::Value, at: &'static str) -> Result<Self, $crate::Failure> {
                value.as_str().and_then(Self::parse).ok_or($crate::Failure::parameter(at))
            }

            fn write(self) -> edgeward_core::json::Value {
                self.as_str().into()
            }
        }
    )+};
}

/// The members of an object that has no others than these.
///
/// # Errors
/// `invalid_parameters` at the member that nobody knows, or at `at`.
pub fn members(value: Value, at: &'static str, known: &[&str]) -> Result<Map, Failure> {
    let Value::Object(members) = value else { return Err(Failure::parameter(at)) };
    if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure { at: shown(name).into(), ..Failure::parameter("") });
    }
    Ok(members)
}

/// The member of a name, or null.
pub fn take(members: &mut Map, name: &str) -> Value {
    members.insert(name.into(), Value::Null).unwrap_or(Value::Null)
}

/// As much of a name from outside as may stand in an answer.
fn shown(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "_-$.".contains(c) { c } else { '?' })
        .take(64)
        .collect()
}

/// A text of `MIN` to `MAX` characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<const MIN: usize, const MAX: usize>(pub String);

impl<const MIN: usize, const MAX: usize> Shape for Text<MIN, MAX> {
    fn schema() -> Schema {
        Schema::Text { min: MIN, max: MAX }
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        match value {
            Value::String(text)
                if text.len() <= MAX * 4
                    && (MIN..=MAX).contains(&text.chars().count())
                    && !text.chars().any(char::is_control) =>
            {
                Ok(Self(text))
            }
            _ => Err(Failure::parameter(at)),
        }
    }

    fn write(self) -> Value {
        self.0.into()
    }
}

/// The id of something, or a credential: 1 to 512 characters.
impl Shape for String {
    fn schema() -> Schema {
        Text::<1, 512>::schema()
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        Text::<1, 512>::read(value, at).map(|text| text.0)
    }

    fn write(self) -> Value {
        self.into()
    }
}

/// A lifetime in whole seconds, from one on.
impl Shape for Seconds {
    fn schema() -> Schema {
        Schema::Integer(1, u32::MAX.into())
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        let seconds = value.as_u64().and_then(|number| u32::try_from(number).ok());
        seconds.filter(|seconds| *seconds > 0).map(Self).ok_or(Failure::parameter(at))
    }

    fn write(self) -> Value {
        self.0.into()
    }
}

/// A positive number.
impl Shape for u32 {
    fn schema() -> Schema {
        Schema::Integer(1, Self::MAX.into())
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        Seconds::read(value, at).map(|number| number.0)
    }

    fn write(self) -> Value {
        self.into()
    }
}

/// An instant in milliseconds since 1970, as JavaScript has it.
impl Shape for UnixMillis {
    fn schema() -> Schema {
        Schema::Integer(0, MAX_INSTANT)
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        let millis = value.as_i64().filter(|millis| (0..=MAX_INSTANT).contains(millis));
        millis.map(Self).ok_or(Failure::parameter(at))
    }

    fn write(self) -> Value {
        self.0.into()
    }
}

/// The last instant of `Date`.
const MAX_INSTANT: i64 = 8_640_000_000_000_000;

impl Shape for bool {
    fn schema() -> Schema {
        Schema::Flag
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        if let Value::Bool(value) = value { Ok(value) } else { Err(Failure::parameter(at)) }
    }

    fn write(self) -> Value {
        self.into()
    }
}

impl<T: Shape> Shape for Option<T> {
    fn schema() -> Schema {
        Schema::Optional(Box::new(T::schema()))
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        if value.is_null() { Ok(None) } else { T::read(value, at).map(Some) }
    }

    fn write(self) -> Value {
        self.map_or(Value::Null, T::write)
    }
}

/// How many items a list may have.
pub const MAX_ITEMS: usize = 100;

impl<T: Shape> Shape for Vec<T> {
    fn schema() -> Schema {
        Schema::List(Box::new(T::schema()), MAX_ITEMS)
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        match value {
            Value::Array(items) if items.len() <= MAX_ITEMS => {
                items.into_iter().map(|item| T::read(item, at)).collect()
            }
            _ => Err(Failure::parameter(at)),
        }
    }

    fn write(self) -> Value {
        Value::Array(self.into_iter().map(T::write).collect())
    }
}

/// An object of the caller's own, at most 8 KiB as JSON: kept and given back as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata(pub Value);

/// How long metadata may be as JSON, in bytes.
pub const MAX_METADATA: usize = 8 * 1024;

impl Shape for Metadata {
    fn schema() -> Schema {
        Schema::Any
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        let fits = value.as_object().is_some() && value.to_text().len() <= MAX_METADATA;
        if fits { Ok(Self(value)) } else { Err(Failure::parameter(at)) }
    }

    fn write(self) -> Value {
        self.0
    }
}

/// Nothing: null as a result.
impl Shape for () {
    fn schema() -> Schema {
        Schema::Nothing
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        if value.is_null() { Ok(()) } else { Err(Failure::parameter(at)) }
    }

    fn write(self) -> Value {
        Value::Null
    }
}

shape! {
    /// No arguments.
    pub struct Nothing {}
    /// It is done.
    pub struct Done {
        /// Always true.
        "success" success: bool,
    }
}
