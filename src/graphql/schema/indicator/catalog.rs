//! The catalogue of indicators: what a chart needs to build a menu.

use async_graphql::{Enum, SimpleObject};
use candles::{
    PriceSource as Source,
    ta_lib::abstract_api::{Group, InputFlags, InputInfo, OptInputType, OutputFlags},
};
use heck::ToShoutySnakeCase;

use super::{
    function::{FUNCTIONS, Function, FunctionOutput, FunctionParameter},
    register::ParentType,
};
use crate::graphql::schema::{
    enums::PriceSource,
    table_enum::{Named, TableEnum},
};

/// A group of TA-Lib's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndicatorGroup(Group);

impl TableEnum for IndicatorGroup {
    const NAME: &'static str = "IndicatorGroup";
    const DESCRIPTION: &'static str = "A group of indicators.";

    fn all() -> impl Iterator<Item = Self> {
        Group::ALL.iter().copied().map(Self)
    }

    fn name(self) -> String {
        self.0.as_str().to_shouty_snake_case()
    }

    fn description(self) -> String {
        format!("TA-Lib's group {}.", self.0.as_str())
    }
}

/// An indicator: its field, its arguments, its outputs, and how to draw them.
#[derive(Debug, SimpleObject)]
pub struct IndicatorInfo {
    /// TA-Lib's name of the indicator, such as `MACD`.
    name: &'static str,
    /// The field of `Series` that computes the indicator, such as `macd`.
    field: &'static str,
    /// The full name, such as `Moving Average Convergence/Divergence`.
    title: &'static str,
    /// TA-Lib's group of the indicator.
    group: Named<IndicatorGroup>,
    /// A description for people, the same as that of the field.
    description: String,
    /// Where a chart draws the indicator.
    placement: Placement,
    /// Whether the indicator marks candles that complete a pattern.
    candlestick_pattern: bool,
    /// Whether `Line` has the field too, which computes the indicator on another one.
    chainable: bool,
    /// The number of candles before the first value, at the defaults.
    lookback: usize,
    /// The arguments that choose a price.
    sources: Vec<SourceInfo>,
    /// The prices that the indicator always reads.
    prices: Vec<PriceSource>,
    /// The arguments that tune the indicator.
    parameters: Vec<ParameterInfo>,
    /// The outputs. A single output is the field's `Line` itself; several are fields of the field's
    /// object.
    outputs: Vec<OutputInfo>,
}

/// Where a chart draws an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Placement {
    /// Over the prices and on their scale; marks stand at their candles.
    Prices,
    /// In a pane below the prices, on a scale of its own.
    Pane,
}

/// An argument that chooses a price.
#[derive(Debug, SimpleObject)]
pub struct SourceInfo {
    /// The argument's name.
    name: &'static str,
    /// The price that the indicator reads without the argument.
    default: PriceSource,
}

/// An argument that tunes an indicator.
#[derive(Debug, SimpleObject)]
pub struct ParameterInfo {
    /// The argument's name.
    name: &'static str,
    /// A label, such as `Time Period`.
    title: &'static str,
    /// A sentence about the effect and the range.
    description: String,
    /// The kind of values.
    kind: ParameterKind,
    /// The default value, in the form of a query.
    default: String,
    /// The smallest value that the server accepts; null for options.
    min: Option<f64>,
    /// The largest value that the server accepts; null for options.
    max: Option<f64>,
    /// The names of the options; empty for numbers.
    options: Vec<&'static str>,
}

/// The kind of values that a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ParameterKind {
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// One of `options`.
    Option,
}

/// An output of an indicator.
#[derive(Debug, SimpleObject)]
pub struct OutputInfo {
    /// The field of the indicator's object; null where the indicator is a `Line` itself.
    field: Option<&'static str>,
    /// TA-Lib's name of the output, such as `outMACDSignal`.
    name: &'static str,
    /// How a chart draws the output.
    style: DrawingStyle,
    /// The edge of a band that the output is; null for other outputs.
    limit: Option<Limit>,
    /// The number of candles by which a chart draws the output ahead, or behind if below 0, at the
    /// defaults. The server does not shift the values.
    display_shift: i32,
}

/// How a chart draws an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DrawingStyle {
    /// A connected line.
    Line,
    /// A dotted line.
    DottedLine,
    /// A dashed line.
    DashedLine,
    /// Dots.
    Dots,
    /// Bars from zero.
    Histogram,
    /// A mark at each candle whose value is not 0.
    Marker,
}

/// The edge of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Limit {
    /// The upper edge.
    Upper,
    /// The lower edge.
    Lower,
}

