//! The cost that a client may spend per time.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

use config::AccessSettings;

use super::accounts::{Accounts, COLUMNS};
use crate::error::{Code, Refusal};

/// The least cost of a request, even of a refused or cached one.
pub(super) const REQUEST: usize = 1_000;

/// Longest time that a client must wait, whatever it has spent.
const MAX_DEBT: Duration = Duration::from_hours(1);

/// The client that pays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::http) enum Client {
    /// An API key, by its id.
    Key(String),
    /// The subject of a token.
    Subject(String),
    /// Any client at an address. For IPv6, any client in a network, because each host has many
    /// addresses.
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
/// An account fills at the rate, up to the burst. A client with anything left may spend any cost,
/// and then waits until the account is even again: no request is too large for the rate.
pub(super) struct RateLimit {
    cost_per_s: f64,
    burst: Duration,
    addresses: Accounts,
    /// The accounts of keys and subjects, which strangers cannot overdraw.
    identities: Accounts,
}

impl RateLimit {
    /// A limit, if the settings want one.
    pub(super) fn new(settings: &AccessSettings) -> Option<Self> {
        let burst = Duration::from_secs(settings.rate_limit_burst_s.into());
        let cost_per_s = settings.rate_limit_cost_per_s;
        (cost_per_s > 0).then(|| Self::with_columns(COLUMNS, cost_per_s.into(), burst))
    }

    fn with_columns(columns: usize, cost_per_s: f64, burst: Duration) -> Self {
        let accounts = || Accounts::new(Instant::now(), columns);
        Self { cost_per_s, burst, addresses: accounts(), identities: accounts() }
    }

    /// Takes a cost from the client's account, unless the account is overdrawn.
    pub(super) fn spend(&self, client: &Client, cost: usize) -> Result<(), Refusal> {
        self.spend_at(Instant::now(), client, cost)
    }

    fn spend_at(&self, now: Instant, client: &Client, cost: usize) -> Result<(), Refusal> {
        let accounts = match client {
            Client::Address(_) => &self.addresses,
            Client::Key(_) | Client::Subject(_) => &self.identities,
        };
        accounts
            .update(client, |full_again| self.take(now, full_again, cost))
            .map_err(|overdrawn| self.refusal(overdrawn.as_secs() + 1))
    }

    /// When an account will be full again after a cost, or by how much it is overdrawn.
    fn take(&self, now: Instant, full_again: Instant, cost: usize) -> Result<Instant, Duration> {
        let missing = full_again.saturating_duration_since(now);
        if let Some(overdrawn) = missing.checked_sub(self.burst) {
            return Err(overdrawn);
        }
        #[allow(clippy::cast_precision_loss)] // costs are far below 2^52
        let price = Duration::try_from_secs_f64(cost as f64 / self.cost_per_s).unwrap_or(MAX_DEBT);
        let full_again_after = now.max(full_again) + price.min(MAX_DEBT);
        Ok(full_again_after.min(now + self.burst + MAX_DEBT))
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
    use std::net::Ipv4Addr;

    use super::*;

    fn limit() -> RateLimit {
        limit_of(COLUMNS)
    }

    fn limit_of(columns: usize) -> RateLimit {
        RateLimit::with_columns(columns, 100.0, Duration::from_secs(10))
    }

    fn address(number: u32) -> Client {
        Client::at(Ipv4Addr::from_bits(number).into())
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
        // The server lets a large request in; the client pays for it afterwards.
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

    /// Also where the table is far too small for them.
    #[test]
    fn many_other_clients_do_not_forgive_a_debt() {
        for columns in [COLUMNS, 8] {
            let (limit, now) = (limit_of(columns), Instant::now());
            let spend = |seconds: u64, number: u32, cost: usize| {
                limit.spend_at(now + Duration::from_secs(seconds), &address(number), cost).is_ok()
            };
            let debtors: Vec<u32> =
                (0..150_000).filter(|number| spend(0, *number, 5_000)).collect();
            assert!(debtors.len() > 4 * columns, "{}", debtors.len());
            assert!(!debtors.iter().any(|number| spend(39, *number, 1)));
            assert!(debtors.iter().all(|number| spend(41, *number, 0)));
        }
    }

    #[test]
    fn a_thousand_clients_share_nothing() {
        let (limit, now) = (limit(), Instant::now());
        assert!((0..1_000).all(|number| limit.spend_at(now, &address(number), 5_000).is_ok()));
    }

    #[test]
    fn strangers_do_not_overdraw_the_accounts_of_known_clients() {
        let (limit, now) = (limit_of(8), Instant::now());
        for number in 0..10_000 {
            limit.spend_at(now, &address(number), 5_000).ok();
        }
        assert!(limit.spend_at(now, &address(10_000), 1).is_err());
        for client in [Client::Key("a".to_owned()), Client::Subject("a".to_owned())] {
            assert!(limit.spend_at(now, &client, 1).is_ok(), "{client:?}");
        }
    }
}
