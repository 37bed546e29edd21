//! The stored days of an instrument that an ingest has read: a range that grows with the incoming
//! days.

use chrono::{Days, NaiveDate};

/// The days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayRange {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

impl DayRange {
    pub(super) fn of_day(day: NaiveDate) -> Self {
        Self { first: day, last: day }
    }

    /// The shortest range that holds both.
    pub(super) fn joined(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// The days that are in both.
    pub(super) fn common(self, other: Self) -> Option<Self> {
        let common = Self { first: self.first.max(other.first), last: self.last.min(other.last) };
        (common.first <= common.last).then_some(common)
    }

    /// The range that also holds another one, and the days by which it grows: before it and after
    /// it. A side that grows at least doubles, so that an ingest reads a history that comes in day
    /// by day in few pieces.
    pub(super) fn grown(self, other: Self) -> (Self, [Option<Self>; 2]) {
        let length = self.last - self.first;
        let length = Days::new(length.num_days().unsigned_abs());
        let mut grown = self;
        let mut added = [None; 2];
        if other.first < self.first {
            let doubled = self.first.checked_sub_days(length).unwrap_or(NaiveDate::MIN);
            grown.first = other.first.min(doubled);
            let last = self.first.pred_opt().unwrap_or(NaiveDate::MIN);
            added[0] = Some(Self { first: grown.first, last });
        }
        if other.last > self.last {
            let doubled = self.last.checked_add_days(length).unwrap_or(NaiveDate::MAX);
            grown.last = other.last.max(doubled);
            let first = self.last.succ_opt().unwrap_or(NaiveDate::MAX);
            added[1] = Some(Self { first, last: grown.last });
        }
        (grown, added)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range((first, last): (u32, u32)) -> DayRange {
        let date = |day| NaiveDate::from_ymd_opt(2024, 1, day).unwrap();
        DayRange { first: date(first), last: date(last) }
    }

    #[track_caller]
    fn check(other: (u32, u32), grown: (u32, u32), added: [Option<(u32, u32)>; 2]) {
        let actual = range((10, 12)).grown(range(other));
        assert_eq!(actual, (range(grown), added.map(|added| added.map(range))));
    }

    #[test]
    fn a_range_that_grows_is_twice_as_long_at_least() {
        check((10, 12), (10, 12), [None, None]);
        check((11, 11), (10, 12), [None, None]);
        check((13, 13), (10, 14), [None, Some((13, 14))]);
        check((12, 20), (10, 20), [None, Some((13, 20))]);
        check((9, 10), (8, 12), [Some((8, 9)), None]);
        check((2, 3), (2, 12), [Some((2, 9)), None]);
        check((9, 20), (8, 20), [Some((8, 9)), Some((13, 20))]);
    }

    #[test]
    fn days_in_common() {
        assert_eq!(range((1, 5)).common(range((4, 9))), Some(range((4, 5))));
        assert_eq!(range((1, 5)).common(range((6, 9))), None);
        assert_eq!(range((1, 5)).joined(range((8, 9))), range((1, 9)));
    }
}
