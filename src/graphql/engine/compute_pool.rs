//! Threads for long computations, so that the I/O threads are always free for health checks, cached
//! answers and quick requests.

use std::{
    future::pending, num::NonZero, panic::resume_unwind, sync::LazyLock,
    thread::available_parallelism,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
};
use tracing::Instrument;

/// Threads per processor: the system then shares its time among several long requests.
const THREADS: usize = 2;

/// The threads live as long as the process.
static THREADS_APART: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(THREADS * processors)
        .thread_name("compute")
        .enable_all()
        .build()
        .inspect_err(|error| tracing::error!(%error, "cannot start threads for long requests"))
        .ok()
});

/// Runs a future on a thread that it may keep busy. If the caller drops the result, the future ends
/// at its next await.
pub(super) async fn run_apart<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> T {
    let Some(threads) = &*THREADS_APART else { return future.await };
    let mut tasks = JoinSet::new();
    tasks.spawn_on(future.in_current_span(), threads.handle());
    match tasks.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
        // No other code can end it.
        _ => pending().await,
    }
}
