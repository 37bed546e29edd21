//! Finished JSON as a value in an answer's tree.
//!
//! The library has byte values for another purpose, which our schema does not have. It passes them
//! on unchanged, and drops one of two under the same response key.

use async_graphql::Value;

/// A value that is this JSON.
pub(in crate::graphql) fn from_json(json: Vec<u8>) -> Value {
    Value::Binary(json.into())
}

/// The JSON of a value, if it holds finished JSON.
pub(in crate::graphql) fn as_json(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Binary(json) => Some(json),
        _ => None,
    }
}
