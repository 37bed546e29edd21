//! Loads that several tasks wait for: one load runs for all, as long as a task waits.

use std::{collections::HashMap, hash::Hash, pin::pin, sync::Arc};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::Notify};
use tokio_util::task::AbortOnDropHandle;
use tracing::Span;

use crate::Error;

type Load<V> = BoxFuture<'static, Result<V, Error>>;

/// The loads under way. A clone shares them.
pub(super) struct SingleFlight<K, V> {
    loads: Arc<Loads<K, V>>,
    /// The runtime of the loads: the task that asked first may be busy while others wait for the
    /// same load.
    runtime: Handle,
}

struct Loads<K, V> {
    under_way: Mutex<HashMap<K, UnderWay<V>>>,
    /// The notification of each load's end.
    ended: Notify,
}

struct UnderWay<V> {
    load: WeakShared<Load<V>>,
    span: Span,
}

impl<K, V> Clone for SingleFlight<K, V> {
    fn clone(&self) -> Self {
        Self { loads: Arc::clone(&self.loads), runtime: self.runtime.clone() }
    }
}

impl<K: Copy + Eq + Hash, V: Clone + Send + Sync + 'static> SingleFlight<K, V> {
    /// Loads run on the runtime that this is called in.
    pub(super) fn new() -> Self {
        let loads = Loads { under_way: Mutex::default(), ended: Notify::new() };
        Self { loads: Arc::new(loads), runtime: Handle::current() }
    }

    /// Waits for the load under way, or for a new one. When the last waiting task is gone, the load
    /// stops at once.
    pub(super) async fn join(
        &self,
        key: K,
        load: impl Future<Output = Result<V, Error>> + Send + 'static,
    ) -> Result<V, Error> {
        let load = self.share(key, load);
        // A dropped task lets go of the load before it clears up.
        let _leaving = Leaving { loads: &self.loads, key };
        load.await
    }

    fn share(
        &self,
        key: K,
        load: impl Future<Output = Result<V, Error>> + Send + 'static,
    ) -> Shared<Load<V>> {
        let mut under_way = self.loads.under_way.lock();
        if let Some(load) = under_way.get(&key).and_then(|under_way| under_way.load.upgrade()) {
            return load;
        }
        let task = AbortOnDropHandle::new(self.runtime.spawn(load));
        let loaded = task.map(|loaded| loaded.unwrap_or_else(|error| Err(Error::internal(error))));
        let load = loaded.boxed().shared();
        if let Some(weak) = load.downgrade() {
            under_way.insert(key, UnderWay { load: weak, span: Span::current() });
        }
        load
    }

    /// The spans that the loads of some keys were begun in.
    pub(super) fn spans(&self, keys: &[K]) -> Vec<Span> {
        let under_way = self.loads.under_way.lock();
        keys.iter().filter_map(|key| under_way.get(key)).map(|it| it.span.clone()).collect()
    }

    /// Returns when no task waits for a load of any of the keys.
    pub(super) async fn all_left(&self, keys: &[K]) {
        loop {
            let mut ended = pin!(self.loads.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            if !keys.iter().any(|key| self.loads.is_awaited(key)) {
                return;
            }
            ended.await;
        }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Loads<K, V> {
    fn is_awaited(&self, key: &K) -> bool {
        let under_way = self.under_way.lock();
        under_way.get(key).is_some_and(|under_way| under_way.load.upgrade().is_some())
    }
}

/// The last task to leave clears up.
struct Leaving<'a, K: Copy + Eq + Hash, V: Clone> {
    loads: &'a Loads<K, V>,
    key: K,
}

impl<K: Copy + Eq + Hash, V: Clone> Drop for Leaving<'_, K, V> {
    fn drop(&mut self) {
        let mut under_way = self.loads.under_way.lock();
        if under_way.get(&self.key).is_some_and(|it| it.load.upgrade().is_none()) {
            under_way.remove(&self.key);
            self.loads.ended.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    use tokio::{
        sync::oneshot,
        time::{sleep, timeout},
    };

    use super::*;

    /// A load that waits for an answer, and what became of it.
    struct Load {
        begun: AtomicUsize,
        dropped: AtomicUsize,
    }

    struct Dropped(Arc<Load>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.dropped.fetch_add(1, SeqCst);
        }
    }

    fn load(
        load: &Arc<Load>,
    ) -> (oneshot::Sender<u8>, impl Future<Output = Result<u8, Error>> + Send + 'static) {
        let (sender, answer) = oneshot::channel();
        let dropped = Dropped(Arc::clone(load));
        let load_it = async move {
            dropped.0.begun.fetch_add(1, SeqCst);
            answer.await.map_err(Error::internal)
        };
        (sender, load_it)
    }

    fn nothing() -> Arc<Load> {
        Arc::new(Load { begun: AtomicUsize::new(0), dropped: AtomicUsize::new(0) })
    }

    #[tokio::test]
    async fn all_who_wait_share_one_load_and_the_first_may_leave() {
        let (flights, state) = (SingleFlight::<u8, u8>::new(), nothing());
        let (answer, load_it) = load(&state);
        let (_, other) = load(&state);
        let mut first = Box::pin(flights.join(1, load_it));
        let mut second = Box::pin(flights.join(1, other));
        assert!(timeout(Duration::from_millis(10), &mut first).await.is_err());
        assert!(timeout(Duration::from_millis(10), &mut second).await.is_err());
        drop(first);
        sleep(Duration::from_millis(10)).await;
        answer.send(7).unwrap();
        assert_eq!(second.await.unwrap(), 7);
        assert_eq!(state.begun.load(SeqCst), 1);
        assert!(flights.loads.under_way.lock().is_empty());
    }

    #[tokio::test]
    async fn the_end_of_the_last_load_is_told_unless_another_task_waits_again() {
        let (flights, state) = (SingleFlight::<u8, u8>::new(), nothing());
        let (_first, load_it) = load(&state);
        let (_second, load_another) = load(&state);
        let mut left = Box::pin(flights.all_left(&[1, 2]));
        let (mut one, mut two) =
            (Box::pin(flights.join(1, load_it)), Box::pin(flights.join(2, load_another)));
        assert!(timeout(Duration::from_millis(10), &mut one).await.is_err());
        assert!(timeout(Duration::from_millis(10), &mut two).await.is_err());
        drop(one);
        assert!(timeout(Duration::from_millis(10), &mut left).await.is_err());
        drop(two);
        timeout(Duration::from_secs(10), left).await.unwrap();
    }

    #[tokio::test]
    async fn a_load_ends_with_the_last_who_waits_and_the_next_begins_anew() {
        let (flights, state) = (SingleFlight::<u8, u8>::new(), nothing());
        let (_answer, load_it) = load(&state);
        let mut only = Box::pin(flights.join(1, load_it));
        assert!(timeout(Duration::from_millis(10), &mut only).await.is_err());
        assert_eq!(state.dropped.load(SeqCst), 0);
        drop(only);
        sleep(Duration::from_millis(10)).await;
        assert_eq!(state.dropped.load(SeqCst), 1);
        assert!(flights.loads.under_way.lock().is_empty());
        let (answer, load_it) = load(&state);
        answer.send(8).unwrap();
        assert_eq!(flights.join(1, load_it).await.unwrap(), 8);
    }
}
