//! The cost of a request, computed from its document and the universe before the server reads a
//! candle.
//!
//! The unit is a cell of a list, some 15 ns. Each distinct indicator on a series costs the rows of
//! the history at that frequency x (1 + its largest integer argument / 100), for any window. A row
//! costs as much as a cell. A field that the library resolves by itself costs [`FIELD`] cells. Code
//! that only passes over rows costs a fraction per row.
//!
//! [`prices`] has the price of each field of the schema. The structs of arguments that the
//! resolvers use tell what the arguments mean.

mod arguments;
mod prices;
#[cfg(test)]
mod tests;
mod variables;

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    rc::Rc,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    Positioned, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use candles::{Fill, Symbol, Time};
use storage::store::{Instrument, SeriesKey, Universe};

use self::{
    arguments::{Arguments, FieldArguments},
    prices::{Fields, PRICES, Price},
};
use super::document_cache::Document;
use crate::graphql::schema::{
    indicator::{self, Function, IndicatorRequest, PatternsArguments},
    node::NodeArguments,
    pagination::PageArguments,
    query::InstrumentArguments,
    series_request::{SeriesArguments, SeriesRequest},
};

/// The cost of a field that is not a cell of a planned list.
const FIELD: usize = 10;

/// The cost is exact up to here, for any limit.
const EXACT: usize = 1_000_000;

/// The universe that a request will run on.
struct Estimate<'a> {
    document: &'a ExecutableDocument,
    arguments: Arguments<'a>,
    universe: &'a Universe,
    /// The cost of a cell.
    cell: usize,
    /// Series, and indicators on them, that the estimate has counted: the server computes them
    /// once.
    computed: HashSet<u64>,
    cost: usize,
    /// The number from which the exact cost does not matter.
    limit: usize,
}

/// The objects of a selection.
enum Objects {
    Query,
    /// Some instruments, or one object for each of them, such as an edge of a page.
    Instruments(Rc<[Arc<Instrument>]>),
    /// The series of some instruments, or lines on them.
    Series(Size),
    /// Other objects.
    Plain {
        count: usize,
        /// The cost of a leaf of each.
        leaf: usize,
    },
    /// All types of the schema, most of which are small.
    Types(usize),
}

impl Objects {
    /// What is below a leaf.
    const NONE: Self = Self::Plain { count: 0, leaf: 0 };
}

#[derive(Clone, Copy)]
struct Size {
    /// The number of series.
    series: usize,
    /// Candles of the whole history.
    rows: usize,
    /// Candles in the window.
    shown: usize,
    /// Distinguishes series, and lines on them.
    id: u64,
}

/// Joins the prices with the schema at the start, so that no request waits for it.
pub(super) fn prepare() {
    LazyLock::force(&PRICES);
}

/// The cost of an operation, or a number above the limit.
pub(super) fn estimate(
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    universe: &Universe,
    limit: usize,
) -> usize {
    // The writer plans no list where it must merge trees.
    let cell = if document.merges { FIELD } else { 1 };
    let cost = variables::cost(&document.variable_uses, variables);
    let (document, computed) = (&document.parsed, HashSet::new());
    let arguments = Arguments(variables);
    let limit = limit.max(EXACT);
    let mut estimate = Estimate { document, arguments, universe, cell, computed, cost, limit };
    estimate.walk(&operation.selection_set.node, &Objects::Query, PRICES.root());
    estimate.cost
}

/// How much more a cell costs because of its key, which every row repeats.
fn key_weight(field: &Field) -> usize {
    /// Bytes of a key of the schema's usual length.
    const USUAL: usize = 16;
    1 + field.response_key().node.len() / USUAL
}

