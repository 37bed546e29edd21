//! Calling TA-Lib.

use ta_lib::{
    Core,
    abstract_api::{InputFlags, InputType, OutputType, ParamHolder},
};
use thiserror::Error;

use super::{Column, Indicator, Parameter};
use crate::Candles;

/// TA-Lib does not take the parameters: one is out of its range, or they contradict one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("TA-Lib does not take these parameters together")]
pub struct Refused;

/// The series that a function is computed on.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Candles, for functions that read prices and volumes of their own choice, and beside them
    /// the series that the user chose, one value per candle.
    Candles(&'a Candles, &'a [&'a [f64]]),
    /// Values that begin at some candle, for a chained function.
    Values {
        /// The candle of the first value.
        first: usize,
        /// The values.
        values: &'a [f64],
    },
}

/// All outputs of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// One column for each output of the table.
    pub outputs: Vec<Column>,
    /// Values of the input before the first value.
    pub lookback: usize,
}

impl Indicator {
    /// Computes all outputs over the whole input. Too short an input gives no values.
    pub fn compute(self, input: Input<'_>, parameters: &[Parameter]) -> Result<Computed, Refused> {
        let (first, rows) = match input {
            Input::Candles(candles, _) => (0, candles.len()),
            Input::Values { first, values } => (first, values.len()),
        };
        let core = Core::new();
        // Parameters are checked by the lookback alone, so that a short input refuses them too.
        let lookback = call(self, parameters, &core)?.lookback().map_err(|_| Refused)?;
        let Some(last_row) = rows.checked_sub(1) else {
            let outputs = vec![Column::default(); self.info().outputs.len()];
            return Ok(Computed { outputs, lookback });
        };
        let mut buffers: Vec<Buffer> =
            self.info().outputs.iter().map(|output| Buffer::new(output.kind, rows)).collect();
        let range = {
            let mut call = call(self, parameters, &core)?;
            self.bind_inputs(&mut call, input)?;
            for (index, buffer) in buffers.iter_mut().enumerate() {
                match buffer {
                    Buffer::Real(values) => call.set_output(index, values).map(drop),
                    Buffer::Integer(values) => call.set_int_output(index, values).map(drop),
                }
                .map_err(|_| Refused)?;
            }
            call.call(0, last_row).map_err(|_| Refused)?
        };
        let column =
            |buffer: Buffer| Column::new(first + range.beg_idx, buffer.values(range.count));
        Ok(Computed { outputs: buffers.into_iter().map(column).collect(), lookback })
    }

    fn bind_inputs<'a>(self, call: &mut ParamHolder<'a>, input: Input<'a>) -> Result<(), Refused> {
        let mut series = match input {
            Input::Candles(_, series) => series.to_vec(),
            Input::Values { values, .. } => vec![values],
        }
        .into_iter();
        for (slot, info) in self.info().inputs.iter().enumerate() {
            match (info.kind, input) {
                (InputType::Real, _) => {
                    call.set_input(slot, series.next().ok_or(Refused)?).map_err(|_| Refused)?;
                }
                (InputType::Price, Input::Candles(candles, _)) => {
                    let prices = candles.prices();
                    let reads_volume = info.flags.contains(InputFlags::PRICE_VOLUME);
                    call.set_price_input(
                        slot,
                        Some(&prices.open),
                        Some(&prices.high),
                        Some(&prices.low),
                        Some(&prices.close),
                        reads_volume.then(|| candles.volume_as_real()),
                        None,
                    )
                    .map_err(|_| Refused)?;
                }
                _ => return Err(Refused),
            }
        }
        Ok(())
    }
}

/// A call with its parameters bound.
pub(super) fn call<'a>(
    indicator: Indicator,
    parameters: &[Parameter],
    core: &'a Core,
) -> Result<ParamHolder<'a>, Refused> {
    let mut call = indicator.info().id.new_call(core);
    for (index, parameter) in parameters.iter().enumerate() {
        match *parameter {
            Parameter::Integer(value) => call.set_opt_input(index, value).map(drop),
            Parameter::Real(value) => call.set_opt_input(index, value).map(drop),
        }
        .map_err(|_| Refused)?;
    }
    Ok(call)
}

/// Where TA-Lib writes an output.
enum Buffer {
    Real(Vec<f64>),
    Integer(Vec<i32>),
}

impl Buffer {
    fn new(kind: OutputType, rows: usize) -> Self {
        match kind {
            OutputType::Real => Self::Real(vec![0.0; rows]),
            OutputType::Integer => Self::Integer(vec![0; rows]),
        }
    }

    fn values(self, count: usize) -> Vec<f64> {
        match self {
            Self::Real(mut values) => {
                values.truncate(count);
                values
            }
            Self::Integer(values) => values.into_iter().take(count).map(f64::from).collect(),
        }
    }
}
