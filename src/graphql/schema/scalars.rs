//! Scalars that GraphQL does not have.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

use crate::graphql::json::{Cell, write_date, write_whole};

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
        let day = parse_day(text).ok_or_else(|| {
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

impl Cell for Long {
    type Scalar = Self;

    #[inline]
    fn write(&self, text: &mut Vec<u8>) {
        write_whole(self.0, text);
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        self.0.into()
    }
}

impl Cell for Date {
    type Scalar = Self;

    #[inline]
    fn write(&self, text: &mut Vec<u8>) {
        write_date(self.0, text);
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        self.0.to_string().into()
    }
}

/// Reads a calendar day of the years 0000 to 9999. chrono's own parser also takes spaces, signs
/// and single digits.
#[must_use]
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let strict = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if strict { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_calendar_days_are_dates() {
        for good in ["2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"] {
            assert_eq!(parse_day(good).map(|date| date.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            " 2024-01-02",
            "2024-01-02 ",
            "2024-1-2",
            "-001-01-01",
            "+2024-01-0",
            "2024-02-30",
            "2024-13-01",
            "2024/01/02",
            "20240102",
            "2024-01-02T00:00:00",
            "２024-01-0",
        ] {
            assert_eq!(parse_day(bad), None, "{bad:?}");
        }
    }
}
