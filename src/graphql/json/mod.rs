//! Lists that the server writes as JSON straight from columns, instead of as a tree of values.
//!
//! In a long list of objects, each row would cost a future, a context and a map. A [`RowList`]
//! reads its selection once into a plan of (response key, column) and writes all rows in one loop;
//! a [`CellList`] writes a column. The text travels in the answer's tree ([`adapter::from_json`]),
//! and only our writer ([`write()`]) understands it. Code that executes the schema in another way
//! gets ordinary values of the same content: only a request with [`WriteText`] among its data gets
//! text.
//!
//! The library merges two lists under one response key (`{ candles { open } candles { close } }`)
//! by merging their trees, and would drop the text of one. [`merge::is_needed`] finds such
//! documents, and the server answers them with the tree.

pub(super) mod merge;
mod number;
mod rows;
mod write;

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{OutputType, Positioned, ServerResult, Value, parser::types::Field};

use self::write::write_list;
use super::adapter::{self, ContextSelectionSet, Registry};

pub(super) use self::{
    number::write_whole,
    rows::{RowList, Rows},
    write::{Cell, Price, size, write, write_date},
};

/// A request with this among its data gets long lists as text; [`write()`] must write its answer.
pub(super) struct WriteText;

fn writes_text(ctx: &ContextSelectionSet<'_>) -> bool {
    ctx.data_opt::<WriteText>().is_some()
}

/// A list of scalars. The schema calls it a `Vec<T>`.
pub(super) struct CellList<'a, T> {
    write: Box<Write<'a>>,
    values: Box<Values<'a>>,
    scalar: PhantomData<T>,
}

type Write<'a> = dyn Fn(&mut Vec<u8>) + Send + Sync + 'a;
type Values<'a> = dyn Fn() -> Vec<Value> + Send + Sync + 'a;

impl<'a, T> CellList<'a, T> {
    pub(super) fn new<I>(cells: impl Fn() -> I + Clone + Send + Sync + 'a) -> Self
    where
        I: Iterator<Item: Cell<Scalar = T>>,
    {
        let again = cells.clone();
        Self {
            write: Box::new(move |text| write_list(cells(), text)),
            values: Box::new(move || again().map(|cell| cell.value()).collect()),
            scalar: PhantomData,
        }
    }
}

impl<T: OutputType> OutputType for CellList<'_, T> {
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
        if !writes_text(ctx) {
            return Ok(Value::List((self.values)()));
        }
        let mut text = Vec::new();
        (self.write)(&mut text);
        Ok(adapter::from_json(text))
    }
}
