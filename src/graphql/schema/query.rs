//! The root of every query.

use async_graphql::{Context, Object};
use candles::Symbol;

use super::{
    indicator::{IndicatorGroup, IndicatorInfo, catalog},
    instrument::Instrument,
    pagination::{self, InstrumentConnection, Paging},
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
    ) -> Option<Result<Instrument, Error>> {
        // `Some(Err(..))` makes this field null; `Err(..)` would make its parent null.
        Some(find(super::request_context(ctx), &symbol))
    }

    /// The instruments in the order of their symbols, in pages.
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
    ) -> Result<InstrumentConnection, Error> {
        let paging = Paging { first, after, last, before };
        pagination::load(super::request_context(ctx), search, symbols, paging)
    }

    /// Every indicator, with what a chart needs to offer it, ask for it and draw it.
    async fn indicator_catalog(
        &self,
        #[graphql(desc = "Only indicators of this group.")] group: Option<Named<IndicatorGroup>>,
    ) -> Vec<IndicatorInfo> {
        catalog(group.map(|group| group.0))
    }
}

fn find(context: &RequestContext, text: &str) -> Result<Instrument, Error> {
    let found = Symbol::parse(text).ok().and_then(|symbol| context.instrument(&symbol));
    let unknown = || Error::UnknownSymbol(text.chars().take(Symbol::MAX_CHARS + 1).collect());
    found.map(Instrument).ok_or_else(unknown)
}
