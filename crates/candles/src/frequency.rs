//! Frequencies, intervals and periods: the only arithmetic with times and the calendar.
//!
//! A period is a pure function of (time, frequency, interval); it never depends on the data or on a
//! query. Periods of days count from Monday 2000-01-03, periods of months from 2000-01. So 7 DAILY
//! = 1 WEEKLY and 12 MONTHLY = 4 QUARTERLY = 1 ANNUAL, period for period.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use crate::{Time, with_all::with_all};

with_all! {
    /// The unit of a candle's period, before the interval multiplies it; finest first.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Frequency {
        /// Calendar days.
        Daily,
        /// ISO weeks, Monday to Sunday.
        Weekly,
        /// Calendar months.
        Monthly,
        /// Calendar quarters.
        Quarterly,
        /// Calendar years.
        Annual,
    }
}

impl Frequency {
    const fn width(self) -> Width {
        match self {
            Self::Daily => Width::Days(1),
            Self::Weekly => Width::Days(7),
            Self::Monthly => Width::Months(1),
            Self::Quarterly => Width::Months(3),
            Self::Annual => Width::Months(12),
        }
    }

    /// The largest interval: its periods are at most 100 years wide.
    #[must_use]
    pub const fn max_interval(self) -> i32 {
        match self.width() {
            Width::Days(days) => 36_525 / days,
            Width::Months(months) => 1_200 / months,
        }
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Quarterly => "QUARTERLY",
            Self::Annual => "ANNUAL",
        })
    }
}

/// An interval below 1, or one whose periods would be wider than 100 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("interval {interval} is outside 1 to {max}, the range for {frequency}", max = .frequency.max_interval())]
pub struct InvalidInterval {
    /// The frequency that the interval was to multiply.
    pub frequency: Frequency,
    /// The refused interval.
    pub interval: i32,
}

/// A frequency times an interval: 2 x WEEKLY is two weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timeframe {
    frequency: Frequency,
    interval: i32,
}

#[derive(Debug, Clone, Copy)]
enum Width {
    Days(i32),
    Months(i32),
}

/// Monday 2000-01-03, the origin of periods of days.
const ORIGIN_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 3).unwrap();

/// January 2000, the origin of periods of months, as months since year 0.
const ORIGIN_MONTH: i32 = 2000 * 12;

impl Timeframe {
    /// Every day: the timeframe of the stored rows.
    pub const DAILY: Self = Self { frequency: Frequency::Daily, interval: 1 };

    /// Checks that the interval is at least 1 and its periods at most 100 years wide.
    pub fn new(frequency: Frequency, interval: i32) -> Result<Self, InvalidInterval> {
        if (1..=frequency.max_interval()).contains(&interval) {
            Ok(Self { frequency, interval })
        } else {
            Err(InvalidInterval { frequency, interval })
        }
    }

    /// The frequency.
    #[must_use]
    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    /// The number of frequency units in a period.
    #[must_use]
    pub fn interval(self) -> i32 {
        self.interval
    }

    /// The start of the period that holds `time`.
    #[must_use]
    pub fn period_start(self, time: Time) -> Time {
        let period = self.period(time);
        match self.width() {
            Width::Days(width) => from_day(period * width),
            Width::Months(width) => from_month(period * width),
        }
    }

    /// The start of the period after the one that begins at `start`.
    #[must_use]
    pub fn next_start(self, start: Time) -> Time {
        match self.width() {
            Width::Days(width) => from_day(day_number(start) + width),
            Width::Months(width) => from_month(month_number(start) + width),
        }
    }

    /// The last calendar day of the period that begins at `start`.
    #[must_use]
    pub fn period_end(self, start: Time) -> NaiveDate {
        self.next_start(start).day().pred_opt().unwrap_or(NaiveDate::MIN)
    }

    /// The number of periods that touch the times from `first` to `last`; 0 if `last` is earlier.
    #[must_use]
    pub fn periods(self, first: Time, last: Time) -> usize {
        let periods = self.period(last) - self.period(first) + i32::from(first <= last);
        usize::try_from(periods).unwrap_or_default()
    }

    /// The number of the period that holds `time`, counted from the origin.
    fn period(self, time: Time) -> i32 {
        match self.width() {
            Width::Days(width) => day_number(time).div_euclid(width),
            Width::Months(width) => month_number(time).div_euclid(width),
        }
    }

    fn width(self) -> Width {
        match self.frequency.width() {
            Width::Days(days) => Width::Days(days * self.interval),
            Width::Months(months) => Width::Months(months * self.interval),
        }
    }
}

/// The number of days from [`ORIGIN_DAY`] to a time.
fn day_number(time: Time) -> i32 {
    time.day().num_days_from_ce() - ORIGIN_DAY.num_days_from_ce()
}

/// The time a number of days after [`ORIGIN_DAY`]; beyond chrono's range, its nearest end.
fn from_day(day: i32) -> Time {
    let end = if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    let date = NaiveDate::from_num_days_from_ce_opt(day + ORIGIN_DAY.num_days_from_ce());
    Time::of_day(date.unwrap_or(end))
}

