//! Requests at a fixed rate, whether or not the answers come, and a report on them.

use std::{
    fmt,
    time::{Duration, Instant},
};

use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};

use super::client::{Client, HANG, Outcome, count};

/// Requests that go on until it is stopped.
pub struct Load {
    stop: oneshot::Sender<()>,
    sent: JoinHandle<Vec<Record>>,
}

/// A request, and what came of it.
#[derive(Debug)]
pub struct Record {
    pub begin: Instant,
    pub took: Duration,
    pub outcome: Outcome,
}

/// All requests of a load, in the order of their ends.
pub struct Report(pub Vec<Record>);

impl Load {
    /// Sends so many requests in a second to an address; each is a document, by its number.
    pub fn start(
        address: &str,
        per_second: u32,
        document: impl Fn(usize) -> String + Send + 'static,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, sent: tokio::spawn(send(address.to_owned(), per_second, document, stopped)) }
    }

    /// Sends no more, and waits for the answers that are owed.
    pub async fn stop(self) -> Report {
        let _ = self.stop.send(());
        Report(self.sent.await.unwrap())
    }
}

async fn send(
    address: String,
    per_second: u32,
    document: impl Fn(usize) -> String,
    mut stopped: oneshot::Receiver<()>,
) -> Vec<Record> {
    let client = Client::new();
    let mut requests = JoinSet::new();
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    // A slow machine sends late, but sends all.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0.. {
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            _ = ticks.tick() => {}
        }
        let document = document(number);
        let (client, address) = (client.clone(), address.clone());
        requests.spawn(async move {
            let begin = Instant::now();
            let outcome = client.ask(&address, &document).await;
            Record { begin, took: begin.elapsed(), outcome }
        });
    }
    requests.join_all().await
}

impl Report {
    /// Those that began at an instant or later.
    pub fn since(self, instant: Instant) -> Self {
        Self(self.0.into_iter().filter(|record| record.begin >= instant).collect())
    }

    /// How long after an instant the first data came.
    pub fn first_data_after(&self, instant: Instant) -> Option<Duration> {
        let ends = self.0.iter().filter(|record| record.outcome == Outcome::Data);
        ends.filter_map(|record| (record.begin + record.took).checked_duration_since(instant)).min()
    }

    /// How many errors have a code.
    pub fn coded(&self) -> usize {
        self.0.iter().filter(|record| matches!(record.outcome, Outcome::Coded(_))).count()
    }

    pub fn longest(&self) -> Duration {
        self.0.iter().map(|record| record.took).max().unwrap_or_default()
    }

    /// Asserts that every request got data.
    #[track_caller]
    pub fn assert_all_data(&self) {
        assert!(!self.0.is_empty());
        assert!(self.0.iter().all(|record| record.outcome == Outcome::Data), "{self}");
        println!("all data: {self}");
    }

    /// Asserts that every request got data or an error with a code, and none took too long.
    #[track_caller]
    pub fn assert_none_failed(&self) {
        assert!(!self.0.is_empty());
        let failed = |record: &Record| matches!(record.outcome, Outcome::Failed(_));
        assert!(!self.0.iter().any(failed), "{self}");
        assert!(self.longest() < HANG, "{self}");
        println!("none failed: {self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without what differs from request to request.
        let short = |record: &Record| format!("{:.90}", format!("{:?}", record.outcome));
        let outcomes = count(self.0.iter().map(short));
        write!(f, "{} requests, the longest {:?}: {outcomes:#?}", self.0.len(), self.longest())?;
        let Some(first) = self.0.iter().map(|record| record.begin).min() else { return Ok(()) };
        let bad = |record: &&Record| record.outcome != Outcome::Data;
        for record in self.0.iter().filter(bad).take(20) {
            let Record { begin, took, outcome } = record;
            write!(f, "\nat {:?} for {took:?}: {outcome:?}", *begin - first)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};
    use tokio::{net::TcpListener, time::sleep};

    use super::*;

    async fn serve(routes: Router) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async { axum::serve(listener, routes).await });
        address
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn slow_answers_do_not_slow_the_questions() {
        let slow = || async {
            sleep(Duration::from_millis(700)).await;
            r#"{"data":{"a":1}}"#
        };
        let address = serve(Router::new().route("/graphql", post(slow))).await;
        let load = Load::start(&address, 100, |_| "{ a }".to_owned());
        sleep(Duration::from_secs(1)).await;
        let report = load.stop().await;
        report.assert_all_data();
        assert!((95..=102).contains(&report.0.len()), "{report}");
        assert!(report.longest() >= Duration::from_millis(700), "{report}");
        assert!(report.longest() < Duration::from_millis(1500), "{report}");
        let first = report.first_data_after(report.0[0].begin).unwrap();
        assert!((690..900).contains(&first.as_millis()), "{first:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn failures_are_told_apart() {
        let address = serve(Router::new().route("/graphql", post(|| async { "no JSON" }))).await;
        let loads = [&address, "127.0.0.1:1"].map(|to| Load::start(to, 50, |_| "{ a }".to_owned()));
        sleep(Duration::from_millis(200)).await;
        let mut report = Report(Vec::new());
        for load in loads {
            report.0.extend(load.stop().await.0);
        }
        assert_eq!(report.coded(), 0);
        let text = report.to_string();
        assert!(text.contains("no JSON") && text.contains("refused"), "{text}");
        assert!(std::panic::catch_unwind(|| report.assert_none_failed()).is_err());
    }
}
