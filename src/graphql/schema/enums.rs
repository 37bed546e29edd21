//! The enums of `crates/candles` with names and descriptions for the API's users; the compiler sees
//! to it that no value is missing.

use async_graphql::Enum;

/// How often a candle begins; `interval` multiplies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "candles::Frequency")]
pub enum Frequency {
    /// Calendar days, counted from Monday 2000-01-03.
    Daily,
    /// ISO weeks, Monday to Sunday, counted from 2000-01-03.
    Weekly,
    /// Calendar months, counted from 2000-01.
    Monthly,
    /// Calendar quarters, counted from 2000-01.
    Quarterly,
    /// Calendar years, counted from 2000.
    Annual,
}

/// What stands in a period without trading days, between an instrument's first and last candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "candles::Fill")]
pub enum Fill {
    /// Nothing: the period is left out.
    None,
    /// A candle whose prices are null and whose volume is 0.
    Null,
    /// A candle whose prices are the close before it and whose volume is 0.
    Previous,
}

/// Which price of each candle an indicator is computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "candles::PriceSource")]
pub enum PriceSource {
    /// The first price.
    Open,
    /// The highest price.
    High,
    /// The lowest price.
    Low,
    /// The last price.
    Close,
    /// The number of shares or units traded.
    Volume,
    /// (high + low) / 2, the median price.
    #[graphql(name = "HL2")]
    Hl2,
    /// (high + low + close) / 3, the typical price.
    #[graphql(name = "HLC3")]
    Hlc3,
    /// (open + high + low + close) / 4, the average price.
    #[graphql(name = "OHLC4")]
    Ohlc4,
    /// (high + low + 2 x close) / 4, the weighted close.
    #[graphql(name = "HLCC4")]
    Hlcc4,
}
