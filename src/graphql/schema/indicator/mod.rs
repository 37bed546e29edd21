//! Indicators as fields: every function of TA-Lib's table is a field of `Series`, and those that
//! follow one series are fields of `Line` too. No function is named here.
//!
//! [`function`] reads the table, [`register`] makes the schema of it, [`mod@resolve`] answers a field.
//!
//! Of async-graphql's registry and resolver utilities this module uses what is hidden from its
//! documentation, at the pinned version. The objects of functions with several outputs are one
//! Rust type with many GraphQL names, which the library resolves only as long as no extension of
//! its own is installed.

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
    function::{count, weigh},
    patterns::{CandlestickPattern, PatternMatch, count_patterns},
    register::{ParentType, add_fields},
    resolve::resolve,
};
