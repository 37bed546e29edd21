//! Calling TA-Lib.

use ta_lib::{
    Core, RetCode,
    abstract_api::{InputType, OutputType, ParamHolder},
};
use thiserror::Error;

use super::{Column, Indicator, Parameter};
use crate::Candles;

/// TA-Lib does not take the parameters: one is out of its range, or they contradict one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("TA-Lib does not take these parameters together")]
pub struct InvalidParameters;

impl From<RetCode> for InvalidParameters {
    /// TA-Lib's codes do not tell which parameter is meant.
    fn from(_: RetCode) -> Self {
        Self
    }
}

/// The input of a function.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Candles, for functions that read fixed prices and volumes, and beside them the series of the
    /// user's choice, one value per candle.
    Candles(&'a Candles, &'a [&'a [f64]]),
    /// Values that begin at some candle, for a chained function.
    Values {
        /// The candle of the first value.
        first: usize,
        /// The values.
        values: &'a [f64],
    },
}

/// All outputs of a function, and what TA-Lib says about them for the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// One column for each output of the table.
    pub outputs: Vec<Column>,
    /// Values of the input before the first value.
    pub lookback: usize,
    /// By how many candles a chart draws each output ahead (or, below 0, behind); the values are
    /// not shifted.
    pub display_shifts: Vec<i32>,
}

impl Indicator {
    /// Computes all outputs over the whole input. Too short an input gives no values.
    pub fn compute(
        self,
        input: Input<'_>,
        parameters: &[Parameter],
    ) -> Result<Computed, InvalidParameters> {
        let (first, rows) = match input {
            Input::Candles(candles, _) => (0, candles.len()),
            Input::Values { first, values } => (first, values.len()),
        };
        let core = Core::new();
        let mut call = self.bind_parameters(&core, parameters)?;
        // These check the parameters, so that a short input refuses them too.
        let (lookback, display_shifts) = (call.lookback()?, display_shifts(&call)?);
        let Some(last_row) = rows.checked_sub(1) else {
            let outputs = vec![Column::default(); display_shifts.len()];
            return Ok(Computed { outputs, lookback, display_shifts });
        };
        self.bind_inputs(&mut call, input)?;
        let mut buffers: Vec<Buffer> =
            self.info().outputs.iter().map(|output| Buffer::new(output.kind, rows)).collect();
        for (index, buffer) in buffers.iter_mut().enumerate() {
            buffer.bind(&mut call, index)?;
        }
        let range = call.call(0, last_row)?;
        let column =
            |buffer: Buffer| Column::new(first + range.beg_idx, buffer.values(range.count));
        let outputs = buffers.into_iter().map(column).collect();
        Ok(Computed { outputs, lookback, display_shifts })
    }

    /// The number of candles before the first value, without a computation.
    pub fn lookback(self, parameters: &[Parameter]) -> Result<usize, InvalidParameters> {
        Ok(self.bind_parameters(&Core::new(), parameters)?.lookback()?)
    }

    /// [`Computed::display_shifts`], without a computation.
    pub fn display_shifts(self, parameters: &[Parameter]) -> Result<Vec<i32>, InvalidParameters> {
        Ok(display_shifts(&self.bind_parameters(&Core::new(), parameters)?)?)
    }

    /// A call with its parameters bound.
    fn bind_parameters<'a>(
        self,
        core: &'a Core,
        parameters: &[Parameter],
    ) -> Result<ParamHolder<'a>, RetCode> {
        let mut call = self.info().id.new_call(core);
        for (index, parameter) in parameters.iter().enumerate() {
            match *parameter {
                Parameter::Integer(value) => call.set_opt_input(index, value)?,
                Parameter::Real(value) => call.set_opt_input(index, value)?,
            };
        }
        Ok(call)
    }

    fn bind_inputs<'a>(
        self,
        call: &mut ParamHolder<'a>,
        input: Input<'a>,
    ) -> Result<(), InvalidParameters> {
        let mut series = match input {
            Input::Candles(_, series) => series.to_vec(),
            Input::Values { values, .. } => vec![values],
        }
        .into_iter();
        for (slot, info) in self.info().inputs.iter().enumerate() {
            match (info.kind, input) {
                (InputType::Real, _) => {
                    call.set_input(slot, series.next().ok_or(InvalidParameters)?)?;
                }
                (InputType::Price, Input::Candles(candles, _)) => {
                    let prices = candles.prices();
                    call.set_price_input(
                        slot,
                        Some(&prices.open),
                        Some(&prices.high),
                        Some(&prices.low),
                        Some(&prices.close),
                        Some(candles.volume()),
                        None,
                    )?;
                }
                _ => return Err(InvalidParameters),
            }
        }
        Ok(())
    }
}

