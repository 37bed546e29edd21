//! The price of each field of the schema.
//!
//! A field that gives one scalar per object needs no line here: it costs a field. Every other field
//! needs a line that says how much is behind it, and a test finds fields without one. The kind of a
//! field sets its price if the field comes from the table of candle fields or from TA-Lib's table.

use std::{collections::HashMap, sync::LazyLock};

use crate::graphql::{
    adapter::{self, ObjectField},
    schema::{
        candle,
        indicator::{self, Function},
        query::Query,
    },
};

/// The price of a field; [`super`] gives its cost.
#[derive(Debug, Clone, Copy)]
pub(super) enum Price {
    /// A field for each object: one value, or a very short list.
    Each,
    /// The instrument with a symbol.
    Instrument,
    /// The instrument with an id.
    Node,
    /// A walk over all instruments, and a page of them.
    Page,
    /// Every function of the table.
    Catalog,
    /// The schema; the following fields belong to it.
    Schema,
    /// All types of the schema.
    Types(Length),
    /// A list whose length depends on the schema, not on the data.
    List(Length),
    /// The candles of each instrument at a timeframe.
    Series,
    /// A row for each candle of the window.
    Rows,
    /// A cell for each candle of the window.
    Cells,
    /// A search for a value from the window's end on.
    LastValue,
    /// Some functions over the whole history, and a search through the window for their results.
    Patterns,
    /// A function over the whole history.
    Indicator(&'static Function),
    /// One of several lines of a computed function.
    Output,
}

/// The length of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// The average over all objects that have the list.
    usual: usize,
    /// The average over the objects that one request gets at most.
    largest: usize,
}

/// A list of the same length everywhere.
const fn list(length: usize) -> Price {
    Price::List(Length { usual: length, largest: length })
}

/// The prices of our types' fields.
pub(super) const OURS: &[(&str, &[(&str, Price)])] = &[
    (
        "Query",
        &[
            ("instrument", Price::Instrument),
            ("instruments", Price::Page),
            ("node", Price::Node),
            ("indicatorCatalog", Price::Catalog),
        ],
    ),
    (
        "InstrumentConnection",
        &[("pageInfo", Price::Each), ("edges", Price::Each), ("nodes", Price::Each)],
    ),
    ("InstrumentEdge", &[("node", Price::Each)]),
    ("Instrument", &[("series", Price::Series)]),
    ("Series", &[("candles", Price::Rows), ("patterns", Price::Patterns)]),
    ("Line", &[("values", Price::Cells), ("points", Price::Rows), ("last", Price::LastValue)]),
    (
        "IndicatorInfo",
        &[
            ("sources", Price::Each),
            ("prices", Price::Each),
            ("parameters", list(8)),
            ("outputs", list(5)),
        ],
    ),
    ("ParameterInfo", &[("options", Price::Each)]),
];

/// A field's name, its price and its type.
type PriceAndType = (&'static str, Price, &'static str);

/// The prices of the fields that every schema has, with their types. The library does not show
/// these types before a request asks for them.
pub(super) const INTROSPECTION: &[(&str, &[PriceAndType])] = &[
    ("Query", &[("__schema", Price::Schema, "__Schema"), ("__type", Price::Each, "__Type")]),
    (
        "__Schema",
        &[
            ("types", Price::Types(Length { usual: 70, largest: 70 }), "__Type"),
            ("queryType", Price::Each, "__Type"),
            ("mutationType", Price::Each, "__Type"),
            ("subscriptionType", Price::Each, "__Type"),
            ("directives", list(5), "__Directive"),
        ],
    ),
    (
        "__Type",
        &[
            ("fields", Price::List(Length { usual: 8, largest: 250 }), "__Field"),
            ("interfaces", Price::Each, "__Type"),
            ("possibleTypes", Price::Each, "__Type"),
            ("enumValues", Price::List(Length { usual: 2, largest: 61 }), "__EnumValue"),
            ("inputFields", Price::Each, "__InputValue"),
            ("ofType", Price::Each, "__Type"),
        ],
    ),
    ("__Field", &[("args", list(8), "__InputValue"), ("type", Price::Each, "__Type")]),
    ("__InputValue", &[("type", Price::Each, "__Type")]),
    ("__Directive", &[("locations", Price::Each, ""), ("args", list(8), "__InputValue")]),
];

