//! The catalogue of indicators as a client reads it, and queries made from it.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use crate::app::TestApp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Indicator {
    pub name: String,
    pub field: String,
    pub group: String,
    pub chainable: bool,
    pub candlestick_pattern: bool,
    pub placement: String,
    pub lookback: usize,
    pub sources: Vec<Source>,
    pub prices: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub outputs: Vec<Output>,
}

#[derive(Debug, Deserialize)]
pub struct Source {
    pub name: String,
    pub default: String,
}

#[derive(Debug, Deserialize)]
pub struct Parameter {
    pub name: String,
    pub title: String,
    pub kind: String,
    pub default: String,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub options: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pub field: Option<String>,
    pub name: String,
    pub style: String,
    pub limit: Option<String>,
    pub display_shift: i32,
}

/// Every indicator.
pub async fn catalogue(app: &TestApp) -> Vec<Indicator> {
    let data = app
        .data(
            "{ indicatorCatalog { name field group chainable candlestickPattern placement lookback
                sources { name default } prices
                parameters { name title kind default min max options }
                outputs { field name style limit displayShift } } }",
        )
        .await;
    serde_json::from_value(data["indicatorCatalog"].clone()).unwrap()
}

impl Indicator {
    /// The selection of the field with arguments in parentheses, or none, and of `line` on each
    /// output.
    pub fn select(&self, arguments: &str, line: &str) -> String {
        let mut selection = format!("{}{arguments} {{ ", self.field);
        for output in &self.outputs {
            match &output.field {
                Some(field) => write!(selection, "{field} {{ {line} }} ").unwrap(),
                None => write!(selection, "{line} ").unwrap(),
            }
        }
        selection + "}"
    }

    /// The lines in an answer to [`Self::select`], in the order of the outputs.
    pub fn lines<'a>(&self, answer: &'a Value) -> Vec<&'a Value> {
        let line = |output: &Output| output.field.as_ref().map_or(answer, |field| &answer[field]);
        self.outputs.iter().map(line).collect()
    }
}

/// The values of a line.
pub fn values(line: &Value) -> Vec<Option<f64>> {
    line["values"]
        .as_array()
        .unwrap_or_else(|| panic!("{line}"))
        .iter()
        .map(Value::as_f64)
        .collect()
}
