//! Loads that several wait for: one runs for all, as long as somebody waits.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::Error;

type Flight<V> = Shared<BoxFuture<'static, Result<V, Error>>>;
type UnderWay<K, V> = Arc<Mutex<HashMap<K, WeakShared<BoxFuture<'static, Result<V, Error>>>>>>;

/// What is being loaded.
pub(super) struct SingleFlight<K, V> {
    under_way: UnderWay<K, V>,
    /// Where loads run: whoever asked first may be busy, and others wait for the same load.
    runtime: Handle,
}

impl<K, V> Clone for SingleFlight<K, V> {
    fn clone(&self) -> Self {
        Self { under_way: Arc::clone(&self.under_way), runtime: self.runtime.clone() }
    }
}

impl<K: Copy + Eq + Hash, V: Clone + Send + Sync + 'static> SingleFlight<K, V> {
    /// Loads run on the runtime that this is called in.
    pub(super) fn new() -> Self {
        Self { under_way: Arc::default(), runtime: Handle::current() }
    }

    /// Waits for the load under way, or for a new one. When the last who waits goes away, the load is
    /// dropped where it stands.
    pub(super) async fn join(
        &self,
        key: K,
        load: impl Future<Output = Result<V, Error>> + Send + 'static,
    ) -> Result<V, Error> {
        let flight = self.board(key, load);
        let _leaving = Leaving { under_way: &self.under_way, key };
        // Who is dropped here has left the flight before it clears up.
        flight.await
    }

    fn board(
        &self,
        key: K,
        load: impl Future<Output = Result<V, Error>> + Send + 'static,
    ) -> Flight<V> {
        let mut under_way = self.under_way.lock();
        if let Some(flight) = under_way.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        let task = AbortOnDropHandle::new(self.runtime.spawn(load));
        let loaded = task.map(|loaded| loaded.unwrap_or_else(|error| Err(Error::internal(error))));
        let flight = loaded.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            under_way.insert(key, weak);
        }
        flight
    }
}

/// The last one to leave clears up.
struct Leaving<'a, K: Copy + Eq + Hash, V: Clone> {
    under_way: &'a UnderWay<K, V>,
    key: K,
}

impl<K: Copy + Eq + Hash, V: Clone> Drop for Leaving<'_, K, V> {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock();
        if under_way.get(&self.key).is_some_and(|flight| flight.upgrade().is_none()) {
            under_way.remove(&self.key);
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
        assert!(flights.under_way.lock().is_empty());
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
        assert!(flights.under_way.lock().is_empty());
        let (answer, load_it) = load(&state);
        answer.send(8).unwrap();
        assert_eq!(flights.join(1, load_it).await.unwrap(), 8);
    }
}