impl Price {
    /// The number of values per object for a field without a line.
    pub(super) fn largest_length(self) -> usize {
        match self {
            Self::List(length) | Self::Types(length) => length.largest,
            _ => 1,
        }
    }

    /// The number of values per object, over all objects that have the field.
    pub(super) fn usual_length(self) -> usize {
        match self {
            Self::List(length) | Self::Types(length) => length.usual,
            _ => 1,
        }
    }
}

/// The prices of an object's fields, and the places of its fields' objects.
pub(super) type Fields = HashMap<String, (Price, usize)>;

/// The prices of all objects' fields.
pub(super) struct Prices {
    /// The first object has no fields. It stands for scalars and for unknown types.
    objects: Vec<Fields>,
    root: usize,
    /// The place of each object or interface.
    index: HashMap<String, usize>,
}

/// The prices of the schema.
pub(super) static PRICES: LazyLock<Prices> = LazyLock::new(|| {
    let (prices, unpriced) = Prices::of_the_schema();
    debug_assert!(unpriced.is_empty(), "without a price: {unpriced:?}");
    prices
});

impl Prices {
    /// The prices of the schema's fields, and the fields that need a price and have none.
    pub(super) fn of_the_schema() -> (Self, Vec<String>) {
        let objects = adapter::objects::<Query>();
        let names = objects.iter().map(|object| object.name.as_str());
        let introspection = INTROSPECTION.iter().map(|(name, _)| *name);
        let mut index: HashMap<&str, usize> = HashMap::new();
        for name in names.chain(introspection) {
            let next = index.len() + 1;
            index.entry(name).or_insert(next);
        }
        let place = |name: &str| index.get(name).copied().unwrap_or_default();
        let mut prices = vec![Fields::new(); index.len() + 1];
        let mut unpriced = Vec::new();
        for object in &objects {
            let fields = &mut prices[place(&object.name)];
            for field in &object.fields {
                let is_plain = !field.is_list && place(&field.of) == 0;
                let price = declared(&object.name, field).or(is_plain.then_some(Price::Each));
                if price.is_none() {
                    unpriced.push(format!("{}.{}", object.name, field.name));
                }
                let price = price.unwrap_or(Price::Each);
                fields.insert(field.name.clone(), (price, place(&field.of)));
            }
        }
        for (object, fields) in INTROSPECTION {
            let fields = fields.iter();
            let fields = fields.map(|(name, price, of)| ((*name).to_owned(), (*price, place(of))));
            prices[place(object)].extend(fields);
        }
        let prices = Self {
            root: place("Query"),
            objects: prices,
            index: index.iter().map(|(name, place)| ((*name).to_owned(), *place)).collect(),
        };
        (prices, unpriced)
    }

    /// The fields of the root.
    pub(super) fn root(&self) -> &Fields {
        &self.objects[self.root]
    }

    /// The fields of an object or an interface that a fragment stands on. The validation refuses
    /// fragments on other types.
    pub(super) fn of_type(&self, name: &str) -> &Fields {
        &self.objects[self.index.get(name).copied().unwrap_or_default()]
    }

    /// The price of an object's field, and the fields below it. The validation refuses unknown
    /// fields.
    pub(super) fn of(&self, fields: &Fields, name: &str) -> (Price, &Fields) {
        let (price, of) = fields.get(name).copied().unwrap_or((Price::Each, 0));
        (price, &self.objects[of])
    }
}

/// The price of a field with a line, or from a table.
fn declared(object: &str, field: &ObjectField) -> Option<Price> {
    let fields = OURS.iter().find(|(name, _)| *name == object).map(|(_, fields)| *fields);
    let lines = fields.into_iter().flatten();
    let line = lines.clone().find(|(name, _)| *name == field.name).map(|(_, price)| *price);
    line.or_else(|| match object {
        "Series" if candle::is_field(&field.name) => Some(Price::Cells),
        "Series" | "Line" => indicator::by_field(&field.name).map(Price::Indicator),
        _ => indicator::is_outputs(object).then_some(Price::Output),
    })
}
