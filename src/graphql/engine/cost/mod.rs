//! What a request costs, known from its document and the universe before a candle is read.
//!
//! The unit is a cell of a list, some 15 ns. Each distinct indicator on a series costs the rows of
//! the history at that frequency x (1 + its largest integer argument / 100), whatever the window; a
//! row as much as a cell, a field that the library resolves by itself as much as [`FIELD`] cells,
//! and what only passes over rows a fraction of them.

mod arguments;
mod lengths;
mod variables;

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use async_graphql::{
    Positioned, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use candles::{Symbol, Time, Timeframe};
use storage::store::{Instrument, SeriesKey, Universe};

use self::{
    arguments::Arguments,
    lengths::{largest_length, usual_length},
};
use super::document_cache::Document;
use crate::graphql::schema::{
    enums::{Fill, Frequency},
    indicator,
    pagination::{self, Paging},
    scalars::Date,
};

/// The cost of a field that is not a cell of a planned list.
const FIELD: usize = 10;

/// Up to here the cost is exact, whatever the limit.
const EXACT: usize = 1_000_000;

/// What a request will be executed on.
struct Estimate<'a> {
    document: &'a ExecutableDocument,
    arguments: Arguments<'a>,
    universe: &'a Universe,
    /// The cost of a cell.
    cell: usize,
    /// Series, and indicators on them, that were counted: they are computed once.
    computed: HashSet<u64>,
    cost: usize,
    /// From where on the exact cost does not matter.
    limit: usize,
}

/// What a selection is on.
enum Scope {
    Query,
    Page(Vec<Arc<Instrument>>),
    Instruments(Vec<Arc<Instrument>>),
    /// The series of some instruments, or lines on them.
    Series(Size),
    /// The outputs of a function on them: lines.
    Outputs(Size),
    /// A list of objects: how many, and what a leaf of each costs.
    Objects(usize, usize),
    /// The types of the schema, of which most are small.
    Types(usize),
}

impl Scope {
    /// A leaf.
    const NOTHING: Self = Self::Objects(0, 0);
}

#[derive(Clone, Copy)]
struct Size {
    /// How many series.
    series: usize,
    /// Candles of the whole history.
    rows: usize,
    /// Candles in the window.
    shown: usize,
    /// Tells series, and lines on them, apart.
    id: u64,
}

/// The cost of an operation of a document, or a number above the limit.
pub(super) fn estimate(
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    universe: &Universe,
    limit: usize,
) -> usize {
    // Where trees must be merged, no list is planned.
    let cell = if document.merges { FIELD } else { 1 };
    let cost = variables::cost(&document.variable_uses, variables);
    let (document, computed) = (&document.parsed, HashSet::new());
    let arguments = Arguments(variables);
    let limit = limit.max(EXACT);
    let mut estimate = Estimate { document, arguments, universe, cell, computed, cost, limit };
    estimate.walk(&operation.selection_set.node, &Scope::Query);
    estimate.cost
}

/// How much more than usual a cell costs by its key, which stands in every row.
fn key_weight(field: &Field) -> usize {
    /// Bytes of a key as long as the schema's own.
    const USUAL: usize = 16;
    1 + field.response_key().node.len() / USUAL
}

