//! The known layouts, one row of a table each.

use std::fmt::Write;

use clap::ValueEnum;

/// A layout's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "LAYOUTS says what they are")]
pub enum Format {
    Plain,
    Yahoo,
    YfinanceDownload,
    YfinanceHistory,
    Stooq,
    StooqBulk,
    AlphaVantage,
    Tiingo,
    QuandlWiki,
    KaggleHuge,
    Binance,
    Polygon,
    Nasdaq,
    Investing,
    European,
}

/// How a layout writes its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// As a text; the first rows tell the form.
    Text,
    /// Month first, where a date could be read both ways.
    MonthFirst,
    /// As a number of seconds, or of parts of them, since 1970.
    Epoch,
}

/// A known layout.
#[derive(Debug)]
pub(super) struct Layout {
    pub format: Format,
    pub title: &'static str,
    /// The columns of the layout, in any order.
    pub header: &'static str,
    /// Columns that a file may have or lack.
    pub optional: &'static str,
    pub dates: Dates,
}

impl Layout {
    /// The layout of a name.
    pub fn of(format: Format) -> &'static Self {
        &LAYOUTS[format as usize]
    }

    /// Whether a row with prices may lack a volume, which then is 0.
    pub fn volume_may_lack(&self) -> bool {
        matches!(self.format, Format::Nasdaq | Format::Investing)
    }
}

const fn text(
    format: Format,
    title: &'static str,
    header: &'static str,
    optional: &'static str,
) -> Layout {
    Layout { format, title, header, optional, dates: Dates::Text }
}

/// All layouts, in the order of [`Format`]; the first one that fits wins.
pub(super) const LAYOUTS: [Layout; 15] = [
    text(
        Format::Plain,
        "plain, one row per symbol and day",
        "symbol,date,open,high,low,close,volume",
        "adjusted_close,name,exchange,currency",
    ),
    text(Format::Yahoo, "Yahoo Finance", "Date,Open,High,Low,Close,Adj Close,Volume", ""),
    text(
        Format::YfinanceDownload,
        "yfinance download(), with rows Ticker and Date below",
        "Price,Close,High,Low,Open,Volume",
        "Adj Close,Dividends,Stock Splits,Capital Gains,Repaired?",
    ),
    text(
        Format::YfinanceHistory,
        "yfinance history()",
        "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits",
        "Adj Close,Capital Gains,Repaired?",
    ),
    text(Format::Stooq, "Stooq, one symbol", "Date,Open,High,Low,Close,Volume", ""),
    text(
        Format::StooqBulk,
        "Stooq, bulk",
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        "<OPENINT>",
    ),
    text(
        Format::AlphaVantage,
        "Alpha Vantage",
        "timestamp,open,high,low,close,volume",
        "adjusted_close,dividend_amount,split_coefficient",
    ),
    text(
        Format::Tiingo,
        "Tiingo",
        "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor",
        "",
    ),
    text(
        Format::QuandlWiki,
        "Quandl WIKI",
        "ticker,date,open,high,low,close,volume,ex-dividend,split_ratio,adj_open,adj_high,adj_low,\
         adj_close,adj_volume",
        "",
    ),
    text(
        Format::KaggleHuge,
        "Kaggle, Huge Stock Market Dataset",
        "Date,Open,High,Low,Close,Volume,OpenInt",
        "",
    ),
    Layout {
        format: Format::Binance,
        title: "Binance klines of 1d, with or without header",
        header: "open_time,open,high,low,close,volume,close_time,quote_volume,count,\
                 taker_buy_volume,taker_buy_quote_volume,ignore",
        optional: "",
        dates: Dates::Epoch,
    },
    Layout {
        format: Format::Polygon,
        title: "Polygon flat files, day aggregates",
        header: "ticker,volume,open,close,high,low,window_start,transactions",
        optional: "",
        dates: Dates::Epoch,
    },
    Layout {
        format: Format::Nasdaq,
        title: "nasdaq.com",
        header: "Date,Close/Last,Volume,Open,High,Low",
        optional: "",
        dates: Dates::MonthFirst,
    },
    text(Format::Investing, "investing.com", "Date,Price,Open,High,Low,Vol.,Change %", ""),
    text(
        Format::European,
        "European spreadsheet",
        "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen",
        "Symbol;Name;Währung",
    ),
];

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Symbol,
    Date,
    Open,
    High,
    Low,
    Close,
    Volume,
    AdjustedClose,
    /// A time of the day beside the date.
    Time,
    /// The length of a candle, as a letter.
    Period,
    /// The time at which a candle ends.
    Until,
    Name,
    Exchange,
    Currency,
    /// The import does not store it.
    Other,
}