impl<'a> Estimate<'a> {
    fn walk(&mut self, set: &'a SelectionSet, on: &Objects, fields: &Fields) {
        for Positioned { node: selection, .. } in &set.items {
            if self.cost > self.limit {
                return;
            }
            let mut directives = selection.directives().iter();
            if directives.any(|directive| self.arguments.leave_out(&directive.node)) {
                continue;
            }
            match selection {
                Selection::Field(field) => self.field(&field.node, on, fields),
                Selection::InlineFragment(fragment) => {
                    let of = fragment.node.type_condition.as_ref();
                    let fields = of.map_or(fields, |of| PRICES.of_type(&of.node.on.node));
                    self.walk(&fragment.node.selection_set.node, on, fields);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    let Some(fragment) = fragment else { continue };
                    let fields = PRICES.of_type(&fragment.node.type_condition.node.on.node);
                    self.walk(&fragment.node.selection_set.node, on, fields);
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, on: &Objects, fields: &Fields) {
        let (price, fields) = PRICES.of(fields, &field.name.node);
        let arguments = self.arguments.of(field);
        let (cost, on) = match on {
            Objects::Query => {
                // A root field that the resolver refuses costs nothing.
                let Some(root) = self.root(price, &arguments) else { return };
                root
            }
            Objects::Instruments(instruments) => match price {
                Price::Series => self.series(&arguments, instruments),
                _ => (FIELD * instruments.len(), Objects::Instruments(Rc::clone(instruments))),
            },
            Objects::Series(size) => self.on_series(price, &arguments, &field.name.node, *size),
            Objects::Plain { count, leaf } => {
                let count = count.saturating_mul(price.largest_length());
                let cost = count.saturating_mul(leaf * key_weight(field));
                (cost, Objects::Plain { count, leaf: *leaf })
            }
            Objects::Types(types) => {
                let count = types.saturating_mul(price.usual_length());
                let on = match price {
                    Price::Types(_) => Objects::Types(count),
                    _ => Objects::Plain { count, leaf: FIELD },
                };
                (count.saturating_mul(FIELD), on)
            }
        };
        self.cost = self.cost.saturating_add(cost);
        self.walk(&field.selection_set.node, &on, fields);
    }

    fn root(&self, price: Price, arguments: &FieldArguments<'_>) -> Option<(usize, Objects)> {
        match price {
            Price::Instrument => {
                self.instrument(&InstrumentArguments::read(arguments)?.request().ok()?)
            }
            Price::Node => self.instrument(&NodeArguments::read(arguments)?.request().ok()?),
            Price::Page => {
                let query = PageArguments::read(arguments).request().ok()?;
                let instruments = self.universe.page(&query).instruments;
                let cost = FIELD * (1 + self.universe.len());
                Some((cost, Objects::Instruments(instruments.into())))
            }
            Price::Catalog => {
                Some((FIELD, Objects::Plain { count: indicator::count(), leaf: FIELD }))
            }
            Price::Schema => Some((FIELD, Objects::Types(1))),
            _ => Some((FIELD, Objects::Plain { count: 1, leaf: FIELD })),
        }
    }

    fn instrument(&self, symbol: &Symbol) -> Option<(usize, Objects)> {
        let instrument = Arc::clone(self.universe.get(symbol)?);
        Some((FIELD, Objects::Instruments(Rc::new([instrument]))))
    }

    fn series(
        &mut self,
        arguments: &FieldArguments<'_>,
        instruments: &[Arc<Instrument>],
    ) -> (usize, Objects) {
        let mut cost = FIELD * instruments.len();
        let Ok(request) = SeriesArguments::read(arguments).request() else {
            return (cost, Objects::NONE);
        };
        let SeriesRequest { timeframe, window, fill } = request;
        let mut size = Size { series: instruments.len(), rows: 0, shown: 0, id: 0 };
        for instrument in instruments {
            let Some((first, newest)) = instrument.first_date.zip(instrument.last_date) else {
                continue;
            };
            let periods = |first, last| timeframe.periods(Time::of_day(first), Time::of_day(last));
            let all = periods(first, newest);
            let rows = all.min(instrument.candle_count);
            let key = SeriesKey::new(instrument, timeframe);
            if self.is_new(&key) {
                cost += instrument.candle_count / 4;
            }
            let is_filled = fill != Fill::None;
            cost += if is_filled { all } else { rows / 8 };
            let (start, end) = window.days(first, newest);
            let within = periods(start, end);
            size.rows += rows;
            size.shown += window.at_most(if is_filled { within } else { within.min(rows) });
            size.id = hash(&(size.id, key));
        }
        (cost, Objects::Series(size))
    }

    /// A field of a series, of a line on one, or of an object of several lines.
    fn on_series(
        &mut self,
        price: Price,
        arguments: &FieldArguments<'_>,
        name: &str,
        size: Size,
    ) -> (usize, Objects) {
        let field = FIELD * size.series;
        let rows = size.shown.saturating_mul(self.cell);
        let (cost, on) = match price {
            Price::Indicator(function) => return self.indicator(function, arguments, size),
            Price::Output => (0, Objects::Series(Size { id: hash(&(size.id, name)), ..size })),
            Price::Patterns => {
                let asked = PatternsArguments::read(arguments).request();
                let new = asked.iter().filter(|asked| self.is_new(&(size.id, asked))).count();
                let cost = size.rows.saturating_mul(new);
                let matches = Objects::Plain { count: size.shown, leaf: self.cell };
                (cost.saturating_add(asked.len().saturating_mul(size.shown)), matches)
            }
            Price::Rows => (rows, Objects::Plain { count: size.shown, leaf: self.cell }),
            Price::Cells => (rows, Objects::NONE),
            Price::LastValue => (size.shown / 8, Objects::NONE),
            _ => (0, Objects::NONE),
        };
        (field.saturating_add(cost), on)
    }

    fn indicator(
        &mut self,
        function: &'static Function,
        arguments: &FieldArguments<'_>,
        size: Size,
    ) -> (usize, Objects) {
        let field = FIELD * size.series;
        let Ok(asked) = IndicatorRequest::read(function, arguments) else {
            return (field, Objects::NONE);
        };
        let size = Size { id: hash(&(size.id, &asked)), ..size };
        let each = 100 + asked.largest_integer();
        let cost = if self.is_new(&size.id) { size.rows.saturating_mul(each) / 100 } else { 0 };
        (field.saturating_add(cost), Objects::Series(size))
    }

    /// Whether the request computes this for the first time.
    fn is_new(&mut self, what: &impl Hash) -> bool {
        self.computed.insert(hash(what))
    }
}

fn hash(value: &impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
