//! The enums of `crates/candles` with names and descriptions for the API's users. The compiler
//! refuses a missing value.

use async_graphql::Enum;

/// The length of a candle's period; `interval` multiplies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "candles::Frequency")]
pub enum Frequency {
    /// Calendar days. Groups of several days count from Monday 2000-01-03.
    Daily,
    /// ISO weeks, Monday to Sunday. Groups of several weeks count from 2000-01-03.
    Weekly,
    /// Calendar months. Groups of several months count from 2000-01.
    Monthly,
    /// Calendar quarters. Groups of several quarters count from 2000-01.
    Quarterly,
    /// Calendar years. Groups of several years count from 2000.
    Annual,
}

/// What the series shows for a period without trading days, between the instrument's first and last
/// candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "candles::Fill")]
pub enum Fill {
    /// No candle: the series skips the period.
    None,
    /// A candle with null prices and a volume of 0.
    Null,
    /// A candle whose prices are the close before it, with a volume of 0.
    Previous,
}

/// The price of each candle that an indicator reads.
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
    /// The number of shares or units that traders exchanged.
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
