//! Ticker symbols: only this file parses and capitalises them.

use std::{borrow::Borrow, fmt, ops::Deref, str::FromStr, sync::Arc};

use thiserror::Error;

/// A ticker symbol, always in capitals. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(Arc<str>);

/// A text that cannot be a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("symbol {value:?} is not {rule}", rule = Symbol::RULE)]
pub struct InvalidSymbol {
    /// The refused text, cut to one character more than a symbol may have.
    pub value: String,
}

impl Symbol {
    /// Most characters of a symbol.
    pub const MAX_CHARS: usize = 32;

    /// The rule for symbols, for messages: "... is not" this.
    pub const RULE: &str = "1 to 32 of the characters A-Z 0-9 . ^ = _ -";

    /// Reads a symbol in either case, and capitalises it.
    pub fn parse(text: &str) -> Result<Self, InvalidSymbol> {
        // The rule has ASCII letters only: the capital of "ß" is "SS", which is another symbol.
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b".^=_-".contains(&byte);
        if !(1..=Self::MAX_CHARS).contains(&text.len()) || !text.bytes().all(known) {
            return Err(InvalidSymbol { value: text.chars().take(Self::MAX_CHARS + 1).collect() });
        }
        let mut symbol = Arc::from(text);
        Arc::<str>::make_mut(&mut symbol).make_ascii_uppercase();
        Ok(Self(symbol))
    }
}

impl FromStr for Symbol {
    type Err = InvalidSymbol;

    fn from_str(text: &str) -> Result<Self, InvalidSymbol> {
        Self::parse(text)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Symbol {
    fn as_ref(&self) -> &str {
        self
    }
}

/// Code can look up symbols in a map by text: equality, order and hash are those of `str`.
impl Borrow<str> for Symbol {
    fn borrow(&self) -> &str {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;

    fn symbol(text: &str) -> Symbol {
        Symbol::parse(text).unwrap()
    }

    #[test]
    fn symbols_are_short_and_ascii() {
        for (text, expected) in [("brk-b", "BRK-B"), ("^GSPC", "^GSPC"), ("EURUSD=x", "EURUSD=X")] {
            assert_eq!(symbol(text).to_string(), expected);
        }
        // The capital of ß is SS, and the capital of ı is I. These are other symbols.
        for text in ["", "A B", "É", "ß", "ı", "AAPL'--", "A\0", &"A".repeat(33)] {
            assert!(Symbol::parse(text).is_err(), "{text:?}");
        }
        assert!(Symbol::parse(&"A".repeat(Symbol::MAX_CHARS)).is_ok());
        assert!(Symbol::RULE.contains(&Symbol::MAX_CHARS.to_string()));
    }

    #[track_caller]
    fn check_refusal(text: &str, expected: &str) {
        assert_eq!(text.parse::<Symbol>().unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_refusal_names_the_value_and_the_rule() {
        check_refusal("A B", r#"symbol "A B" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -"#);
        check_refusal("", r#"symbol "" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -"#);
        check_refusal(
            "A\n\"",
            r#"symbol "A\n\"" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -"#,
        );
    }

    #[test]
    fn a_refusal_cuts_a_long_value_to_33_characters() {
        for (text, cut) in [("A".repeat(1000), "A".repeat(33)), ("é".repeat(40), "é".repeat(33))]
        {
            assert_eq!(Symbol::parse(&text).unwrap_err().value, cut);
        }
    }

    #[test]
    fn symbols_in_either_case_are_the_same() {
        assert_eq!(symbol("aapl"), symbol("AAPL"));
        assert_ne!(symbol("AAPL"), symbol("AAPL.L"));
    }

    #[test]
    fn a_map_of_symbols_can_be_asked_by_text() {
        let rows = [(symbol("msft"), 1), (symbol("aapl"), 2)];
        assert_eq!(HashMap::from(rows.clone()).get("AAPL"), Some(&2));
        assert_eq!(BTreeMap::from(rows).get("MSFT"), Some(&1));
    }

    #[test]
    fn symbols_are_ordered_as_their_text_is() {
        let mut texts = ["^GSPC", "A", "BRK-B", "BRK.B", "BRK", "0700.HK", "_", "="];
        let mut symbols = texts.map(symbol);
        texts.sort_unstable();
        symbols.sort_unstable();
        assert_eq!(symbols.each_ref().map(AsRef::<str>::as_ref), texts);
    }

    #[test]
    fn a_clone_shares_the_text() {
        let one = symbol("AAPL");
        assert_eq!(one.clone().as_ptr(), one.as_ptr());
    }
}
