//! The candles that a series shows: a part of the stored ones, perhaps with filled gaps.

use std::{ops::Range, sync::Arc};

use candles::{Candles, Fill, Time, Window, indicator::Column};

use super::request_context::SeriesMemo;

/// A window of a series.
#[derive(Debug)]
pub(in crate::graphql) struct SeriesWindow {
    /// The candles that indicators read.
    pub(super) stored: Arc<SeriesMemo>,
    /// The candles that the window shows a part of: the stored ones, perhaps with filled ones
    /// between them.
    pub(super) shown: Arc<Candles>,
    pub(super) range: Range<usize>,
    /// The position of the first shown candle among the stored ones, or of the next stored one
    /// after it.
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