impl DrawingStyle {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Line => "a line",
            Self::DottedLine => "a dotted line",
            Self::DashedLine => "a dashed line",
            Self::Dots => "dots",
            Self::Histogram => "a histogram",
            Self::Marker => "a mark at each candle whose value is not 0",
        }
    }
}

/// How the table wants an output drawn. The table gives bands no style; they are lines.
pub(super) fn style(flags: OutputFlags) -> DrawingStyle {
    [
        (OutputFlags::PATTERN_BOOL, DrawingStyle::Marker),
        (OutputFlags::PATTERN_BULL_BEAR, DrawingStyle::Marker),
        (OutputFlags::HISTO, DrawingStyle::Histogram),
        (OutputFlags::DOT, DrawingStyle::Dots),
        (OutputFlags::DASH_LINE, DrawingStyle::DashedLine),
        (OutputFlags::DOT_LINE, DrawingStyle::DottedLine),
    ]
    .into_iter()
    .find(|(flag, _)| flags.contains(*flag))
    .map_or(DrawingStyle::Line, |(_, style)| style)
}

/// The edge of a band that an output is.
pub(super) fn limit(flags: OutputFlags) -> Option<Limit> {
    [(OutputFlags::UPPER_LIMIT, Limit::Upper), (OutputFlags::LOWER_LIMIT, Limit::Lower)]
        .into_iter()
        .find(|(flag, _)| flags.contains(*flag))
        .map(|(_, limit)| limit)
}

/// The indicators, in the order of their names.
pub(in crate::graphql) fn catalog(group: Option<IndicatorGroup>) -> Vec<IndicatorInfo> {
    FUNCTIONS
        .iter()
        .filter(|function| group.is_none_or(|group| function.indicator.info().group == group.0))
        .map(indicator)
        .collect()
}

fn indicator(function: &'static Function) -> IndicatorInfo {
    let info = function.indicator.info();
    IndicatorInfo {
        name: info.name,
        field: &function.field,
        title: info.hint,
        group: Named(IndicatorGroup(info.group)),
        description: function.description(ParentType::Series),
        placement: function.placement(),
        candlestick_pattern: function.indicator.is_pattern(),
        chainable: function.indicator.is_chainable(),
        lookback: function.default_lookback(),
        sources: function
            .sources
            .iter()
            .map(|(name, default)| SourceInfo { name, default: (*default).into() })
            .collect(),
        prices: info.inputs.iter().flat_map(prices).collect(),
        parameters: function.parameters.iter().map(parameter).collect(),
        outputs: function.outputs.iter().map(|output| self::output(function, output)).collect(),
    }
}

fn prices(input: &InputInfo) -> impl Iterator<Item = PriceSource> {
    [
        (InputFlags::PRICE_OPEN, Source::Open),
        (InputFlags::PRICE_HIGH, Source::High),
        (InputFlags::PRICE_LOW, Source::Low),
        (InputFlags::PRICE_CLOSE, Source::Close),
        (InputFlags::PRICE_VOLUME, Source::Volume),
    ]
    .into_iter()
    .filter(|(flag, _)| input.flags.contains(*flag))
    .map(|(_, source)| source.into())
}

fn parameter(parameter: &'static FunctionParameter) -> ParameterInfo {
    let (kind, range, options) = match parameter.info.kind {
        OptInputType::IntegerRange { min, max, .. } => {
            (ParameterKind::Integer, Some((f64::from(min), f64::from(max))), Vec::new())
        }
        OptInputType::RealRange { min, max, .. } => {
            (ParameterKind::Real, Some((min, max)), Vec::new())
        }
        OptInputType::IntegerList { values, .. } => {
            (ParameterKind::Option, None, values.iter().map(|(_, name)| *name).collect())
        }
        OptInputType::RealList { values, .. } => {
            (ParameterKind::Option, None, values.iter().map(|(_, name)| *name).collect())
        }
    };
    ParameterInfo {
        name: &parameter.name,
        title: parameter.info.display_name,
        description: parameter.description(),
        kind,
        default: parameter.default_text(),
        min: range.map(|(min, _)| min),
        max: range.map(|(_, max)| max),
        options,
    }
}

fn output(function: &'static Function, output: &'static FunctionOutput) -> OutputInfo {
    let shifts = function.indicator.display_shifts(&function.defaults()).unwrap_or_default();
    OutputInfo {
        field: function.object_name().map(|_| output.name.as_str()),
        name: output.info.param_name,
        style: function.style(output),
        limit: limit(output.info.flags),
        display_shift: shifts.get(output.index).copied().unwrap_or_default(),
    }
}
