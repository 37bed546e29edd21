//! Answering a field that comes from the table.

use std::sync::Arc;

use async_graphql::{Context, OutputType, ServerResult, Value};
use candles::indicator::Parameter;
use futures_util::future::BoxFuture;

use super::{
    function::{self, Function},
    line::Line,
    outputs::Outputs,
    parameter::Arguments,
};
use crate::{
    error::Error,
    graphql::schema::{
        request_context::{Call, IndicatorInput},
        series_window::SeriesWindow,
    },
};

/// Answers the field with an indicator over a window, or over a line of it; `None` if no function
/// has the field's name. An indicator that is refused is null, with an error at its path.
///
/// Boxed, because lines have indicators that have lines: the compiler would unroll that.
pub(in crate::graphql) fn resolve<'a>(
    ctx: &'a Context<'a>,
    view: &'a Arc<SeriesWindow>,
    line: Option<&'a Line>,
) -> BoxFuture<'a, ServerResult<Option<Value>>> {
    Box::pin(async move {
        let Some(function) = function::by_field(ctx.item.node.name.node.as_str()) else {
            return Ok(None);
        };
        let arguments = Arguments::read(ctx, function)?;
        let call = match arguments.and_then(|arguments| call(function, view, line, &arguments)) {
            Ok(call) => call,
            Err(error) => {
                let error = async_graphql::Error::from(error).into_server_error(ctx.item.pos);
                ctx.add_error(ctx.set_error_path(error));
                return Ok(Some(Value::Null));
            }
        };
        let view = Arc::clone(view);
        let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
        match function.outputs.as_slice() {
            [output] => {
                Line { view, call, output: output.index }.resolve(&selection, ctx.item).await
            }
            _ => Outputs { function, view, call }.resolve(&selection, ctx.item).await,
        }
        .map(Some)
    })
}

fn call(
    function: &Function,
    view: &SeriesWindow,
    line: Option<&Line>,
    arguments: &Arguments,
) -> Result<Arc<Call>, Error> {
    let on = match line {
        Some(line) => IndicatorInput::Output(&line.call, line.output),
        None => IndicatorInput::Candles(&arguments.sources),
    };
    let call = view.stored.call(function.indicator, on, &arguments.parameters);
    call.map_err(|_| {
        Error::Parameter(format!(
            "{} does not take these values together: {}",
            function.field,
            in_words(function, &arguments.parameters)
        ))
    })
}

fn in_words(function: &Function, parameters: &[Parameter]) -> String {
    let given = function.parameters.iter().zip(parameters);
    let given = given.map(|(parameter, value)| match value {
        Parameter::Integer(value) => format!("{} {value}", parameter.name),
        Parameter::Real(value) => format!("{} {value}", parameter.name),
    });
    given.collect::<Vec<_>>().join(", ")
}
