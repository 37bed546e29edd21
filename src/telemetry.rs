//! Logging.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt};

use crate::config::{LogFormat, LogSettings};

/// Sends log lines to standard error from now on.
pub fn init(settings: &LogSettings) -> anyhow::Result<()> {
    check_words(&settings.log)?;
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("cannot read the log setting {:?}", settings.log))?;
    let logger = fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Human => logger.try_init(),
        LogFormat::Json => logger.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

/// A lone word is a level: the filter would take any other for a module that nobody has, and log
/// nothing.
fn check_words(setting: &str) -> anyhow::Result<()> {
    for word in setting.split(',').map(str::trim).filter(|word| !word.contains('=')) {
        word.parse::<LevelFilter>().ok().with_context(|| {
            format!("cannot read the log setting {setting:?}: {word:?} is not a level")
        })?;
    }
    Ok(())
}
