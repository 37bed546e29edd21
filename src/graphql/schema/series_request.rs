//! The arguments of `Instrument.series`.

use candles::{Timeframe, Window};

use super::{
    arguments::ArgumentSource,
    enums::{Fill, Frequency},
    scalars::Date,
};
use crate::error::Error;

/// The default frequency.
pub(super) const FREQUENCY: Frequency = Frequency::Daily;

/// The default interval.
pub(super) const INTERVAL: i32 = 1;

/// The default for gaps.
pub(super) const FILL: Fill = Fill::None;

/// The arguments of `Instrument.series`. A client's unset variable arrives as null and means the
/// default.
pub(in crate::graphql) struct SeriesArguments {
    pub(super) frequency: Option<Frequency>,
    pub(super) interval: Option<i32>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) last: Option<i32>,
    pub(super) fill: Option<Fill>,
}

/// A valid request for a series.
pub(in crate::graphql) struct SeriesRequest {
    pub(in crate::graphql) timeframe: Timeframe,
    pub(in crate::graphql) window: Window,
    pub(in crate::graphql) fill: candles::Fill,
}

impl SeriesArguments {
    /// The arguments in a document.
    pub(in crate::graphql) fn read(source: &impl ArgumentSource) -> Self {
        Self {
            frequency: source.get("frequency"),
            interval: source.get("interval"),
            from: source.get("from"),
            to: source.get("to"),
            last: source.get("last"),
            fill: source.get("fill"),
        }
    }

    /// Applies defaults and rules to the arguments.
    pub(in crate::graphql) fn request(self) -> Result<SeriesRequest, Error> {
        let Self { frequency, interval, from, to, last, fill } = self;
        let frequency = frequency.unwrap_or(FREQUENCY).into();
        Ok(SeriesRequest {
            timeframe: Timeframe::new(frequency, interval.unwrap_or(INTERVAL))?,
            window: Window::new(from.map(|date| date.0), to.map(|date| date.0), last)?,
            fill: fill.unwrap_or(FILL).into(),
        })
    }
}
