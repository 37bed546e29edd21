//! Settings of `candleql import`.

use clap::Args;
use reader::Format;

use super::CommandSettings;

/// What to import, and how.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag
pub struct ImportSettings {
    /// Files, folders, patterns such as `'prices/*.csv'`, or `-` for the standard input; also packed
    /// as `.gz` or `.zip`.
    #[arg(
        value_name = "PATH",
        required_unless_present_any = ["bundled", "formats"],
        conflicts_with_all = ["bundled", "formats"]
    )]
    pub paths: Vec<String>,
    /// Import the bundled data set instead of files.
    #[arg(long, conflicts_with = "formats")]
    pub bundled: bool,
    /// List the known layouts, and do nothing else.
    #[arg(long)]
    pub formats: bool,
    /// The symbol of all rows, where files do not say it, or say another one.
    #[arg(long)]
    pub symbol: Option<String>,
    /// The files' layout, instead of finding out.
    #[arg(long)]
    pub format: Option<Format>,
    /// The form of dates, such as `%d/%m/%Y`, where days and months could be confused.
    #[arg(long)]
    pub date_format: Option<String>,
    /// Do all but the writing, and report what it would have done.
    #[arg(long)]
    pub dry_run: bool,
    /// Leave bad rows out, and import the rest.
    #[arg(long)]
    pub skip_bad_rows: bool,
    /// Delete the stored rows of the files' symbols that the files lack; not with `--skip-bad-rows`,
    /// since a row that is left out would be deleted.
    #[arg(long, conflicts_with = "skip_bad_rows")]
    pub replace: bool,
    /// Take rows that lie more than a day ahead.
    #[arg(long)]
    pub allow_future_dates: bool,
    /// Take rows of 1970-01-01, which mostly is a missing date.
    #[arg(long)]
    pub allow_epoch: bool,
    /// Report as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