impl Role {
    /// The role of a column of this name, as [`column_name`] spells it.
    pub fn of(name: &str) -> Self {
        match name {
            "symbol" | "ticker" | "<ticker>" => Self::Symbol,
            "date" | "timestamp" | "<date>" | "open_time" | "window_start" => Self::Date,
            "open" | "<open>" => Self::Open,
            "high" | "<high>" => Self::High,
            "low" | "<low>" => Self::Low,
            "close" | "<close>" | "close/last" | "price" => Self::Close,
            "volume" | "<vol>" | "vol." => Self::Volume,
            "adjusted_close" => Self::AdjustedClose,
            "<time>" => Self::Time,
            "<per>" => Self::Period,
            "close_time" => Self::Until,
            "name" => Self::Name,
            "exchange" => Self::Exchange,
            "currency" => Self::Currency,
            _ => Self::Other,
        }
    }
}

/// The spelling of a column's name for comparisons.
pub(super) fn column_name(cell: &str) -> String {
    let name = cell.trim().to_lowercase().replace(' ', "_");
    let same = match name.as_str() {
        "adj_close" | "adjclose" | "adj._close" | "bereinigter_schlusskurs" => "adjusted_close",
        "datetime" | "datum" => "date",
        "eröffnung" | "eröffnungskurs" | "eröffn." | "erster" => "open",
        "hoch" | "tageshoch" | "höchst" | "höchstkurs" => "high",
        "tief" | "tagestief" | "tiefst" | "tiefstkurs" => "low",
        "schluss" | "schlusskurs" | "letzter" | "zuletzt" => "close",
        "volumen" | "stücke" => "volume",
        "währung" => "currency",
        "börse" => "exchange",
        "quote_asset_volume" => "quote_volume",
        "number_of_trades" => "count",
        "taker_buy_base_asset_volume" => "taker_buy_volume",
        "taker_buy_quote_asset_volume" => "taker_buy_quote_volume",
        _ => return name,
    };
    same.to_owned()
}

/// Names of columns, out of one of [`LAYOUTS`]' lists.
pub(super) fn names(list: &'static str) -> impl Iterator<Item = String> {
    list.split([',', ';']).filter(|name| !name.is_empty()).map(column_name)
}

/// The name that a user writes.
pub(super) fn name_of(format: Format) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// The names that a user may write.
pub(super) fn all_names() -> String {
    LAYOUTS.iter().map(|layout| name_of(layout.format)).collect::<Vec<_>>().join(", ")
}

/// All layouts with their headers, for people.
#[must_use]
pub fn formats() -> String {
    let mut text = String::new();
    for layout in &LAYOUTS {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{}: {}", name_of(layout.format), layout.title);
        let _ = writeln!(text, "    {}", layout.header);
        if !layout.optional.is_empty() {
            let _ = writeln!(text, "    and possibly {}", layout.optional);
        }
    }
    text.push_str(
        "\nColumns may be in any order and case, between commas, semicolons, tabs or bars.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_has_what_a_row_needs() {
        assert_eq!(LAYOUTS.len(), Format::value_variants().len());
        for (layout, format) in LAYOUTS.iter().zip(Format::value_variants()) {
            assert_eq!(layout.format, *format);
            let roles: Vec<Role> = names(layout.header).map(|name| Role::of(&name)).collect();
            for role in [Role::Open, Role::High, Role::Low, Role::Close, Role::Volume] {
                assert!(roles.contains(&role) || *format == Format::YfinanceDownload, "{layout:?}");
            }
        }
        assert!(
            formats().starts_with("plain: plain, one row per symbol and day\n    symbol,date,")
        );
    }
}
