//! An issuer's public keys (RFC 7517), which the server fetches from the issuer's address.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use axum::http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use parking_lot::RwLock;
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::Mutex, time::timeout};

use super::{signature, unauthenticated};
use crate::{
    error::{Code, Refusal},
    http_client,
};

/// How long fetched keys count as current: issuers announce a change longer before.
const FRESH: Duration = Duration::from_hours(1);

/// Least time between two fetches, for all clients together.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// How long an issuer may take to answer.
const FETCH: Duration = Duration::from_secs(5);

/// Longest list of keys, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// A public key and its algorithm.
pub(super) struct PublicKey {
    id: Option<String>,
    pub(super) key: DecodingKey,
    pub(super) algorithms: Vec<Algorithm>,
}

/// The keys that an issuer publishes.
#[derive(Clone)]
pub(super) struct PublicKeys(Arc<Issuer>);

struct Issuer {
    url: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    fetched: RwLock<Option<FetchedKeys>>,
    /// The time of the last fetch; the lock is held during a fetch.
    asked: Mutex<Option<Instant>>,
    try_again: Duration,
}

/// The keys of the last answer.
struct FetchedKeys {
    keys: Vec<Arc<PublicKey>>,
    since: Instant,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl PublicKeys {
    /// Keys at a URL; the server fetches them when the first token comes.
    pub(super) fn at(url: &str) -> anyhow::Result<Self> {
        signature::install();
        let url: Uri = url.parse()?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            bail!("it begins neither with https: nor with http:");
        }
        Ok(Self(Arc::new(Issuer {
            url,
            client: http_client::client()?,
            fetched: RwLock::default(),
            asked: Mutex::default(),
            try_again: TRY_AGAIN,
        })))
    }

    /// The key with an id. A token without an id means the only key.
    pub(super) async fn get(&self, id: Option<&str>) -> Result<Arc<PublicKey>, Refusal> {
        let issuer = &self.0;
        if let Some(key) = issuer.find(id, FRESH) {
            return Ok(key);
        }
        // The fetch runs to its end, even if the client that needs it leaves.
        let refresh = tokio::spawn({
            let issuer = Arc::clone(issuer);
            async move { issuer.refresh().await }
        });
        if let Some(old) = issuer.find(id, Duration::MAX) {
            return Ok(old);
        }
        let _ = refresh.await;
        issuer.find(id, Duration::MAX).ok_or_else(|| {
            if issuer.fetched.read().is_some() {
                return unauthenticated("the token is signed with no key of its issuer");
            }
            let message = "the server does not have the issuer's public keys yet";
            let retry_after_s = Some(issuer.try_again.as_secs());
            let code = Code::IdentityProviderUnavailable;
            Refusal { retry_after_s, ..Refusal::new(code, message) }
        })
    }
}

impl Issuer {
    fn find(&self, id: Option<&str>, newer_than: Duration) -> Option<Arc<PublicKey>> {
        let fetched = self.fetched.read();
        let fetched = fetched.as_ref().filter(|fetched| fetched.since.elapsed() < newer_than)?;
        match (id, fetched.keys.as_slice()) {
            (None, [only]) => Some(Arc::clone(only)),
            (None, _) => None,
            (Some(_), keys) => keys.iter().find(|key| key.id.as_deref() == id).cloned(),
        }
    }

    /// Fetches the keys, unless another task has just done so. Without an answer, the old keys
    /// stay.
    async fn refresh(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < self.try_again) {
            return;
        }
        *asked = Some(Instant::now());
        match timeout(FETCH, self.fetch()).await.context("no answer").flatten() {
            Ok(keys) => *self.fetched.write() = Some(FetchedKeys { keys, since: Instant::now() }),
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(url = %self.url, error, "cannot fetch the issuer's public keys");
            }
        }
    }

    async fn fetch(&self) -> anyhow::Result<Vec<Arc<PublicKey>>> {
        let response = self.client.get(self.url.clone()).await?;
        if response.status() != StatusCode::OK {
            bail!("the answer is {}", response.status());
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
        let set: KeySet =
            serde_json::from_slice(&body).context("the answer is not a set of keys")?;
        // A key of an unknown kind does not spoil the others.
        Ok(set.keys.into_iter().filter_map(public_key).map(Arc::new).collect())
    }
}

