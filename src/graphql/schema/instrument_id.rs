//! Makes an instrument's id from its symbol, and finds the symbol in an id.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use candles::Symbol;

/// The text before the symbol.
const PREFIX: &str = "Instrument:";

/// The id of the instrument with a symbol. A URL needs no escapes for it.
pub(super) fn of(symbol: &Symbol) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{PREFIX}{symbol}")))
}

/// The symbol in an id; none if it is not the id of a symbol.
pub(super) fn symbol(id: &ID) -> Option<Symbol> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
    let symbol = text.strip_prefix(PREFIX)?.parse().ok()?;
    // An instrument has one id only; small letters would make a second one.
    (of(&symbol) == *id).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command `printf Instrument:AAPL | base64 | tr +/ -_ | tr -d =` gives the ids.
    #[test]
    fn an_id_leads_to_the_symbol_that_it_was_made_of() {
        for (text, id) in [
            ("AAPL", "SW5zdHJ1bWVudDpBQVBM"),
            ("^GSPC", "SW5zdHJ1bWVudDpeR1NQQw"),
            ("BRK.B", "SW5zdHJ1bWVudDpCUksuQg"),
        ] {
            assert_eq!(of(&text.parse().unwrap()).as_str(), id);
            assert_eq!(symbol(&ID(id.to_owned())).as_deref(), Some(text));
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for id in [
            "",
            "AAPL",
            "Instrument:AAPL",
            "SW5zdHJ1bWVudDpBQVBM=",
            " SW5zdHJ1bWVudDpBQVBM",
            // Instrument:aapl, Instrument:, Instrument:A B, Candle:AAPL, a byte that is no text.
            "SW5zdHJ1bWVudDphYXBs",
            "SW5zdHJ1bWVudDo",
            "SW5zdHJ1bWVudDpBIEI",
            "Q2FuZGxlOkFBUEw",
            "_w",
        ] {
            assert_eq!(symbol(&ID(id.to_owned())), None, "{id:?}");
        }
    }
}
