//! Rows into columns, columns into candles of other timeframes, and gaps filled, over 5,040 trading
//! days and over 1,000,000.

#![allow(clippy::unwrap_used, missing_docs)]

mod walk;

use std::{hint::black_box, time::Duration};

use candles::{Candles, Fill, Frequency, Timeframe};
use criterion::{BatchSize, Criterion};

use self::walk::{history, walk};

fn measure(criterion: &mut Criterion, days: u64) {
    let rows = walk(days);
    let stored = history(&rows);
    let daily = Candles::from(stored.clone());
    let mut group = criterion.benchmark_group(format!("resampling {days}"));
    group.bench_function("push", |b| b.iter(|| history(black_box(&rows))));
    group.bench_function("daily", |b| {
        b.iter_batched(|| stored.clone(), Candles::from, BatchSize::LargeInput);
    });
    for (name, frequency, interval) in [
        ("2 daily", Frequency::Daily, 2),
        ("weekly", Frequency::Weekly, 1),
        ("monthly", Frequency::Monthly, 1),
        ("annual", Frequency::Annual, 1),
    ] {
        let timeframe = Timeframe::new(frequency, interval).unwrap();
        group.bench_function(name, |b| b.iter(|| black_box(&daily).resample(timeframe)));
    }
    for (name, fill) in
        [("fill none", Fill::None), ("fill null", Fill::Null), ("fill previous", Fill::Previous)]
    {
        group.bench_function(name, |b| b.iter(|| black_box(&daily).fill(fill)));
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    measure(&mut criterion, 5_040);
    measure(&mut criterion, 1_000_000);
}
