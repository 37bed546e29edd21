//! The days of one instrument, stored or incoming, with a hash of their prices.
//!
//! An import compares each row with the stored one. All it needs for that is a hash, so that five
//! million rows fit into 80 MB.

use std::collections::VecDeque;

use candles::{OhlcvRow, PriceRow};
use chrono::{Datelike, NaiveDate};
use twox_hash::XxHash3_64;

use super::day_range::DayRange;

/// How a row relates to the known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowDiff {
    /// The day is new.
    New,
    /// The row differs from the stored one.
    Changed,
    /// The row equals the stored one.
    Unchanged,
    /// The row came in before.
    Repeated,
    /// The day came in before, with other values.
    Contradicted,
}

/// A day: its number in the highest bits, then whether it came in, then a hash of the adjusted
/// close in 41 bits; and the hash of prices and volume. Two different rows look the same with a
/// chance of one in 10^12 for adjusted closes alone, and of one in 10^19 for the rest.
#[derive(Debug, Clone, Copy)]
struct Day {
    key: u64,
    hash: u64,
}

const TAG_BITS: u32 = 41;
const TAG: u64 = (1 << TAG_BITS) - 1;
const SEEN: u64 = 1 << TAG_BITS;
const DATE_SHIFT: u32 = TAG_BITS + 1;

/// No adjusted close.
const NONE: u64 = 0;

impl Day {
    fn new(row: &PriceRow, seen: bool) -> Self {
        let tag = row.adjusted_close.map_or(NONE, tag);
        let seen = if seen { SEEN } else { 0 };
        Self {
            key: number(row.ohlcv.time.day()) << DATE_SHIFT | seen | tag,
            hash: hash(&row.ohlcv),
        }
    }

    fn number(self) -> u64 {
        self.key >> DATE_SHIFT
    }

    fn is_seen(self) -> bool {
        self.key & SEEN != 0
    }

    /// Whether another row has the same values; a row without an adjusted close has any.
    fn agrees_with(self, new: Self) -> bool {
        let (old_tag, new_tag) = (self.key & TAG, new.key & TAG);
        self.hash == new.hash && (new_tag == NONE || new_tag == old_tag)
    }
}

/// Days in ascending order.
#[derive(Debug, Default)]
pub(super) struct StoredDays {
    days: VecDeque<Day>,
    /// Stored days before all others, in ascending order, while the ingest reads more of them.
    earlier: Vec<Day>,
}

impl StoredDays {
    /// Adds a stored day: later than all others or earlier than all settled ones, and later than
    /// those added since.
    pub(super) fn push_stored(&mut self, row: &PriceRow) {
        let day = Day::new(row, false);
        if self.days.back().is_none_or(|last| last.number() < day.number()) {
            self.insert(self.days.len(), day);
        } else {
            self.earlier.push(day);
        }
    }

    /// Puts the added earlier days before the others.
    pub(super) fn settle(&mut self) {
        self.days.reserve_exact(self.earlier.len());
        for day in std::mem::take(&mut self.earlier).into_iter().rev() {
            self.days.push_front(day);
        }
    }

    /// Notes an incoming row.
    pub(super) fn note(&mut self, row: &PriceRow) -> RowDiff {
        let new = Day::new(row, true);
        let number = new.number();
        let place = match (self.days.front(), self.days.back()) {
            (_, Some(last)) if last.number() < number => Err(self.days.len()),
            (Some(first), _) if first.number() > number => Err(0),
            _ => self.days.binary_search_by_key(&number, |day| day.number()),
        };
        let place = match place {
            Ok(place) => place,
            Err(place) => {
                self.insert(place, new);
                return RowDiff::New;
            }
        };
        let known = &mut self.days[place];
        let (was_seen, agrees) = (known.is_seen(), known.agrees_with(new));
        match (was_seen, agrees) {
            (true, true) => return RowDiff::Repeated,
            (true, false) => return RowDiff::Contradicted,
            (false, true) => known.key |= SEEN,
            (false, false) => {
                let tag = if new.key & TAG == NONE { known.key & TAG } else { new.key & TAG };
                *known = Day { key: new.key & !TAG | tag, hash: new.hash };
            }
        }
        if agrees { RowDiff::Unchanged } else { RowDiff::Changed }
    }

    /// Grows by a quarter instead of doubling: there may be many days.
    fn insert(&mut self, place: usize, day: Day) {
        if self.days.len() == self.days.capacity() {
            self.days.reserve_exact((self.days.len() / 4).max(64));
        }
        self.days.insert(place, day);
    }

    /// The number of days.
    pub(super) fn len(&self) -> usize {
        self.days.len()
    }

    /// The days from the first to the last.
    pub(super) fn span(&self) -> Option<DayRange> {
        let (first, last) = (self.days.front()?, self.days.back()?);
        Some(DayRange { first: date(first.number()), last: date(last.number()) })
    }

