//! Every indicator over 5,040 candles, and the ten most used over 1,000,000, beside the bare
//! TA-Lib call on the same slices; then a table of the ratios.
//!
//! The bare call is the crate's own, by its table (`FuncId::new_call`), and allocates its output as
//! any caller must.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod walk;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use candles::{
    Candles,
    indicator::{Indicator, Input, Inputs, Parameter},
    ta_lib::{
        Core,
        abstract_api::{FUNCS, InputType, OutputType},
    },
};
use criterion::{BenchmarkId, Criterion};

use self::walk::{history, walk};

const MOST_USED: [&str; 10] =
    ["SMA", "EMA", "RSI", "MACD", "BBANDS", "ATR", "ADX", "STOCH", "OBV", "CCI"];

fn ours(indicator: Indicator, candles: &Candles, parameters: &[Parameter]) {
    let prices = candles.prices();
    let series: &[&[f64]] = match indicator.inputs() {
        Inputs::Prices => &[],
        Inputs::Series(1) => &[&prices.close],
        Inputs::Series(_) => &[&prices.high, &prices.low],
    };
    black_box(indicator.compute(Input::Candles(candles, series), parameters).unwrap());
}

fn bare(indicator: Indicator, candles: &Candles, core: &Core) {
    let (prices, n) = (candles.prices(), candles.len());
    let mut call = indicator.info().id.new_call(core);
    let mut series = [&prices.high, &prices.low].into_iter();
    let one = indicator.inputs() == Inputs::Series(1);
    for (slot, input) in indicator.info().inputs.iter().enumerate() {
        if input.kind == InputType::Real {
            call.set_input(slot, if one { &prices.close } else { series.next().unwrap() }).unwrap();
        } else {
            let [open, high, low, close] = [&prices.open, &prices.high, &prices.low, &prices.close];
            call.set_price_input(
                slot,
                Some(open),
                Some(high),
                Some(low),
                Some(close),
                Some(candles.volume()),
                None,
            )
            .unwrap();
        }
    }
    let outputs = indicator.info().outputs;
    let mut reals: Vec<Vec<f64>> =
        outputs.iter().map(|o| vec![0.0; if o.kind == OutputType::Real { n } else { 0 }]).collect();
    let mut integers: Vec<Vec<i32>> =
        outputs.iter().map(|o| vec![0; if o.kind == OutputType::Real { 0 } else { n }]).collect();
    for (index, ((real, integer), output)) in
        reals.iter_mut().zip(&mut integers).zip(outputs).enumerate()
    {
        match output.kind {
            OutputType::Real => call.set_output(index, real).unwrap(),
            OutputType::Integer => call.set_int_output(index, integer).unwrap(),
        };
    }
    call.call(0, n - 1).unwrap();
    black_box((reals, integers));
}

fn measure(criterion: &mut Criterion, group: &str, indicators: &[Indicator], candles: &Candles) {
    let core = Core::new();
    let mut group = criterion.benchmark_group(group);
    for indicator in indicators {
        let name = indicator.info().name;
        let parameters: Vec<Parameter> = indicator.defaults().collect();
        group.bench_function(BenchmarkId::new("bare", name), |b| {
            b.iter(|| bare(*indicator, candles, &core));
        });
        group.bench_function(BenchmarkId::new("ours", name), |b| {
            b.iter(|| ours(*indicator, candles, &parameters));
        });
    }
}

/// Prints the median of each call in microseconds, and the median of their ratios over pairs that
/// are measured one right after the other: the machine's moods hit both.
fn table(name: &str, indicators: &[Indicator], candles: &Candles, pairs: usize) {
    let core = Core::new();
    println!(
        "\n{name} candles, {pairs} pairs, medians in microseconds\n{:>24} {:>10} {:>10} {:>6}",
        "", "bare", "ours", "ratio"
    );
    let mut medians = Vec::new();
    for indicator in indicators {
        let parameters: Vec<Parameter> = indicator.defaults().collect();
        let mut times: [Vec<f64>; 3] = Default::default();
        for _ in 0..pairs {
            let bare = micros(|| bare(*indicator, candles, &core));
            let ours = micros(|| ours(*indicator, candles, &parameters));
            times.iter_mut().zip([bare, ours, ours / bare]).for_each(|(all, time)| all.push(time));
        }
        let [bare, ours, ratio] = times.map(median);
        println!("{:>24} {bare:>10.1} {ours:>10.1} {ratio:>6.3}", indicator.info().name);
        medians.push(ratio);
    }
    let largest = medians.iter().copied().fold(0.0, f64::max);
    println!("{:>24} {:>28.3}\n{:>24} {largest:>28.3}", "median", median(medians), "largest");
}

fn micros(call: impl FnOnce()) -> f64 {
    let started = Instant::now();
    call();
    started.elapsed().as_secs_f64() * 1e6
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let brief = || {
        Criterion::default()
            .sample_size(10)
            .warm_up_time(Duration::from_millis(100))
            .measurement_time(Duration::from_millis(400))
            .configure_from_args()
    };
    let all: Vec<Indicator> = Indicator::all().collect();
    let most_used: Vec<Indicator> = MOST_USED
        .iter()
        .filter_map(|name| FUNCS.iter().find(|info| info.name == *name).and_then(Indicator::of))
        .collect();
    let [short, long] = [5_040, 1_000_000].map(|days| Candles::from(history(&walk(days))));
    measure(&mut brief(), "5040", &all, &short);
    measure(&mut brief().measurement_time(Duration::from_secs(1)), "1000000", &most_used, &long);
    table("5040", &all, &short, 201);
    table("1000000", &most_used, &long, 41);
}
