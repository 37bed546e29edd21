//! The candles that a query selects. A window cuts a series; it never changes a candle.

use std::ops::Range;

use chrono::NaiveDate;
use thiserror::Error;

use crate::Candles;

/// A window without meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidWindow {
    /// The first day is after the last.
    #[error("from {from} is after to {to}")]
    FromAfterTo {
        /// The first day asked for.
        from: NaiveDate,
        /// The last day asked for.
        to: NaiveDate,
    },
    /// Fewer than one candle.
    #[error("last {0} is below 1")]
    LastBelowOne(i32),
}

/// The days that a query asks for, both included, and how many candles at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Window {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    last: Option<usize>,
}

impl Window {
    /// Checks that `from` is not after `to` and `last` at least 1. An absent argument does not
    /// limit.
    pub fn new(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        last: Option<i32>,
    ) -> Result<Self, InvalidWindow> {
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(InvalidWindow::FromAfterTo { from, to });
        }
        let last = match last {
            Some(last) if last < 1 => return Err(InvalidWindow::LastBelowOne(last)),
            last => last.and_then(|last| usize::try_from(last).ok()),
        };
        Ok(Self { from, to, last })
    }

    /// The candles whose period intersects `from` to `to`, and of those the last `last`.
    #[must_use]
    pub fn select(&self, candles: &Candles) -> Range<usize> {
        let (times, timeframe) = (candles.times(), candles.timeframe());
        let first = self
            .from
            .map_or(0, |from| times.partition_point(|&start| timeframe.period_end(start) < from));
        let end =
            self.to.map_or(times.len(), |to| times.partition_point(|&start| start.day() <= to));
        let end = end.max(first);
        self.last.map_or(first, |last| first.max(end.saturating_sub(last)))..end
    }

    /// The first and the last day of interest of a history that has these; the first is the later
    /// one where the window and the history do not meet.
    #[must_use]
    pub fn days(&self, first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        (self.from.map_or(first, |from| from.max(first)), self.to.map_or(last, |to| to.min(last)))
    }

    /// How many candles remain of the candles between those days.
    #[must_use]
    pub fn at_most(&self, candles: usize) -> usize {
        self.last.map_or(candles, |last| last.min(candles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frequency, Ohlcv, OhlcvRow, Time, Timeframe};

    /// Weeks that start on 2024-01-01, 2024-01-08 and 2024-01-22; the third week has no rows.
    fn weeks() -> Candles {
        let mut rows = Ohlcv::default();
        for day in [3, 10, 24] {
            let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap());
            let (open, high, low, close) = (1.0, 1.0, 1.0, 1.0);
            rows.push(OhlcvRow { time, open, high, low, close, volume: 1.0 }).unwrap();
        }
        Candles::from(rows).resample(Timeframe::new(Frequency::Weekly, 1).unwrap())
    }

    #[track_caller]
    fn check(from: Option<u32>, to: Option<u32>, last: Option<i32>, expected: Range<usize>) {
        let date = |day| NaiveDate::from_ymd_opt(2024, 1, day).unwrap();
        let window = Window::new(from.map(date), to.map(date), last).unwrap();
        assert_eq!(window.select(&weeks()), expected);
    }

    #[test]
    fn from_and_to_choose_the_periods_that_they_intersect() {
        check(None, None, None, 0..3);
        check(Some(7), None, None, 0..3);
        check(Some(8), None, None, 1..3);
        check(None, Some(21), None, 0..2);
        check(None, Some(22), None, 0..3);
        check(Some(14), Some(14), None, 1..2);
        check(Some(15), Some(21), None, 2..2);
        check(Some(29), None, None, 3..3);
    }

    #[test]
    fn last_takes_the_newest_of_those() {
        check(None, None, Some(2), 1..3);
        check(None, Some(10), Some(1), 1..2);
        check(None, None, Some(i32::MAX), 0..3);
        check(Some(15), Some(21), Some(5), 2..2);
    }

    #[test]
    fn windows_without_meaning_are_refused() {
        let date = |day| NaiveDate::from_ymd_opt(2024, 1, day);
        assert_eq!(
            Window::new(date(2), date(1), None).unwrap_err().to_string(),
            "from 2024-01-02 is after to 2024-01-01",
        );
        for last in [0, -1, i32::MIN] {
            assert_eq!(Window::new(None, None, Some(last)), Err(InvalidWindow::LastBelowOne(last)));
        }
    }
}
