//! Candlestick patterns: the functions of the table that recognise one.

use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
};

use async_graphql::{InputType, SimpleObject};
use candles::indicator::Indicator;

use crate::graphql::{
    json::{Cell, Rows, write, write_whole},
    schema::{
        arguments::ArgumentSource,
        request_context::IndicatorInput,
        scalars::Date,
        series_window::SeriesWindow,
        table_enum::{Named, TableEnum},
    },
};

/// A candlestick pattern that TA-Lib recognises.
#[derive(Debug, Clone, Copy)]
pub struct CandlestickPattern(Indicator);

impl Hash for CandlestickPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.info().name.hash(state);
    }
}

impl TableEnum for CandlestickPattern {
    const NAME: &'static str = "CandlestickPattern";
    const DESCRIPTION: &'static str = "A candlestick pattern, by the name that TA-Lib gives it.";

    fn all() -> impl Iterator<Item = Self> {
        Indicator::all().filter(|indicator| indicator.is_pattern()).map(Self)
    }

    fn name(self) -> String {
        self.0.info().name.to_owned()
    }

    fn description(self) -> String {
        format!("{}.", self.0.info().hint)
    }
}

/// A candle that completes a pattern.
#[derive(Debug, Clone, SimpleObject)]
pub struct PatternMatch {
    /// The first calendar day of the candle's period.
    period_start: Date,
    /// The pattern.
    pattern: Named<CandlestickPattern>,
    /// The direction: above 0 is bullish, below 0 is bearish. The size is 100 as a rule, 200 if the
    /// candle confirms an earlier pattern, 80 if the pattern is weak. A pattern without a
    /// direction, such as `CDLDOJI`, is 100.
    signal: i32,
}

#[derive(Clone, Copy)]
pub(in crate::graphql) enum Column {
    PeriodStart,
    Pattern,
    Signal,
}

impl Rows for Vec<PatternMatch> {
    type Object = PatternMatch;
    type Column = Column;

    fn column(name: &str) -> Option<Column> {
        match name {
            "periodStart" => Some(Column::PeriodStart),
            "pattern" => Some(Column::Pattern),
            "signal" => Some(Column::Signal),
            _ => None,
        }
    }

    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn write(&self, row: usize, column: Column, text: &mut Vec<u8>) {
        let found = &self[row];
        match column {
            Column::PeriodStart => found.period_start.write(text),
            Column::Pattern => write(&found.pattern.to_value(), text),
            Column::Signal => write_whole(found.signal.into(), text),
        }
    }

    fn objects(&self) -> Vec<PatternMatch> {
        self.clone()
    }
}

/// The arguments of `Series.patterns`.
pub(in crate::graphql) struct PatternsArguments {
    pub(in crate::graphql::schema) only: Option<Vec<Named<CandlestickPattern>>>,
}

impl PatternsArguments {
    /// The arguments that stand in a document.
    pub(in crate::graphql) fn read(source: &impl ArgumentSource) -> Self {
        Self { only: source.get("only") }
    }

    /// The patterns to look for; all by default.
    pub(in crate::graphql) fn request(self) -> Vec<CandlestickPattern> {
        let Self { only } = self;
        match only {
            Some(only) => only.into_iter().map(|named| named.0).collect(),
            None => CandlestickPattern::all().collect(),
        }
    }
}

/// The candles of a window that complete one of the patterns, oldest first. Patterns of one candle
/// follow the order of their names.
pub(in crate::graphql) fn matches(
    view: &SeriesWindow,
    asked: &[CandlestickPattern],
) -> Vec<PatternMatch> {
    let asked: HashSet<_> = asked.iter().map(|pattern| pattern.0.info().name).collect();
    let asked = |pattern: &CandlestickPattern| asked.contains(pattern.0.info().name);
    let mut matches = Vec::new();
    for pattern in CandlestickPattern::all().filter(asked) {
        let defaults: Vec<_> = pattern.0.defaults().collect();
        // Each pattern uses its own defaults.
        let Ok(call) = view.stored.call(pattern.0, IndicatorInput::Candles(&[]), &defaults) else {
            continue;
        };
        for column in &call.outputs {
            let times = view.times().iter();
            matches.extend(times.zip(view.values(column)).filter_map(|(time, value)| {
                #[allow(clippy::cast_possible_truncation)] // whole numbers up to 200
                let signal = value? as i32;
                let period_start = Date(time.day());
                (signal != 0).then_some(PatternMatch {
                    period_start,
                    pattern: Named(pattern),
                    signal,
                })
            }));
        }
    }
    matches.sort_by_key(|found| found.period_start.0);
    matches
}
