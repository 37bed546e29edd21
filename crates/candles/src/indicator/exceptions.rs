//! What is left out of TA-Lib's table, each with its reason.

use ta_lib::abstract_api::{FuncInfo, OutputInfo};

/// A function, or one output of it, that is left out.
struct Exception {
    function: &'static str,
    output: Option<&'static str>,
    #[allow(dead_code)] // for the reader
    reason: &'static str,
}

const ROW_NUMBER: &str =
    "row numbers of the whole history mean nothing to someone who sees a window of it";

const EXCEPTIONS: [Exception; 5] = [
    Exception {
        function: "MAVP",
        output: None,
        reason: "its second input is a series of periods, which no candle has",
    },
    Exception { function: "MAXINDEX", output: None, reason: ROW_NUMBER },
    Exception { function: "MININDEX", output: None, reason: ROW_NUMBER },
    Exception { function: "MINMAXINDEX", output: None, reason: ROW_NUMBER },
    Exception { function: "ZIGZAG", output: Some("outPivotIdx"), reason: ROW_NUMBER },
];

pub(super) fn is_left_out(info: &FuncInfo) -> bool {
    EXCEPTIONS.iter().any(|exception| exception.function == info.name && exception.output.is_none())
}

pub(super) fn is_output_left_out(info: &FuncInfo, output: &OutputInfo) -> bool {
    EXCEPTIONS.iter().any(|exception| {
        exception.function == info.name && exception.output == Some(output.param_name)
    })
}

#[cfg(test)]
mod tests {
    use ta_lib::abstract_api::FUNCS;

    use super::*;

    #[test]
    fn every_exception_is_in_the_table() {
        for Exception { function, output, reason } in &EXCEPTIONS {
            let info = FUNCS.iter().find(|info| info.name == *function);
            assert!(info.is_some_and(|info| {
                output.is_none_or(|name| info.outputs.iter().any(|o| o.param_name == name))
            }));
            assert!(!reason.is_empty());
        }
    }
}
