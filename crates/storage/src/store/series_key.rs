//! The key of a series: in the cache, in a request, and in the estimate of its cost.

use candles::Timeframe;

use super::Instrument;

/// Names a series: whose it is, as of when, and at which timeframe. What else will tell series
/// apart, as an adjustment or a trading session, becomes a field here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    pub(super) instrument_id: i32,
    /// How often the database had gone back in time: its revisions, and its identifiers, come again
    /// after that.
    epoch: u32,
    pub(super) version: Version,
    pub(super) timeframe: Timeframe,
}

/// The version of a history. An import raises the revision; then no request asks for the older
/// version, which ages out of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Version {
    /// The import that the history is at least as new as.
    pub(super) revision: i64,
    /// The revision since which imports have only added newer days: a history of any later revision
    /// begins with this one. No import reports this yet, so it is the revision itself.
    appended_from: i64,
}

impl SeriesKey {
    /// The key of an instrument's series.
    #[must_use]
    pub fn new(instrument: &Instrument, timeframe: Timeframe) -> Self {
        let (instrument_id, revision) = (instrument.id, instrument.revision);
        let version = Version { revision, appended_from: revision };
        Self { instrument_id, epoch: instrument.epoch, version, timeframe }
    }

    /// The key of the same history at another timeframe.
    pub(super) fn at(self, timeframe: Timeframe) -> Self {
        Self { timeframe, ..self }
    }
}
