//! The values of a function's arguments, from the document to TA-Lib.

use std::hash::{Hash, Hasher};

use async_graphql::{InputType, Number, Value};
use candles::{
    indicator::Parameter,
    ta_lib::abstract_api::{FUNCS, OptInputType},
};

use super::function::{Function, FunctionParameter};
use crate::{
    error::Error,
    graphql::schema::{
        arguments::ArgumentSource,
        enums::PriceSource,
        table_enum::{self, TableEnum},
    },
};

/// The type of a moving average: an option of TA-Lib's list, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MaType(i64, &'static str);

impl TableEnum for MaType {
    const NAME: &'static str = "MaType";
    const DESCRIPTION: &'static str = "The type of a moving average.";

    fn all() -> impl Iterator<Item = Self> {
        let parameters = FUNCS.iter().flat_map(|info| info.opt_inputs);
        let list = parameters.into_iter().find_map(|parameter| match parameter.kind {
            OptInputType::IntegerList { values, .. } => Some(values),
            _ => None,
        });
        list.unwrap_or_default().iter().map(|&(number, name)| Self(number, name))
    }

    fn name(self) -> String {
        self.1.to_owned()
    }

    fn description(self) -> String {
        // A moving average is a function of the table too; that function has the full name.
        let full = FUNCS.iter().find(|info| info.name == self.1);
        match (full, self.1) {
            (Some(info), _) => info.hint.to_owned(),
            (None, "DISABLED") => "No smoothing.".to_owned(),
            (None, "DEFAULT") => "The function's own default.".to_owned(),
            (None, name) => format!("TA-Lib's {name}."),
        }
    }
}

/// A function to compute, with its parameters in the order of the table and its price sources.
pub(in crate::graphql) struct IndicatorRequest {
    pub(in crate::graphql) function: &'static Function,
    pub(super) parameters: Vec<Parameter>,
    pub(super) sources: Vec<candles::PriceSource>,
}

impl IndicatorRequest {
    /// The computation that a field's arguments ask for. An absent argument means the default.
    pub(in crate::graphql) fn read(
        function: &'static Function,
        source: &impl ArgumentSource,
    ) -> Result<Self, Error> {
        let parameters = function.parameters.iter().map(|parameter| {
            let value = source.value(&parameter.name);
            value.map_or(Ok(parameter.default), |value| parameter.parse(&value, &function.field))
        });
        let sources = function.sources.iter().map(|(name, default)| match source.value(name) {
            Some(value) => <PriceSource as InputType>::parse(Some(value.clone().into_owned()))
                .map(Into::into)
                .map_err(|_| Error::Parameter(format!("{name} {value} is not a PriceSource"))),
            None => Ok(*default),
        });
        let parameters = parameters.collect::<Result<_, _>>()?;
        Ok(Self { function, parameters, sources: sources.collect::<Result<_, _>>()? })
    }

    /// The largest integer among the parameters. The time per candle depends on it.
    pub(in crate::graphql) fn largest_integer(&self) -> usize {
        let parameters = self.function.parameters.iter().zip(&self.parameters);
        let integers = parameters.filter_map(|(parameter, value)| match *value {
            Parameter::Integer(value) if parameter.is_a_range() => usize::try_from(value).ok(),
            // The number of an option says nothing about time.
            Parameter::Integer(_) | Parameter::Real(_) => None,
        });
        integers.max().unwrap_or_default()
    }
}

/// Two requests for the same computation on one series have the same hash.
impl Hash for IndicatorRequest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.indicator.info().name.hash(state);
        for parameter in &self.parameters {
            match parameter {
                Parameter::Integer(value) => value.hash(state),
                Parameter::Real(value) => value.to_bits().hash(state),
            }
        }
        self.sources.hash(state);
    }
}

impl FunctionParameter {
    /// The default value, in the form of a query.
    pub(super) fn default_text(&self) -> String {
        match (self.default, self.info.kind) {
            (Parameter::Integer(default), OptInputType::IntegerList { values, .. }) => {
                let default = i64::from(default);
                let option = values.iter().find(|(number, _)| *number == default);
                option.map_or_else(|| default.to_string(), |(_, name)| (*name).to_owned())
            }
            (Parameter::Integer(default), _) => default.to_string(),
            (Parameter::Real(default), _) => format!("{default:?}"),
        }
    }

    /// Whether the values are numbers within a range, not options.
    fn is_a_range(&self) -> bool {
        matches!(self.info.kind, OptInputType::IntegerRange { .. } | OptInputType::RealRange { .. })
    }

    fn parse(&self, value: &Value, field: &str) -> Result<Parameter, Error> {
        match self.info.kind {
            OptInputType::IntegerRange { min, max, .. } => as_number(value, Number::as_i64)
                .filter(|number| (i64::from(min)..=i64::from(max)).contains(number))
                .and_then(|number| i32::try_from(number).ok())
                .map(Parameter::Integer)
                .ok_or_else(|| format!("{min} to {max}")),
            OptInputType::RealRange { min, max, .. } => as_number(value, Number::as_f64)
                .filter(|number| (min..=max).contains(number))
                .map(Parameter::Real)
                .ok_or_else(|| format!("{min:?} to {max:?}")),
            OptInputType::IntegerList { .. } => table_enum::parse::<MaType>(value)
                .and_then(|MaType(number, _)| i32::try_from(number).ok())
                .map(Parameter::Integer)
                .ok_or_else(|| MaType::NAME.to_owned()),
            // No function has a list of texts; such a list would need an enum of its own.
            OptInputType::RealList { .. } => Err("what can be chosen".to_owned()),
        }
        .map_err(|range| {
            let name = &self.name;
            Error::Parameter(format!("{name} {value} is outside {range}, the range for {field}"))
        })
    }
}

fn as_number<T>(value: &Value, convert: fn(&Number) -> Option<T>) -> Option<T> {
    match value {
        Value::Number(number) => convert(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only list of options is that of moving averages; another would need an enum of its own.
    #[test]
    fn the_only_options_are_types_of_moving_averages() {
        let ma_types: Vec<_> = MaType::all().map(|MaType(number, name)| (number, name)).collect();
        assert!(!ma_types.is_empty());
        for parameter in FUNCS.iter().flat_map(|info| info.opt_inputs) {
            match parameter.kind {
                OptInputType::IntegerList { values, .. } => assert_eq!(values, ma_types),
                OptInputType::RealList { .. } => panic!("{}", parameter.param_name),
                OptInputType::IntegerRange { .. } | OptInputType::RealRange { .. } => {}
            }
        }
    }
}
