//! The object that holds the outputs of a function: one Rust type for all of them.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};

use super::{function::Function, line::Line};
use crate::graphql::schema::{request_context::Call, series_window::SeriesWindow};

/// The outputs of a computed function, in a window.
pub(super) struct Outputs {
    pub(super) function: &'static Function,
    pub(super) view: Arc<SeriesWindow>,
    pub(super) call: Arc<Call>,
}

impl OutputType for Outputs {
    /// Names no type of the schema; [`OutputType::introspection_type_name`] does.
    fn type_name() -> Cow<'static, str> {
        "IndicatorOutputs".into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.function.object_name().unwrap_or_default().into()
    }

    fn create_type_info(_: &mut Registry) -> String {
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Outputs {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        let Some(output) = self.function.outputs.iter().find(|output| output.name == name) else {
            return Ok(None);
        };
        let line = Line {
            view: Arc::clone(&self.view),
            call: Arc::clone(&self.call),
            output: output.index,
        };
        let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
        line.resolve(&selection, ctx.item).await.map(Some)
    }
}