impl Estimate<'_> {
    fn walk(&mut self, set: &SelectionSet, on: &Scope) {
        for Positioned { node: selection, .. } in &set.items {
            if self.cost > self.limit {
                return;
            }
            if selection
                .directives()
                .iter()
                .any(|directive| self.arguments.leave_out(&directive.node))
            {
                continue;
            }
            match selection {
                Selection::Field(field) => self.field(&field.node, on),
                Selection::InlineFragment(fragment) => {
                    self.walk(&fragment.node.selection_set.node, on);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.walk(&fragment.node.selection_set.node, on);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &Field, on: &Scope) {
        let below = match on {
            Scope::Query => self.root(field),
            Scope::Page(instruments) => {
                let of_each = matches!(field.name.node.as_str(), "node" | "nodes");
                let on = if of_each { Scope::Instruments } else { Scope::Page };
                Some((FIELD * instruments.len(), on(instruments.clone())))
            }
            Scope::Instruments(instruments) => self.series(field, instruments),
            Scope::Series(size) => Some(self.on_series(field, *size)),
            Scope::Outputs(size) => {
                let line = Size { id: self.id(field, *size), ..*size };
                Some((FIELD * size.series, Scope::Series(line)))
            }
            Scope::Objects(objects, leaf) => {
                let each = objects.saturating_mul(largest_length(field.name.node.as_str()));
                let cell = leaf * key_weight(field);
                Some((each.saturating_mul(cell), Scope::Objects(each, *leaf)))
            }
            Scope::Types(types) => {
                let name = field.name.node.as_str();
                let each = types.saturating_mul(usual_length(name));
                let on =
                    if name == "types" { Scope::Types(each) } else { Scope::Objects(each, FIELD) };
                Some((each.saturating_mul(FIELD), on))
            }
        };
        let Some((cost, on)) = below else { return };
        self.cost = self.cost.saturating_add(cost);
        self.walk(&field.selection_set.node, &on);
    }

    fn root(&self, field: &Field) -> Option<(usize, Scope)> {
        match field.name.node.as_str() {
            "instrument" => {
                let symbol = Symbol::parse(&self.arguments.get::<String>(field, "symbol")?).ok()?;
                let instrument = self.universe.get(&symbol)?;
                Some((FIELD, Scope::Instruments(vec![Arc::clone(instrument)])))
            }
            "instruments" => {
                let paging = Paging {
                    first: self.arguments.get(field, "first"),
                    after: self.arguments.get(field, "after"),
                    last: self.arguments.get(field, "last"),
                    before: self.arguments.get(field, "before"),
                };
                let (search, symbols) =
                    (self.arguments.get(field, "search"), self.arguments.get(field, "symbols"));
                let query = pagination::page_query(search, symbols, paging).ok()?;
                let instruments = self.universe.page(&query).instruments;
                Some((FIELD * (1 + self.universe.len()), Scope::Page(instruments)))
            }
            "indicatorCatalog" => Some((FIELD, Scope::Objects(indicator::count(), FIELD))),
            "__schema" => Some((FIELD, Scope::Types(1))),
            _ => Some((FIELD, Scope::Objects(1, FIELD))),
        }
    }

    fn series(&mut self, field: &Field, instruments: &[Arc<Instrument>]) -> Option<(usize, Scope)> {
        let mut cost = FIELD * instruments.len();
        if field.name.node.as_str() != "series" {
            return Some((cost, Scope::NOTHING));
        }
        let frequency =
            self.arguments.get::<Frequency>(field, "frequency").unwrap_or(Frequency::Daily);
        let interval = self.arguments.get(field, "interval").unwrap_or(1);
        let timeframe = Timeframe::new(frequency.into(), interval).ok()?;
        let filled =
            self.arguments.get::<Fill>(field, "fill").is_some_and(|fill| fill != Fill::None);
        let [from, to] = ["from", "to"].map(|name| self.arguments.get::<Date>(field, name));
        let last =
            self.arguments.get::<i32>(field, "last").and_then(|last| usize::try_from(last).ok());
        let mut size = Size { series: instruments.len(), rows: 0, shown: 0, id: 0 };
        for instrument in instruments {
            let Some((first, newest)) = instrument.first_date.zip(instrument.last_date) else {
                continue;
            };
            let start = from.map_or(first, |from| from.0.max(first));
            let end = to.map_or(newest, |to| to.0.min(newest));
            let periods = |first, last| timeframe.periods(Time::of_day(first), Time::of_day(last));
            let (window, periods) = (periods(start, end), periods(first, newest));
            let rows = periods.min(instrument.candle_count);
            let key = SeriesKey::new(instrument, timeframe);
            if self.computed.insert(hash(&key)) {
                cost += instrument.candle_count / 4;
            }
            cost += if filled { periods } else { rows / 8 };
            let shown = if filled { window } else { window.min(rows) };
            size.rows += rows;
            size.shown += last.map_or(shown, |last| last.min(shown));
            size.id = hash(&(size.id, key));
        }
        Some((cost, Scope::Series(size)))
    }

    /// A field of a series, or of a line on one.
    fn on_series(&mut self, field: &Field, size: Size) -> (usize, Scope) {
        let name = field.name.node.as_str();
        let fields = FIELD * size.series;
        if name == "patterns" {
            let patterns = match self.arguments.value(field, "only").as_deref() {
                Some(Value::List(only)) => only.len(),
                Some(_) => 1,
                None => indicator::count_patterns(),
            };
            let cost = self.compute(field, size, patterns, 0) + patterns.saturating_mul(size.shown);
            return (fields + cost, Scope::Objects(size.shown, self.cell));
        }
        let given = |name: &str| self.arguments.get::<i32>(field, name);
        if let Some(weight) = indicator::weigh(name, given) {
            let cost = self.compute(field, size, 1, weight.largest_argument);
            let size = Size { id: self.id(field, size), ..size };
            let on = if weight.outputs > 1 { Scope::Outputs } else { Scope::Series };
            return (fields + cost, on(size));
        }
        match name {
            "candles" | "points" => {
                let rows = size.shown.saturating_mul(self.cell);
                (fields + rows, Scope::Objects(size.shown, self.cell))
            }
            "last" => (fields + size.shown / 8, Scope::NOTHING),
            "length" | "frequency" | "interval" | "lookback" | "displayShift" | "__typename" => {
                (fields, Scope::NOTHING)
            }
            // Any other is a column.
            _ => (fields + size.shown.saturating_mul(self.cell), Scope::NOTHING),
        }
    }

    /// The cost of computing some functions over the history, unless it was counted already.
    fn compute(&mut self, field: &Field, size: Size, functions: usize, largest: usize) -> usize {
        let id = self.id(field, size);
        if !self.computed.insert(id) {
            return 0;
        }
        size.rows.saturating_mul(functions).saturating_mul(100 + largest) / 100
    }

    /// Tells what a field computes apart.
    fn id(&self, field: &Field, size: Size) -> u64 {
        let arguments = field.arguments.iter().filter_map(|(name, _)| {
            let value = self.arguments.value(field, &name.node)?;
            Some(format!("{}:{value}", name.node))
        });
        let mut arguments: Vec<String> = arguments.collect();
        arguments.sort_unstable();
        hash(&(size.id, field.name.node.as_str(), arguments))
    }
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
