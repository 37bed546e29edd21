//! How much a client may ask for in a time.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::{Duration, Instant},
};

use config::AccessSettings;
use moka::sync::Cache;
use parking_lot::Mutex;

use crate::error::{Code, Refusal};

/// The least that a request costs, also one that is refused or answered from memory.
pub(super) const REQUEST: usize = 1_000;

/// Longest that anybody must wait, whatever was spent.
const MAX_DEBT: Duration = Duration::from_hours(1);

/// Most clients whose spending is remembered.
const MAX_CLIENTS: u64 = 100_000;

/// Who spends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::http) enum Client {
    /// An API key, by its id.
    Key(String),
    /// The subject of a token.
    Subject(String),
    /// Anybody at an address; of IPv6 at a network, because each of its hosts has as many
    /// addresses as it likes.
    Address(IpAddr),
}

impl Client {
    pub(super) fn at(address: IpAddr) -> Self {
        /// What providers give one customer, in bits.
        const NETWORK: u32 = 64;
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(it) => {
                Ipv6Addr::from_bits(it.to_bits() >> (128 - NETWORK) << (128 - NETWORK)).into()
            }
        })
    }
}

/// Clients and what they have spent.
///
/// An account fills at the rate, up to the burst. Whoever has something left may spend any cost and
/// then waits until the account is even again: no request is too large for the rate.
pub(super) struct RateLimit {
    cost_per_s: f64,
    burst: Duration,
    /// When an account will be full again.
    full_again: Cache<Client, Arc<Mutex<Instant>>>,
}

impl RateLimit {
    /// A limit, if the settings want one.
    pub(super) fn new(settings: &AccessSettings) -> Option<Self> {
        let burst = Duration::from_secs(settings.rate_limit_burst_s.into());
        (settings.rate_limit_cost_per_s > 0).then(|| Self {
            cost_per_s: settings.rate_limit_cost_per_s.into(),
            burst,
            full_again: Cache::builder().max_capacity(MAX_CLIENTS).build(),
        })
    }

    /// Takes a cost from the client's account, unless it is overdrawn.
    pub(super) fn spend(&self, client: &Client, cost: usize) -> Result<(), Refusal> {
        self.spend_at(Instant::now(), client, cost)
    }

    fn spend_at(&self, now: Instant, client: &Client, cost: usize) -> Result<(), Refusal> {
        let account = self.full_again.get_with_by_ref(client, || Arc::new(Mutex::new(now)));
        let mut full_again = account.lock();
        let missing = full_again.saturating_duration_since(now);
        if let Some(overdrawn) = missing.checked_sub(self.burst) {
            return Err(self.refusal(overdrawn.as_secs() + 1));
        }
        #[allow(clippy::cast_precision_loss)] // costs are far below 2^52
        let price = Duration::try_from_secs_f64(cost as f64 / self.cost_per_s).unwrap_or(MAX_DEBT);
        let full_again_after = now.max(*full_again) + price.min(MAX_DEBT);
        *full_again = full_again_after.min(now + self.burst + MAX_DEBT);
        Ok(())
    }

    fn refusal(&self, wait: u64) -> Refusal {
        let message = format!(
            "the limit is a cost of {} per second, and it is spent: ask again in {wait} seconds",
            self.cost_per_s
        );
        Refusal { retry_after_s: Some(wait), ..Refusal::new(Code::RateLimited, message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit() -> RateLimit {
        RateLimit {
            cost_per_s: 100.0,
            burst: Duration::from_secs(10),
            full_again: Cache::new(MAX_CLIENTS),
        }
    }

    #[test]
    fn an_account_fills_at_the_rate_up_to_the_burst() {
        let (limit, client) = (limit(), Client::Key("a".to_owned()));
        let begin = Instant::now();
        let spend = |seconds: u64, cost: usize| {
            let at = begin + Duration::from_secs(seconds);
            limit.spend_at(at, &client, cost).map_err(|refusal| refusal.retry_after_s.unwrap())
        };
        for _ in 0..10 {
            assert_eq!(spend(0, 100), Ok(()));
        }
        assert_eq!(spend(0, 100), Err(1));
        assert_eq!(spend(1, 100), Ok(()));
        assert_eq!(spend(1, 100), Err(1));
        // A large request is let in, and paid for afterwards.
        assert_eq!(spend(3, 3_000), Ok(()));
        assert_eq!(spend(4, 1), Err(28));
        assert_eq!(spend(31, 1), Err(1));
        assert_eq!(spend(32, 1), Ok(()));
        // However long one saves, there is no more than the burst.
        assert_eq!(spend(10_000, 1_000), Ok(()));
        assert_eq!(spend(10_000, 1), Err(1));
    }

    #[test]
    fn each_client_has_an_account() {
        let (limit, now) = (limit(), Instant::now());
        let network = |text: &str| Client::at(text.parse().unwrap());
        for client in [
            Client::Key("a".to_owned()),
            Client::Key("b".to_owned()),
            Client::Subject("a".to_owned()),
            network("192.0.2.1"),
            network("192.0.2.2"),
            network("2001:db8:0:1::1"),
            network("2001:db8:0:2::1"),
        ] {
            assert!(limit.spend_at(now, &client, 5_000).is_ok(), "{client:?}");
            assert!(limit.spend_at(now, &client, 1).is_err(), "{client:?}");
        }
        assert!(limit.spend_at(now, &network("2001:db8:0:1::ffff"), 1).is_err());
    }
}
