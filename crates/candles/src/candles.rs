//! Candles: an instrument's rows resampled to a timeframe, in columns.

use crate::{Ohlcv, Time, Timeframe};

/// Four columns of prices of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    /// First price of each period.
    pub open: Vec<f64>,
    /// Highest price of each period.
    pub high: Vec<f64>,
    /// Lowest price of each period.
    pub low: Vec<f64>,
    /// Last price of each period.
    pub close: Vec<f64>,
}

impl Prices {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        let column = || Vec::with_capacity(rows);
        Self { open: column(), high: column(), low: column(), close: column() }
    }

    pub(crate) fn push(&mut self, open: f64, high: f64, low: f64, close: f64) {
        self.open.push(open);
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
    }

    /// Extends the last period by another row's prices.
    fn merge_into_last(&mut self, high: f64, low: f64, close: f64) {
        if let (Some(last_high), Some(last_low), Some(last_close)) =
            (self.high.last_mut(), self.low.last_mut(), self.close.last_mut())
        {
            *last_high = last_high.max(high);
            *last_low = last_low.min(low);
            *last_close = close;
        }
    }

    fn columns(&self) -> [&Vec<f64>; 4] {
        [&self.open, &self.high, &self.low, &self.close]
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.columns().iter().map(|column| column.capacity() * size_of::<f64>()).sum()
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.open.shrink_to_fit();
        self.high.shrink_to_fit();
        self.low.shrink_to_fit();
        self.close.shrink_to_fit();
    }
}

/// Candles of one timeframe in columns of equal length, oldest first.
///
/// Times strictly ascend. A candle made from stored rows counts at least one trading day;
/// one that [`Candles::fill`] added counts none, and its prices may be NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Candles {
    pub(crate) timeframe: Timeframe,
    pub(crate) times: Vec<Time>,
    pub(crate) prices: Prices,
    pub(crate) volume: Vec<f64>,
    pub(crate) trading_days: Vec<u32>,
}

impl From<Ohlcv> for Candles {
    /// Daily candles: one per row.
    fn from(rows: Ohlcv) -> Self {
        let (times, prices, volume) = rows.into_columns();
        let trading_days = vec![1; times.len()];
        Self { times, prices, volume, trading_days, ..Self::empty(Timeframe::DAILY) }
    }
}

impl Candles {
    /// Resamples daily candles: open first, high max, low min, close last, volume and trading days
    /// summed over each period. Periods without candles are left out.
    #[must_use]
    pub fn resample(&self, timeframe: Timeframe) -> Self {
        let prices = &self.prices;
        let mut candles = Self::with_capacity(timeframe, self.count_periods(timeframe));
        let mut next_start = Time::MIN;
        for (row, (&time, &volume)) in self.times.iter().zip(&self.volume).enumerate() {
            let (high, low, close) = (prices.high[row], prices.low[row], prices.close[row]);
            let days = self.trading_days[row];
            if time >= next_start {
                let period_start = timeframe.period_start(time);
                next_start = timeframe.next_start(period_start);
                candles.push(period_start, [prices.open[row], high, low, close], volume, days);
            } else {
                candles.prices.merge_into_last(high, low, close);
                candles.add_to_last(volume, days);
            }
        }
        candles.shrink_to_fit();
        candles
    }

    fn shrink_to_fit(&mut self) {
        self.times.shrink_to_fit();
        self.prices.shrink_to_fit();
        self.volume.shrink_to_fit();
        self.trading_days.shrink_to_fit();
    }

    /// At most so many periods of a timeframe have candles.
    fn count_periods(&self, timeframe: Timeframe) -> usize {
        let ends = self.times.first().zip(self.times.last());
        ends.map_or(0, |(first, last)| timeframe.periods(*first, *last)).min(self.len())
    }

    pub(crate) fn empty(timeframe: Timeframe) -> Self {
        Self::with_capacity(timeframe, 0)
    }

    fn with_capacity(timeframe: Timeframe, candles: usize) -> Self {
        Self {
            timeframe,
            times: Vec::with_capacity(candles),
            prices: Prices::with_capacity(candles),
            volume: Vec::with_capacity(candles),
            trading_days: Vec::with_capacity(candles),
        }
    }

    pub(crate) fn push(
        &mut self,
        time: Time,
        [open, high, low, close]: [f64; 4],
        volume: f64,
        trading_days: u32,
    ) {
        self.times.push(time);
        self.prices.push(open, high, low, close);
        self.volume.push(volume);
        self.trading_days.push(trading_days);
    }

    fn add_to_last(&mut self, volume: f64, trading_days: u32) {
        if let (Some(last_volume), Some(days)) =
            (self.volume.last_mut(), self.trading_days.last_mut())
        {
            *last_volume += volume;
            *days += trading_days;
        }
    }

    /// Bytes of memory that the columns hold.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.times.capacity() * size_of::<Time>()
            + self.prices.size_bytes()
            + self.volume.capacity() * size_of::<f64>()
            + self.trading_days.capacity() * size_of::<u32>()
    }

    /// The timeframe of every candle.
    #[must_use]
    pub fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The number of candles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no candles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The start of each period, whether or not anything was traded then.
    #[must_use]
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// The prices; NaN in candles filled with [`crate::Fill::Null`], finite elsewhere.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The volume traded in each period; 0 in filled candles.
    #[must_use]
    pub fn volume(&self) -> &[f64] {
        &self.volume
    }

    /// The number of stored rows in each period; 0 in filled candles.
    #[must_use]
    pub fn trading_days(&self) -> &[u32] {
        &self.trading_days
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::{Frequency, OhlcvRow};

    /// Monday to Wednesday, one row for each volume.
    fn days(volumes: [f64; 3]) -> Candles {
        let mut rows = Ohlcv::default();
        for (day, volume) in (1..).zip(volumes) {
            let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap());
            rows.push(OhlcvRow { time, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume })
                .unwrap();
        }
        Candles::from(rows)
    }

    #[track_caller]
    fn check_sum(volumes: [f64; 3], expected: f64) {
        let weekly = days(volumes).resample(Timeframe::new(Frequency::Weekly, 1).unwrap());
        assert_eq!(weekly.volume(), [expected]);
    }

    #[test]
    fn fractional_volumes_are_summed() {
        check_sum([0.5, 1.25, 3.0], 4.75);
        // The sum of f64, in the order of the days.
        check_sum([0.1, 0.2, 0.3], 0.600_000_000_000_000_1);
    }

    #[test]
    fn sums_of_whole_volumes_are_exact_below_2_to_the_53() {
        check_sum([4_503_599_627_370_497.0, 4_503_599_627_370_493.0, 1.0], 9_007_199_254_740_991.0);
    }

    #[test]
    fn a_daily_candle_takes_48_bytes() {
        // A time, four prices, the volume and the number of trading days.
        assert_eq!(days([1.0, 2.0, 3.0]).size_bytes(), 3 * (4 + 4 * 8 + 8 + 4));
    }
}
