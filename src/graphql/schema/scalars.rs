//! Scalars beyond GraphQL's own, and volumes.

use std::borrow::Cow;

use async_graphql::{
    InputValueError, InputValueResult, OutputType, Positioned, Scalar, ScalarType, ServerResult,
    Value, parser::types::Field,
};
use candles::MAX_VOLUME;
use chrono::NaiveDate;

use crate::graphql::{
    adapter::{ContextSelectionSet, Registry},
    json::{Cell, Price, write_date, write_whole},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day in the form `YYYY-MM-DD`, such as `2024-02-29`, without a time zone. It is the
/// exchange's trading day.
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

/// A volume, which the schema calls a `Float`. A whole number has no decimal point in its text.
#[derive(Debug, Clone, Copy)]
pub struct Volume(pub f64);

impl OutputType for Volume {
    fn type_name() -> Cow<'static, str> {
        <f64 as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <f64 as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.value())
    }
}

impl Cell for Volume {
    type Scalar = Self;

    #[inline]
    fn write(&self, text: &mut Vec<u8>) {
        match whole(self.0) {
            Some(number) => write_whole(number, text),
            None => write_fraction(self.0, text),
        }
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        whole(self.0).map_or_else(|| Price(self.0).value(), Value::from)
    }
}

/// Few volumes have a fraction.
#[cold]
fn write_fraction(volume: f64, text: &mut Vec<u8>) {
    Price(volume).write(text);
}

/// The number as an integer, if it is whole and has at most 63 bits.
#[inline]
fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)] // the comparison refuses what does not fit
    let integer = number as i64;
    #[allow(clippy::cast_precision_loss, clippy::float_cmp)] // equality is the proof
    let is_whole = integer as f64 == number && number <= MAX_VOLUME;
    is_whole.then_some(integer)
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
    use crate::graphql::json::write;

    #[track_caller]
    fn check_volume(number: f64, expected: &str) {
        let (mut written, mut of_tree) = (Vec::new(), Vec::new());
        Volume(number).write(&mut written);
        write(&Volume(number).value(), &mut of_tree);
        assert_eq!(String::from_utf8(written).unwrap(), expected);
        assert_eq!(String::from_utf8(of_tree).unwrap(), expected);
    }

    #[test]
    fn whole_volumes_have_no_point_and_others_are_written_as_prices_are() {
        check_volume(0.0, "0");
        check_volume(12_345.0, "12345");
        check_volume(9_007_199_254_740_991.0, "9007199254740991");
        check_volume(MAX_VOLUME, "9223372036854774784");
        check_volume(18_446_744_073_709_551_616.0, "1.8446744073709552e+19");
        check_volume(9_223_372_036_854_775_808.0, "9.223372036854776e+18");
        check_volume(0.5, "0.5");
        check_volume(1234.25, "1234.25");
        check_volume(0.1 + 0.2, "0.30000000000000004");
        check_volume(0.000_000_012, "1.2e-8");
    }

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
