//! Indicators as fields: every function of TA-Lib's table is a field of `Series`, and each function
//! that reads one price is a field of `Line` too. The code names no function.
//!
//! [`function`] reads the table, [`register`] makes the schema from it, [`mod@resolve`] answers a
//! field.
//!
//! The objects of functions with several outputs are one Rust type with many GraphQL names.

mod catalog;
mod function;
mod line;
mod outputs;
mod parameter;
pub(in crate::graphql) mod patterns;
mod register;
mod resolve;

pub(in crate::graphql) use self::{
    catalog::{IndicatorGroup, IndicatorInfo, catalog},
    function::{Function, by_field, count, is_outputs},
    parameter::IndicatorRequest,
    patterns::{CandlestickPattern, PatternMatch, PatternsArguments},
    register::{ParentType, add_fields},
    resolve::resolve,
};
