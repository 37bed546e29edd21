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
    /// One instrument by its symbol. If no instrument has the symbol, the field is null, with an
    /// error of the code `UNKNOWN_SYMBOL` at its path.
    async fn instrument(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticker symbol, such as `AMZN`, in upper or lower case.")]
        symbol: String,
    ) -> OrNull<Instrument> {
        Some(find(super::request_context(ctx), &InstrumentArguments { symbol }))
    }

    /// The instruments in the order of their symbols, in pages. If arguments contradict each other
    /// or exceed their limits, the field is null, with an error at its path.
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
            desc = "Only instruments with one of these symbols, at most 500. The server skips unknown symbols."
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

    /// One object by its id, for clients that load an object again. If the instrument of the id no
    /// longer exists, the field is null, with an error of the code `UNKNOWN_SYMBOL` at its path.
    /// For any other id without an object, the code is `BAD_USER_INPUT`.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, from the field `id` of an object.")] id: ID,
    ) -> OrNull<Node> {
        let context = super::request_context(ctx);
        let symbol = NodeArguments { id }.request().map(|symbol| symbol.to_string());
        let found = symbol.and_then(|symbol| find(context, &InstrumentArguments { symbol }));
        Some(found.map(Node::from))
    }

    /// Every indicator, with the facts that a chart needs to offer it, query it and draw it.
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
    /// The arguments in a document; none without a symbol, which the validation refuses.
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
