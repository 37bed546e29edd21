//! The cost of the values of variables.

use std::collections::HashMap;

use async_graphql::{Name, Variables};

use super::FIELD;

/// The execution copies a variable's value wherever the document names it.
pub(super) fn cost(uses: &HashMap<Name, usize>, variables: &Variables) -> usize {
    /// Bytes that the execution copies for free.
    const SHORT: usize = 16;
    let costs = uses.iter().map(|(name, uses)| {
        let bytes = variables.get(name).map_or(0, |value| value.to_string().len());
        uses.saturating_mul(bytes / SHORT * FIELD)
    });
    costs.fold(0, usize::saturating_add)
}
