//! Logging.

use std::{backtrace::Backtrace, io::IsTerminal, panic};

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
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    log_panics();
    Ok(())
}

/// Makes panics log lines like any other, within the span of their request.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::force_capture();
        tracing::error!(%panic, %backtrace, "a fault of the program");
    }));
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
