//! What a request costs, known from its document and the catalogue before a candle is read.
//!
//! The unit is a cell of a list, some 15 ns. Each distinct indicator on a series costs the rows of
//! the history at that frequency x (1 + its largest integer argument / 100), whatever the window;
//! a field that the library resolves by itself as much as [`FIELD`] cells.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use async_graphql::{
    InputType, Positioned, Value, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use candles::Timeframe;

use super::{
    connection::{self, Paging},
    document::Document,
    enums::{Fill, Frequency},
    indicator,
    scalars::Date,
};
use crate::{
    store::{Catalogue, Instrument},
    symbol,
};

/// The cost of a field that is not a cell of a planned list.
const FIELD: usize = 10;

/// What a request will be executed on.
struct Estimate<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    catalogue: &'a Catalogue,
    /// The cost of a cell.
    cell: usize,
    /// Indicators that were counted, by series and arguments.
    computed: HashSet<u64>,
    cost: usize,
}

/// What a selection is on.
#[derive(Clone)]
enum On {
    Query,
    Page(Vec<Arc<Instrument>>),
    Instruments(Vec<Arc<Instrument>>),
    /// The series of some instruments, or lines on them.
    Series(Size),
    /// The outputs of a function on them: lines.
    Outputs(Size),
    /// A list of objects: how many, and what a leaf of each costs.
    Objects(usize, usize),
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

/// The cost of an operation of a document.
pub(super) fn estimate(
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    catalogue: &Catalogue,
) -> usize {
    // Where trees must be merged, no list is planned.
    let cell = if document.merges { FIELD } else { 1 };
    let (document, computed) = (&document.parsed, HashSet::new());
    let mut estimate = Estimate { document, variables, catalogue, cell, computed, cost: 0 };
    estimate.walk(&operation.selection_set.node, &On::Query);
    estimate.cost
}

impl Estimate<'_> {
    fn walk(&mut self, set: &SelectionSet, on: &On) {
        for Positioned { node: selection, .. } in &set.items {
            if selection.directives().iter().any(|directive| self.leaves_out(&directive.node)) {
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

    fn field(&mut self, field: &Field, on: &On) {
        let below = match on {
            On::Query => self.root(field),
            On::Page(instruments) => {
                let of_each = matches!(field.name.node.as_str(), "node" | "nodes");
                let on = if of_each { On::Instruments } else { On::Page };
                Some((FIELD * instruments.len(), on(instruments.clone())))
            }
            On::Instruments(instruments) => self.series(field, instruments),
            On::Series(size) => Some(self.on_series(field, *size)),
            On::Outputs(size) => {
                let line = Size { id: self.id(field, *size), ..*size };
                Some((FIELD * size.series, On::Series(line)))
            }
            On::Objects(objects, leaf) => {
                let each = objects.saturating_mul(typical_length(field.name.node.as_str()));
                Some((each.saturating_mul(*leaf), On::Objects(each, *leaf)))
            }
        };
        let Some((cost, on)) = below else { return };
        self.cost = self.cost.saturating_add(cost);
        self.walk(&field.selection_set.node, &on);
    }

    fn root(&self, field: &Field) -> Option<(usize, On)> {
        match field.name.node.as_str() {
            "instrument" => {
                let symbol = symbol::parse(&self.argument::<String>(field, "symbol")?)?;
                let instrument = self.catalogue.get(&symbol)?;
                Some((FIELD, On::Instruments(vec![Arc::clone(instrument)])))
            }
            "instruments" => {
                let paging = Paging {
                    first: self.argument(field, "first"),
                    after: self.argument(field, "after"),
                    last: self.argument(field, "last"),
                    before: self.argument(field, "before"),
                };
                let (search, symbols) =
                    (self.argument(field, "search"), self.argument(field, "symbols"));
                let query = connection::page_query(search, symbols, paging).ok()?;
                Some((FIELD, On::Page(self.catalogue.page(&query).instruments)))
            }
            "indicatorCatalog" => Some((FIELD, On::Objects(indicator::count(), FIELD))),
            _ => Some((FIELD, On::Objects(1, FIELD))),
        }
    }

    fn series(&self, field: &Field, instruments: &[Arc<Instrument>]) -> Option<(usize, On)> {
        let cost = FIELD * instruments.len();
        if field.name.node.as_str() != "series" {
            return Some((cost, On::Objects(0, 0)));
        }
        let frequency = self.argument::<Frequency>(field, "frequency").unwrap_or(Frequency::Daily);
        let interval = self.argument(field, "interval").unwrap_or(1);
        let timeframe = Timeframe::new(frequency.into(), interval).ok()?;
        let filled = self.argument::<Fill>(field, "fill").is_some_and(|fill| fill != Fill::None);
        let [from, to] = ["from", "to"].map(|name| self.argument::<Date>(field, name));
        let last = self.argument::<i32>(field, "last").and_then(|last| usize::try_from(last).ok());
        let mut size = Size { series: instruments.len(), rows: 0, shown: 0, id: 0 };
        for instrument in instruments {
            let Some((first, newest)) = instrument.first_date.zip(instrument.last_date) else {
                continue;
            };
            let start = from.map_or(first, |from| from.0.max(first));
            let end = to.map_or(newest, |to| to.0.min(newest));
            let rows = timeframe.periods(first, newest).min(instrument.candle_count);
            let window = timeframe.periods(start, end);
            let shown = if filled { window } else { window.min(rows) };
            size.rows += rows;
            size.shown += last.map_or(shown, |last| last.min(shown));
            size.id = hash(&(size.id, &instrument.symbol, timeframe));
        }
        Some((cost, On::Series(size)))
    }

    /// A field of a series, or of a line on one.
    fn on_series(&mut self, field: &Field, size: Size) -> (usize, On) {
        let name = field.name.node.as_str();
        let fields = FIELD * size.series;
        if name == "patterns" {
            let patterns = match self.value(field, "only") {
                Some(Value::List(only)) => only.len(),
                Some(_) => 1,
                None => indicator::count_patterns(),
            };
            let cost = self.compute(field, size, patterns, 0);
            return (fields + cost, On::Objects(size.shown, self.cell));
        }
        let given = |name: &str| self.argument::<i32>(field, name);
        if let Some(weight) = indicator::weigh(name, given) {
            let cost = self.compute(field, size, 1, weight.largest_argument);
            let size = Size { id: self.id(field, size), ..size };
            let on = if weight.outputs > 1 { On::Outputs } else { On::Series };
            return (fields + cost, on(size));
        }
        match name {
            "candles" | "points" => (fields, On::Objects(size.shown, self.cell)),
            "length" | "frequency" | "interval" | "last" | "lookback" | "displayShift"
            | "__typename" => (fields, On::Objects(0, 0)),
            // Any other is a column.
            _ => (fields + size.shown.saturating_mul(self.cell), On::Objects(0, 0)),
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
        let arguments = field.arguments.iter();
        let arguments =
            arguments.map(|(name, _)| (name.node.as_str(), self.value(field, &name.node)));
        let mut arguments: Vec<String> =
            arguments.map(|(name, value)| format!("{name}:{value:?}")).collect();
        arguments.sort_unstable();
        hash(&(size.id, field.name.node.as_str(), arguments))
    }

    /// An argument's value; none if it is absent, null, or of another type.
    fn argument<T: InputType>(&self, field: &Field, name: &str) -> Option<T> {
        T::parse(Some(self.value(field, name)?)).ok()
    }

    fn value(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        let variable = |name| self.variables.get(&name).cloned().ok_or(());
        value.into_const_with(variable).ok().filter(|value| *value != Value::Null)
    }

    /// Whether a directive takes out what it stands at.
    fn leaves_out(&self, directive: &Directive) -> bool {
        let Some(condition) = directive.get_argument("if") else { return false };
        let variable = |name| self.variables.get(&name).cloned().ok_or(());
        let condition = condition.node.clone().into_const_with(variable);
        match directive.name.node.as_str() {
            "skip" => condition == Ok(Value::Boolean(true)),
            "include" => condition == Ok(Value::Boolean(false)),
            _ => false,
        }
    }
}

/// How many objects a field's list usually has: those of introspection and of the catalogue.
fn typical_length(field: &str) -> usize {
    match field {
        "types" => 100,
        "fields" => 30,
        "enumValues" => 10,
        "directives" => 5,
        "args" | "parameters" => 4,
        "outputs" => 2,
        _ => 1,
    }
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
