//! Settings of `candleql export` and `candleql remove`.

use std::sync::LazyLock;

use candles::Frequency;
use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::CommandSettings;

/// What `candleql export` writes.
#[derive(Debug, Args)]
pub struct ExportSettings {
    /// The instrument's symbol.
    #[arg(long)]
    pub symbol: String,
    /// The length of a candle's period.
    #[arg(long, default_value = "daily", ignore_case = true, value_parser = frequency())]
    pub frequency: Frequency,
    /// The format of the output.
    #[arg(long, default_value = "csv")]
    pub format: ExportFormat,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}

/// Every frequency, as a word of the command line.
fn frequency() -> impl TypedValueParser<Value = Frequency> {
    static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        Frequency::ALL.iter().map(|frequency| frequency.to_string().to_lowercase()).collect()
    });
    PossibleValuesParser::new(WORDS.iter().map(String::as_str)).try_map(|given| {
        let position = WORDS.iter().position(|word| word.eq_ignore_ascii_case(&given));
        position.map(|position| Frequency::ALL[position]).ok_or("not a frequency")
    })
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// CSV in candleql's own layout, which `candleql import` reads.
    Csv,
}

/// Which instruments `candleql remove` deletes.
#[derive(Debug, Args)]
pub struct RemoveSettings {
    /// The instruments' symbols.
    #[arg(value_name = "SYMBOL", required = true)]
    pub symbols: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
