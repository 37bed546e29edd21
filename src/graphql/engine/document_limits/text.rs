//! A document as text: this counts its tokens and brackets before the parser sees them.
//!
//! The parser recurses once per bracket. A kilobyte of `[[[[...` would overflow a thread's stack,
//! and that ends the process. So texts, comments and names must mean the same here and in the
//! parser. The rules are those of async-graphql-parser's grammar, and a test compares the two.

use config::LimitSettings;

use super::exceeded;
use crate::error::{Code, Refusal};

/// Refuses a document with too many tokens, too long a name or text, or too deep brackets.
pub(in crate::graphql) fn check_text(
    document: &str,
    limits: &LimitSettings,
) -> Result<(), Refusal> {
    let count = count(document).map_err(|message| Refusal::new(Code::ParseFailed, message))?;
    for (code, what, actual, limit) in [
        (Code::TokenLimit, "the document's tokens", count.tokens, limits.max_tokens),
        (
            Code::NestingLimit,
            "the levels of the document's brackets",
            count.deepest,
            limits.max_nesting,
        ),
        (
            Code::NameLimit,
            "the bytes of the document's longest name",
            count.longest_name,
            limits.max_name_bytes,
        ),
        (
            Code::TextLimit,
            "the bytes of the document's longest text in quotes",
            count.longest_text,
            limits.max_text_bytes,
        ),
    ] {
        if actual > limit {
            return Err(exceeded(code, what, actual, limit));
        }
    }
    Ok(())
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    /// Names, numbers, texts and punctuation (GraphQL specification, section 2.1.6).
    tokens: usize,
    /// Levels of brackets.
    deepest: usize,
    /// Bytes of the longest name.
    longest_name: usize,
    /// Bytes of the longest text, with its quotes.
    longest_text: usize,
}

fn count(document: &str) -> Result<Count, &'static str> {
    let mut count = Count::default();
    let mut depth = 0_usize;
    let mut rest = document.as_bytes();
    while let [byte, ..] = rest {
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b'#' => {
                rest = &rest[ignored_length(rest)..];
                continue;
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                count.deepest = count.deepest.max(depth);
                1
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                1
            }
            b'"' => text_length(rest)?,
            b'.' if rest.starts_with(b"...") => 3,
            b'-' | b'0'..=b'9' => number_length(rest),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => name_length(rest),
            _ => 1,
        };
        let token = &rest[..length];
        match byte {
            b'"' => count.longest_text = count.longest_text.max(length),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                count.longest_name = count.longest_name.max(length);
                count.tokens += glued_words(token);
            }
            _ => {}
        }
        count.tokens += 1;
        rest = &rest[length..];
    }
    Ok(count)
}

/// The length of the space between tokens, or of the comment, that a text begins with.
fn ignored_length(text: &[u8]) -> usize {
    if text.starts_with(b"#") {
        return length_while(text, |byte| !matches!(byte, b'\r' | b'\n'));
    }
    length_while(text, |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b','))
}

fn length_while(text: &[u8], is_inside: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !is_inside(*byte)).unwrap_or(text.len())
}

