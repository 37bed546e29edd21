//! Every indicator over 5,040 candles, and the ten most used over 1,000,000, beside the bare
//! TA-Lib call on the same slices; then a table of the ratios.
//!
//! The bare call allocates its output as any caller must, and binds nothing by name.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{fs, hint::black_box, path::Path, time::Duration};

use candles::{
    Candles, Frequency, Ohlcv, OhlcvRow, Timeframe,
    indicator::{Indicator, Input, Inputs, Parameter},
    ta_lib::{
        Core,
        abstract_api::{FUNCS, InputType, OutputType},
    },
};
use chrono::{Days, NaiveDate};
use criterion::{BenchmarkId, Criterion};

const MOST_USED: [&str; 10] =
    ["SMA", "EMA", "RSI", "MACD", "BBANDS", "ATR", "ADX", "STOCH", "OBV", "CCI"];

/// A random walk of that many days; the same at each run.
fn walk(days: u64) -> Candles {
    let mut state = 42_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(u32::MAX >> 1)
    };
    let mut rows = Ohlcv::default();
    let first = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();
    let mut close = 100.0;
    for day in 0..days {
        let open = close;
        close = (open * (1.0 + (random() - 0.5) * 0.02)).max(1.0);
        let (high, low) = (open.max(close) * 1.005, open.min(close) * 0.995);
        #[allow(clippy::cast_possible_truncation)]
        let volume = (random() * 1e6) as i64 + 1;
        rows.push(OhlcvRow { date: first + Days::new(day), open, high, low, close, volume })
            .unwrap();
    }
    Candles::resample(&rows, Timeframe::new(Frequency::Daily, 1).unwrap())
}

fn ours(indicator: Indicator, candles: &Candles, parameters: &[Parameter]) {
    let prices = candles.prices();
    let series: &[&[f64]] = match indicator.inputs() {
        Inputs::Prices => &[],
        Inputs::Series(1) => &[&prices.close],
        Inputs::Series(_) => &[&prices.high, &prices.low],
    };
    black_box(indicator.compute(Input::Candles(candles, series), parameters).unwrap());
}

fn bare(indicator: Indicator, candles: &Candles, volume: &[f64], core: &Core) {
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
                Some(volume),
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
    #[allow(clippy::cast_precision_loss)]
    let volume: Vec<f64> = candles.volume().iter().map(|units| *units as f64).collect();
    let core = Core::new();
    let mut group = criterion.benchmark_group(group);
    for indicator in indicators {
        let name = indicator.info().name;
        let parameters: Vec<Parameter> = indicator.defaults().collect();
        group.bench_function(BenchmarkId::new("bare", name), |b| {
            b.iter(|| bare(*indicator, candles, &volume, &core));
        });
        group.bench_function(BenchmarkId::new("ours", name), |b| {
            b.iter(|| ours(*indicator, candles, &parameters));
        });
    }
}

/// The median of a benchmark in microseconds.
fn median(group: &str, function: &str, name: &str) -> Option<f64> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("criterion");
    let file = folder.join(group).join(function).join(name).join("new/estimates.json");
    let estimates: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
    Some(estimates["median"]["point_estimate"].as_f64()? / 1000.0)
}

fn table(group: &str, indicators: &[Indicator]) {
    println!(
        "\n{group} candles, median microseconds\n{:>24} {:>10} {:>10} {:>6}",
        "", "bare", "ours", "ratio"
    );
    let mut ratios = Vec::new();
    for indicator in indicators {
        let name = indicator.info().name;
        if let (Some(bare), Some(ours)) = (median(group, "bare", name), median(group, "ours", name))
        {
            println!("{name:>24} {bare:>10.1} {ours:>10.1} {:>6.3}", ours / bare);
            ratios.push(ours / bare);
        }
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(middle), Some(last)) = (ratios.get(ratios.len() / 2), ratios.last()) {
        println!(
            "{:>24} {:>21} {middle:>6.3}\n{:>24} {:>21} {last:>6.3}",
            "median ratio", "", "largest ratio", ""
        );
    }
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
    measure(&mut brief(), "5040", &all, &walk(5_040));
    let thorough = &mut brief().sample_size(30).measurement_time(Duration::from_secs(4));
    measure(thorough, "1000000", &most_used, &walk(1_000_000));
    table("5040", &all);
    table("1000000", &most_used);
}
