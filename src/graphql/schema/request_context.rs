//! What one request sees and computes. It computes each indicator on a series once, however many
//! fields ask for it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use candles::{
    Candles, PriceSource, Symbol,
    indicator::{Column, Computed, Indicator, Input, InvalidParameters, Parameter},
};
use parking_lot::Mutex;
use storage::store::{Instrument, Page, PageQuery, SeriesKey, Universe};
use telemetry::traces;
use tracing::debug_span;

/// What one request sees and computes.
#[derive(Debug)]
pub struct RequestContext {
    /// The instruments, the same from the beginning of the request to its end.
    universe: Arc<Universe>,
    reads: Mutex<Reads>,
    series: Mutex<HashMap<SeriesKey, Arc<SeriesMemo>>>,
    computed: Arc<AtomicUsize>,
    /// How many searches for similar symbols the request has made.
    searched: AtomicUsize,
}

/// How many searches for similar symbols a request may make; one takes some tenths of a
/// millisecond.
const MAX_SEARCHES: usize = 3;

/// What an answer depends on.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// The universe's epoch and revision.
    version: (u32, i64),
    /// Whether any instrument may have mattered, even one that does not exist yet.
    all: bool,
    instruments: Vec<Arc<Instrument>>,
}

impl Reads {
    /// Whether a later universe gives the same answer.
    #[must_use]
    pub fn are_current(&self, universe: &Universe) -> bool {
        let unchanged = |instrument: &Arc<Instrument>| {
            universe.get(&instrument.symbol).is_some_and(|now| now == instrument)
        };
        let (epoch, revision) = self.version;
        epoch == universe.epoch()
            && (revision == universe.revision()
                || !self.all && self.instruments.iter().all(unchanged))
    }
}

/// The stored candles of an instrument at one timeframe, and the results computed on them.
#[derive(Debug)]
pub(super) struct SeriesMemo {
    pub(super) candles: Arc<Candles>,
    computed: Arc<AtomicUsize>,
    calls: Mutex<HashMap<Arc<CallKey>, Outcome>>,
}

type Outcome = Result<Arc<Call>, InvalidParameters>;

/// A computed function.
#[derive(Debug)]
pub(super) struct Call {
    key: Arc<CallKey>,
    pub(super) outputs: Vec<Column>,
    /// By how many candles a chart draws each output ahead, or behind if below 0.
    pub(super) shifts: Vec<i32>,
    /// Candles before the first value, those of the functions before it in a chain included.
    pub(super) lookback: usize,
}

/// The key of a computation on a series.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CallKey {
    function: &'static str,
    input: InputKey,
    /// Integers as they are, real numbers by their bits.
    parameters: Vec<u64>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum InputKey {
    Sources(Vec<PriceSource>),
    Output(Arc<CallKey>, usize),
}

