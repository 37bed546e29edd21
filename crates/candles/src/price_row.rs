//! What a source of prices says: a day's row, and facts about the instrument.

use crate::OhlcvRow;

/// A day's prices as a source gives them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceRow {
    /// The day and its prices.
    pub ohlcv: OhlcvRow,
    /// The close adjusted for splits and dividends, where the source has it.
    pub adjusted_close: Option<f64>,
}

/// What a source says about an instrument beside its prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstrumentMetadata {
    /// The company's or product's name.
    pub name: Option<String>,
    /// The exchange where it is listed.
    pub exchange: Option<String>,
    /// The currency of its prices.
    pub currency: Option<String>,
}