/// A key that signs with an algorithm that is safe for its kind: never with its own text as the
/// secret of a symmetric one.
fn public_key(key: Value) -> Option<PublicKey> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    if jwk.common.public_key_use.as_ref().is_some_and(|it| *it != PublicKeyUse::Signature) {
        return None;
    }
    let algorithms = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => signature::RSA.to_vec(),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![Algorithm::ES256],
            EllipticCurve::P384 => vec![Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(_) => vec![Algorithm::EdDSA],
        _ => return None,
    };
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some(PublicKey { id: jwk.common.key_id, key, algorithms })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use hyper::{Response, server::conn::http1, service::service_fn};
    use hyper_util::rt::TokioIo;
    use serde_json::json;

    use super::*;

    /// An issuer whose first answer is an error, and each later one has one more key.
    async fn issuer(asked: Arc<AtomicUsize>) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let asked = Arc::clone(&asked);
                let answer = service_fn(move |_| {
                    let before = asked.fetch_add(1, Ordering::SeqCst);
                    let key = |n| json!({ "kty": "RSA", "kid": format!("k{n}"), "n": "AQAB", "e": "AQAB" });
                    let keys: Vec<Value> = (0..before).map(key).collect();
                    let status = if before == 0 { 500 } else { 200 };
                    let body = json!({ "keys": keys }).to_string();
                    let answer = Response::builder().status(status).body(body);
                    async move { answer }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        url
    }

    /// The same keys, asked for more or less often.
    fn trying_again(keys: &PublicKeys, try_again: Duration) -> PublicKeys {
        let Issuer { url, client, fetched, asked, .. } = &*keys.0;
        PublicKeys(Arc::new(Issuer {
            url: url.clone(),
            client: client.clone(),
            fetched: RwLock::new(fetched.write().take()),
            asked: Mutex::new(*asked.try_lock().unwrap()),
            try_again,
        }))
    }

    #[tokio::test]
    async fn keys_are_asked_for_when_an_unknown_one_is_needed_but_not_all_the_time() {
        let asked = Arc::new(AtomicUsize::new(0));
        let keys = PublicKeys::at(&issuer(Arc::clone(&asked)).await).unwrap();
        let code = async |keys: &PublicKeys, id| keys.get(Some(id)).await.err().map(|it| it.code);
        let times = || asked.load(Ordering::SeqCst);

        let unavailable = Some(Code::IdentityProviderUnavailable);
        assert_eq!(code(&keys, "k0").await, unavailable);
        assert_eq!(code(&keys, "k0").await, unavailable);
        assert_eq!(times(), 1, "not again at once");

        let keys = trying_again(&keys, Duration::ZERO);
        assert_eq!(code(&keys, "k0").await, None);
        assert!(keys.get(None).await.is_ok(), "the only key");
        assert_eq!(times(), 2);
        assert_eq!(code(&keys, "k1").await, None, "a new key");
        assert!(keys.get(None).await.is_err(), "one of two");
        let keys = trying_again(&keys, TRY_AGAIN);
        let before = times();
        for _ in 0..100 {
            assert_eq!(code(&keys, "unknown").await, Some(Code::Unauthenticated));
        }
        assert_eq!(code(&keys, "k0").await, None);
        assert_eq!(times(), before, "invented ids cause no fetches");
    }

    #[tokio::test]
    async fn old_keys_do_until_there_are_new_ones() {
        let asked = Arc::new(AtomicUsize::new(1));
        let keys = PublicKeys::at(&issuer(Arc::clone(&asked)).await).unwrap();
        assert!(keys.get(Some("k0")).await.is_ok());
        let keys = trying_again(&keys, Duration::ZERO);
        let hours_ago = Instant::now().checked_sub(2 * FRESH).unwrap();
        keys.0.fetched.write().as_mut().unwrap().since = hours_ago;
        assert!(keys.get(Some("k0")).await.is_ok());
        assert_eq!(keys.0.fetched.read().as_ref().unwrap().since, hours_ago, "the request waited");
        while keys.0.fetched.read().as_ref().unwrap().since == hours_ago {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(keys.get(Some("k1")).await.is_ok());
    }

    /// A client that makes an id up and hangs up must not make the server ask again and again.
    #[tokio::test]
    async fn who_hangs_up_while_keys_are_asked_for_changes_nothing() {
        let asked = Arc::new(AtomicUsize::new(1));
        let keys = PublicKeys::at(&issuer(Arc::clone(&asked)).await).unwrap();
        for _ in 0..20 {
            let get = keys.get(Some("made up"));
            let _ = timeout(Duration::from_nanos(1), get).await;
        }
        assert!(keys.get(Some("k0")).await.is_ok());
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn keys_come_from_the_web() {
        assert!(PublicKeys::at("https://issuer.example/keys").is_ok());
        for url in ["", "issuer.example", "ftp://issuer.example/keys", "/keys", "https://"] {
            assert!(PublicKeys::at(url).is_err(), "{url:?}");
        }
    }
}