    /// Removes the days that did not come in.
    pub(super) fn take_unseen(&mut self) -> Vec<NaiveDate> {
        let unseen = self.days.iter().filter(|day| !day.is_seen()).map(|day| date(day.number()));
        let unseen = unseen.collect();
        self.days.retain(|day| day.is_seen());
        unseen
    }
}

/// The day's number from the year 1 on: 22 bits, since years have four digits.
fn number(date: NaiveDate) -> u64 {
    u64::try_from(date.num_days_from_ce()).unwrap_or_default()
}

fn date(number: u64) -> NaiveDate {
    let number = i32::try_from(number).unwrap_or_default();
    NaiveDate::from_num_days_from_ce_opt(number).unwrap_or_default()
}

fn hash(row: &OhlcvRow) -> u64 {
    let mut bytes = [0; 40];
    let prices = [row.open, row.high, row.low, row.close];
    for (place, price) in bytes.chunks_exact_mut(8).zip(prices) {
        place.copy_from_slice(&price.to_le_bytes());
    }
    bytes[32..].copy_from_slice(&row.volume.to_le_bytes());
    XxHash3_64::oneshot(&bytes)
}

/// The hash of an adjusted close; -0 counts as 0.
fn tag(adjusted_close: f64) -> u64 {
    (XxHash3_64::oneshot(&(adjusted_close + 0.0).to_le_bytes()) & TAG).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: i32, close: f64, adjusted_close: Option<f64>) -> PriceRow {
        let date = date(738_000) + chrono::Days::new(u64::try_from(day).unwrap());
        let time = candles::Time::of_day(date);
        let ohlcv = OhlcvRow { time, open: close, high: close, low: close, close, volume: 1.0 };
        PriceRow { ohlcv, adjusted_close }
    }

    #[test]
    fn rows_are_told_from_stored_ones_and_from_one_another() {
        let mut days = StoredDays::default();
        days.push_stored(&row(3, 1.0, Some(0.5)));
        days.push_stored(&row(5, 1.0, None));
        for (row, known) in [
            (row(3, 1.0, None), RowDiff::Unchanged),
            (row(5, 2.0, None), RowDiff::Changed),
            (row(5, 2.0, None), RowDiff::Repeated),
            (row(5, 1.0, None), RowDiff::Contradicted),
            (row(9, 1.0, Some(1.0)), RowDiff::New),
            (row(1, 1.0, None), RowDiff::New),
            (row(4, 1.0, None), RowDiff::New),
            (row(4, 1.0, Some(-0.0)), RowDiff::Contradicted),
            (row(9, 1.0, None), RowDiff::Repeated),
        ] {
            assert_eq!(days.note(&row), known, "{row:?}");
        }
        assert_eq!(days.len(), 5);
        let DayRange { first, last } = days.span().unwrap();
        assert_eq!(last - first, chrono::TimeDelta::days(8));
    }

    #[test]
    fn stored_days_can_follow_on_both_sides() {
        let mut days = StoredDays::default();
        assert_eq!(days.note(&row(5, 1.0, None)), RowDiff::New);
        for day in [1, 2, 8, 9] {
            days.push_stored(&row(day, 1.0, None));
        }
        days.settle();
        for (day, known) in [(1, RowDiff::Unchanged), (2, RowDiff::Unchanged), (3, RowDiff::New)] {
            assert_eq!(days.note(&row(day, 1.0, None)), known, "{day}");
        }
        assert_eq!(days.note(&row(9, 2.0, None)), RowDiff::Changed);
        assert_eq!(days.len(), 6);
    }

    #[test]
    fn an_adjusted_close_counts_where_it_is_given() {
        for (stored, new, known) in [
            (Some(0.5), Some(0.5), RowDiff::Unchanged),
            (Some(0.5), Some(0.25), RowDiff::Changed),
            (Some(0.5), None, RowDiff::Unchanged),
            (None, Some(0.5), RowDiff::Changed),
            (Some(0.0), Some(-0.0), RowDiff::Unchanged),
        ] {
            let mut days = StoredDays::default();
            days.push_stored(&row(1, 1.0, stored));
            assert_eq!(days.note(&row(1, 1.0, new)), known, "{stored:?} {new:?}");
        }
    }

    #[test]
    fn what_did_not_come_in_can_be_taken_out() {
        let mut days = StoredDays::default();
        for day in 1..=3 {
            days.push_stored(&row(day, 1.0, None));
        }
        days.note(&row(2, 1.0, None));
        let gone = days.take_unseen();
        assert_eq!(gone, [1, 3].map(|day| row(day, 1.0, None).ohlcv.time.day()));
        assert_eq!(days.len(), 1);
    }
}
