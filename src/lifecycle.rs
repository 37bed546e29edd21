//! The life of a server: it starts, it serves, it drains.

use std::sync::Arc;

use tokio::sync::watch;

/// Where a server is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It listens, and cannot answer yet: for people, what it waits for.
    Starting(String),
    /// It answers.
    Serving,
    /// It still answers, and will soon end: a load balancer shall send its requests elsewhere.
    Draining,
}

/// The phase that a server is in, for all who have to know.
#[derive(Debug)]
pub struct Lifecycle(watch::Sender<Phase>);

impl Lifecycle {
    /// A life that begins.
    #[must_use]
    pub fn begin() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Phase::Starting("the database was not asked yet".into()))))
    }

    /// Says what the start waits for; tells whether that is news.
    pub fn waits_for(&self, reason: impl Into<String>) -> bool {
        self.change(Phase::Starting(reason.into()))
    }

    /// What the answers need is there.
    pub fn serves(&self) {
        self.change(Phase::Serving);
    }

    /// The end is near; nothing comes after it.
    pub fn drains(&self) {
        self.change(Phase::Draining);
    }

    /// The phase as it is now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.0.borrow().clone()
    }

    /// Whether the end is near.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() == Phase::Draining
    }

    fn change(&self, next: Phase) -> bool {
        self.0.send_if_modified(|phase| {
            let changes = *phase != Phase::Draining && *phase != next;
            if changes {
                *phase = next;
            }
            changes
        })
    }
}
