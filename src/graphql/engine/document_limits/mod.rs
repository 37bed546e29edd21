//! The limits of a document before it runs.
//!
//! The parser and the library's walks recurse, and they expand a fragment each time a document
//! spreads it. Without these limits, a kilobyte can end the process or keep a thread busy for
//! minutes.

mod selections;
mod text;

pub(super) use self::{selections::check_document, text::check_text};
use crate::error::{Code, Refusal};

fn exceeded(code: Code, what: &str, actual: usize, limit: usize) -> Refusal {
    Refusal::new(code, format!("{what} are {actual}; the limit is {limit}"))
}
