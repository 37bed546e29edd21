//! Answers a field that comes from the table.

use std::sync::Arc;

use async_graphql::{Context, ServerResult, Value};
use candles::indicator::Parameter;
use futures_util::future::BoxFuture;

use super::{
    function::{self, Function},
    line::Line,
    outputs::Outputs,
    parameter::IndicatorRequest,
};
use crate::{
    error::Error,
    graphql::{
        adapter,
        schema::{
            request_context::{Call, IndicatorInput},
            series_window::SeriesWindow,
        },
    },
};

/// Answers the field with an indicator over a window, or over a line of it; `None` if no function
/// has the field's name. If the arguments are wrong, the field is null, with an error at its path.
///
/// The future is boxed: lines have indicators, which are lines again, and the compiler would unroll
/// that without end.
pub(in crate::graphql) fn resolve<'a>(
    ctx: &'a Context<'a>,
    view: &'a Arc<SeriesWindow>,
    line: Option<&'a Line>,
) -> BoxFuture<'a, ServerResult<Option<Value>>> {
    Box::pin(async move {
        let Some(function) = function::by_field(ctx.field().name()) else {
            return Ok(None);
        };
        let asked = IndicatorRequest::read(function, &ctx.field().arguments()?);
        let call = match asked.and_then(|asked| call(&asked, view, line)) {
            Ok(call) => call,
            Err(error) => return Ok(Some(adapter::refuse(ctx, error))),
        };
        let view = Arc::clone(view);
        match function.outputs.as_slice() {
            [output] => adapter::answer(ctx, Line { view, call, output: output.index }).await,
            _ => adapter::answer(ctx, Outputs { function, view, call }).await,
        }
        .map(Some)
    })
}

fn call(
    asked: &IndicatorRequest,
    view: &SeriesWindow,
    line: Option<&Line>,
) -> Result<Arc<Call>, Error> {
    let IndicatorRequest { function, parameters, sources } = asked;
    let on = match line {
        Some(line) => IndicatorInput::Output(&line.call, line.output),
        None => IndicatorInput::Candles(sources),
    };
    view.stored.call(function.indicator, on, parameters).map_err(|_| {
        Error::Parameter(format!(
            "{} does not take these values together: {}",
            function.field,
            in_words(function, parameters)
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
