//! Price sources: the one series that an indicator of one series is computed on.

use std::borrow::Cow;

use crate::Candles;

/// Which price of each candle an indicator reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceSource {
    /// The first price.
    Open,
    /// The highest price.
    High,
    /// The lowest price.
    Low,
    /// The last price.
    Close,
    /// The volume.
    Volume,
    /// (high + low) / 2
    Hl2,
    /// (high + low + close) / 3, the typical price
    Hlc3,
    /// (open + high + low + close) / 4, the average price
    Ohlc4,
    /// (high + low + 2 x close) / 4, the weighted close
    Hlcc4,
}

impl PriceSource {
    /// The price of each candle.
    #[must_use]
    pub fn column(self, candles: &Candles) -> Cow<'_, [f64]> {
        let prices = candles.prices();
        let [open, high, low, close] = [&prices.open, &prices.high, &prices.low, &prices.close];
        let each =
            |price: &dyn Fn(usize) -> f64| Cow::Owned((0..candles.len()).map(price).collect());
        match self {
            Self::Open => Cow::Borrowed(open),
            Self::High => Cow::Borrowed(high),
            Self::Low => Cow::Borrowed(low),
            Self::Close => Cow::Borrowed(close),
            Self::Volume => Cow::Borrowed(candles.volume_as_real()),
            Self::Hl2 => each(&|i| f64::midpoint(high[i], low[i])),
            Self::Hlc3 => each(&|i| (high[i] + low[i] + close[i]) / 3.0),
            Self::Ohlc4 => each(&|i| (open[i] + high[i] + low[i] + close[i]) / 4.0),
            Self::Hlcc4 => each(&|i| (high[i] + low[i] + close[i] + close[i]) / 4.0),
        }
    }
}
