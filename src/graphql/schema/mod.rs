//! The types of the schema and their resolvers.
//!
//! [`mod@query`] is the root, [`instrument`] what it returns ([`node`]: by an id), [`series`] the
//! candles of an instrument as columns, [`candle`] as rows, [`indicator`] the fields that come from TA-Lib's table. What
//! clients may ask of a field stands once, as a struct of its [`arguments`] such as
//! [`series_request::SeriesArguments`].
//! [`mod@request_context`] is what one request sees and has computed, [`series_window`] a part of a
//! series.

pub(super) mod arguments;
pub(super) mod candle;
pub(super) mod enums;
pub(super) mod indicator;
mod instrument;
mod instrument_id;
pub(super) mod node;
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
use crate::error::Error;

pub use self::{
    request_context::{Reads, RequestContext},
    scalars::parse_day,
};

/// How deep the library lets fields nest. The budget refuses sooner; without it, the library would
/// at 32, and a chain of indicators is a field deeper per link.
const LIBRARY_DEPTH: usize = 64;

/// What a nullable field answers: a value, or null and an error at its path. The library makes the
/// field's parent null, too, if the resolver returns `Result<Option<T>, Error>`.
type OrNull<T> = Option<Result<T, Error>>;

/// The types with which `schema.graphql` begins, in the order in which a reader needs them.
const FIRST_TYPES: [&str; 5] = ["Query", "Instrument", "Series", "Candle", "Line"];

/// The schema, ready to run requests.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a store, for callers that execute it by other means than an
/// [`Api`](super::engine::api::Api). Requests need a [`RequestContext`].
#[must_use]
pub fn schema(store: Arc<Store>) -> ApiSchema {
    builder().data(store).finish()
}

/// The schema's document, as `schema.graphql` has it: [`FIRST_TYPES`], then the others by their
/// names.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    // The library writes an empty line after each type, and none elsewhere.
    let mut definitions: Vec<&str> = sdl.split("\n\n").collect();
    definitions.sort_by_key(|definition| {
        let mut lines = definition.lines();
        let name = lines.find_map(|line| line.strip_prefix("type ")?.split(' ').next());
        let place = name.and_then(|name| FIRST_TYPES.iter().position(|first| *first == name));
        place.unwrap_or(FIRST_TYPES.len())
    });
    definitions.join("\n\n")
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
