//! Writing answers: the same bytes as `serde_json`'s, and lists that are JSON already as they are.

use std::io::Write;

use async_graphql::Value;
use chrono::{Datelike, NaiveDate};

use crate::graphql::scalars::{Date, Long};

/// A scalar in a list.
pub(in crate::graphql) trait Cell {
    /// Appends the scalar as JSON.
    fn write(&self, text: &mut Vec<u8>);

    /// The scalar as a value.
    fn value(&self) -> Value;
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
        Value::Binary(json) => text.extend_from_slice(json),
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
    }
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
    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(zmij::Buffer::new().format_finite(*self).as_bytes());
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Cell for Option<f64> {
    fn write(&self, text: &mut Vec<u8>) {
        match self {
            Some(number) => number.write(text),
            None => text.extend_from_slice(b"null"),
        }
    }

    fn value(&self) -> Value {
        self.map_or(Value::Null, Value::from)
    }
}

impl Cell for u32 {
    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
    }

    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Cell for Long {
    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(itoa::Buffer::new().format(self.0).as_bytes());
    }

    fn value(&self) -> Value {
        self.0.into()
    }
}

impl Cell for Date {
    fn write(&self, text: &mut Vec<u8>) {
        text.push(b'"');
        write_date(self.0, text);
        text.push(b'"');
    }

    fn value(&self) -> Value {
        self.0.to_string().into()
    }
}

/// Dates of candles have years of four digits; any other is left to chrono.
fn write_date(date: NaiveDate, text: &mut Vec<u8>) {
    let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
        drop(write!(text, "{date}"));
        return;
    };
    let mut digits = *b"0000-00-00";
    let mut put = |end: usize, mut number: u32| {
        let mut position = end;
        while number > 0 {
            digits[position] += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            position = position.saturating_sub(1);
        }
    };
    put(3, year);
    put(6, date.month());
    put(9, date.day());
    text.extend_from_slice(&digits);
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
            assert_eq!(String::from_utf8(text).unwrap(), date.to_string());
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
