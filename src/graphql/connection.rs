//! Pages of instruments, after the Relay cursor connections specification.
//!
//! The cursor of an instrument is its symbol: pages stay right while instruments come and go.

use async_graphql::connection::{Connection, Edge, EmptyFields};

use super::instrument::Instrument;
use crate::{
    error::Error,
    store::{PageQuery, Store, Take},
};

/// Largest page.
const MAX_PAGE: usize = 500;

/// Size of a page when nobody says.
const DEFAULT_PAGE: usize = 20;

pub(super) type InstrumentConnection = Connection<String, Instrument, EmptyFields, EmptyFields>;

/// The four arguments of a Relay connection.
pub(super) struct Paging {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

pub(super) async fn load(
    store: &Store,
    search: Option<String>,
    symbols: Option<Vec<String>>,
    paging: Paging,
) -> Result<InstrumentConnection, Error> {
    let default = symbols.as_ref().map_or(DEFAULT_PAGE, Vec::len);
    let take = match (paging.first, paging.last) {
        (Some(_), Some(_)) => {
            return Err(Error::Page("first and last exclude each other; give one".to_owned()));
        }
        (None, Some(last)) => Take::Last(page_size("last", last)?),
        (Some(first), None) => Take::First(page_size("first", first)?),
        (None, None) if default > MAX_PAGE => {
            return Err(Error::Page(format!(
                "{default} symbols are more than the {MAX_PAGE} of a page; ask for fewer, or \
                 give `first`"
            )));
        }
        (None, None) => Take::First(u32::try_from(default).unwrap_or(u32::MAX)),
    };
    let (is_after, is_before) = (paging.after.is_some(), paging.before.is_some());
    let uppercase = |symbols: Vec<String>| symbols.iter().map(|s| s.to_uppercase()).collect();
    let page = store
        .instruments(&PageQuery {
            search,
            symbols: symbols.map(uppercase),
            after: paging.after,
            before: paging.before,
            take,
        })
        .await?;
    // A cursor comes from an earlier page, so that there is something on its other side.
    let (has_previous, has_next) = match take {
        Take::First(_) => (is_after, page.has_more),
        Take::Last(_) => (page.has_more, is_before),
    };
    let mut connection = Connection::new(has_previous, has_next);
    connection.edges = page
        .instruments
        .into_iter()
        .map(|instrument| Edge::new(instrument.symbol.clone(), Instrument(instrument)))
        .collect();
    Ok(connection)
}

fn page_size(argument: &str, size: i32) -> Result<u32, Error> {
    u32::try_from(size)
        .ok()
        .filter(|&size| size as usize <= MAX_PAGE)
        .ok_or_else(|| Error::Page(format!("{argument} {size} is outside 0 to {MAX_PAGE}")))
}
