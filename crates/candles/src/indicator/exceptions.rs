//! The exceptions from TA-Lib's table, each with its reason.

use ta_lib::abstract_api::{FuncInfo, OutputInfo};

/// Functions, or one output of them.
const EXCEPTIONS: [(&str, Option<&str>); 5] = [
    // Its second input is a series of periods, which no candle has.
    ("MAVP", None),
    // A caller sees a window of the history, where row numbers of the whole mean nothing.
    ("MAXINDEX", None),
    ("MININDEX", None),
    ("MINMAXINDEX", None),
    ("ZIGZAG", Some("outPivotIdx")),
];

pub(super) fn is_left_out(info: &FuncInfo) -> bool {
    EXCEPTIONS.contains(&(info.name, None))
}

pub(super) fn is_output_left_out(info: &FuncInfo, output: &OutputInfo) -> bool {
    EXCEPTIONS.contains(&(info.name, Some(output.param_name)))
}

#[cfg(test)]
mod tests {
    use ta_lib::abstract_api::FUNCS;

    use super::*;

    #[test]
    fn every_exception_is_in_the_table() {
        for (function, output) in EXCEPTIONS {
            let info = FUNCS.iter().find(|info| info.name == function).unwrap();
            let has = |name: &str| info.outputs.iter().any(|output| output.param_name == name);
            assert!(output.is_none_or(has), "{function}");
        }
    }
}
