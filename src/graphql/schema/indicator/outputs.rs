//! The object that holds the outputs of a function: one Rust type for all of them.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, ServerResult, Value};

use super::{function::Function, line::Line};
use crate::graphql::{
    adapter::{self, Registry, TableObject},
    schema::{request_context::Call, series_window::SeriesWindow},
};

/// The outputs of a computed function, in a window.
pub(super) struct Outputs {
    pub(super) function: &'static Function,
    pub(super) view: Arc<SeriesWindow>,
    pub(super) call: Arc<Call>,
}

impl TableObject for Outputs {
    /// The library asks for this name; the schema's names come from [`TableObject::name`].
    fn type_name() -> Cow<'static, str> {
        "IndicatorOutputs".into()
    }

    fn name(&self) -> Cow<'static, str> {
        self.function.object_name().unwrap_or_default().into()
    }

    /// The fields that return these objects register them too.
    fn register(_: &mut Registry) {}

    async fn field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.field().name();
        let Some(output) = self.function.outputs.iter().find(|output| output.name == name) else {
            return Ok(None);
        };
        let line = Line {
            view: Arc::clone(&self.view),
            call: Arc::clone(&self.call),
            output: output.index,
        };
        adapter::answer(ctx, line).await.map(Some)
    }
}
