//! What is wrong with an input, collected.

use std::fmt;

use super::read::Problem;

/// Problems shown; the rest are counted.
const SHOWN: usize = 20;

/// Everything that is wrong with an input, by line and column.
#[derive(Debug, Default, thiserror::Error)]
pub struct Problems {
    shown: Vec<Problem>,
    total: usize,
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        self.total += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(problem);
        }
    }

    pub(super) fn into_result(self) -> Result<(), Self> {
        if self.total == 0 { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bad row{}", self.total, if self.total == 1 { "" } else { "s" })?;
        for problem in &self.shown {
            write!(f, "\n  {problem}")?;
        }
        let hidden = self.total - self.shown.len();
        if hidden > 0 { write!(f, "\n  and {hidden} more") } else { Ok(()) }
    }
}
