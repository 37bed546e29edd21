//! Ticker symbols.

/// Most characters of a symbol.
pub const MAX_CHARS: usize = 32;

/// What a symbol is, for messages: "... is not" this.
pub const RULE: &str = "1 to 32 of the characters A-Z 0-9 . ^ = _ -";

/// Whether `text` can be a symbol: 1 to [`MAX_CHARS`] of `A-Z 0-9 . ^ = _ -` in either case.
/// Nothing else is ever stored, so that nothing else needs looking for.
#[must_use]
pub fn is_symbol(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".^=_-".contains(&byte);
    (1..=MAX_CHARS).contains(&text.len()) && text.bytes().all(known)
}

/// The symbol in capitals, if `text` can be one.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    is_symbol(text).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_short_and_ascii() {
        for (text, symbol) in [("brk-b", "BRK-B"), ("^GSPC", "^GSPC"), ("EURUSD=x", "EURUSD=X")] {
            assert_eq!(parse(text).as_deref(), Some(symbol));
        }
        // The capital of ß is SS and that of ı is I: not the same symbol.
        for text in ["", "A B", "É", "ß", "ı", "AAPL'--", "A\0", &"A".repeat(33)] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse(&"A".repeat(MAX_CHARS)).is_some());
        assert!(RULE.contains(&MAX_CHARS.to_string()));
    }
}
