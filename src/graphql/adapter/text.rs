//! JSON that is written already, as a value of an answer's tree.
//!
//! The library knows values of bytes for another purpose, which no schema of ours has. It hands
//! them on as they are, and drops one of two under the same response key.

use async_graphql::Value;

/// A value that is this JSON.
pub(in crate::graphql) fn from_json(json: Vec<u8>) -> Value {
    Value::Binary(json.into())
}

/// The JSON that a value is, if it was made of it.
pub(in crate::graphql) fn as_json(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Binary(json) => Some(json),
        _ => None,
    }
}
