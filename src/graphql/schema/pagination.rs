//! Pages of instruments, as in the Relay cursor connections specification.
//!
//! The cursor of an instrument is its symbol, so pages stay right while imports add and remove
//! instruments.

use async_graphql::{
    SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use candles::Symbol;
use storage::store::{PageQuery, Take};

use super::{arguments::ArgumentSource, instrument::Instrument, request_context::RequestContext};
use crate::error::Error;

/// Largest page.
const MAX_PAGE: usize = 500;

/// Size of a page by default.
const DEFAULT_PAGE: usize = 20;

pub(super) type InstrumentConnection = Connection<String, Instrument, Totals, EmptyFields>;

/// The connection's fields about all pages together.
#[derive(Debug, SimpleObject)]
pub(super) struct Totals {
    /// The number of instruments that match `search` and `symbols`, on all pages together.
    total_count: usize,
}

/// Longest text to search for, in characters.
const MAX_SEARCH_CHARS: usize = 100;

/// The arguments of `Query.instruments`: a filter, and the four arguments of a Relay connection.
pub(in crate::graphql) struct PageArguments {
    pub(super) search: Option<String>,
    pub(super) symbols: Option<Vec<String>>,
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

pub(super) fn load(
    context: &RequestContext,
    arguments: PageArguments,
) -> Result<InstrumentConnection, Error> {
    let page = context.instruments(&arguments.request()?);
    let totals = Totals { total_count: page.total };
    let mut connection =
        Connection::with_additional_fields(page.has_previous, page.has_next, totals);
    connection.edges = page
        .instruments
        .into_iter()
        .map(|instrument| Edge::new(instrument.symbol.to_string(), Instrument(instrument)))
        .collect();
    Ok(connection)
}

impl PageArguments {
    /// The arguments in a document.
    pub(in crate::graphql) fn read(source: &impl ArgumentSource) -> Self {
        Self {
            search: source.get("search"),
            symbols: source.get("symbols"),
            first: source.get("first"),
            after: source.get("after"),
            last: source.get("last"),
            before: source.get("before"),
        }
    }

    /// The page that the arguments ask for.
    pub(in crate::graphql) fn request(self) -> Result<PageQuery, Error> {
        let Self { search, symbols, first, after, last, before } = self;
        let take = take(first, last, symbols.as_deref())?;
        if search.as_ref().is_some_and(|search| search.chars().count() > MAX_SEARCH_CHARS) {
            return Err(Error::Page(format!(
                "search is longer than {MAX_SEARCH_CHARS} characters"
            )));
        }
        let parse = |symbols: Vec<String>| symbols.iter().filter_map(|s| s.parse().ok()).collect();
        Ok(PageQuery {
            search,
            symbols: symbols.map(parse),
            after: after.map(|cursor| symbol_of(&cursor)).transpose()?,
            before: before.map(|cursor| symbol_of(&cursor)).transpose()?,
            take,
        })
    }
}

fn take(first: Option<i32>, last: Option<i32>, symbols: Option<&[String]>) -> Result<Take, Error> {
    let default = symbols.map_or(DEFAULT_PAGE, <[String]>::len);
    if default > MAX_PAGE {
        let message =
            format!("{default} symbols are more than {MAX_PAGE}, the limit; ask for fewer");
        return Err(Error::Page(message));
    }
    match (first, last) {
        (Some(_), Some(_)) => {
            Err(Error::Page("first and last exclude each other; give one".to_owned()))
        }
        (None, Some(last)) => Ok(Take::Last(page_size("last", last)?)),
        (Some(first), None) => Ok(Take::First(page_size("first", first)?)),
        (None, None) => Ok(Take::First(default)),
    }
}

fn symbol_of(cursor: &str) -> Result<Symbol, Error> {
    Symbol::parse(cursor)
        .map_err(|_| Error::Page("after and before take cursors that a page has given".to_owned()))
}

fn page_size(argument: &str, size: i32) -> Result<usize, Error> {
    usize::try_from(size)
        .ok()
        .filter(|size| *size <= MAX_PAGE)
        .ok_or_else(|| Error::Page(format!("{argument} {size} is outside 0 to {MAX_PAGE}")))
}
