//! The signals that end the program.

use std::future::pending;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How orchestrators ask a program to end. People press Ctrl-C, which is SIGINT, and do not wait.
pub const SIGTERM: &str = "SIGTERM";

/// Who listens to them. In a container everything must: the system gives its first process no signal
/// that it does not listen to.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on they are this value's to tell.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.terminate.recv() => SIGTERM,
            Some(()) = self.interrupt.recv() => "SIGINT",
            else => pending().await,
        }
    }
}
