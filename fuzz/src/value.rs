//! Values for arguments: mostly of the type that is asked for, often where a limit is.

use std::fmt;

use arbitrary::{Result, Unstructured};
use serde_json::{Number, Value as Json, json};

use crate::schema::{self, Argument};

const SYMBOLS: &[&str] =
    &["AAPL", "AMZN", "GOOG", "META", "NFLX", "NVDA", "aapl", "NONE", "^A=B.C-D_E", ""];

/// `Instrument:AAPL`, `Instrument:AMZN` and `Instrument:NONE` in base64, and texts that are no ids.
const IDS: &[&str] =
    &["SW5zdHJ1bWVudDpBQVBM", "SW5zdHJ1bWVudDpBTVpO", "SW5zdHJ1bWVudDpOT05F", "AAPL", ""];

const INTEGERS: &[i64] = &[
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    9,
    10,
    14,
    20,
    30,
    60,
    99,
    100,
    250,
    500,
    501,
    1_000,
    2_000,
    2_001,
    10_000,
    36_500,
    36_600,
    100_000,
    100_001,
    2_147_483_647,
    2_147_483_648,
    9_007_199_254_740_993,
    i64::MAX,
];

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    0.01,
    0.05,
    0.5,
    0.85,
    0.99,
    1.0,
    1.5,
    2.0,
    6.0,
    50.0,
    100.0,
    1e-8,
    1e-320,
    1e17,
    1e300,
    -1e300,
    f64::MAX,
    f64::MIN_POSITIVE,
];

const TEXTS: &[&str] =
    &["a", "A\0", "é", "ß", "\u{feff}", "🦀", "\"", "\\", "\n", "%", "{", "' OR 1=1"];

/// A value as documents and variables have it.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// Without quotes in a document: an enum's value.
    Name(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A value for an argument.
    pub fn for_argument(u: &mut Unstructured, argument: &Argument) -> Result<Self> {
        match u.int_in_range(0..=63)? {
            62 => return Ok(Self::Null),
            63 => return Self::any(u, 0),
            _ => {}
        }
        if !argument.is_list {
            return Self::of_type(u, &argument.of, &argument.name);
        }
        let length = if rarely(u, 64)? { 501 } else { u.int_in_range(0..=5)? };
        let item = |_| Self::of_type(u, &argument.of, &argument.name);
        Ok(Self::List((0..length).map(item).collect::<Result<_>>()?))
    }

    fn of_type(u: &mut Unstructured, name: &str, argument: &str) -> Result<Self> {
        if let Some(known) = schema::get(name)
            && !known.values.is_empty()
        {
            return Ok(Self::Name(u.choose(&known.values)?.clone()));
        }
        Ok(match name {
            "Int" => Self::Integer(integer(u)?),
            "Float" => Self::Float(float(u)?),
            "Boolean" => Self::Boolean(u.arbitrary()?),
            "Date" => Self::Text(date(u)?),
            "ID" => Self::Text((*u.choose(IDS)?).to_owned()),
            _ if matches!(argument, "symbol" | "symbols" | "after" | "before") => {
                Self::Text(if u.ratio(15, 16)? {
                    (*u.choose(SYMBOLS)?).to_owned()
                } else {
                    text(u)?
                })
            }
            _ => Self::Text(text(u)?),
        })
    }

    /// A value of any type.
    pub fn any(u: &mut Unstructured, depth: usize) -> Result<Self> {
        let kinds = if depth < 3 { 8 } else { 6 };
        Ok(match u.int_in_range(0..=kinds)? {
            0 => Self::Null,
            1 => Self::Boolean(u.arbitrary()?),
            2 => Self::Integer(integer(u)?),
            3 => Self::Float(float(u)?),
            4 => Self::Text(text(u)?),
            5 => Self::Name((*u.choose(&["DAILY", "SMA", "true", "null", "x", "on"])?).to_owned()),
            6 => Self::Text(date(u)?),
            7 => {
                let length = u.int_in_range(0..=3)?;
                Self::List((0..length).map(|_| Self::any(u, depth + 1)).collect::<Result<_>>()?)
            }
            _ => Self::Object(vec![("a".to_owned(), Self::any(u, depth + 1)?)]),
        })
    }

    /// The value as JSON.
    pub fn json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => json!(value),
            Self::Integer(value) => json!(value),
            Self::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
            Self::Text(text) | Self::Name(text) => json!(text),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(fields) => Json::Object(
                fields.iter().map(|(name, value)| (name.clone(), value.json())).collect(),
            ),
        }
    }
}

impl fmt::Display for Value {
    /// As a document has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) if !value.is_finite() => write!(f, "1e999"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Name(name) => write!(f, "{name}"),
            Self::List(items) => {
                write!(f, "[")?;
                items.iter().try_for_each(|item| write!(f, "{item} "))?;
                write!(f, "]")
            }
            Self::Object(fields) => {
                write!(f, "{{")?;
                fields.iter().try_for_each(|(name, value)| write!(f, "{name}: {value} "))?;
                write!(f, "}}")
            }
            other => write!(f, "{}", other.json()),
        }
    }
}

/// Whether something happens, one time in some; never after the bytes ran out, so that what few
/// bytes make is right.
pub(crate) fn rarely(u: &mut Unstructured, one_in: u8) -> Result<bool> {
    Ok(!u.ratio(one_in - 1, one_in)?)
}

fn integer(u: &mut Unstructured) -> Result<i64> {
    Ok(match u.int_in_range(0..=15)? {
        0..=9 => u.int_in_range(1..=60)?,
        10..=13 => *u.choose(INTEGERS)?,
        14 => -*u.choose(INTEGERS)?,
        _ => u.arbitrary()?,
    })
}

fn float(u: &mut Unstructured) -> Result<f64> {
    Ok(match u.int_in_range(0..=3)? {
        0 => f64::from(u.arbitrary::<u16>()?) / 1_000.0,
        1 | 2 => *u.choose(FLOATS)?,
        _ => u.arbitrary()?,
    })
}

/// Mostly a day of the bundled data's years; else one at an edge, or nearly a day.
pub fn date(u: &mut Unstructured) -> Result<String> {
    Ok(match u.int_in_range(0..=15)? {
        0..=11 => {
            let (year, month, day) =
                (u.int_in_range(2012..=2024)?, u.int_in_range(1..=12)?, u.int_in_range(1..=29)?);
            format!("{year}-{month:02}-{day:02}")
        }
        12 | 13 => {
            let edges = [
                "0000-01-01",
                "0001-01-01",
                "1000-01-01",
                "9899-12-31",
                "9999-12-31",
                "2024-02-29",
            ];
            (*u.choose(&edges)?).to_owned()
        }
        14 => {
            let (year, month, day): (u16, u8, u8) = u.arbitrary()?;
            format!("{year:04}-{month:02}-{day:02}")
        }
        _ => text(u)?,
    })
}

/// A text, mostly short.
pub fn text(u: &mut Unstructured) -> Result<String> {
    Ok(match u.int_in_range(0..=7)? {
        0..=4 => (*u.choose(TEXTS)?).to_owned(),
        5 => (*u.choose(SYMBOLS)?).to_owned(),
        6 => u.choose(TEXTS)?.repeat(u.int_in_range(1..=600)?),
        _ => u.arbitrary()?,
    })
}
