//! The log: a thread of its own writes lines to standard error, so that a slow or dead reader
//! delays no request.

use std::{
    backtrace::Backtrace,
    io::{BufWriter, IsTerminal, stderr},
    panic,
    sync::OnceLock,
};

use anyhow::Context;
use config::{LogFormat, LogSettings};
use tracing::Subscriber;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, fmt::layer as lines, registry::LookupSpan,
};

use super::traces;

/// Most lines that wait, some five megabytes; the log drops further ones.
const MAX_WAITING_LINES: usize = 16_384;

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// How many lines the log dropped because their reader was too slow.
#[must_use]
pub fn dropped_lines() -> u64 {
    DROPPED.get().map_or(0, |counter| counter.dropped_lines() as u64)
}

/// The logger; dropping it writes the last lines.
pub(super) fn layer<S>(
    settings: &LogSettings,
) -> anyhow::Result<(impl Layer<S> + use<S>, WorkerGuard)>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    check_words(&settings.log)?;
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("cannot read the log setting {:?}", settings.log))?
        .add_directive(format!("{}=off", traces::TARGET).parse()?);
    let writer = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAX_WAITING_LINES)
        .thread_name("log");
    // The writer joins lines that come together.
    let (writer, guard) = writer.finish(BufWriter::new(stderr()));
    DROPPED.get_or_init(|| writer.error_counter());
    let lines = lines().with_ansi(stderr().is_terminal()).with_writer(writer);
    let lines = match settings.log_format {
        LogFormat::Human => lines.boxed(),
        // The only span of the log is the request that a line belongs to.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    Ok((lines.with_filter(filter), guard))
}

/// Makes panics log lines like any other, within the span of their request.
pub(super) fn panics() {
    panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::force_capture();
        tracing::error!(%panic, %backtrace, "a fault of the program");
    }));
}

/// A single word is a level: the filter would take any other word for a module, which does not
/// exist, and log nothing.
fn check_words(setting: &str) -> anyhow::Result<()> {
    for word in setting.split(',').map(str::trim).filter(|word| !word.contains('=')) {
        word.parse::<LevelFilter>().ok().with_context(|| {
            format!("cannot read the log setting {setting:?}: {word:?} is not a level")
        })?;
    }
    Ok(())
}
