//! The stored daily rows of one instrument, in columns, with their invariant checked once.

use chrono::NaiveDate;
use thiserror::Error;

use crate::{Prices, Time};

/// First date that a row may have; with [`MAX_DATE`] it leaves room for the widest period (100
/// years) on both sides, so that every period starts and ends in a year of four digits.
pub const MIN_DATE: NaiveDate = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();

/// Last date that a row may have; see [`MIN_DATE`].
pub const MAX_DATE: NaiveDate = NaiveDate::from_ymd_opt(9899, 12, 31).unwrap();

/// Largest volume of a row: the largest f64 below 2^63, which an integer column of 64 bits can
/// hold.
pub const MAX_VOLUME: f64 = 9_223_372_036_854_774_784.0;

/// One trading day: prices in the instrument's currency, volume in shares or units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OhlcvRow {
    /// The trading day.
    pub time: Time,
    /// First price of the day.
    pub open: f64,
    /// Highest price of the day.
    pub high: f64,
    /// Lowest price of the day.
    pub low: f64,
    /// Last price of the day.
    pub close: f64,
    /// Number of shares or units traded, which need not be whole.
    pub volume: f64,
}

/// Why a row cannot be part of an instrument's history.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidRow {
    /// The date lies outside [`MIN_DATE`] to [`MAX_DATE`].
    #[error("date {0} is outside {MIN_DATE} to {MAX_DATE}")]
    DateOutOfRange(NaiveDate),
    /// A price or the volume is NaN or infinite.
    #[error("{column} {value} is not a finite number")]
    NotFinite {
        /// The name of the column.
        column: &'static str,
        /// The price or the volume.
        value: f64,
    },
    /// The open or close does not lie between low and high.
    #[error("{column} {value} is outside low {low} to high {high}")]
    OutsideLowHigh {
        /// The name of the price's column.
        column: &'static str,
        /// The price.
        value: f64,
        /// The row's low.
        low: f64,
        /// The row's high.
        high: f64,
    },
    /// The volume is negative.
    #[error("volume {0} is negative")]
    NegativeVolume(f64),
    /// The volume, rounded to a whole number, does not fit a 64-bit integer.
    #[error("volume {0:.0} is over the 64-bit limit of {max}", max = i64::MAX)]
    VolumeTooLarge(f64),
    /// The date is not after the date of the row before.
    #[error("date {time} is not after {previous}, the date of the row before")]
    NotAscending {
        /// The row's time.
        time: Time,
        /// The time of the row before.
        previous: Time,
    },
}

impl OhlcvRow {
    /// Checks what holds for a row by itself: the date's range, finite prices,
    /// low <= open, close <= high, 0 <= volume <= [`MAX_VOLUME`].
    pub fn check(&self) -> Result<(), InvalidRow> {
        let day = self.time.day();
        if !(MIN_DATE..=MAX_DATE).contains(&day) {
            return Err(InvalidRow::DateOutOfRange(day));
        }
        let (low, high) = (self.low, self.high);
        for (column, value) in
            [("open", self.open), ("high", high), ("low", low), ("close", self.close)]
        {
            if !value.is_finite() {
                return Err(InvalidRow::NotFinite { column, value });
            }
        }
        for (column, value) in [("open", self.open), ("close", self.close)] {
            if !(low..=high).contains(&value) {
                return Err(InvalidRow::OutsideLowHigh { column, value, low, high });
            }
        }
        self.check_volume()
    }

    fn check_volume(&self) -> Result<(), InvalidRow> {
        match self.volume {
            volume if (0.0..=MAX_VOLUME).contains(&volume) => Ok(()),
            volume if !volume.is_finite() => {
                Err(InvalidRow::NotFinite { column: "volume", value: volume })
            }
            volume if volume < 0.0 => Err(InvalidRow::NegativeVolume(volume)),
            volume => Err(InvalidRow::VolumeTooLarge(volume)),
        }
    }
}

/// The daily history of one instrument in columns of equal length, oldest row first.
///
/// It grows by [`Ohlcv::push`] alone, which upholds the invariant: times strictly ascend, every
/// row passes [`OhlcvRow::check`], and no volume is -0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ohlcv {
    times: Vec<Time>,
    prices: Prices,
    volume: Vec<f64>,
}

