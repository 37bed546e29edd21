//! Objects that a client loads again by their id, as in GraphQL's Global Object Identification
//! specification.

use async_graphql::{ID, Interface};
use candles::Symbol;

use super::{arguments::ArgumentSource, instrument::Instrument, instrument_id};
use crate::error::Error;

/// Most characters of an id that an error repeats.
const MAX_SHOWN_CHARS: usize = 64;

/// An object with an id, by which `Query.node` finds it again.
#[derive(Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The id of the object, unique among all objects. It stays the same."
))]
pub enum Node {
    /// The only objects with an id so far.
    Instrument(Instrument),
}

/// The arguments of `Query.node`.
pub(in crate::graphql) struct NodeArguments {
    pub(super) id: ID,
}

impl NodeArguments {
    /// The arguments in a document; none without an id, which the validation refuses.
    pub(in crate::graphql) fn read(source: &impl ArgumentSource) -> Option<Self> {
        Some(Self { id: source.get("id")? })
    }

    /// The symbol of the instrument that has the id.
    pub(in crate::graphql) fn request(&self) -> Result<Symbol, Error> {
        let unknown = || Error::Id(self.id.chars().take(MAX_SHOWN_CHARS).collect());
        instrument_id::symbol(&self.id).ok_or_else(unknown)
    }
}
