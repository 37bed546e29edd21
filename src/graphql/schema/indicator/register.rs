//! The part of the schema that comes from the table: a field with arguments for each function, and
//! the objects and enums of these fields.

use async_graphql::InputType;
use candles::ta_lib::abstract_api::OptInputType;

use super::{
    catalog::{self, Limit},
    function::{FUNCTIONS, Function, FunctionOutput, FunctionParameter},
    line::Line,
    parameter::MaType,
};
use crate::graphql::{
    adapter::{self, Argument, Field, Registry, TableObject},
    schema::{
        enums::PriceSource,
        table_enum::{self, TableEnum},
    },
};

/// The type that gets the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graphql) enum ParentType {
    /// `Series`: every function, with arguments that choose a price.
    Series,
    /// `Line`: each function that reads one price, computed on the line.
    Line,
}

/// Adds a field for each function to a registered object, unless the object has them.
pub(in crate::graphql) fn add_fields(registry: &mut Registry, object: &str, place: ParentType) {
    if !adapter::add_fields(registry, object, fields(FUNCTIONS.iter(), place)) {
        return;
    }
    Line::register(registry);
    <PriceSource as InputType>::create_type_info(registry);
    table_enum::register::<MaType>(registry);
    for function in FUNCTIONS.iter() {
        if let Some(name) = function.object_name() {
            let description = function.description(ParentType::Series);
            adapter::add_object(registry, name, description, outputs(function));
        }
    }
}

fn fields<'a>(functions: impl Iterator<Item = &'a Function>, place: ParentType) -> Vec<Field> {
    functions
        .filter(|function| place == ParentType::Series || function.indicator.is_chainable())
        .map(|function| {
            let mut arguments: Vec<_> = function.parameters.iter().map(parameter).collect();
            if place == ParentType::Series {
                arguments.extend(function.sources.iter().map(|(name, default)| Argument {
                    name: name.clone(),
                    description: source_description(name).to_owned(),
                    ty: "PriceSource".to_owned(),
                    default: InputType::to_value(&PriceSource::from(*default)).to_string(),
                }));
            }
            Field {
                name: function.field.clone(),
                description: function.description(place),
                ty: function.object_name().unwrap_or_else(|| Line::type_name().into_owned()),
                arguments,
            }
        })
        .collect()
}

fn source_description(name: &str) -> &'static str {
    match name {
        "source0" => "The first price that the indicator reads.",
        "source1" => "The second price that the indicator reads.",
        _ => "The price that the indicator reads.",
    }
}

/// The fields of the object that holds the outputs of a function.
fn outputs(function: &Function) -> Vec<Field> {
    let outputs = function.outputs.iter().map(|output| Field {
        name: output.name.clone(),
        description: output_description(output),
        ty: format!("{}!", Line::type_name()),
        arguments: Vec::new(),
    });
    outputs.collect()
}

fn output_description(output: &FunctionOutput) -> String {
    let flags = output.info.flags;
    let limit = match catalog::limit(flags) {
        Some(Limit::Upper) => ", the upper limit",
        Some(Limit::Lower) => ", the lower limit",
        None => "",
    };
    let style = catalog::style(flags).in_words();
    format!("TA-Lib's {}: {style}{limit}.", output.info.param_name)
}

/// Every argument is nullable: a client's unset variable arrives as null and means the default.
fn parameter(parameter: &FunctionParameter) -> Argument {
    let ty = match parameter.info.kind {
        OptInputType::RealRange { .. } | OptInputType::RealList { .. } => "Float",
        OptInputType::IntegerRange { .. } => "Int",
        OptInputType::IntegerList { .. } => MaType::NAME,
    };
    Argument {
        name: parameter.name.clone(),
        description: parameter.description(),
        ty: ty.to_owned(),
        default: parameter.default_text(),
    }
}

#[cfg(test)]
mod tests {
    use candles::{
        indicator::Indicator,
        ta_lib::abstract_api::{FUNCS, FuncInfo},
    };

    use super::*;

    /// A function that the next version of TA-Lib adds needs no edit here.
    #[test]
    fn a_new_entry_of_the_table_is_a_new_field() {
        let macd = *FUNCS.iter().find(|info| info.name == "MACD").unwrap();
        let entry: &'static FuncInfo =
            Box::leak(Box::new(FuncInfo { name: "NEW_MACD", hint: "A new one", ..macd }));
        let function = Function::new(Indicator::of(entry).unwrap());
        for (place, arguments) in [
            (ParentType::Series, vec!["fastPeriod", "slowPeriod", "signalPeriod", "source"]),
            (ParentType::Line, vec!["fastPeriod", "slowPeriod", "signalPeriod"]),
        ] {
            let fields = fields(std::iter::once(&function), place);
            assert_eq!(fields[0].name, "newMacd");
            assert_eq!(fields[0].ty, "NewMacd");
            let names: Vec<_> = fields[0].arguments.iter().map(|given| &given.name).collect();
            assert_eq!(names, arguments);
            assert_eq!(fields[0].arguments[0].default, "12");
            assert!(fields[0].description.starts_with("A new one"));
        }
        let names: Vec<_> = outputs(&function).into_iter().map(|field| field.name).collect();
        assert_eq!(names, ["macd", "macdSignal", "macdHist"]);
    }
}
