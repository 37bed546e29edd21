//! What a document may be before it runs: how deep its brackets nest, and how much its fragments
//! expand to.
//!
//! The parser and the walks after it recurse once per bracket: a kilobyte of `[[[[...` overflows a
//! thread's stack, and that ends the process. And they walk a fragment once per spread: thirty
//! fragments that spread the next one twice are a billion selections.

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// How deep brackets may nest, and fragments spread one another.
const MAX_NESTING: usize = 64;

/// How many selections a document may expand to.
const MAX_SELECTIONS: usize = 8_000;

/// Refuses a document whose brackets nest too deeply; says how deeply.
pub(super) fn check_nesting(document: &str) -> Result<(), String> {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = document.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => rest = after(rest, b"\n"),
            b'"' if rest.starts_with(b"\"\"") => rest = after_string(&rest[2..], b"\"\"\""),
            b'"' => rest = after_string(rest, b"\""),
            _ => {}
        }
    }
    if deepest > MAX_NESTING {
        return Err(format!("brackets nest {deepest} deep; the limit is {MAX_NESTING}"));
    }
    Ok(())
}

/// Refuses a document whose fragments expand to too much, or spread themselves.
pub(super) fn check_expansion(document: &ExecutableDocument) -> Result<(), String> {
    let mut walk = Expansion { document, sizes: HashMap::new() };
    let operations = document.operations.iter();
    let sizes = operations.map(|(_, operation)| walk.size(&operation.node.selection_set.node, 0));
    let selections = sizes.sum::<Result<usize, String>>()?;
    if selections > MAX_SELECTIONS {
        let limit = format!("the limit is {MAX_SELECTIONS}");
        return Err(format!("the document expands to {selections} selections or more; {limit}"));
    }
    Ok(())
}

/// Sizes of selection sets; a fragment's is found out once.
struct Expansion<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being walked.
    sizes: HashMap<&'a Name, Option<usize>>,
}

impl<'a> Expansion<'a> {
    fn size(&mut self, set: &'a SelectionSet, spreads: usize) -> Result<usize, String> {
        let mut size = 0_usize;
        for selection in &set.items {
            size += 1 + match &selection.node {
                Selection::Field(field) => self.size(&field.node.selection_set.node, spreads)?,
                Selection::InlineFragment(fragment) => {
                    self.size(&fragment.node.selection_set.node, spreads)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment_size(&spread.node.fragment_name.node, spreads + 1)?
                }
            };
            // Enough to refuse it; beyond, numbers may not fit.
            if size > MAX_SELECTIONS {
                break;
            }
        }
        Ok(size)
    }

    fn fragment_size(&mut self, name: &'a Name, spreads: usize) -> Result<usize, String> {
        if spreads > MAX_NESTING {
            return Err(format!("fragments spread one another more than {MAX_NESTING} deep"));
        }
        match self.sizes.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(format!("the fragment {name} spreads itself")),
            None => {}
        }
        // A spread of nothing is the validation's to refuse.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        self.sizes.insert(name, None);
        let size = self.size(&fragment.node.selection_set.node, spreads)?;
        self.sizes.insert(name, Some(size));
        Ok(size)
    }
}

/// What follows the next `end`.
fn after<'a>(text: &'a [u8], end: &[u8]) -> &'a [u8] {
    let position = text.windows(end.len()).position(|window| window == end);
    position.map_or(&[], |position| &text[position + end.len()..])
}

/// What follows a string that ends with `end`; an escaped quote does not end it.
fn after_string<'a>(mut text: &'a [u8], end: &[u8]) -> &'a [u8] {
    while !text.is_empty() {
        if text.starts_with(end) {
            return &text[end.len()..];
        }
        let escaped = if text.starts_with(b"\\\"\"\"") && end.len() == 3 {
            4
        } else if text[0] == b'\\' && end.len() == 1 {
            2
        } else {
            1
        };
        text = text.get(escaped..).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fragments(document: &str, expected: Result<(), &str>) {
        let document = async_graphql::parser::parse_query(document).unwrap();
        assert_eq!(check_expansion(&document), expected.map_err(str::to_owned));
    }

    /// Fragments that spread the next one some times each.
    fn bomb(levels: usize, spreads: usize) -> String {
        let level = |level: usize| {
            let next = format!("...f{} ", level + 1).repeat(spreads);
            format!("fragment f{level} on Query {{ {next} }} ")
        };
        let levels: String = (0..levels).map(level).collect::<Vec<_>>().concat();
        format!(
            "{{ ...f0 }} {levels} fragment f{} on Query {{ a }}",
            levels.matches("fragment").count()
        )
    }

    #[test]
    fn fragments_count_each_time_they_are_spread() {
        check_fragments("{ a b { c ...f } } fragment f on T { d ... on U { e } }", Ok(()));
        check_fragments(&bomb(12, 1), Ok(()));
        check_fragments(&bomb(11, 2), Ok(()));
        for (levels, spreads) in [(10, 10), (24, 2), (60, 3)] {
            let document = async_graphql::parser::parse_query(bomb(levels, spreads)).unwrap();
            assert!(check_expansion(&document).unwrap_err().contains("the limit is 8000"));
        }
        check_fragments(&bomb(100, 1), Err("fragments spread one another more than 64 deep"));
        check_fragments(
            "{ ...f } fragment f on T { g { ...f } }",
            Err("the fragment f spreads itself"),
        );
        check_fragments("{ ...missing }", Ok(()));
    }

    #[track_caller]
    fn check(document: &str, expected: Option<usize>) {
        let expected = expected.map(|n| format!("brackets nest {n} deep; the limit is 64"));
        assert_eq!(check_nesting(document).err(), expected, "{document}");
    }

    #[test]
    fn brackets_count_outside_strings_and_comments() {
        let deep = "[".repeat(65);
        check(&"{[(".repeat(21), None);
        check(&deep, Some(65));
        check(&"[]".repeat(1000), None);
        check(&format!("{{ a(b: \"{deep}\") }}"), None);
        check(&format!("{{ a(b: \"\\\"{deep}\") }}"), None);
        check(&format!("{{ a(b: \"\"\"{deep} \" \\\"\"\" {deep}\"\"\") }}"), None);
        check(&format!("# {deep}\n{{ a }}"), None);
        check(&format!("\"\" {deep}"), Some(65));
        check(&format!("\"a\\\\\" {deep}"), Some(65));
        check(&format!("# a\n{deep}"), Some(65));
        check(&format!("\"{deep}"), None);
    }
}
