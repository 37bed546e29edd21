//! What a document may be before it is parsed.
//!
//! The parser and the walks after it recurse once per bracket: a kilobyte of `[[[[...` overflows a
//! thread's stack, and that ends the process.

/// How deep brackets may nest.
const MAX_NESTING: usize = 64;

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
