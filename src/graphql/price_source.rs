//! The price that an indicator is computed on.

use async_graphql::Enum;

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
