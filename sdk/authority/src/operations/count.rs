//! How many of something there are.

use edgeward_core::json::Value;

use super::{schema::Schema, shape::Shape};
use crate::Failure;

/// How many; none is a number of them, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub u32);

impl Shape for Count {
    fn schema() -> Schema {
        Schema::Integer(0, u32::MAX.into())
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        let count = value.as_i64().and_then(|number| u32::try_from(number).ok());
        count.map(Self).ok_or(Failure::parameter(at))
    }

    fn write(self) -> Value {
        self.0.into()
    }
}
