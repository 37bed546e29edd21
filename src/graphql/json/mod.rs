//! Lists that are written as JSON straight from columns, instead of as a tree of values.
//!
//! What costs in a long list of objects is a future, a context and a map per row. A [`RowList`]
//! reads its selection once into a plan of (response key, column) and writes all rows in one loop;
//! a [`CellList`] writes a column. The text travels in the answer's tree as [`Value::Binary`], which
//! only our writer ([`write()`]) understands. Whoever executes the schema in another way gets
//! ordinary values of the same content: the plan is asked for by the request's workspace.
//!
//! Of async-graphql 7.0.19 this module uses what its documentation hides: `ContextSelectionSet`,
//! `query_env` and the way in which an answer's tree is merged.
//!
//! The library merges two lists under one response key (`{ candles { open } candles { close } }`)
//! by merging their trees, and would drop the text of one. [`merge::is_needed`] finds such
//! documents, and they get the tree.

pub(super) mod merge;
mod rows;
mod write;

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

pub(super) use self::{
    rows::{RowList, Rows},
    write::{Cell, write},
};
use super::Workspace;

/// A list of scalars. To the schema it is a `Vec<T>`.
pub(super) struct CellList<'a, T>(Box<Visit<'a, T>>);

/// Shows each scalar, in order, to a visitor.
type Visit<'a, T> = dyn Fn(&mut dyn FnMut(T)) + Send + Sync + 'a;

impl<'a, T> CellList<'a, T> {
    pub(super) fn new<I: Iterator<Item = T>>(cells: impl Fn() -> I + Send + Sync + 'a) -> Self {
        Self(Box::new(move |visit| cells().for_each(visit)))
    }
}

impl<T: Cell + OutputType> OutputType for CellList<'_, T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if !ctx.data_unchecked::<std::sync::Arc<Workspace>>().writes_json() {
            let mut values = Vec::new();
            (self.0)(&mut |cell| values.push(cell.value()));
            return Ok(Value::List(values));
        }
        let mut text = vec![b'['];
        (self.0)(&mut |cell| {
            if text.len() > 1 {
                text.push(b',');
            }
            cell.write(&mut text);
        });
        text.push(b']');
        Ok(Value::Binary(text.into()))
    }
}
