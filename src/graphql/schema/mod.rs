//! The types of the schema and their resolvers.
//!
//! [`mod@query`] is the root, [`instrument`] what it returns, [`series`] the candles of an instrument
//! as columns, [`candle`] as rows, [`indicator`] the fields that come from TA-Lib's table. What
//! clients may ask of a field stands once, as a struct of its [`arguments`] such as
//! [`series_request::SeriesArguments`].
//! [`mod@request_context`] is what one request sees and has computed, [`series_window`] a part of a
//! series.

pub(super) mod arguments;
pub(super) mod candle;
pub(super) mod enums;
pub(super) mod indicator;
mod instrument;
pub(super) mod pagination;
pub(super) mod query;
pub(super) mod request_context;
pub(super) mod scalars;
mod series;
pub(super) mod series_request;
mod series_window;
mod table_enum;

use std::sync::Arc;

use async_graphql::{
    Context, ContextBase, EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SchemaBuilder,
};
use storage::store::Store;

use self::query::Query;

pub use self::{
    request_context::{Reads, RequestContext},
    scalars::parse_day,
};

/// How deep the library lets fields nest. The budget refuses sooner; without it, the library would
/// at 32, and a chain of indicators is a field deeper per link.
const LIBRARY_DEPTH: usize = 64;

/// The schema, ready to run requests.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a store, for callers that execute it by other means than an
/// [`Api`](super::engine::api::Api). Requests need a [`RequestContext`].
#[must_use]
pub fn schema(store: Arc<Store>) -> ApiSchema {
    builder().data(store).finish()
}

/// The schema's document, as `schema.graphql` has it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}

/// The schema without data.
pub(super) fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription).limit_recursive_depth(LIBRARY_DEPTH)
}

/// The store that the schema was given.
fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Arc<Store>>()
}

/// What the request sees and has computed so far.
fn request_context<'a, T>(ctx: &ContextBase<'a, T>) -> &'a RequestContext {
    ctx.data_unchecked::<Arc<RequestContext>>()
}
