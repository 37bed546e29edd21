//! What a document may be before it runs.
//!
//! The parser and the library's walks recurse, and expand a fragment each time that it is spread:
//! without these limits a kilobyte can end the process, or keep a thread busy for minutes.

mod selections;
mod text;

pub(super) use self::{selections::check_document, text::check_text};
use crate::error::{Code, Refusal};

fn exceeded(code: Code, what: &str, actual: usize, limit: usize) -> Refusal {
    Refusal::new(code, format!("{what} are {actual}; the limit is {limit}"))
}
