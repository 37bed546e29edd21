//! One output of an indicator over the candles of a series.

/// Values from some candle on; the candles before it have none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    first: usize,
    values: Vec<f64>,
}

impl Column {
    /// A column whose first value belongs to the candle at `first`.
    #[must_use]
    pub fn new(first: usize, values: Vec<f64>) -> Self {
        Self { first, values }
    }

    /// The value at a candle: none while the indicator warms up, and none where it is not a finite
    /// number.
    #[must_use]
    pub fn get(&self, candle: usize) -> Option<f64> {
        let value = self.values.get(candle.checked_sub(self.first)?)?;
        value.is_finite().then_some(*value)
    }

    /// The values from the first finite one on, and that value's candle. A chained indicator reads
    /// them.
    #[must_use]
    pub fn from_first_value(&self) -> (usize, &[f64]) {
        let leading = self.values.iter().take_while(|value| !value.is_finite()).count();
        (self.first + leading, &self.values[leading..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_no_value() {
        let column = Column::new(2, vec![f64::NAN, 1.0, f64::INFINITY, 2.0]);
        let values: Vec<_> = (0..7).map(|candle| column.get(candle)).collect();
        assert_eq!(values, [None, None, None, Some(1.0), None, Some(2.0), None]);
    }

    #[test]
    fn leading_nulls_are_skipped() {
        let column = Column::new(2, vec![f64::NAN, f64::NEG_INFINITY, 1.0, f64::NAN]);
        let (first, values) = column.from_first_value();
        assert_eq!((first, values.len(), values[0]), (4, 2, 1.0));
        assert_eq!(Column::new(3, vec![f64::NAN]).from_first_value(), (4, &[][..]));
    }
}
