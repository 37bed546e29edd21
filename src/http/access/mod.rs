//! Access: keys, tokens, and the cost that each client has spent.

mod accounts;
mod jwks;
mod rate;
mod signature;
mod token;

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, header, request::Parts};
use config::AccessSettings;
use ipnet::IpNet;
use storage::keys::Keys;

use self::{rate::RateLimit, token::Tokens};
use super::client_ip::client_ip;
use crate::error::{Code, Refusal};

pub(super) use self::rate::Client;

/// The header for API keys.
const API_KEY: &str = "x-api-key";

/// The rules of access.
pub(super) struct Access {
    keys: Option<Arc<Keys>>,
    tokens: Option<Tokens>,
    rate_limit: Option<RateLimit>,
    trusted_proxies: Vec<IpNet>,
}

impl Access {
    /// The rules of the settings. `keys` are the required keys, if the server requires keys.
    pub(super) fn new(settings: &AccessSettings, keys: Option<Arc<Keys>>) -> anyhow::Result<Self> {
        Ok(Self {
            keys,
            tokens: Tokens::new(&settings.jwt)?,
            rate_limit: RateLimit::new(settings),
            trusted_proxies: settings.trusted_proxies.to_vec(),
        })
    }

    /// Whether the server answers known clients only, so that no shared cache may keep an answer.
    pub(super) fn is_private(&self) -> bool {
        self.keys.is_some() || self.tokens.is_some()
    }

    /// Identifies the client and takes the price of the request from its account.
    pub(super) async fn admit(&self, request: &Parts) -> Result<Client, Refusal> {
        let address = client_ip(request, &self.trusted_proxies);
        let client = match self.authenticate(&request.headers, address).await {
            Ok(client) => client,
            Err(refusal) => {
                // A client that guesses keys pays too.
                self.spend(&Client::at(address), rate::REQUEST)?;
                return Err(refusal);
            }
        };
        self.spend(&client, rate::REQUEST)?;
        Ok(client)
    }

    /// Takes a cost from the client's account, unless it is overdrawn.
    pub(super) fn spend(&self, client: &Client, cost: usize) -> Result<(), Refusal> {
        self.rate_limit.as_ref().map_or(Ok(()), |limit| limit.spend(client, cost))
    }

    async fn authenticate(&self, headers: &HeaderMap, address: IpAddr) -> Result<Client, Refusal> {
        if let Some(keys) = &self.keys
            && let Some(key) = headers.get(API_KEY)
        {
            let id = key.to_str().ok().and_then(|key| keys.identify(key));
            return id.map(Client::Key).ok_or_else(|| unauthenticated("the API key is not valid"));
        }
        if let Some(tokens) = &self.tokens
            && let Some(token) = bearer(headers)
        {
            return tokens.subject(token).await.map(Client::Subject);
        }
        match (&self.keys, &self.tokens) {
            (None, None) => Ok(Client::at(address)),
            (Some(_), None) => Err(unauthenticated("give an API key in the header X-API-Key")),
            (None, Some(_)) => Err(unauthenticated("give a token as `Authorization: Bearer`")),
            (Some(_), Some(_)) => Err(unauthenticated(
                "give an API key in the header X-API-Key, or a token as `Authorization: Bearer`",
            )),
        }
    }
}

fn unauthenticated(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::Unauthenticated, message)
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
