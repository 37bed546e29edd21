//! Laws of resampling, held for generated histories.

#![allow(clippy::unwrap_used)]
// Sums of whole volumes are exact.
#![allow(clippy::float_cmp)]

use candles::{Candles, Fill, Frequency, Ohlcv, OhlcvRow, Time, Timeframe, Window};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

fn timeframe(frequency: Frequency, interval: i32) -> Timeframe {
    Timeframe::new(frequency, interval).unwrap()
}

/// Up to 400 rows with gaps of up to 40 days, on both sides of the year 2000.
fn histories() -> impl Strategy<Value = Ohlcv> {
    let rows = prop::collection::vec(
        (1..40_u64, prop::array::uniform4(1..100_000_u32), 0..1_000_000_u32),
        0..400,
    );
    (0..20_000_u64, rows).prop_map(|(first_day, rows)| {
        let mut date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(first_day);
        let mut history = Ohlcv::default();
        for (gap, mut cents, volume) in rows {
            date = date + Days::new(gap);
            let volume = f64::from(volume);
            let (open, close) = (f64::from(cents[0]) / 100.0, f64::from(cents[1]) / 100.0);
            cents.sort_unstable();
            let (low, high) = (f64::from(cents[0]) / 100.0, f64::from(cents[3]) / 100.0);
            let time = Time::of_day(date);
            history.push(OhlcvRow { time, open, high, low, close, volume }).unwrap();
        }
        history
    })
}

fn timeframes() -> impl Strategy<Value = Timeframe> {
    (prop::sample::select(Frequency::ALL.to_vec()), 1..15_i32)
        .prop_map(|(frequency, interval)| timeframe(frequency, interval))
}

/// The candles as daily rows again, dated by their period's first day.
fn as_rows(candles: &Candles) -> Ohlcv {
    let prices = candles.prices();
    let mut rows = Ohlcv::default();
    for (index, &time) in candles.times().iter().enumerate() {
        rows.push(OhlcvRow {
            time,
            open: prices.open[index],
            high: prices.high[index],
            low: prices.low[index],
            close: prices.close[index],
            volume: candles.volume()[index],
        })
        .unwrap();
    }
    rows
}

fn resample(rows: &Ohlcv, timeframe: Timeframe) -> Candles {
    Candles::from(rows.clone()).resample(timeframe)
}

/// Asserts that going through `steps` one after the other ends where the last one alone does.
fn check_nesting(history: &Ohlcv, steps: &[Timeframe]) -> Result<(), TestCaseError> {
    let last = *steps.last().unwrap();
    let one_step = resample(history, last);
    let many_steps =
        steps.iter().fold(history.clone(), |rows, &step| as_rows(&resample(&rows, step)));
    prop_assert_eq!(as_rows(&one_step), many_steps);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nested_steps_equal_one_step(history in histories()) {
        use Frequency::{Annual, Daily, Monthly, Quarterly, Weekly};
        check_nesting(&history, &[timeframe(Weekly, 1), timeframe(Weekly, 2)])?;
        check_nesting(&history, &[timeframe(Daily, 7), timeframe(Weekly, 6)])?;
        check_nesting(&history, &[timeframe(Monthly, 1), timeframe(Quarterly, 1), timeframe(Annual, 1)])?;
        check_nesting(&history, &[timeframe(Quarterly, 2), timeframe(Annual, 3)])?;
    }

    #[test]
    fn equal_periods_have_equal_candles(history in histories()) {
        use Frequency::{Annual, Daily, Monthly, Quarterly, Weekly};
        for (one, other) in [
            (timeframe(Daily, 7), timeframe(Weekly, 1)),
            (timeframe(Monthly, 3), timeframe(Quarterly, 1)),
            (timeframe(Quarterly, 4), timeframe(Annual, 1)),
        ] {
            prop_assert_eq!(
                as_rows(&resample(&history, one)),
                as_rows(&resample(&history, other))
            );
        }
    }

    #[test]
    fn volume_and_trading_days_are_conserved(history in histories(), timeframe in timeframes()) {
        let candles = resample(&history, timeframe);
        let total: f64 = history.volume().iter().sum();
        prop_assert_eq!(candles.volume().iter().sum::<f64>(), total);
        let days: u32 = candles.trading_days().iter().sum();
        prop_assert_eq!(days as usize, history.len());
    }

    /// A candle depends on the rows of its own period alone.
    #[test]
    fn later_rows_never_move_a_candle(history in histories(), timeframe in timeframes(), kept in 0..400_usize) {
        let mut prefix = Ohlcv::default();
        let prices = history.prices();
        for index in 0..kept.min(history.len()) {
            prefix.push(OhlcvRow {
                time: history.times()[index],
                open: prices.open[index],
                high: prices.high[index],
                low: prices.low[index],
                close: prices.close[index],
                volume: history.volume()[index],
            }).unwrap();
        }
        let whole = as_rows(&resample(&history, timeframe));
        let part = as_rows(&resample(&prefix, timeframe));
        let complete = part.len().saturating_sub(1);
        prop_assert_eq!(&part.times()[..complete], &whole.times()[..complete]);
        prop_assert_eq!(&part.prices().close[..complete], &whole.prices().close[..complete]);
        prop_assert_eq!(&part.volume()[..complete], &whole.volume()[..complete]);
    }

    /// A selected candle intersects the window, and every other candle does not.
    #[test]
    fn windows_select_what_they_intersect(
        history in histories(),
        timeframe in timeframes(),
        start in 0..30_000_u64,
        days in 0..5_000_u64,
    ) {
        let from = NaiveDate::from_ymd_opt(1965, 1, 1).unwrap() + Days::new(start);
        let to = from + Days::new(days);
        let candles = resample(&history, timeframe);
        let selected = Window::new(Some(from), Some(to), None).unwrap().select(&candles);
        for index in 0..candles.len() {
            let start = candles.times()[index];
            let intersects = start.day() <= to && timeframe.period_end(start) >= from;
            prop_assert_eq!(selected.contains(&index), intersects);
        }
    }

    /// Filling leaves no gap and keeps every stored candle as it was.
    #[test]
    fn filling_only_adds(history in histories(), timeframe in timeframes()) {
        let candles = resample(&history, timeframe);
        prop_assert_eq!(&candles.fill(Fill::None), &candles);
        let filled = candles.fill(Fill::Previous);
        for pair in filled.times().windows(2) {
            prop_assert_eq!(timeframe.next_start(pair[0]), pair[1]);
        }
        let stored: Vec<usize> = (0..filled.len()).filter(|&index| filled.is_stored(index)).collect();
        let closes: Vec<f64> = stored.iter().map(|&index| filled.prices().close[index]).collect();
        prop_assert_eq!(&closes, &candles.prices().close);
        prop_assert_eq!(filled.volume().iter().sum::<f64>(), candles.volume().iter().sum::<f64>());
    }

    /// Filled candles are no part of a longer candle.
    #[test]
    fn resampling_sees_stored_candles_alone(history in histories(), timeframe in timeframes()) {
        let daily = Candles::from(history);
        let resampled = daily.resample(timeframe);
        prop_assert_eq!(daily.fill(Fill::Null).resample(timeframe), resampled.clone());
        prop_assert_eq!(daily.fill(Fill::Previous).resample(timeframe), resampled);
    }
}
