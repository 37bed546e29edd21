//! Refuses inputs that are no tables, and says what they are instead.

use anyhow::bail;

use super::{records::text, row_error::quoted_line};

/// Fails if the first bytes are not those of delimited text.
pub(super) fn refuse(start: &[u8]) -> anyhow::Result<()> {
    let visible = start.trim_ascii_start();
    if visible.is_empty() {
        bail!("the input is empty");
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        bail!("the text is UTF-16; save it as UTF-8");
    }
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x1f\x8b") {
        bail!("there is an archive inside the archive; unpack the outer one first");
    }
    let first = text(first_line(visible));
    let lower = first.to_lowercase();
    if ["<!doctype", "<html", "<?xml", "<!--", "<head", "<body"]
        .iter()
        .any(|tag| lower.starts_with(tag))
    {
        bail!("this is a web page, not data: {}", quoted_line(&first));
    }
    if lower.starts_with(['{', '[']) {
        let whole = text(visible);
        let words = whole.split_whitespace().collect::<Vec<_>>().join(" ");
        bail!("this is JSON, not delimited text: {}", quoted_line(&words));
    }
    Ok(())
}

/// The bytes before the first line break.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    &bytes[..end.unwrap_or(bytes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: &[u8], expected: &str) {
        let result = refuse(start).map_or_else(|error| error.to_string(), |()| "ok".to_owned());
        assert_eq!(result, expected);
    }

    #[test]
    fn what_is_no_table_is_named() {
        check(b"<TICKER>,<PER>,<DATE>\n", "ok");
        check(b"", "the input is empty");
        check(b" \r\n\n", "the input is empty");
        check(b"\xff\xfed\0a\0", "the text is UTF-16; save it as UTF-8");
        check(
            b"PK\x03\x04abc",
            "there is an archive inside the archive; unpack the outer one first",
        );
        check(b"\n<!DOCTYPE html>\n<html>", r#"this is a web page, not data: "<!DOCTYPE html>""#);
        check(
            b"{\n    \"Note\": \"Thank you for using Alpha Vantage! Our\"}",
            r#"this is JSON, not delimited text: "{ \"Note\": \"Thank you for using Alpha Vantage! Our\"}""#,
        );
    }
}
