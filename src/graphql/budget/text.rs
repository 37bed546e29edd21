//! A document as text: its tokens and brackets are counted before the parser sees them.
//!
//! The parser recurses once per bracket: a kilobyte of `[[[[...` would overflow a thread's stack,
//! and that ends the process.

use super::exceeded;
use crate::{
    config::LimitSettings,
    error::{Code, Refusal},
};

/// Refuses a document of too many tokens, or whose brackets nest too deeply.
pub(super) fn check(document: &str, limits: &LimitSettings) -> Result<(), Refusal> {
    let Count { tokens, deepest } = count(document);
    if tokens > limits.max_tokens {
        return Err(exceeded(Code::TokenLimit, "the document's tokens", tokens, limits.max_tokens));
    }
    if deepest > limits.max_nesting {
        let what = "the levels of the document's brackets";
        return Err(exceeded(Code::NestingLimit, what, deepest, limits.max_nesting));
    }
    Ok(())
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    /// Names, numbers, texts and punctuation (GraphQL specification, section 2.1.6).
    tokens: usize,
    /// Levels of brackets.
    deepest: usize,
}

fn count(document: &str) -> Count {
    let mut count = Count::default();
    let mut depth = 0_usize;
    let mut rest = document.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => continue,
            b'#' => {
                rest = after(rest, b"\n");
                continue;
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                count.deepest = count.deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'"' if rest.starts_with(b"\"\"") => rest = after_string(&rest[2..], b"\"\"\""),
            b'"' => rest = after_string(rest, b"\""),
            b'.' if rest.starts_with(b"..") => rest = &rest[2..],
            byte if is_of_word(*byte) => {
                let end = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
                rest = &rest[end..];
            }
            _ => {}
        }
        count.tokens += 1;
    }
    count
}

/// Whether a byte is a part of a name or a number.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.')
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
    fn check(document: &str, deepest: usize) {
        assert_eq!(count(document).deepest, deepest, "{document}");
    }

    #[test]
    fn brackets_count_outside_strings_and_comments() {
        let deep = "[".repeat(65);
        check(&"{[(".repeat(21), 63);
        check(&deep, 65);
        check(&"[]".repeat(1000), 1);
        check(&format!("{{ a(b: \"{deep}\") }}"), 2);
        check(&format!("{{ a(b: \"\\\"{deep}\") }}"), 2);
        check(&format!("{{ a(b: \"\"\"{deep} \" \\\"\"\" {deep}\"\"\") }}"), 2);
        check(&format!("# {deep}\n{{ a }}"), 1);
        check(&format!("\"\" {deep}"), 65);
        check(&format!("\"a\\\\\" {deep}"), 65);
        check(&format!("# a\n{deep}"), 65);
        check(&format!("\"{deep}"), 0);
    }

    #[test]
    fn tokens_are_names_numbers_texts_and_punctuation() {
        for (document, tokens) in [
            ("", 0),
            (" ,\n# a comment", 0),
            ("{ a b }", 4),
            ("{a,b}", 4),
            ("query($n: Int = -1.5e+3) @on { a(b: $n) ...f }", 22),
            (r#"{ a(b: "two words", c: """three "or" more""") }"#, 11),
            ("{ a(b: \"", 6),
        ] {
            assert_eq!(count(document).tokens, tokens, "{document}");
        }
    }
}
