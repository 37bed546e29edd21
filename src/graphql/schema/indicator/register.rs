//! The schema's part that comes from the table: a field per function, with its arguments, and the
//! objects and enums that those refer to.

use async_graphql::{
    InputType, OutputType,
    registry::{CacheControl, Deprecation, MetaField, MetaInputValue, MetaType, Registry},
};
use candles::ta_lib::abstract_api::OptInputType;

use super::{
    catalog::{self, Limit},
    function::{FUNCTIONS, Function, FunctionOutput, FunctionParameter},
    line::Line,
    parameter::MaType,
};
use crate::graphql::schema::{
    enums::PriceSource,
    table_enum::{self, TableEnum},
};

/// The type whose fields are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graphql) enum ParentType {
    /// `Series`: every function, with arguments for the price that it is computed on.
    Series,
    /// `Line`: the functions of one series, computed on the line.
    Line,
}

/// Adds a field for each function to a registered object, unless they are there.
pub(in crate::graphql) fn add_fields(registry: &mut Registry, object: &str, place: ParentType) {
    let fields = fields(FUNCTIONS.iter(), place);
    let Some(MetaType::Object { fields: present, .. }) = registry.types.get_mut(object) else {
        return;
    };
    if fields.first().is_none_or(|field| present.contains_key(&field.name)) {
        return;
    }
    debug_assert!(fields[1..].iter().all(|field| !present.contains_key(&field.name)));
    present.extend(fields.into_iter().map(|field| (field.name.clone(), field)));
    Line::create_type_info(registry);
    <PriceSource as InputType>::create_type_info(registry);
    table_enum::register::<MaType>(registry);
    for function in FUNCTIONS.iter() {
        if let Some(name) = function.object_name() {
            registry.types.entry(name.clone()).or_insert_with(|| output_object(name, function));
        }
    }
}

fn fields<'a>(functions: impl Iterator<Item = &'a Function>, place: ParentType) -> Vec<MetaField> {
    functions
        .filter(|function| place == ParentType::Series || function.indicator.is_chainable())
        .map(|function| {
            let mut arguments: Vec<_> = function.parameters.iter().map(parameter).collect();
            if place == ParentType::Series {
                arguments.extend(function.sources.iter().map(|(name, default)| {
                    let default = InputType::to_value(&PriceSource::from(*default)).to_string();
                    argument(name, source_description(name), "PriceSource", default)
                }));
            }
            let result = function.object_name().unwrap_or_else(|| Line::type_name().into_owned());
            field(&function.field, &function.description(place), result, arguments)
        })
        .collect()
}

fn source_description(name: &str) -> &'static str {
    match name {
        "source0" => "The first price that it is computed on.",
        "source1" => "The second price that it is computed on.",
        _ => "The price that it is computed on.",
    }
}

/// The object that holds the outputs of a function.
fn output_object(name: String, function: &Function) -> MetaType {
    let outputs = function.outputs.iter().map(|output| {
        field(&output.name, &output_description(output), Line::qualified_type_name(), Vec::new())
    });
    MetaType::Object {
        name,
        description: Some(function.description(ParentType::Series)),
        fields: outputs.map(|field| (field.name.clone(), field)).collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
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

fn parameter(parameter: &FunctionParameter) -> MetaInputValue {
    let (ty, default) = match parameter.info.kind {
        OptInputType::RealRange { .. } | OptInputType::RealList { .. } => {
            ("Float", parameter.default_text())
        }
        OptInputType::IntegerRange { .. } => ("Int", parameter.default_text()),
        OptInputType::IntegerList { .. } => (MaType::NAME, parameter.default_text()),
    };
    argument(&parameter.name, &parameter.description(), ty, default)
}

/// An argument is nullable: a client's unset variable arrives as null, and means the default.
fn argument(name: &str, description: &str, ty: &str, default: String) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: Some(default),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

fn field(name: &str, description: &str, ty: String, args: Vec<MetaInputValue>) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: args.into_iter().map(|argument| (argument.name.clone(), argument)).collect(),
        ty,
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use candles::{
        indicator::Indicator,
        ta_lib::abstract_api::{FUNCS, FuncInfo},
    };

    use super::*;

    /// A function that the next version of TA-Lib might add needs no edit.
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
            assert_eq!(fields[0].args.keys().collect::<Vec<_>>(), arguments);
            assert_eq!(fields[0].args["fastPeriod"].default_value.as_deref(), Some("12"));
            assert!(fields[0].description.as_deref().unwrap().starts_with("A new one"));
        }
        let MetaType::Object { fields, .. } = output_object("NewMacd".to_owned(), &function) else {
            panic!("no object")
        };
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["macd", "macdSignal", "macdHist"]);
    }
}