fn name_length(text: &[u8]) -> usize {
    length_while(text, |byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// How many extra values the parser reads in a name: it reads `nullnull` as two values.
fn glued_words(mut name: &[u8]) -> usize {
    let mut words = 0;
    while let Some(rest) = [&b"null"[..], b"true", b"false"]
        .into_iter()
        .find_map(|word| name.strip_prefix(word))
        .filter(|rest| !rest.is_empty())
    {
        words += 1;
        name = rest;
    }
    words
}

/// The length of the number at the beginning of a text. Another number may follow at once, as in
/// `00` or `1-1`.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| length_while(&text[from..], |byte| byte.is_ascii_digit());
    let mut end = usize::from(text[0] == b'-');
    end += if text.get(end) == Some(&b'0') { 1 } else { digits(end) };
    if text.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end.max(1)
}

/// The length of the text in quotes that a text begins with.
fn text_length(text: &[u8]) -> Result<usize, &'static str> {
    const ENDLESS: &str = "a text in quotes does not end";
    let is_block = text.starts_with(b"\"\"\"");
    let mut end = if is_block { 3 } else { 1 };
    loop {
        let rest = &text[end..];
        end += match rest {
            [b'"', b'"', b'"', ..] if is_block => return Ok(end + 3),
            [b'\\', b'"', b'"', b'"', ..] if is_block => 4,
            [_, ..] if is_block => 1,
            [b'"', ..] => return Ok(end + 1),
            [b'\r' | b'\n', ..] | [] => return Err(ENDLESS),
            [b'\\', _, ..] => 2,
            [_, ..] => 1,
        };
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::Selection};
    use async_graphql_value::Value;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(document: &str, deepest: usize) {
        assert_eq!(count(document).unwrap().deepest, deepest, "{document}");
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
        check(&format!("# a\r{deep}"), 65);
    }

    /// The parser would go on after an empty text, and find the brackets.
    #[test]
    fn a_text_has_an_end_on_its_line() {
        for document in ["\"[[", "\"\"\" \" [[", "\"\"\"\\\"\"\"", "\"a\n\"", "\"a\r\"", "\"\\"] {
            assert_eq!(count(document), Err("a text in quotes does not end"), "{document}");
        }
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
            ("[00 1-1 1.5.5 1e5e5 nullnull truefalsenull -]", 17),
        ] {
            assert_eq!(count(document).unwrap().tokens, tokens, "{document}");
        }
    }

    #[test]
    fn names_and_texts_have_a_length() {
        let count = count("{ a_1: bc(d: \"efghij\", e: \"\"\"k\"\"\") 1234567890 }").unwrap();
        assert_eq!((count.longest_name, count.longest_text), (3, 8));
    }

    /// Values in a value, and levels of lists and objects.
    fn size(value: &Value) -> (usize, usize) {
        let inside: Vec<(usize, usize)> = match value {
            Value::List(items) => items.iter().map(size).collect(),
            Value::Object(fields) => fields.values().map(size).collect(),
            _ => return (1, 0),
        };
        let depth = inside.iter().map(|(_, depth)| *depth).max().unwrap_or_default();
        (1 + inside.iter().map(|(values, _)| values).sum::<usize>(), 1 + depth)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// The parser never finds more in a text than this module has counted.
        #[test]
        fn the_parser_finds_no_more_than_was_counted(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "[", "]", "[", "]", "{a:", "}", "\"", "\"", "\"\"\"", "\"\"\"", "\\", "\\\"\"\"", "#", "\r",
                "\n", "a", "null", "true", "0", "1", "-", ".5", "e1", "$a", " ", ",", "\u{feff}", "é",
            ]), 0..12),
        ) {
            let document = format!("{{ a(b: [{}]) }}", pieces.concat());
            let (Ok(parsed), Ok(count)) = (parse_query(&document), count(&document)) else {
                return Ok(());
            };
            let (_, operation) = parsed.operations.iter().next().unwrap();
            let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
                panic!("{document}");
            };
            let arguments = field.node.arguments.iter().map(|(_, value)| size(&value.node));
            let (values, depth) = arguments.fold((0, 0), |a, b| (a.0 + b.0, a.1.max(b.1)));
            prop_assert!(values <= count.tokens && depth + 2 <= count.deepest, "{document}");
        }

        /// The parser finds nothing in a text that this module cannot count.
        #[test]
        fn what_cannot_be_counted_is_not_parsed(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "\"", "a\"", "\\", "\r", "\n", " ", "a", "[]",
            ]), 0..12),
        ) {
            let document = format!("{{ a(b: [{}]) }}", pieces.concat());
            // The parser reads three quotes without an end as two quotes; this test is about that.
            if document.contains("\"\"\"") {
                return Ok(());
            }
            if let Err(why) = count(&document) {
                prop_assert!(parse_query(&document).is_err(), "{why}");
            }
        }
    }
}
