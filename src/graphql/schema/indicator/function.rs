//! A function of the table as the API names it.

use std::{collections::HashMap, sync::LazyLock};

use candles::{
    PriceSource,
    indicator::{Indicator, Parameter},
    ta_lib::abstract_api::{FuncFlags, InputType, OptInputInfo, OptInputType, OutputInfo},
};
use heck::{ToLowerCamelCase, ToUpperCamelCase};

use super::{
    catalog::{DrawingStyle, Placement, style},
    register::ParentType,
};

/// TA-Lib means "no limit" by this number and by greater ones.
const UNBOUNDED: f64 = 3e37;

/// A function, with the names of its field, arguments and outputs.
#[derive(Debug)]
pub(in crate::graphql) struct Function {
    pub(super) indicator: Indicator,
    /// The field: `MACD` is `macd`, `HT_TRENDLINE` is `htTrendline`.
    pub(super) field: String,
    pub(super) parameters: Vec<FunctionParameter>,
    /// The arguments that choose a price, with their defaults.
    pub(super) sources: Vec<(String, PriceSource)>,
    pub(super) outputs: Vec<FunctionOutput>,
}

#[derive(Debug)]
pub(super) struct FunctionParameter {
    /// The argument: `optInTimePeriod` is `timePeriod`.
    pub(super) name: String,
    pub(super) info: &'static OptInputInfo,
    pub(super) default: Parameter,
}

#[derive(Debug)]
pub(super) struct FunctionOutput {
    /// The field: `outMACDSignal` is `macdSignal`, `outRealUpperBand` is `upperBand`.
    pub(super) name: String,
    pub(super) info: &'static OutputInfo,
    /// The position among all outputs of the table.
    pub(super) index: usize,
}

/// Every function by the name of its field.
pub(super) static FUNCTIONS: LazyLock<Vec<Function>> =
    LazyLock::new(|| Indicator::all().map(Function::new).collect());

/// The function that a field computes.
pub(in crate::graphql) fn by_field(field: &str) -> Option<&'static Function> {
    static INDEX: LazyLock<HashMap<&str, &Function>> = LazyLock::new(|| {
        FUNCTIONS.iter().map(|function| (function.field.as_str(), function)).collect()
    });
    INDEX.get(field).copied()
}

/// Whether an object holds the outputs of a function.
pub(in crate::graphql) fn is_outputs(object: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.object_name().is_some_and(|name| name == object))
}

/// How many functions there are.
pub(in crate::graphql) fn count() -> usize {
    FUNCTIONS.len()
}

impl Function {
    pub(super) fn new(indicator: Indicator) -> Self {
        let info = indicator.info();
        let parameters = info.opt_inputs.iter().zip(indicator.defaults());
        Self {
            indicator,
            field: info.name.to_lower_camel_case(),
            parameters: parameters
                .map(|(info, default)| FunctionParameter {
                    name: strip(info.param_name, "optIn").to_lower_camel_case(),
                    info,
                    default,
                })
                .collect(),
            sources: sources(indicator),
            outputs: indicator
                .outputs()
                .map(|(index, info)| FunctionOutput {
                    name: strip(strip(info.param_name, "out"), "Real").to_lower_camel_case(),
                    info,
                    index,
                })
                .collect(),
        }
    }

    /// The name of the object that holds the outputs; a single output needs none.
    pub(super) fn object_name(&self) -> Option<String> {
        (self.outputs.len() > 1).then(|| self.indicator.info().name.to_upper_camel_case())
    }

    /// The value of each parameter by default.
    pub(super) fn defaults(&self) -> Vec<Parameter> {
        self.indicator.defaults().collect()
    }

    /// Candles before the first value, at the default parameters.
    pub(super) fn default_lookback(&self) -> usize {
        self.indicator.lookback(&self.defaults()).unwrap_or_default()
    }

    /// Where a chart draws the outputs. The table does not say that marks stand at the candles.
    pub(super) fn placement(&self) -> Placement {
        let is_overlap = self.indicator.info().flags.contains(FuncFlags::OVERLAP);
        if is_overlap || self.marks_candles() { Placement::Prices } else { Placement::Pane }
    }

    /// Whether every output marks candles.
    fn marks_candles(&self) -> bool {
        self.outputs.iter().all(|output| self.style(output) == DrawingStyle::Marker)
    }

    /// How a chart draws an output. The table forgets for some patterns that they mark candles.
    pub(super) fn style(&self, output: &FunctionOutput) -> DrawingStyle {
        if self.indicator.is_pattern() { DrawingStyle::Marker } else { style(output.info.flags) }
    }

