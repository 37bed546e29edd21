//! Cancelling the statement of a session that is dropped before its end.

use std::sync::Arc;

use tracing::debug;

use super::liveness_probe::LivenessProbe;

/// Cancels what a server process of PostgreSQL works on, unless it has come to its end.
pub(super) struct CancelOnDrop(Option<(Arc<LivenessProbe>, i32, String)>);

impl CancelOnDrop {
    pub(super) fn new(probe: Arc<LivenessProbe>, process: i32, began: String) -> Self {
        Self(Some((probe, process, began)))
    }

    pub(super) fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        let Some((probe, process, began)) = self.0.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                match probe.cancel(process, &began).await {
                    Ok(()) => debug!(process, "cancelled a query whose request has ended"),
                    Err(error) => debug!(%error, process, "cannot cancel a query"),
                }
            });
        }
    }
}
