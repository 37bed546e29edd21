//! A login that changes: one task fetches it again when the database refuses it, for all tasks that
//! wait.
//!
//! A rotation changes the role's password and the secret one after the other, so the secret may
//! have the old password for a while. The task fetches the secret until the database accepts it, at
//! most once in two seconds, and ever less often.

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

/// Most time between two fetches. Secrets Manager may come back at any time, and the server must
/// use the new password half a minute later.
const MAX_DELAY: Duration = Duration::from_secs(25);

/// The factor from one wait to the next: a rotation takes seconds.
const FACTOR: f32 = 1.5;

/// A refusal this long after the last one belongs to another rotation.
const CALM: Duration = Duration::from_mins(1);

/// The number of a fetch, which tells the login of a try.
pub(super) type Version = u64;

pub(super) struct Credentials {
    /// The fetches that have ended.
    version: watch::Receiver<Version>,
    /// The newest version that the database has refused.
    refused: watch::Sender<Version>,
    /// The fetching task, which ends with this value.
    _task: JoinSet<()>,
}

impl Credentials {
    /// Starts the first fetch at once; `apply` gets each fetched login. Needs a runtime.
    pub(super) fn new(
        secret: Secret,
        apply: impl Fn(Login) -> anyhow::Result<()> + Send + 'static,
    ) -> Self {
        // Before the first fetch, the login counts as refused.
        let (refused, refusals) = watch::channel(0);
        let (versions, version) = watch::channel(0);
        let mut task = JoinSet::new();
        task.spawn(fetch(secret, apply, refusals, versions));
        Self { version, refused, _task: task }
    }

    /// The current login, once the database has not refused it.
    pub(super) async fn usable(&self) -> Version {
        let mut version = self.version.clone();
        let usable = version.wait_for(|version| *version > *self.refused.borrow()).await;
        // The task lives as long as this value.
        usable.map_or(0, |version| *version)
    }

    /// The current login, even if the database has refused it; 0 if there never was one.
    pub(super) fn newest(&self) -> Version {
        *self.version.borrow()
    }

    /// Notes that the database has refused the login.
    pub(super) fn refuse(&self, tried: Version) {
        self.refused.send_if_modified(|refused| {
            let is_news = *refused < tried;
            *refused = tried.max(*refused);
            is_news
        });
    }
}

/// Fetches whenever the database has refused the newest login.
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
        // The wait runs from the end of one fetch to the beginning of the next, so that they are
        // apart wherever they are seen.
        next = Instant::now() + delay.next().unwrap_or(MAX_DELAY);
        // The waiting tasks try again even after a failed fetch: the old password may work again.
        if has_login {
            versions.send_modify(|version| *version += 1);
        }
    }
}
