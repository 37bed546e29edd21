//! The candles that a series shows: some of the stored ones, or the same with gaps filled.

use std::{ops::Range, sync::Arc};

use candles::{Candles, Fill, Time, Window, indicator::Column};

use super::request_context::SeriesMemo;

/// A window of a series.
#[derive(Debug)]
pub(in crate::graphql) struct SeriesWindow {
    /// What indicators are computed on.
    pub(super) stored: Arc<SeriesMemo>,
    /// What the window looks at: the stored candles, or the same and filled ones between them.
    pub(super) shown: Arc<Candles>,
    pub(super) range: Range<usize>,
    /// Which stored candle the first shown one is, or the next after it.
    first_stored: usize,
}

impl SeriesWindow {
    pub(super) fn new(stored: Arc<SeriesMemo>, fill: Fill, window: Window) -> Self {
        let shown = match fill {
            Fill::None => Arc::clone(&stored.candles),
            fill => Arc::new(stored.candles.fill(fill)),
        };
        let range = window.select(&shown);
        let first_stored = shown.stored_before(range.start);
        Self { stored, shown, range, first_stored }
    }

    /// The value of a column at each shown candle; none at a filled one.
    pub(super) fn values(&self, column: &Column) -> impl Iterator<Item = Option<f64>> {
        let mut stored = self.first_stored;
        self.range.clone().map(move |row| {
            let candle = self.shown.is_stored(row).then_some(stored)?;
            stored += 1;
            column.get(candle)
        })
    }

    /// The start of each shown candle.
    pub(super) fn times(&self) -> &[Time] {
        &self.shown.times()[self.range.clone()]
    }
}
