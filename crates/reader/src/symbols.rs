//! Symbols that are not in the rows: the user's, the header's, the file name's.

use anyhow::bail;
use candles::Symbol;

use super::{
    ReadOptions, layout::Format, open::without_extensions, row_error::quoted, sniff::Dialect,
};

/// Longest symbol that the reader takes from a file's name.
const MAX_CHARS: usize = 12;

/// Names that people and programs give to files of any instrument.
const WORDS: [&str; 24] = [
    "CANDLES",
    "DAILY",
    "DATA",
    "DATEN",
    "DOWNLOAD",
    "DUMP",
    "EXPORT",
    "FILE",
    "HISTORICAL",
    "HISTORY",
    "IMPORT",
    "INPUT",
    "KURSE",
    "MARKET",
    "OHLC",
    "OHLCV",
    "OUTPUT",
    "PRICE",
    "PRICES",
    "QUOTES",
    "STOCK",
    "STOCKS",
    "TABLE",
    "TEST",
];

impl Dialect {
    /// Finds the symbols that are not in the rows.
    pub fn name_groups(&mut self, name: &str, options: &ReadOptions) -> anyhow::Result<()> {
        let binance = (self.layout.format == Format::Binance).then(|| binance(name));
        if let Some(Some((_, interval))) = &binance
            && interval != "1d"
        {
            bail!("candles of {interval}: candleql imports only daily data");
        }
        if let Some(symbol) = &options.symbol {
            let Ok(parsed) = Symbol::parse(symbol) else {
                bail!("--symbol {} is not {}", quoted(symbol), Symbol::RULE);
            };
            if let [first, second, ..] = self.groups.as_slice() {
                let [first, second] =
                    [first, second].map(|group| group.ticker.as_deref().unwrap_or_default());
                bail!("--symbol {symbol} is one symbol, but the input has {first} and {second}");
            }
            self.groups[0].symbol = Some(parsed);
            return Ok(());
        }
        let of_file = || match &binance {
            Some(Some((symbol, _))) => Some(symbol.clone()),
            _ => symbol(name),
        };
        for group in &mut self.groups {
            match &group.ticker {
                Some(text) => {
                    let Ok(symbol) = Symbol::parse(text) else {
                        bail!("the header's symbol {} is not {}", quoted(text), Symbol::RULE);
                    };
                    group.symbol = Some(symbol);
                }
                None if group.columns.symbol.is_some() => {}
                None => {
                    let Some(symbol) = of_file() else {
                        bail!("neither the rows nor the file's name say the symbol; say --symbol");
                    };
                    group.symbol = Some(symbol);
                }
            }
        }
        Ok(())
    }
}

/// The symbol in a file's name: `aapl.us.txt`, `aapl_us_d.csv`, `AAPL.csv`,
/// `daily_adjusted_AAPL.csv`, `AAPL Historical Data.csv`.
fn symbol(name: &str) -> Option<Symbol> {
    let mut stem = without_extensions(name);
    if let Some((before, copy)) = stem.rsplit_once(" (")
        && copy.trim_end_matches(')').bytes().all(|byte| byte.is_ascii_digit())
    {
        stem = before;
    }
    let stem = stem.strip_suffix(" Historical Data").unwrap_or(stem);
    let stem = ["daily_adjusted_", "daily_"]
        .iter()
        .find_map(|start| stem.strip_prefix(start))
        .unwrap_or(stem);
    let stem = match stem.strip_suffix("_d") {
        Some(stooq) => stooq.replacen('_', ".", 1),
        None => stem.to_owned(),
    };
    let symbol = without_market(Symbol::parse(&stem).ok()?);
    let is_symbol = symbol.len() <= MAX_CHARS
        && symbol.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !symbol.contains('_')
        && !WORDS.contains(&&*symbol);
    is_symbol.then_some(symbol)
}

/// The symbol without Stooq's suffix for the United States. Those of other markets stay: SAP.DE is
/// another instrument than SAP, in other money.
pub(super) fn without_market(symbol: Symbol) -> Symbol {
    symbol.strip_suffix(".US").and_then(|rest| Symbol::parse(rest).ok()).unwrap_or(symbol)
}

/// The symbol and the interval in a name like `BTCUSDT-1d-2024-01.csv`.
fn binance(name: &str) -> Option<(Symbol, String)> {
    let mut parts = without_extensions(name).split('-');
    let symbol = Symbol::parse(parts.next()?).ok()?;
    let interval = parts.next()?;
    let is_interval = interval.len() <= 3 && interval.starts_with(|c: char| c.is_ascii_digit());
    is_interval.then(|| (symbol, interval.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(symbol(name).as_deref(), expected, "{name:?}");
    }

    #[test]
    fn files_are_named_after_symbols() {
        for (name, expected) in [
            ("aapl.us.txt", "AAPL"),
            ("a/b.zip/Data/Stocks/brk-b.us.txt", "BRK-B"),
            ("aapl_us_d.csv", "AAPL"),
            ("sap_de_d.csv", "SAP.DE"),
            ("SAP.DE.csv", "SAP.DE"),
            ("^spx_d.csv", "^SPX"),
            ("AAPL.csv.gz", "AAPL"),
            ("AAPL (1).csv", "AAPL"),
            ("daily_adjusted_IBM.csv", "IBM"),
            ("daily_IBM.csv", "IBM"),
            ("AAPL Historical Data.csv", "AAPL"),
        ] {
            check(name, Some(expected));
        }
    }

    #[test]
    fn other_names_are_no_symbols() {
        for name in [
            "-",
            "prices.csv",
            "stocks_daily.csv",
            "2024-01-02.csv.gz",
            "HistoricalData_1705000000000.csv",
            "Apple Stock Price History.csv",
            "",
        ] {
            check(name, None);
        }
    }

    #[test]
    fn binance_names_symbol_and_interval() {
        let names = binance("x.zip/BTCUSDT-1d-2024-01.csv");
        assert_eq!(names, Some((Symbol::parse("BTCUSDT").unwrap(), "1d".to_owned())));
        assert_eq!(binance("BTC-USD.csv"), None);
        assert_eq!(binance("btc.csv"), None);
    }
}
