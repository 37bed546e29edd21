//! Scalars that GraphQL does not have.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

use crate::date;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day in the form `YYYY-MM-DD`, such as `2024-02-29`, without a time zone: it is the
/// trading day of the exchange.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let day = date::parse(text).ok_or_else(|| {
            let shown: String = text.chars().take(20).collect();
            InputValueError::custom(format!("{shown:?} is not a calendar day like 2024-01-31"))
        })?;
        Ok(Self(day))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Long(pub i64);

/// A signed 64-bit integer, as a JSON number. Volumes need it: `Int` ends at 2147483647, and a
/// year's volume of one stock does not. JavaScript reads numbers up to 9007199254740991 exactly.
#[Scalar(specified_by_url = "https://scalars.graphql.org/jakobmerrild/long.html")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let integer = number.as_i64();
        integer.map(Self).ok_or_else(|| InputValueError::custom("a Long is a 64-bit integer"))
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}
