//! The life of a server: it starts, it serves, it drains. And what ends the program.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Where a server is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It listens, and cannot answer yet: for people, what it waits for. Anybody may read it, so it
    /// holds no addresses and no secrets.
    Starting(String),
    /// It answers.
    Serving,
    /// It still answers, and will soon end: a load balancer shall send its requests elsewhere.
    Draining,
}

/// The phase that a server is in, for all who have to know.
#[derive(Debug)]
pub struct Lifecycle {
    phase: watch::Sender<Phase>,
    // What each request asks, where none waits for another.
    /// What the answers need is there, whatever comes after.
    can_answer: AtomicBool,
    is_draining: AtomicBool,
}

impl Lifecycle {
    /// A life that begins.
    #[must_use]
    pub fn begin() -> Arc<Self> {
        let phase = Phase::Starting("the database was not asked yet".into());
        Arc::new(Self {
            phase: watch::Sender::new(phase),
            can_answer: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
        })
    }

    /// Says what the start waits for; tells whether that is news.
    pub fn waits_for(&self, reason: impl Into<String>) -> bool {
        self.change(Phase::Starting(reason.into()))
    }

    /// What the answers need is there.
    pub fn serves(&self) {
        self.can_answer.store(true, Ordering::Release);
        self.change(Phase::Serving);
    }

    /// The end is near; nothing comes after it.
    pub fn drains(&self) {
        self.is_draining.store(true, Ordering::Release);
        self.change(Phase::Draining);
    }

    /// The phase as it is now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Whether the end is near.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }

    /// Whether what the answers need is there.
    #[must_use]
    pub fn can_answer(&self) -> bool {
        self.can_answer.load(Ordering::Acquire)
    }

    fn change(&self, next: Phase) -> bool {
        self.phase.send_if_modified(|phase| {
            let changes = *phase != Phase::Draining && *phase != next;
            if changes {
                *phase = next;
            }
            changes
        })
    }
}

/// How orchestrators ask a program to end. People press Ctrl-C, which is SIGINT, and do not wait.
pub const SIGTERM: &str = "SIGTERM";

/// The signals that end the program. In a container nobody else does: to its first process the system
/// gives only signals that it listens to.
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
