//! Lists of objects whose fields are columns.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};

use super::{
    Workspace,
    write::{separate, write_string},
};

/// Rows of objects, in columns.
pub(in crate::graphql) trait Rows: Send + Sync {
    /// The object that a row is.
    type Object: OutputType;

    /// A field of the object.
    type Column: Copy + Send + Sync;

    /// The field with a name.
    fn column(name: &str) -> Option<Self::Column>;

    /// The number of rows.
    fn len(&self) -> usize;

    /// Appends a field of a row as JSON.
    fn write(&self, row: usize, column: Self::Column, text: &mut Vec<u8>);

    /// The rows as objects, for whoever cannot have them as JSON.
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
        if ctx.data_unchecked::<Arc<Workspace>>().writes_json()
            && let Some(plan) = Plan::<R>::read(ctx)
        {
            return Ok(Value::Binary(plan.write(&self.0).into()));
        }
        self.0.objects().resolve(ctx, field).await
    }
}

/// What a selection asks of each row, in the order of the answer.
struct Plan<R: Rows> {
    /// `"key":` and the column; none is `__typename`.
    cells: Vec<(Vec<u8>, Option<R::Column>)>,
}

impl<R: Rows> Plan<R> {
    /// The plan of a selection, or `None` if it asks for something that is no column.
    fn read(ctx: &ContextSelectionSet<'_>) -> Option<Self> {
        let mut plan = Self { cells: Vec::new() };
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
                    let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node)?;
                    self.add(ctx, &fragment.node.selection_set.node)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.add(ctx, &fragment.node.selection_set.node)?;
                }
            }
        }
        Some(())
    }

    /// A key asked for twice means the same column: the validation refused anything else.
    fn add_cell(&mut self, key: &str, column: Option<R::Column>) {
        let mut text = Vec::with_capacity(key.len() + 3);
        write_string(key, &mut text);
        text.push(b':');
        if !self.cells.iter().any(|(known, _)| *known == text) {
            self.cells.push((text, column));
        }
    }

    fn write(&self, rows: &R) -> Vec<u8> {
        let row_bytes: usize = self.cells.iter().map(|(key, _)| key.len() + 14).sum();
        let mut text = Vec::with_capacity(2 + rows.len() * (row_bytes + 3));
        text.push(b'[');
        for row in 0..rows.len() {
            separate(row, &mut text);
            text.push(b'{');
            for (index, (key, column)) in self.cells.iter().enumerate() {
                separate(index, &mut text);
                text.extend_from_slice(key);
                match column {
                    Some(column) => rows.write(row, *column, &mut text),
                    None => write_string(&R::Object::type_name(), &mut text),
                }
            }
            text.push(b'}');
        }
        text.push(b']');
        text
    }
}
