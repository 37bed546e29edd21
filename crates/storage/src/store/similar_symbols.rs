//! Symbols that a client may have meant by an unknown one.

use std::{collections::BTreeMap, ops::Bound};

use candles::Symbol;

/// Most symbols that are suggested.
const MAX_SIMILAR: usize = 3;

/// Longest symbol for which the search tries every slip: some thousand look-ups.
const MAX_TRIED_BYTES: usize = 12;

/// The characters of a symbol.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.^=_-";

/// The characters before an exchange or a class of shares.
const SEPARATORS: [char; 3] = ['.', '-', '='];

/// Known symbols that are similar to an unknown one: without its suffix, with a suffix, with one
/// letter that is another, too many, missing, or in the wrong place. The work does not grow with
/// the number of instruments.
pub(super) fn similar<V>(symbol: &Symbol, known: &BTreeMap<Symbol, V>) -> Vec<Symbol> {
    let text: &str = symbol;
    let stem = text.split(SEPARATORS).next().map(str::to_owned);
    let longer = known
        .range::<str, _>((Bound::Excluded(text), Bound::Unbounded))
        .map(|(symbol, _)| symbol.to_string())
        .take_while(|longer| text.len() > 1 && longer.starts_with(text))
        .take(MAX_SIMILAR);
    let slips = Some(text).filter(|text| text.len() <= MAX_TRIED_BYTES);
    let slips = slips.into_iter().flat_map(slips_of);
    let mut found: Vec<Symbol> = Vec::new();
    for candidate in stem.into_iter().chain(longer).chain(slips) {
        if found.len() == MAX_SIMILAR {
            break;
        }
        if let Some((similar, _)) = known.get_key_value(candidate.as_str())
            && !found.contains(similar)
        {
            found.push(similar.clone());
        }
    }
    found
}

/// The texts that are one slip away.
fn slips_of(text: &str) -> impl Iterator<Item = String> {
    let swapped = (1..text.len()).map(move |at| {
        let (head, second) = (&text[..at - 1], &text[at..=at]);
        format!("{head}{second}{}{}", &text[at - 1..at], &text[at + 1..])
    });
    let shorter = (0..text.len()).map(move |at| format!("{}{}", &text[..at], &text[at + 1..]));
    let other = (0..text.len()).flat_map(move |at| {
        LETTERS.chars().map(move |letter| format!("{}{letter}{}", &text[..at], &text[at + 1..]))
    });
    let longer = (0..=text.len()).flat_map(move |at| {
        LETTERS.chars().map(move |letter| format!("{}{letter}{}", &text[..at], &text[at..]))
    });
    swapped.chain(shorter).chain(other).chain(longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(symbol: &str, known: &[&str], expected: &[&str]) {
        let known = known.iter().map(|it| (Symbol::parse(it).unwrap(), ())).collect();
        let found = similar(&Symbol::parse(symbol).unwrap(), &known);
        assert_eq!(found.iter().map(AsRef::<str>::as_ref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_slip_is_found() {
        for slip in ["AAPLE", "AAP", "AAPX", "APAL", "XAAPL", "APL"] {
            check(slip, &["AAPL", "MSFT"], &["AAPL"]);
        }
        for other in ["AMZN", "PPLA", "X"] {
            check(other, &["AAPL", "MSFT"], &[]);
        }
    }

    #[test]
    fn symbols_with_and_without_a_suffix_are_similar() {
        check("AAPL.US", &["AAPL", "AAPLX"], &["AAPL"]);
        check("BRK", &["BR", "BRK-A", "BRK-B", "BRX"], &["BRK-A", "BRK-B", "BR"]);
        check("A", &["AAPL", "AMZN"], &[]);
    }

    #[test]
    fn three_symbols_are_the_most() {
        check("AB", &["ABA", "ABB", "ABC", "ABD", "AC"], &["ABA", "ABB", "ABC"]);
    }

    #[test]
    fn slips_of_a_long_symbol_are_not_tried() {
        check("ABCDEFGHIJKLM", &["ABCDEFGHIJKLN"], &[]);
        check("ABCDEFGHIJKLM", &["ABCDEFGHIJKLM-X"], &["ABCDEFGHIJKLM-X"]);
    }
}
