//! Settings of `candleql export` and `candleql remove`.

use candles::Frequency;
use clap::{Args, ValueEnum};

use super::CommandSettings;

/// What to write out.
#[derive(Debug, Args)]
pub struct ExportSettings {
    /// The instrument's symbol.
    #[arg(long)]
    pub symbol: String,
    /// How often a candle begins.
    #[arg(long, default_value = "daily", ignore_case = true)]
    pub frequency: ExportFrequency,
    /// The form of the output.
    #[arg(long, default_value = "csv")]
    pub format: ExportFormat,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}

/// The API's frequencies, as words of a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFrequency {
    /// The stored rows.
    Daily,
    /// Weeks from Monday.
    Weekly,
    /// Calendar months.
    Monthly,
    /// Calendar quarters.
    Quarterly,
    /// Calendar years.
    Annual,
}

impl From<ExportFrequency> for Frequency {
    fn from(frequency: ExportFrequency) -> Self {
        match frequency {
            ExportFrequency::Daily => Self::Daily,
            ExportFrequency::Weekly => Self::Weekly,
            ExportFrequency::Monthly => Self::Monthly,
            ExportFrequency::Quarterly => Self::Quarterly,
            ExportFrequency::Annual => Self::Annual,
        }
    }
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The plain layout, which imports take.
    Csv,
}

/// What to take out.
#[derive(Debug, Args)]
pub struct RemoveSettings {
    /// The instruments' symbols.
    #[arg(value_name = "SYMBOL", required = true)]
    pub symbols: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
