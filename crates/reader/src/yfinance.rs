//! What yfinance's `download()` writes: one column for each price of each ticker, under a header
//! of three rows (`Price`, `Ticker`, `Date`).

use super::{
    header::{Columns, Header, TickerColumns},
    layout::Role,
};

/// One group of columns for each ticker, if these three rows are such a header.
pub(super) fn groups(
    first: &Header,
    second: &Header,
    third: &Header,
) -> Option<Vec<TickerColumns>> {
    let is_named = |header: &Header, names: &[&str]| {
        header.names.first().is_some_and(|name| names.contains(&name.as_str()))
    };
    // `group_by="ticker"` exchanges the first two rows; older versions leave their names empty.
    let (prices, tickers) = if is_named(first, &["price", ""]) && is_named(second, &["ticker", ""])
    {
        (first, second)
    } else if is_named(first, &["ticker"]) && is_named(second, &["price"]) {
        (second, first)
    } else {
        return None;
    };
    if !is_named(third, &["date"]) || third.names[1..].iter().any(|name| !name.is_empty()) {
        return None;
    }
    let mut symbols: Vec<&String> = Vec::new();
    for ticker in &tickers.written[1..] {
        if !symbols.contains(&ticker) {
            symbols.push(ticker);
        }
    }
    if symbols.is_empty() {
        return None;
    }
    let group = |symbol: &String| {
        let role = |(name, ticker): (&String, &String)| {
            if ticker == symbol { Role::of(name) } else { Role::Other }
        };
        let columns = prices.names.iter().zip(&tickers.written).skip(1).map(role);
        let roles: Vec<Role> = std::iter::once(Role::Date).chain(columns).collect();
        Some(TickerColumns {
            ticker: Some(symbol.clone()),
            symbol: None,
            columns: Columns::new(&roles)?,
        })
    };
    symbols.into_iter().map(group).collect()
}
