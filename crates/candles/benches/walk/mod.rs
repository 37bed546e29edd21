//! A history to measure with.

use candles::{Ohlcv, OhlcvRow, Time};
use chrono::{Days, NaiveDate};

/// A random walk of that many trading days, five in each week; the same at each run.
pub fn walk(days: u64) -> Vec<OhlcvRow> {
    let mut state = 42_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(u32::MAX >> 1)
    };
    let first = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();
    let mut close = 100.0_f64;
    let row = |day| {
        let open = close;
        close = (open * (1.0 + (random() - 0.5) * 0.02)).max(1.0);
        let (high, low) = (open.max(close) * 1.005, open.min(close) * 0.995);
        let volume = (random() * 1e6).trunc() + 1.0;
        let time = Time::of_day(first + Days::new(day / 5 * 7 + day % 5));
        OhlcvRow { time, open, high, low, close, volume }
    };
    (0..days).map(row).collect()
}

/// The rows in columns.
pub fn history(rows: &[OhlcvRow]) -> Ohlcv {
    let mut history = Ohlcv::with_capacity(rows.len());
    for row in rows {
        history.push(*row).unwrap();
    }
    history
}