fn display_shifts(call: &ParamHolder<'_>) -> Result<Vec<i32>, RetCode> {
    (0..call.info().outputs.len()).map(|output| call.display_shift(output)).collect()
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

    fn bind<'a>(&'a mut self, call: &mut ParamHolder<'a>, index: usize) -> Result<(), RetCode> {
        match self {
            Self::Real(values) => call.set_output(index, values)?,
            Self::Integer(values) => call.set_int_output(index, values)?,
        };
        Ok(())
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

#[cfg(test)]
mod tests {
    use ta_lib::abstract_api::get_func_handle;

    use super::*;
    use crate::{MIN_DATE, Ohlcv, OhlcvRow, Time, Timeframe};

    fn indicator(name: &str) -> Indicator {
        Indicator::of(get_func_handle(name).unwrap().info()).unwrap()
    }

    fn closes(values: &[f64]) -> Input<'_> {
        Input::Values { first: 3, values }
    }

    #[test]
    fn a_computation_tells_its_lookback_and_shifts() {
        let empty = Candles::empty(Timeframe::DAILY);
        let parameters = [9, 26, 52].map(Parameter::Integer);
        let computed = indicator("ICHIMOKU").compute(Input::Candles(&empty, &[]), &parameters);
        let (lookback, display_shifts) = (51, vec![0, 0, 26, 26]);
        assert_eq!(
            computed,
            Ok(Computed { outputs: vec![Column::default(); 4], lookback, display_shifts }),
        );
    }

    #[test]
    fn a_computation_and_the_catalogue_tell_the_same() {
        let empty = Candles::empty(Timeframe::DAILY);
        for indicator in Indicator::all() {
            let parameters: Vec<_> = indicator.defaults().collect();
            let computed = indicator.compute(Input::Candles(&empty, &[]), &parameters).unwrap();
            assert_eq!(indicator.lookback(&parameters), Ok(computed.lookback));
            assert_eq!(indicator.display_shifts(&parameters), Ok(computed.display_shifts));
        }
    }

    #[test]
    fn values_belong_to_the_candles_from_the_first_on() {
        let sma = indicator("SMA").compute(closes(&[1.0, 2.0, 6.0]), &[Parameter::Integer(2)]);
        assert_eq!(sma.unwrap().outputs, [Column::new(4, vec![1.5, 4.0])]);
    }

    #[test]
    fn short_inputs_give_no_values() {
        for values in [&[][..], &[1.0]] {
            let sma = indicator("SMA").compute(closes(values), &[Parameter::Integer(2)]).unwrap();
            assert_eq!(sma.outputs[0].from_first_value().1, []);
        }
    }

    #[test]
    fn invalid_parameters_are_refused_whatever_the_length_of_the_input() {
        for values in [&[][..], &[1.0, 2.0, 6.0]] {
            for parameter in [Parameter::Integer(0), Parameter::Real(2.0)] {
                let refused = indicator("SMA").compute(closes(values), &[parameter]);
                assert_eq!(refused, Err(InvalidParameters), "{parameter:?}");
            }
        }
    }

    #[test]
    fn missing_inputs_are_refused() {
        let mut rows = Ohlcv::default();
        rows.push(OhlcvRow {
            time: Time::of_day(MIN_DATE),
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 1.0,
        })
        .unwrap();
        let candles = Candles::from(rows);
        let parameters = [Parameter::Integer(2)];
        let no_series = indicator("SMA").compute(Input::Candles(&candles, &[]), &parameters);
        assert_eq!(no_series, Err(InvalidParameters));
        let no_prices = indicator("ATR").compute(closes(&[1.0]), &parameters);
        assert_eq!(no_prices, Err(InvalidParameters));
    }
}
