//! The root of every query.

use async_graphql::{Context, ID, Object};
use candles::Symbol;

use super::{
    OrNull,
    arguments::ArgumentSource,
    indicator::{IndicatorGroup, IndicatorInfo, catalog},
    instrument::Instrument,
    node::{Node, NodeArguments},
    pagination::{self, InstrumentConnection, PageArguments},
    request_context::RequestContext,
    table_enum::Named,
};
use crate::error::Error;

#[derive(Debug)]
pub struct Query;

/// The root of every query.
#[Object]
impl Query {
    /// One instrument by its symbol. If there is none, the field is null, and an error with the
    /// code `UNKNOWN_SYMBOL` stands at its path; other fields answer all the same.
    async fn instrument(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticker symbol, such as `AMZN`; upper and lower case are the same.")]
        symbol: String,
    ) -> OrNull<Instrument> {
        Some(find(super::request_context(ctx), &InstrumentArguments { symbol }))
    }

    /// The instruments in the order of their symbols, in pages. Arguments that contradict each other
    /// or their limits make this field null, with an error at its path; other fields answer all the
    /// same.
    #[allow(clippy::too_many_arguments)]
    #[allow(clippy::unused_async)] // every resolver is
    async fn instruments(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only instruments whose symbol or name contains this text, in any case; at most 100 characters."
        )]
        search: Option<String>,
        #[graphql(
            desc = "Only instruments with one of these symbols, at most 500; unknown ones are missing from the answer."
        )]
        symbols: Option<Vec<String>>,
        #[graphql(desc = "Size of a page from the beginning, 0 to 500. The default is 20, or \
                          the number of `symbols`.")]
        first: Option<i32>,
        #[graphql(desc = "Only instruments after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end, 0 to 500, instead of `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only instruments before the one with this cursor.")] before: Option<
            String,
        >,
    ) -> OrNull<InstrumentConnection> {
        let arguments = PageArguments { search, symbols, first, after, last, before };
        Some(pagination::load(super::request_context(ctx), arguments))
    }

    /// One object by its id, for clients that load again what they have. Null with an error at its
    /// path if there is none: the code is `UNKNOWN_SYMBOL` if the id is that of an instrument which
    /// is not there (any more), else `BAD_USER_INPUT`.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, as the field `id` of an object gives it.")] id: ID,
    ) -> OrNull<Node> {
        let context = super::request_context(ctx);
        let symbol = NodeArguments { id }.request().map(|symbol| symbol.to_string());
        let found = symbol.and_then(|symbol| find(context, &InstrumentArguments { symbol }));
        Some(found.map(Node::from))
    }

    /// Every indicator, with what a chart needs to offer it, ask for it and draw it.
    async fn indicator_catalog(
        &self,
        #[graphql(desc = "Only indicators of this group.")] group: Option<Named<IndicatorGroup>>,
    ) -> Vec<IndicatorInfo> {
        catalog(group.map(|group| group.0))
    }
}

/// The arguments of `Query.instrument`.
pub(in crate::graphql) struct InstrumentArguments {
    symbol: String,
}

impl InstrumentArguments {
    /// The arguments that stand in a document; none without a symbol, which the validation refuses.
    pub(in crate::graphql) fn read(source: &impl ArgumentSource) -> Option<Self> {
        Some(Self { symbol: source.get("symbol")? })
    }

    /// The symbol that the argument names.
    pub(in crate::graphql) fn request(&self) -> Result<Symbol, Error> {
        Symbol::parse(&self.symbol).map_err(|_| self.unknown(Vec::new()))
    }

    fn unknown(&self, similar: Vec<Symbol>) -> Error {
        let symbol = self.symbol.chars().take(Symbol::MAX_CHARS + 1).collect();
        Error::UnknownSymbol { symbol, similar }
    }
}

fn find(context: &RequestContext, arguments: &InstrumentArguments) -> Result<Instrument, Error> {
    let symbol = arguments.request()?;
    let found = context.instrument(&symbol);
    found.map(Instrument).ok_or_else(|| arguments.unknown(context.similar(&symbol)))
}