impl Ohlcv {
    /// No rows, and room for some.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            times: Vec::with_capacity(rows),
            prices: Prices::with_capacity(rows),
            volume: Vec::with_capacity(rows),
        }
    }

    /// Appends a row, or says why it cannot follow the rows before it; then nothing changes.
    pub fn push(&mut self, row: OhlcvRow) -> Result<(), InvalidRow> {
        row.check()?;
        if let Some(&previous) = self.times.last()
            && row.time <= previous
        {
            return Err(InvalidRow::NotAscending { time: row.time, previous });
        }
        self.times.push(row.time);
        self.prices.push(row.open, row.high, row.low, row.close);
        // -0 passes the check, but would be written as "-0".
        self.volume.push(row.volume.abs());
        Ok(())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The trading days, strictly ascending.
    #[must_use]
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// The prices, one of each kind per row.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The volumes, one per row.
    #[must_use]
    pub fn volume(&self) -> &[f64] {
        &self.volume
    }

    /// The columns, without the memory that growing reserved ahead.
    pub(crate) fn into_columns(mut self) -> (Vec<Time>, Prices, Vec<f64>) {
        self.times.shrink_to_fit();
        self.prices.shrink_to_fit();
        self.volume.shrink_to_fit();
        (self.times, self.prices, self.volume)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: u32) -> OhlcvRow {
        OhlcvRow {
            time: Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap()),
            open: 10.0,
            high: 12.0,
            low: 9.0,
            close: 11.0,
            volume: 5.0,
        }
    }

    #[track_caller]
    fn check(rows: &[OhlcvRow], expected: &str) {
        let mut ohlcv = Ohlcv::default();
        let error = rows.iter().find_map(|row| ohlcv.push(*row).err());
        assert_eq!(error.map_or("ok".to_owned(), |e| e.to_string()), expected);
    }

    #[test]
    fn accepts_ascending_rows_with_equal_prices() {
        let flat = OhlcvRow { open: 9.0, high: 9.0, low: 9.0, close: 9.0, volume: 0.0, ..row(2) };
        check(&[row(1), flat, row(5)], "ok");
    }

    #[test]
    fn refuses_what_breaks_the_invariant() {
        let year = |y| Time::of_day(NaiveDate::from_ymd_opt(y, 1, 1).unwrap());
        check(
            &[row(2), row(2)],
            "date 2024-01-02 is not after 2024-01-02, the date of the row before",
        );
        check(
            &[row(2), row(1)],
            "date 2024-01-01 is not after 2024-01-02, the date of the row before",
        );
        check(&[OhlcvRow { open: f64::NAN, ..row(1) }], "open NaN is not a finite number");
        check(&[OhlcvRow { high: f64::INFINITY, ..row(1) }], "high inf is not a finite number");
        check(&[OhlcvRow { open: 8.0, ..row(1) }], "open 8 is outside low 9 to high 12");
        check(&[OhlcvRow { close: 13.0, ..row(1) }], "close 13 is outside low 9 to high 12");
        check(&[OhlcvRow { low: 20.0, ..row(1) }], "open 10 is outside low 20 to high 12");
        check(&[OhlcvRow { volume: -1.0, ..row(1) }], "volume -1 is negative");
        check(
            &[OhlcvRow { time: year(999), ..row(1) }],
            "date 0999-01-01 is outside 1000-01-01 to 9899-12-31",
        );
        check(
            &[OhlcvRow { time: year(9900), ..row(1) }],
            "date 9900-01-01 is outside 1000-01-01 to 9899-12-31",
        );
    }

    #[track_caller]
    fn check_volume(volume: f64, expected: &str) {
        check(&[OhlcvRow { volume, ..row(1) }], expected);
    }

    #[test]
    fn accepts_fractional_volumes_and_whole_ones_below_2_to_the_63() {
        check_volume(0.5, "ok");
        check_volume(1e-8, "ok");
        check_volume(9_223_372_036_854_774_784.0, "ok");
    }

    #[test]
    fn refuses_volumes_that_are_not_finite_negative_or_2_to_the_63_and_more() {
        check_volume(f64::NAN, "volume NaN is not a finite number");
        check_volume(f64::INFINITY, "volume inf is not a finite number");
        check_volume(f64::NEG_INFINITY, "volume -inf is not a finite number");
        check_volume(-1.0, "volume -1 is negative");
        check_volume(-0.25, "volume -0.25 is negative");
        check_volume(
            9_223_372_036_854_775_808.0,
            "volume 9223372036854775808 is over the 64-bit limit of 9223372036854775807",
        );
    }

    #[test]
    fn a_volume_of_minus_0_is_stored_as_0() {
        let mut ohlcv = Ohlcv::default();
        ohlcv.push(OhlcvRow { volume: -0.0, ..row(1) }).unwrap();
        assert_eq!(ohlcv.volume()[0].to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn no_sum_of_volumes_is_too_large() {
        let most = |day| OhlcvRow { volume: 9_223_372_036_854_774_784.0, ..row(day) };
        check(&[most(1), most(2), most(3)], "ok");
    }

    #[test]
    fn a_refused_row_changes_nothing() {
        let mut ohlcv = Ohlcv::default();
        ohlcv.push(row(1)).unwrap();
        let before = ohlcv.clone();
        ohlcv.push(OhlcvRow { volume: -1.0, ..row(2) }).unwrap_err();
        ohlcv.push(row(1)).unwrap_err();
        assert_eq!(ohlcv, before);
    }
}
