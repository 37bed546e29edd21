//! The life of a server: it starts, it serves, it drains.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

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
    /// What the answers need is there, whatever comes after.
    can_answer: AtomicBool,
}

impl Lifecycle {
    /// A life that begins.
    #[must_use]
    pub fn begin() -> Arc<Self> {
        let phase = Phase::Starting("the database was not asked yet".into());
        Arc::new(Self { phase: watch::Sender::new(phase), can_answer: AtomicBool::new(false) })
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
        *self.phase.borrow() == Phase::Draining
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
