//! Settings of `candleql import`.

use clap::Args;
use reader::Format;

use super::CommandSettings;

/// What to import, and how.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag
pub struct ImportSettings {
    /// Files, folders, patterns such as `'prices/*.csv'`, or `-` for standard input; `.gz` and
    /// `.zip` files too.
    #[arg(
        value_name = "PATH",
        required_unless_present_any = ["bundled", "formats"],
        conflicts_with_all = ["bundled", "formats"]
    )]
    pub paths: Vec<String>,
    /// Import the bundled data set instead of files.
    #[arg(long, conflicts_with = "formats")]
    pub bundled: bool,
    /// List the known layouts and import nothing.
    #[arg(long)]
    pub formats: bool,
    /// The symbol of all rows, for files without symbols, or instead of theirs.
    #[arg(long)]
    pub symbol: Option<String>,
    /// The layout of the files; by default the program recognises it.
    #[arg(long)]
    pub format: Option<Format>,
    /// The format of dates, such as `%d/%m/%Y`, for files where the program cannot tell days from
    /// months.
    #[arg(long)]
    pub date_format: Option<String>,
    /// Read and check the files and report the result, but write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Skip bad rows and import the rest.
    #[arg(long)]
    pub skip_bad_rows: bool,
    /// Delete stored rows of the files' symbols that the files do not have. Not with
    /// `--skip-bad-rows`, because the program would delete the rows that it skips.
    #[arg(long, conflicts_with = "skip_bad_rows")]
    pub replace: bool,
    /// Accept rows with dates more than a day ahead.
    #[arg(long)]
    pub allow_future_dates: bool,
    /// Accept rows of 1970-01-01, which is mostly a missing date.
    #[arg(long)]
    pub allow_epoch: bool,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
