//! The errors of a document, with suggestions.

use std::fmt::Display;

use async_graphql::{Pos, ServerError};

use crate::suggestion::did_you_mean;

/// Most errors of a document.
const MAX_ERRORS: usize = 20;

/// Longest name that suggestions consider, in bytes: the schema has no longer one.
const MAX_COMPARED_BYTES: usize = 40;

/// Most names that an error suggests.
const MAX_SUGGESTIONS: usize = 3;

/// Longest value that an error repeats, in characters.
const MAX_SHOWN_CHARS: usize = 60;

/// The errors of a document. It keeps the first ones, which bounds the work for messages.
#[derive(Default)]
pub(in crate::graphql::engine) struct Report {
    errors: Vec<ServerError>,
}

impl Report {
    /// Adds an error at a place.
    pub(in crate::graphql::engine) fn add(&mut self, at: Pos, message: impl FnOnce() -> String) {
        self.add_between(&[at], message);
    }

    /// Adds an error with several places.
    pub(super) fn add_between(&mut self, at: &[Pos], message: impl FnOnce() -> String) {
        if self.errors.len() < MAX_ERRORS {
            let error = ServerError::new(message(), None);
            self.errors.push(ServerError { locations: at.to_vec(), ..error });
        }
    }

    /// Whether there are no errors.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors in the order of their places. An error in a fragment that two operations spread
    /// appears once.
    pub(in crate::graphql::engine) fn into_result(mut self) -> Result<(), Vec<ServerError>> {
        if self.errors.is_empty() {
            return Ok(());
        }
        self.errors.sort_by(|a, b| a.locations.cmp(&b.locations));
        self.errors.dedup_by(|a, b| a.locations == b.locations && a.message == b.message);
        Err(self.errors)
    }
}

/// Whether errors may suggest names of the schema.
#[derive(Debug, Clone, Copy)]
pub(in crate::graphql::engine) struct Hints(pub(in crate::graphql::engine) bool);

impl Hints {
    /// A question with the names similar to one; empty if there are none, or if errors must not
    /// suggest names.
    pub(super) fn did_you_mean<'a>(
        self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> String {
        if !self.0 {
            return String::new();
        }
        let question = did_you_mean(&nearest(name, known));
        question.map_or_else(String::new, |question| format!("; {question}"))
    }
}

/// The names that differ from one by few letters, the nearest first.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > MAX_COMPARED_BYTES {
        return Vec::new();
    }
    let limit = name.len().div_ceil(3);
    let lower = name.to_lowercase();
    let mut found = Vec::new();
    for known in known.into_iter().filter(|it| it.len().abs_diff(name.len()) <= limit) {
        let distance = strsim::osa_distance(&lower, &known.to_lowercase());
        // Clients seldom mean what introspection adds to the root.
        if distance <= limit && distance < name.len() && !known.starts_with("__") {
            found.push((distance, known));
        }
    }
    found.sort_unstable();
    found.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect()
}

/// A value in the form in which an error repeats it.
pub(in crate::graphql::engine) fn shown(value: &impl Display) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_few_letters_are_suggested() {
        let hints = Hints(true);
        let known = ["symbol", "series", "currency", "__schema"];
        assert_eq!(hints.did_you_mean("symbl", known), "; did you mean symbol?");
        assert_eq!(hints.did_you_mean("SYMBOL", known), "; did you mean symbol?");
        assert_eq!(hints.did_you_mean("smybol", known), "; did you mean symbol?");
        assert_eq!(hints.did_you_mean("market", known), "");
        assert_eq!(hints.did_you_mean("_schema", known), "");
        assert_eq!(hints.did_you_mean("x", ["y", "z"]), "", "no letter is the same");
        assert_eq!(Hints(false).did_you_mean("symbl", known), "");
        let name = "a".repeat(MAX_COMPARED_BYTES + 1);
        assert_eq!(hints.did_you_mean(&name, [name.as_str()]), "", "it takes too long");
    }

    #[test]
    fn three_names_are_the_most_and_the_nearest_come_first() {
        let known = ["close", "clos", "closed", "lose", "c"];
        let hint = Hints(true).did_you_mean("closs", known);
        assert_eq!(hint, "; did you mean clos, close or closed?");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shown(&"a".repeat(60)), "a".repeat(60));
        assert_eq!(shown(&"é".repeat(61)), format!("{}...", "é".repeat(60)));
    }
}
