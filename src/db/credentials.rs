//! A login that changes: fetched anew when the database refuses it, by one task for all who wait.
//!
//! A rotation changes the role's password and the secret one after the other, so that the secret may
//! say the old one for a while: it is fetched again until the database is content, not more often
//! than once in two seconds, and ever less often while that does not help.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::secrets::{Login, Secret};

/// Least time from one fetch to the next.
const MIN_DELAY: Duration = Duration::from_secs(2);

/// Most time from one fetch to the next: Secrets Manager may come back at any time, and half a
/// minute later the new password is to be in use.
const MAX_DELAY: Duration = Duration::from_secs(25);

/// How much longer each wait is than the one before: a rotation takes seconds.
const FACTOR: f32 = 1.5;

/// Counts fetches: what a login was tried with.
pub(super) type Version = u64;

pub(super) struct Credentials {
    /// The fetches that have ended.
    version: watch::Receiver<Version>,
    /// The newest version that the database has refused.
    refused: watch::Sender<Version>,
    /// Whether the database has taken a login since it last refused one.
    is_content: Arc<AtomicBool>,
    /// The fetching, ended with this.
    _tasks: JoinSet<()>,
}

impl Credentials {
    /// Fetches for the first time at once; `apply` gets whatever was fetched. Needs a runtime.
    pub(super) fn new(
        secret: Secret,
        apply: impl Fn(Login) -> anyhow::Result<()> + Send + 'static,
    ) -> Self {
        // Nothing was fetched yet, which is as good as refused.
        let (refused, refusals) = watch::channel(0);
        let (versions, version) = watch::channel(0);
        let is_content = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        tasks.spawn(fetch(secret, apply, refusals, versions, Arc::clone(&is_content)));
        Self { version, refused, is_content, _tasks: tasks }
    }

    /// The login as it is now, once there is one that was not refused yet.
    pub(super) async fn usable(&self) -> Version {
        let mut version = self.version.clone();
        let usable = version.wait_for(|version| *version > *self.refused.borrow()).await;
        // The task lives as long as this.
        usable.map_or(0, |version| *version)
    }

    /// The login as it is now, of use or not.
    pub(super) fn newest(&self) -> Version {
        *self.version.borrow()
    }

    /// The database has refused the login.
    pub(super) fn refuse(&self, tried: Version) {
        self.refused.send_if_modified(|refused| {
            let is_news = *refused < tried;
            *refused = tried.max(*refused);
            is_news
        });
    }

    /// The database has taken the login.
    pub(super) fn accept(&self, tried: Version) {
        if *self.refused.borrow() < tried {
            self.is_content.store(true, Relaxed);
        }
    }
}

/// Fetches whenever the newest login is refused.
async fn fetch(
    secret: Secret,
    apply: impl Fn(Login) -> anyhow::Result<()> + Send,
    mut refused: watch::Receiver<Version>,
    versions: watch::Sender<Version>,
    is_content: Arc<AtomicBool>,
) {
    let delays = ExponentialBuilder::default()
        .with_min_delay(MIN_DELAY)
        .with_max_delay(MAX_DELAY)
        .with_factor(FACTOR)
        .without_max_times();
    let mut delay = delays.build();
    let mut next = Instant::now();
    loop {
        let version = *versions.borrow();
        if refused.wait_for(|refused| *refused >= version).await.is_err() {
            return;
        }
        sleep_until(next).await;
        if is_content.swap(false, Relaxed) {
            delay = delays.build();
        }
        next = Instant::now() + delay.next().unwrap_or(MAX_DELAY);
        match secret.fetch().await.and_then(&apply) {
            Ok(()) => tracing::info!("fetched the database's login"),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "no new login for the database");
            }
        }
        versions.send_modify(|version| *version += 1);
    }
}
