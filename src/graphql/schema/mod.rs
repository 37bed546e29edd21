//! The types of the schema and their resolvers.
//!
//! [`mod@query`] is the root. It returns an [`instrument`] (also as a [`node`], by its id), with a
//! [`series`] of candles as columns or as [`candle`] rows. [`indicator`] has the fields that come
//! from TA-Lib's table. One struct per field holds its [`arguments`], such as
//! [`series_request::SeriesArguments`]. [`mod@request_context`] is what one request sees and has
//! computed; [`series_window`] is a part of a series.

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

/// How deep fields may nest in the library. The budget refuses deeper documents sooner. The
/// library's own limit is 32, too few for a chain of indicators, which is one level per link.
const LIBRARY_DEPTH: usize = 64;

/// The result of a nullable field: a value, or null and an error at its path. With
/// `Result<Option<T>, Error>`, the library would make the field's parent null, too.
type OrNull<T> = Option<Result<T, Error>>;

/// The types with which `schema.graphql` begins, in the order in which a reader needs them.
const FIRST_TYPES: [&str; 5] = ["Query", "Instrument", "Series", "Candle", "Line"];

/// The schema, ready to run requests.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a store, for callers that run it without an [`Api`](super::engine::api::Api).
/// Requests need a [`RequestContext`].
#[must_use]
pub fn schema(store: Arc<Store>) -> ApiSchema {
    builder().data(store).finish()
}

/// The schema's document, as in `schema.graphql`: [`FIRST_TYPES`] first, then the others by name.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    let sdl = builder().finish().sdl_with_options(options);
    let mut definitions = definitions(&sdl);
    definitions.sort_by_key(|definition| {
        let mut lines = definition.lines();
        let name = lines.find_map(|line| line.strip_prefix("type ")?.split(' ').next());
        let place = name.and_then(|name| FIRST_TYPES.iter().position(|first| *first == name));
        place.unwrap_or(FIRST_TYPES.len())
    });
    definitions.join("\n\n")
}

/// The definitions of a document. An empty line ends a definition, unless it is in a description.
fn definitions(sdl: &str) -> Vec<String> {
    let mut definitions: Vec<String> = Vec::new();
    for paragraph in sdl.split("\n\n") {
        match definitions.last_mut() {
            Some(begun) if begun.matches("\"\"\"").count() % 2 == 1 => {
                begun.push_str("\n\n");
                begun.push_str(paragraph);
            }
            _ => definitions.push(paragraph.to_owned()),
        }
    }
    definitions
}

/// The schema without data.
pub(super) fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription).limit_recursive_depth(LIBRARY_DEPTH)
}

/// The store that the schema reads.
fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Arc<Store>>()
}

/// The data that the request sees and the results that it has computed so far.
fn request_context<'a, T>(ctx: &ContextBase<'a, T>) -> &'a RequestContext {
    ctx.data_unchecked::<Arc<RequestContext>>()
}
