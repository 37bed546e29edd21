//! Writes answers: the same bytes as `serde_json`'s, and finished JSON as it is.

use std::io::Write;

use async_graphql::{OutputType, Value};
use chrono::{Datelike, NaiveDate};

use super::number::{two_digits, write_price, write_real, write_whole};
use crate::graphql::adapter::as_json;

/// A scalar in a list.
pub(in crate::graphql) trait Cell {
    /// The schema's type of the scalar.
    type Scalar: OutputType;

    /// Appends the scalar as JSON.
    fn write(&self, text: &mut Vec<u8>);

    /// The scalar, from which the library makes a value.
    fn scalar(&self) -> Self::Scalar;

    /// The scalar as a value.
    fn value(&self) -> Value;
}

/// Bytes of a value's long lists as JSON: most of an answer.
pub(in crate::graphql) fn size(value: &Value) -> usize {
    match value {
        Value::List(values) => values.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        value => as_json(value).map_or(0, <[u8]>::len),
    }
}

/// Appends a value as JSON.
pub(in crate::graphql) fn write(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Boolean(true) => text.extend_from_slice(b"true"),
        Value::Boolean(false) => text.extend_from_slice(b"false"),
        // Writing to a vector cannot fail.
        Value::Number(number) => drop(write!(text, "{number}")),
        Value::String(string) => write_string(string, text),
        Value::Enum(name) => write_string(name, text),
        Value::List(values) => {
            text.push(b'[');
            for (index, value) in values.iter().enumerate() {
                separate(index, text);
                write(value, text);
            }
            text.push(b']');
        }
        Value::Object(fields) => {
            text.push(b'{');
            for (index, (name, value)) in fields.iter().enumerate() {
                separate(index, text);
                write_string(name, text);
                text.push(b':');
                write(value, text);
            }
            text.push(b'}');
        }
        value => text.extend_from_slice(as_json(value).unwrap_or_default()),
    }
}

/// Appends a list of scalars as JSON.
pub(super) fn write_list(cells: impl Iterator<Item = impl Cell>, text: &mut Vec<u8>) {
    /// Bytes of a cell, roughly.
    const CELL: usize = 20;
    text.reserve(cells.size_hint().1.unwrap_or_default() * CELL);
    text.push(b'[');
    for (index, cell) in cells.enumerate() {
        separate(index, text);
        cell.write(text);
    }
    text.push(b']');
}

pub(super) fn separate(index: usize, text: &mut Vec<u8>) {
    if index > 0 {
        text.push(b',');
    }
}

pub(super) fn write_string(string: &str, text: &mut Vec<u8>) {
    // A string is always JSON, and writing to a vector cannot fail.
    drop(serde_json::to_writer(text, string));
}

impl Cell for f64 {
    type Scalar = Self;

    fn write(&self, text: &mut Vec<u8>) {
        write_real(*self, text);
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Cell for Option<f64> {
    type Scalar = Self;

    fn write(&self, text: &mut Vec<u8>) {
        match self {
            Some(number) => number.write(text),
            None => text.extend_from_slice(b"null"),
        }
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        self.map_or(Value::Null, Value::from)
    }
}

/// A price, which is likely to have few digits. NaN is none.
#[derive(Debug, Clone, Copy)]
pub(in crate::graphql) struct Price(pub(in crate::graphql) f64);

impl Cell for Price {
    type Scalar = Option<f64>;

    // A row has four prices, and calls would take a sixth of the time to write it.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn write(&self, text: &mut Vec<u8>) {
        if self.0.is_finite() {
            write_price(self.0, text);
        } else {
            text.extend_from_slice(b"null");
        }
    }

    fn scalar(&self) -> Option<f64> {
        self.0.is_finite().then_some(self.0)
    }

    fn value(&self) -> Value {
        self.scalar().value()
    }
}

impl Cell for u32 {
    type Scalar = Self;

    fn write(&self, text: &mut Vec<u8>) {
        write_whole(i64::from(*self), text);
    }

    fn scalar(&self) -> Self {
        *self
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

/// Dates of candles have years of four digits; chrono writes any other.
#[allow(clippy::many_single_char_names)]
#[inline]
pub(in crate::graphql) fn write_date(date: NaiveDate, text: &mut Vec<u8>) {
    let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
        return write_string(&date.to_string(), text);
    };
    let [[y, e], [a, r]] = [year / 100, year % 100].map(two_digits);
    let [[m, n], [d, t]] = [date.month(), date.day()].map(two_digits);
    text.extend_from_slice(&[b'"', y, e, a, r, b'-', m, n, b'-', d, t, b'"']);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_chrono_does() {
        for (year, month, day) in
            [(2024, 2, 29), (1000, 1, 1), (9899, 12, 31), (7, 10, 3), (-1, 1, 1)]
        {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            let mut text = Vec::new();
            write_date(date, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), format!("\"{date}\""));
        }
    }

    #[test]
    fn values_are_written_as_serde_json_does() {
        let value = async_graphql::value!({
            "a": [1, -2.5, 1e300, 0.1, 163.0, true, false, null],
            "quote\"\n\u{1f600}": "\\ \t \u{7f} ünï",
            "empty": {}, "none": [],
        });
        let mut text = Vec::new();
        write(&value, &mut text);
        assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&value).unwrap());
    }
}
