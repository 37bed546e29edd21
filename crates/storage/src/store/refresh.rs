//! Keeps the universe current: a poll that always works, and a shortcut.

use std::{sync::Weak, time::Duration};

use tokio::time::sleep;

use super::Store;
use crate::{
    Error,
    db::{Announcements, Database},
};

/// How long to wait before the next try to hear announcements.
const LISTEN_AGAIN: Duration = Duration::from_secs(30);

/// Asks once per interval whether an import has changed anything. While the database is down, the
/// server answers from memory.
pub(super) async fn poll(store: Weak<Store>, interval: Duration) {
    let mut away = false;
    loop {
        sleep(interval).await;
        let Some(store) = store.upgrade() else { return };
        match store.refresh().await {
            Ok(()) if away => {
                tracing::info!("the universe is up to date again");
                away = false;
            }
            Err(error) if !away => {
                let error = error.with_causes();
                tracing::warn!(
                    error,
                    "cannot ask the database for new revisions; serving from memory"
                );
                away = true;
            }
            _ => {}
        }
    }
}

/// Refreshes as soon as an import announces itself. If the listening fails, the poll is enough; if
/// the database cannot announce, this ends.
pub(super) async fn listen(store: Weak<Store>, db: Database) {
    loop {
        match follow(&store, &db).await {
            Ok(()) => return,
            Err(error) => {
                let error = error.with_causes();
                tracing::debug!(error, "the database cannot announce imports; polling for them");
            }
        }
        sleep(LISTEN_AGAIN).await;
    }
}

async fn follow(store: &Weak<Store>, db: &Database) -> Result<(), Error> {
    let Some(mut announcements) = Announcements::listen(db).await? else { return Ok(()) };
    loop {
        // The first refresh finds imports from before the listening began.
        if let Some(store) = store.upgrade() {
            store.refresh().await?;
        }
        announcements.next().await?;
    }
}