    /// A description of the function, as a field of `Series` or of `Line`.
    pub(super) fn description(&self, place: ParentType) -> String {
        let info = self.indicator.info();
        // Most indicators have a pane of their own; the description does not repeat that.
        let drawn = match (place, self.placement()) {
            (_, Placement::Pane) => "",
            _ if self.marks_candles() => " Drawn as marks at candles.",
            (ParentType::Series, Placement::Prices) => " Drawn over the prices.",
            (ParentType::Line, Placement::Prices) => " Drawn over the line.",
        };
        let of = if place == ParentType::Series { "candle" } else { "value" };
        let lookback = match self.default_lookback() {
            0 => String::new(),
            1 => format!(" Null for the first {of} at the defaults."),
            lookback => format!(" Null for the first {lookback} {of}s at the defaults."),
        };
        format!("{} (TA-Lib's {}, {}).{drawn}{lookback}", info.hint, info.name, info.group.as_str())
    }
}

impl FunctionParameter {
    /// A description of the parameter and its range.
    pub(super) fn description(&self) -> String {
        let hint = self.info.hint;
        let range = match self.info.kind {
            OptInputType::IntegerRange { min, max, .. } => format!("; {min} to {max}"),
            OptInputType::RealRange { min, max, .. } => match (min <= -UNBOUNDED, max >= UNBOUNDED)
            {
                (true, true) => String::new(),
                (false, true) => format!("; at least {min}"),
                (true, false) => format!("; at most {max}"),
                (false, false) => format!("; {min} to {max}"),
            },
            OptInputType::IntegerList { .. } | OptInputType::RealList { .. } => String::new(),
        };
        format!("{hint}{range}.")
    }
}

fn sources(indicator: Indicator) -> Vec<(String, PriceSource)> {
    let series: Vec<_> =
        indicator.info().inputs.iter().filter(|input| input.kind == InputType::Real).collect();
    // TA-Lib's own interface takes the close for one series, high and low for two.
    let defaults: &[PriceSource] = match series.len() {
        2 => &[PriceSource::High, PriceSource::Low],
        _ => &[PriceSource::Close],
    };
    let name = |name: &str| format!("source{}", strip(name, "inReal"));
    series.iter().zip(defaults.iter().cycle()).map(|(i, d)| (name(i.param_name), *d)).collect()
}

fn strip<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[track_caller]
    fn check(field: &str, arguments: &str, outputs: &str) {
        let function = by_field(field).unwrap();
        let parameters = function.parameters.iter().map(|parameter| parameter.name.as_str());
        let sources = function.sources.iter().map(|(name, _)| name.as_str());
        assert_eq!(parameters.chain(sources).collect::<Vec<_>>().join(" "), arguments);
        let names: Vec<_> = function.outputs.iter().map(|output| output.name.as_str()).collect();
        assert_eq!(names.join(" "), outputs);
    }

    #[test]
    fn names_follow_one_rule() {
        check("sma", "timePeriod source", "");
        check("macd", "fastPeriod slowPeriod signalPeriod source", "macd macdSignal macdHist");
        check(
            "bbands",
            "timePeriod nbDevUp nbDevDn maType source",
            "upperBand middleBand lowerBand",
        );
        check(
            "stoch",
            "fastKPeriod slowKPeriod slowKMaType slowDPeriod slowDMaType",
            "slowK slowD",
        );
        check("correl", "timePeriod source0 source1", "");
        check("obv", "source", "");
        check("atr", "timePeriod", "");
        check("htTrendline", "source", "");
        check("cdl2crows", "", "integer");
        check("swak2php", "timePeriod source", "");
        check(
            "kst",
            "roc1Period roc2Period roc3Period roc4Period sma1Period sma2Period sma3Period \
               sma4Period signalPeriod source",
            "kst kstSignal",
        );
        check("zigzag", "sensitivity minTrendLength", "zigZag trend");
        check(
            "ichimoku",
            "tenkanPeriod kijunPeriod senkouBPeriod",
            "tenkanSen kijunSen senkouSpanA senkouSpanB",
        );
    }

    #[test]
    fn names_are_unique_and_graphql_names() {
        let mut fields = HashSet::new();
        for function in FUNCTIONS.iter() {
            assert!(fields.insert(&function.field), "{}", function.field);
            let names = function.parameters.iter().map(|p| &p.name);
            let sources = function.sources.iter().map(|(name, _)| name);
            // Nothing uses the name of a single output.
            let outputs = function.outputs.iter().map(|output| &output.name);
            let outputs = outputs.filter(|_| function.outputs.len() > 1);
            for name in names.chain(sources).chain(outputs).chain([&function.field]) {
                assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            }
        }
        let objects: Vec<_> = FUNCTIONS.iter().filter_map(Function::object_name).collect();
        assert_eq!(objects.len(), objects.iter().collect::<HashSet<_>>().len());
        let by_hand =
            ["Query", "Node", "Instrument", "Series", "Candle", "Line", "Point", "PatternMatch"];
        assert!(objects.iter().all(|name| !by_hand.contains(&name.as_str())));
    }

    #[test]
    fn every_function_takes_its_defaults() {
        for function in FUNCTIONS.iter() {
            let defaults = function.defaults();
            assert!(function.indicator.lookback(&defaults).is_ok(), "{}", function.field);
            assert!(function.indicator.display_shifts(&defaults).is_ok(), "{}", function.field);
        }
    }
}
