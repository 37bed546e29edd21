//! Lists of objects whose fields are columns.

use std::{borrow::Cow, collections::HashSet};

use async_graphql::{
    Name, OutputType, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
};

use super::{
    number::push,
    write::{separate, write_string},
    writes_text,
};
use crate::graphql::adapter::{self, ContextSelectionSet, Registry};

/// Rows of objects, in columns.
pub(in crate::graphql) trait Rows: Send + Sync {
    /// The object of a row.
    type Object: OutputType;

    /// A field of the object.
    type Column: Copy + Send + Sync;

    /// The field with a name.
    fn column(name: &str) -> Option<Self::Column>;

    /// The number of rows.
    fn len(&self) -> usize;

    /// Appends a field of a row as JSON.
    fn write(&self, row: usize, column: Self::Column, text: &mut Vec<u8>);

    /// The rows as objects, for a document that needs the tree.
    fn objects(&self) -> Vec<Self::Object>;
}

/// A list of rows. To the schema it is a `Vec<R::Object>`.
pub(in crate::graphql) struct RowList<R>(pub(in crate::graphql) R);

impl<R: Rows> OutputType for RowList<R> {
    fn type_name() -> Cow<'static, str> {
        Vec::<R::Object>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<R::Object>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<R::Object>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if writes_text(ctx)
            && let Some(plan) = Plan::<R>::read(ctx)
        {
            return Ok(adapter::from_json(plan.write(&self.0)));
        }
        self.0.objects().resolve(ctx, field).await
    }
}

/// What a selection reads of each row, in the order of the answer.
struct Plan<R: Rows> {
    /// The key, and the column; none is `__typename`.
    cells: Vec<(Key, Option<R::Column>)>,
    keys: HashSet<Name>,
}

/// What stands before a value: `,"open":`.
struct Key {
    /// The whole text, or its first bytes.
    start: [u8; SHORT],
    start_len: usize,
    rest: Vec<u8>,
}

/// Length of a key that is written by one copy of a fixed length.
const SHORT: usize = 16;

impl Key {
    fn new(key: &str) -> Self {
        let mut text = vec![b','];
        write_string(key, &mut text);
        text.push(b':');
        let rest = text.split_off(SHORT.min(text.len()));
        let mut start = [0; SHORT];
        start[..text.len()].copy_from_slice(&text);
        Self { start, start_len: text.len(), rest }
    }

    fn len(&self) -> usize {
        self.start_len + self.rest.len()
    }

    #[inline]
    fn write(&self, text: &mut Vec<u8>) {
        push(text, self.start, self.start_len);
        if !self.rest.is_empty() {
            text.extend_from_slice(&self.rest);
        }
    }
}

impl<R: Rows> Plan<R> {
    /// The plan of a selection, or `None` if it asks for something that is no column.
    fn read(ctx: &ContextSelectionSet<'_>) -> Option<Self> {
        let mut plan = Self { cells: Vec::new(), keys: HashSet::new() };
        plan.add(ctx, &ctx.item.node)?;
        Some(plan)
    }

    fn add(&mut self, ctx: &ContextSelectionSet<'_>, selection: &SelectionSet) -> Option<()> {
        for selection in &selection.items {
            match &selection.node {
                Selection::Field(field) => {
                    let column = match field.node.name.node.as_str() {
                        "__typename" => None,
                        name => Some(R::column(name)?),
                    };
                    self.add_cell(&field.node.response_key().node, column);
                }
                // A fragment on another type was refused by the validation: rows are objects.
                Selection::FragmentSpread(spread) => {
                    self.add(ctx, adapter::fragment(ctx, &spread.node.fragment_name.node)?)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.add(ctx, &fragment.node.selection_set.node)?;
                }
            }
        }
        Some(())
    }

    /// A key that stands twice means the same column: the validation refuses anything else.
    fn add_cell(&mut self, key: &Name, column: Option<R::Column>) {
        if self.keys.insert(key.clone()) {
            self.cells.push((Key::new(key), column));
        }
    }

    fn write(&self, rows: &R) -> Vec<u8> {
        /// Bytes of a value, roughly.
        const VALUE: usize = 10;
        let row_bytes: usize =
            2 + self.cells.iter().map(|(key, _)| key.len() + VALUE).sum::<usize>();
        let mut text = Vec::with_capacity(2 + rows.len() * row_bytes);
        let type_name = R::Object::type_name();
        text.push(b'[');
        // The compiler inlines the writer of a cell into this loop, a tenth of its time.
        for row in 0..rows.len() {
            separate(row, &mut text);
            let start = text.len();
            for (key, column) in &self.cells {
                key.write(&mut text);
                match column {
                    Some(column) => rows.write(row, *column, &mut text),
                    None => write_string(&type_name, &mut text),
                }
            }
            // The first key's comma, or nothing, is where the object opens.
            match text.get_mut(start) {
                Some(comma) => *comma = b'{',
                None => text.push(b'{'),
            }
            text.push(b'}');
        }
        text.push(b']');
        text
    }
}
