//! The time of a candle.

use std::fmt;

use chrono::NaiveDate;

/// A candle's place in time: where its period begins.
///
/// Today it is a calendar day. Candles shorter than a day need an instant, and a trading calendar
/// that tells the day of an instant. Both can come behind this type: other code compares times,
/// leaves arithmetic to [`Timeframe`](crate::Timeframe), and asks [`Time::day`] for the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(NaiveDate);

impl Time {
    /// The time of a candle that begins with a calendar day.
    #[must_use]
    pub const fn of_day(day: NaiveDate) -> Self {
        Self(day)
    }

    /// The calendar day.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(day: &str) -> Time {
        Time::of_day(day.parse().unwrap())
    }

    #[test]
    fn a_time_is_shown_as_its_day() {
        assert_eq!(time("2024-02-29").to_string(), "2024-02-29");
    }

    #[test]
    fn times_are_ordered_as_their_days() {
        assert!(time("1999-12-31") < time("2000-01-01"));
    }

    #[test]
    fn a_column_of_times_takes_4_bytes_a_candle() {
        assert_eq!(size_of::<Time>(), 4);
    }
}
