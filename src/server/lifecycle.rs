//! The phases of a server: it starts, it serves, it drains.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

/// A phase of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The server listens and cannot answer yet. The text says for people what it waits for. Any
    /// client may read it, so it holds no addresses and no secrets.
    Starting(String),
    /// The server answers.
    Serving,
    /// The server still answers and ends soon: a load balancer should send its requests elsewhere.
    Draining,
}

/// The phase of a server, shared by all its parts.
#[derive(Debug)]
pub struct Lifecycle {
    phase: watch::Sender<Phase>,
    /// The server is ready to answer, in every later phase.
    can_answer: AtomicBool,
}

impl Lifecycle {
    /// A server that starts.
    #[must_use]
    pub fn begin() -> Arc<Self> {
        let phase = Phase::Starting("the database was not asked yet".into());
        Arc::new(Self { phase: watch::Sender::new(phase), can_answer: AtomicBool::new(false) })
    }

    /// Sets what the start waits for; returns whether that has changed.
    pub fn waits_for(&self, reason: impl Into<String>) -> bool {
        self.change(Phase::Starting(reason.into()))
    }

    /// Enters the phase that serves.
    pub fn serves(&self) {
        self.can_answer.store(true, Ordering::Release);
        self.change(Phase::Serving);
    }

    /// Enters the last phase.
    pub fn drains(&self) {
        self.change(Phase::Draining);
    }

    /// The current phase.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Whether the end is near.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.phase.borrow() == Phase::Draining
    }

    /// Whether the server has started.
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