/// The number of months from [`ORIGIN_MONTH`] to the month of a time.
fn month_number(time: Time) -> i32 {
    time.day().year() * 12 + time.day().month0().cast_signed() - ORIGIN_MONTH
}

/// The first day of a month counted from [`ORIGIN_MONTH`]; beyond chrono's range, its nearest end.
fn from_month(month: i32) -> Time {
    let end = if month < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    let month0 = month.rem_euclid(12).cast_unsigned();
    let date = NaiveDate::from_ymd_opt(2000 + month.div_euclid(12), month0 + 1, 1);
    Time::of_day(date.unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(day: &str) -> Time {
        Time::of_day(day.parse().unwrap())
    }

    #[track_caller]
    fn check(frequency: Frequency, interval: i32, date: &str, start: &str, end: &str) {
        let timeframe = Timeframe::new(frequency, interval).unwrap();
        let period_start = timeframe.period_start(time(date));
        assert_eq!(
            (period_start.to_string(), timeframe.period_end(period_start).to_string()),
            (start.to_owned(), end.to_owned()),
        );
    }

    #[test]
    fn bins_are_counted_from_the_year_2000_on_both_sides() {
        use Frequency::{Annual, Daily, Monthly, Quarterly, Weekly};
        check(Daily, 1, "1999-12-31", "1999-12-31", "1999-12-31");
        check(Daily, 5, "2000-01-02", "1999-12-29", "2000-01-02");
        check(Daily, 7, "2000-01-02", "1999-12-27", "2000-01-02");
        check(Weekly, 1, "2024-02-29", "2024-02-26", "2024-03-03");
        check(Weekly, 2, "1999-12-31", "1999-12-20", "2000-01-02");
        check(Monthly, 1, "2024-02-10", "2024-02-01", "2024-02-29");
        check(Monthly, 5, "1999-12-31", "1999-08-01", "1999-12-31");
        check(Quarterly, 1, "2021-06-30", "2021-04-01", "2021-06-30");
        check(Quarterly, 3, "1999-01-01", "1998-07-01", "1999-03-31");
        check(Annual, 1, "2020-07-04", "2020-01-01", "2020-12-31");
        check(Annual, 7, "1999-07-04", "1993-01-01", "1999-12-31");
        check(Annual, 100, "1950-07-04", "1900-01-01", "1999-12-31");
    }

    #[test]
    fn intervals_are_bounded_on_both_sides() {
        for frequency in Frequency::ALL {
            let max = frequency.max_interval();
            for interval in [i32::MIN, -1, 0, max + 1, i32::MAX] {
                assert!(Timeframe::new(frequency, interval).is_err(), "{interval} {frequency}");
            }
            for interval in [1, max] {
                assert!(Timeframe::new(frequency, interval).is_ok(), "{interval} {frequency}");
            }
        }
        assert_eq!(
            Timeframe::new(Frequency::Annual, 100_000).unwrap_err().to_string(),
            "interval 100000 is outside 1 to 100, the range for ANNUAL",
        );
    }

    #[test]
    fn bins_at_the_ends_of_the_calendar_are_cut_there() {
        for frequency in Frequency::ALL {
            let timeframe = Timeframe::new(frequency, frequency.max_interval()).unwrap();
            let [earliest, latest] = [NaiveDate::MIN, NaiveDate::MAX].map(Time::of_day);
            let first = timeframe.period_start(earliest);
            assert_eq!(first, earliest, "{frequency}");
            assert!(timeframe.period_end(first) > first.day(), "{frequency}");
            let last = timeframe.period_start(latest);
            assert!(last < latest, "{frequency}");
            assert_eq!(timeframe.next_start(last), latest, "{frequency}");
        }
    }

    #[test]
    fn frequencies_are_listed_finest_first() {
        let [first, last] = ["2000-01-01", "2099-12-31"].map(time);
        let periods = Frequency::ALL
            .map(|frequency| Timeframe::new(frequency, 1).unwrap().periods(first, last));
        assert!(periods.is_sorted_by(|finer, wider| finer > wider), "{periods:?}");
    }

    #[test]
    fn periods_of_every_frequency_follow_one_another_without_gaps() {
        for frequency in Frequency::ALL {
            for interval in [1, 2, frequency.max_interval()] {
                let timeframe = Timeframe::new(frequency, interval).unwrap();
                let mut start = timeframe.period_start(time("1950-07-04"));
                for _ in 0..60 {
                    let (end, next) = (timeframe.period_end(start), timeframe.next_start(start));
                    assert_eq!(end.succ_opt(), Some(next.day()));
                    for time in [start, Time::of_day(end)] {
                        assert_eq!(timeframe.period_start(time), start);
                        assert_eq!(timeframe.periods(start, time), 1);
                    }
                    assert_eq!(timeframe.periods(start, next), 2);
                    start = next;
                }
            }
        }
    }
}
