//! The candles that a series shows: some of the stored ones, or the same with gaps filled.

use std::{ops::Range, sync::Arc};

use candles::{Candles, Fill, Window, indicator::Column};
use chrono::NaiveDate;

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
        let days = &shown.trading_days()[..range.start];
        let first_stored = days.iter().filter(|&&days| days > 0).count();
        Self { stored, shown, range, first_stored }
    }

    /// The value of a column at each shown candle; none at a filled one.
    pub(super) fn values(&self, column: &Column) -> impl Iterator<Item = Option<f64>> {
        let mut stored = self.first_stored;
        self.shown.trading_days()[self.range.clone()].iter().map(move |&days| {
            let candle = (days > 0).then_some(stored)?;
            stored += 1;
            column.get(candle)
        })
    }

    /// The first day of each shown candle.
    pub(super) fn period_starts(&self) -> &[NaiveDate] {
        &self.shown.period_start()[self.range.clone()]
    }
}