/// The input of a function.
#[derive(Debug, Clone, Copy)]
pub(super) enum IndicatorInput<'a> {
    /// The candles, with the price sources that the client chose.
    Candles(&'a [PriceSource]),
    /// An output of another function.
    Output(&'a Call, usize),
}

impl RequestContext {
    /// The context of a request over the instruments.
    #[must_use]
    pub fn new(universe: Arc<Universe>) -> Self {
        Self {
            reads: Mutex::new(Reads {
                version: (universe.epoch(), universe.revision()),
                ..Reads::default()
            }),
            universe,
            series: Mutex::default(),
            computed: Arc::default(),
            searched: AtomicUsize::default(),
        }
    }

    /// The instrument with a symbol.
    pub(super) fn instrument(&self, symbol: &Symbol) -> Option<Arc<Instrument>> {
        let instrument = self.universe.get(symbol).map(Arc::clone);
        let mut reads = self.reads.lock();
        match &instrument {
            Some(instrument) => reads.instruments.push(Arc::clone(instrument)),
            None => reads.all = true,
        }
        instrument
    }

    /// Symbols that are similar to an unknown one, for the first few unknown symbols of a request.
    pub(super) fn similar(&self, symbol: &Symbol) -> Vec<Symbol> {
        if self.searched.fetch_add(1, Ordering::Relaxed) < MAX_SEARCHES {
            self.universe.similar(symbol)
        } else {
            Vec::new()
        }
    }

    /// A page of the instruments in the order of their symbols.
    pub(super) fn instruments(&self, query: &PageQuery) -> Page {
        self.reads.lock().all = true;
        self.universe.page(query)
    }

    /// What the request has read so far.
    pub(in crate::graphql) fn reads(&self) -> Reads {
        self.reads.lock().clone()
    }

    /// The results on an instrument's series; all fields share them.
    pub(super) fn series(
        &self,
        instrument: &Instrument,
        candles: &Arc<Candles>,
    ) -> Arc<SeriesMemo> {
        let mut series = self.series.lock();
        let stored = series.entry(SeriesKey::new(instrument, candles.timeframe()));
        Arc::clone(stored.or_insert_with(|| {
            Arc::new(SeriesMemo {
                candles: Arc::clone(candles),
                computed: Arc::clone(&self.computed),
                calls: Mutex::default(),
            })
        }))
    }

    /// How many functions the request has computed.
    pub fn computed(&self) -> usize {
        self.computed.load(Ordering::Relaxed)
    }
}

impl SeriesMemo {
    /// The function's outputs over all candles. The first call computes them.
    pub(super) fn call(
        &self,
        indicator: Indicator,
        on: IndicatorInput<'_>,
        parameters: &[Parameter],
    ) -> Outcome {
        let key = Arc::new(CallKey::new(indicator, on, parameters));
        // No task waits while it holds the lock, and a request's fields share one task.
        let mut calls = self.calls.lock();
        if let Some(call) = calls.get(&key) {
            return call.clone();
        }
        let function = indicator.info().name;
        let call = debug_span!(target: traces::TARGET, "compute", candleql.function = function)
            .in_scope(|| self.compute(Arc::clone(&key), indicator, on, parameters))
            .map(Arc::new);
        calls.insert(key, call.clone());
        call
    }

    fn compute(
        &self,
        key: Arc<CallKey>,
        indicator: Indicator,
        on: IndicatorInput<'_>,
        parameters: &[Parameter],
    ) -> Result<Call, InvalidParameters> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        match on {
            IndicatorInput::Candles(sources) => {
                let columns: Vec<_> =
                    sources.iter().map(|source| source.column(&self.candles)).collect();
                let series: Vec<&[f64]> = columns.iter().map(AsRef::as_ref).collect();
                let input = Input::Candles(&self.candles, &series);
                let computed = indicator.compute(input, parameters)?;
                Ok(Call::new(key, computed, 0))
            }
            IndicatorInput::Output(call, output) => {
                let (first, values) = call.outputs[output].from_first_value();
                let computed = indicator.compute(Input::Values { first, values }, parameters)?;
                Ok(Call::new(key, computed, call.lookback))
            }
        }
    }
}

impl Call {
    /// A computed function; `before` is the lookback of the functions before it in a chain.
    fn new(key: Arc<CallKey>, computed: Computed, before: usize) -> Self {
        let Computed { outputs, lookback, display_shifts } = computed;
        Self { key, outputs, shifts: display_shifts, lookback: before + lookback }
    }
}

impl CallKey {
    fn new(indicator: Indicator, on: IndicatorInput<'_>, parameters: &[Parameter]) -> Self {
        let input = match on {
            IndicatorInput::Candles(sources) => InputKey::Sources(sources.to_vec()),
            IndicatorInput::Output(call, output) => InputKey::Output(Arc::clone(&call.key), output),
        };
        let parameters = parameters.iter().map(|parameter| match *parameter {
            Parameter::Integer(value) => u64::from(value.cast_unsigned()),
            Parameter::Real(value) => value.to_bits(),
        });
        Self { function: indicator.info().name, input, parameters: parameters.collect() }
    }
}
