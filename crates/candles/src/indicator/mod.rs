//! Indicators and candlestick patterns: TA-Lib's functions, by their table.
//!
//! The table of the `ta-lib` crate lists the functions with their parameters and outputs
//! ([`ta_lib`], the official port of TA-Lib, BSD-3-Clause). Only the list of exceptions here names
//! a function.

mod column;
mod compute;
mod exceptions;

use ta_lib::abstract_api::{FUNCS, FuncFlags, FuncInfo, InputType, OptInputType, OutputInfo};

pub use self::{
    column::Column,
    compute::{Computed, Input, InvalidParameters},
};

/// A function of TA-Lib's table.
#[derive(Debug, Clone, Copy)]
pub struct Indicator(&'static FuncInfo);

/// The value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameter {
    /// A period, a count, or the number of an option such as a moving average's type.
    Integer(i32),
    /// A factor, a percentage, a number of deviations.
    Real(f64),
}

/// The input that a function needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Prices and volumes of the candles alone.
    Prices,
    /// This many series of the user's choice, and for some functions the volume.
    Series(usize),
}

impl Indicator {
    /// Every function of the table but the exceptions, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        FUNCS.iter().filter_map(Self::of)
    }

    /// An entry of the table, unless it is an exception.
    #[must_use]
    pub fn of(info: &'static FuncInfo) -> Option<Self> {
        (!exceptions::is_left_out(info)).then_some(Self(info))
    }

    /// The entry of the table.
    #[must_use]
    pub fn info(self) -> &'static FuncInfo {
        self.0
    }

    /// The input that the function needs.
    #[must_use]
    pub fn inputs(self) -> Inputs {
        match self.0.inputs.iter().filter(|input| input.kind == InputType::Real).count() {
            0 => Inputs::Prices,
            series => Inputs::Series(series),
        }
    }

    /// Whether the function reads one series and nothing else, so that it can follow another.
    #[must_use]
    pub fn is_chainable(self) -> bool {
        self.inputs() == Inputs::Series(1) && self.0.inputs.len() == 1
    }

    /// Whether the function recognises a candlestick pattern.
    #[must_use]
    pub fn is_pattern(self) -> bool {
        self.0.flags.contains(FuncFlags::CANDLESTICK)
    }

    /// The outputs that mean something outside the computation, with their position in it.
    pub fn outputs(self) -> impl Iterator<Item = (usize, &'static OutputInfo)> {
        self.0
            .outputs
            .iter()
            .enumerate()
            .filter(move |(_, output)| !exceptions::is_output_left_out(self.0, output))
    }

    /// The default of each parameter.
    pub fn defaults(self) -> impl Iterator<Item = Parameter> {
        self.0.opt_inputs.iter().map(|parameter| match parameter.kind {
            OptInputType::RealRange { default, .. } | OptInputType::RealList { default, .. } => {
                Parameter::Real(default)
            }
            OptInputType::IntegerRange { default, .. } => Parameter::Integer(default),
            OptInputType::IntegerList { default, .. } => {
                Parameter::Integer(i32::try_from(default).unwrap_or(i32::MIN))
            }
        })
    }
}
