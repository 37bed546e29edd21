//! A login that changes: fetched anew when the database refuses it, by one task for all who wait.
//!
//! A rotation changes the role's password and the secret one after the other, so that the secret may
//! say the old one for a while: it is fetched again until the database is content, not more often
//! than once in two seconds, and ever less often while that does not help.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::secrets::{Login, Secret};

/// Least time from one fetch to the next.
const MIN_DELAY: Duration = Duration::from_secs(2);

/// Most time from one fetch to the next: Secrets Manager may come back at any time, and half a
/// minute later the new password is to be in use.
const MAX_DELAY: Duration = Duration::from_secs(25);

/// How much longer each wait is than the one before: a rotation takes seconds.
const FACTOR: f32 = 1.5;

/// A refusal after so long is of another rotation.
const CALM: Duration = Duration::from_mins(1);

/// Counts fetches: what a login was tried with.
pub(super) type Version = u64;

pub(super) struct Credentials {
    /// The fetches that have ended.
    version: watch::Receiver<Version>,
    /// The newest version that the database has refused.
    refused: watch::Sender<Version>,
    /// The fetching, ended with this.
    _task: JoinSet<()>,
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
        let mut task = JoinSet::new();
        task.spawn(fetch(secret, apply, refusals, versions));
        Self { version, refused, _task: task }
    }

    /// The login as it is now, once there is one that was not refused yet.
    pub(super) async fn usable(&self) -> Version {
        let mut version = self.version.clone();
        let usable = version.wait_for(|version| *version > *self.refused.borrow()).await;
        // The task lives as long as this.
        usable.map_or(0, |version| *version)
    }

    /// The login as it is now, of use or not; 0 if there never was one.
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
}

/// Fetches whenever the newest login is refused.
async fn fetch(
    mut secret: Secret,
    apply: impl Fn(Login) -> anyhow::Result<()> + Send,
    mut refused: watch::Receiver<Version>,
    versions: watch::Sender<Version>,
) {
    let delays = ExponentialBuilder::default()
        .with_min_delay(MIN_DELAY)
        .with_max_delay(MAX_DELAY)
        .with_factor(FACTOR)
        .without_max_times();
    let mut delay = delays.build();
    let mut next = Instant::now();
    let mut has_login = false;
    loop {
        let version = *versions.borrow();
        if refused.wait_for(|refused| *refused >= version).await.is_err() {
            return;
        }
        if next.elapsed() > CALM {
            delay = delays.build();
        }
        sleep_until(next).await;
        match secret.fetch().await.and_then(&apply) {
            Ok(()) => {
                tracing::info!("fetched the database's login");
                has_login = true;
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "cannot fetch the database's login");
            }
        }
        // From the end of one to the begin of the next, so that they are apart wherever they are seen.
        next = Instant::now() + delay.next().unwrap_or(MAX_DELAY);
        // Whoever waits tries again even if nothing was fetched: the old password may be back.
        if has_login {
            versions.send_modify(|version| *version += 1);
        }
    }
}
