//! The signals that end the program.

use std::future::pending;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signal by which orchestrators end a program. People press Ctrl-C, which is SIGINT, and do
/// not wait.
pub const SIGTERM: &str = "SIGTERM";

/// Listens to the signals. In a container every program must: the system gives its first process no
/// signal without a listener.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From this call on, this value receives the signals.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// The name of the next signal.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.terminate.recv() => SIGTERM,
            Some(()) = self.interrupt.recv() => "SIGINT",
            else => pending().await,
        }
    }
}
