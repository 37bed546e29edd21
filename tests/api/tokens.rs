//! JWTs: the server believes one issuer's tokens, and no others.

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, routing::get};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
        RsaEncoding, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use storage::keys;

use crate::{
    access::{CHART, ask, check_refused},
    app::TestApp,
    database::TestDatabase,
};

const ISSUER: &str = "https://issuer.example/pool";
const AUDIENCE: &str = "charts";

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer of tokens.
struct Issuer {
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    /// The same key for every issuer: ring makes none.
    rsa: RsaKeyPair,
    random: SystemRandom,
}

/// A key for these tests alone.
const RSA_KEY: &str = include_str!("tokens_rsa_key.txt");

impl Issuer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let ec = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let rsa = STANDARD.decode(RSA_KEY.replace('\n', "")).unwrap();
        Self {
            rsa: RsaKeyPair::from_pkcs8(&rsa).unwrap(),
            ec: EcdsaKeyPair::from_pkcs8(algorithm, ec.as_ref(), &random).unwrap(),
            ed: Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap(),
            random,
        }
    }

    /// The public keys, and one of an unknown kind.
    fn jwks(&self) -> Value {
        let rsa: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        let (n, e) = (rsa.n, rsa.e);
        let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
        json!({ "keys": [
            { "kty": "XYZ", "kid": "odd" },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "x": base64(x), "y": base64(y) },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(self.ed.public_key()) },
            { "kty": "RSA", "kid": "rsa", "alg": "RS256", "n": base64(n), "e": base64(e) },
            { "kty": "oct", "kid": "oct", "k": base64("a secret") },
        ] })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let signature = match header["alg"].as_str().unwrap() {
            "ES256" => self.ec.sign(&self.random, message.as_bytes()).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed.sign(message.as_bytes()).as_ref().to_vec(),
            "RS256" => self.rsa(&RSA_PKCS1_SHA256, &message),
            "RS384" => self.rsa(&RSA_PKCS1_SHA384, &message),
            "RS512" => self.rsa(&RSA_PKCS1_SHA512, &message),
            "PS256" => self.rsa(&RSA_PSS_SHA256, &message),
            "PS384" => self.rsa(&RSA_PSS_SHA384, &message),
            "PS512" => self.rsa(&RSA_PSS_SHA512, &message),
            // With the public key as the secret.
            "HS256" => {
                let key = match header["kid"].as_str() {
                    Some("oct") => b"a secret".to_vec(),
                    _ => self.ec.public_key().as_ref().to_vec(),
                };
                let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
            "none" => Vec::new(),
            other => panic!("{other}"),
        };
        format!("{message}.{}", base64(signature))
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(encoding, &self.random, message.as_bytes(), &mut signature).unwrap();
        signature
    }

    fn token(&self, changes: &Value) -> String {
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + 600, "nbf": now() - 60,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.sign(&json!({ "alg": "ES256", "kid": "ec" }), &claims)
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// Publishes keys.
async fn publish(jwks: Value) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/jwks.json", get(move || async { Json(jwks) }));
    tokio::spawn(async { axum::serve(listener, routes).await });
    address
}

async fn app_for(address: SocketAddr, flags: &[&str]) -> TestApp {
    let url = format!("http://{address}/jwks.json");
    let jwt = ["--jwt-issuer", ISSUER, "--jwt-audience", AUDIENCE, "--jwt-jwks-url", &url];
    TestApp::over(TestDatabase::bundled().await, &[&jwt, flags].concat()).await
}

async fn status(app: &TestApp, token: &str) -> u16 {
    ask(app, CHART, &[("authorization", &format!("Bearer {token}"))]).await.status.as_u16()
}

#[tokio::test]
async fn an_issuers_tokens_are_believed() {
    let issuer = Issuer::new();
    let app = app_for(publish(issuer.jwks()).await, &[]).await;
    for changes in [
        json!({}),
        json!({ "aud": ["others", AUDIENCE] }),
        // As Cognito's access tokens have it.
        json!({ "aud": null, "client_id": AUDIENCE, "token_use": "access" }),
        json!({ "nbf": null }),
        json!({ "exp": now() - 30 }),
    ] {
        assert_eq!(status(&app, &issuer.token(&changes)).await, 200, "{changes}");
    }
    let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + 600 });
    for (algorithm, key) in [
        ("EdDSA", "ed"),
        ("ES256", "ec"),
        ("RS256", "rsa"),
        ("RS384", "rsa"),
        ("RS512", "rsa"),
        ("PS256", "rsa"),
        ("PS384", "rsa"),
        ("PS512", "rsa"),
    ] {
        let token = issuer.sign(&json!({ "alg": algorithm, "kid": key }), &claims);
        assert_eq!(status(&app, &token).await, 200, "{algorithm}");
        let (message, signature) = token.rsplit_once('.').unwrap();
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        signature[7] ^= 1;
        let changed = format!("{message}.{}", base64(signature));
        assert_eq!(status(&app, &changed).await, 401, "{algorithm}");
    }
    let token = format!("bearer  {}", issuer.token(&json!({})));
    assert_eq!(ask(&app, CHART, &[("authorization", &token)]).await.status, 200);
    assert_eq!(app.get("/_healthcheck").await.status, 200);
}

#[tokio::test]
async fn no_other_token_is_believed() {
    let issuer = Issuer::new();
    let app = app_for(publish(issuer.jwks()).await, &[]).await;
    let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + 600 });
    let sign = |header: Value| issuer.sign(&header, &claims);
    let good = issuer.token(&json!({}));
    let (message, _) = good.rsplit_once('.').unwrap();
    for (token, why) in [
        (issuer.token(&json!({ "exp": now() - 120 })), "has expired"),
        (issuer.token(&json!({ "exp": null })), "lacks exp, iss or sub"),
        (issuer.token(&json!({ "exp": "tomorrow" })), "is not valid"),
        (issuer.token(&json!({ "nbf": now() + 600 })), "is not valid yet"),
        (issuer.token(&json!({ "iss": "https://evil.example" })), "of another issuer"),
        (issuer.token(&json!({ "iss": null })), "lacks exp, iss or sub"),
        (issuer.token(&json!({ "aud": "others" })), "for another audience"),
        (issuer.token(&json!({ "aud": ["others"] })), "for another audience"),
        (issuer.token(&json!({ "aud": "others", "client_id": AUDIENCE })), "another audience"),
        (issuer.token(&json!({ "aud": null })), "for another audience"),
        (issuer.token(&json!({ "sub": null })), "lacks exp, iss or sub"),
        (Issuer::new().token(&json!({})), "signature is not its issuer's"),
        (sign(json!({ "alg": "none", "kid": "ec" })), "is not a JWT"),
        (sign(json!({ "alg": "HS256", "kid": "ec" })), "algorithm is not its key's"),
        (sign(json!({ "alg": "HS256", "kid": "oct" })), "no key of its issuer"),
        (sign(json!({ "alg": "ES256", "kid": "ed" })), "algorithm is not its key's"),
        (sign(json!({ "alg": "ES256", "kid": "rsa" })), "algorithm is not its key's"),
        (sign(json!({ "alg": "RS256", "kid": "ec" })), "algorithm is not its key's"),
        (sign(json!({ "alg": "ES256", "kid": "unknown" })), "no key of its issuer"),
        (sign(json!({ "alg": "ES256" })), "no key of its issuer"),
        (format!("{message}.{}", base64([0; 64])), "signature is not its issuer's"),
        (format!("{message}."), "signature is not its issuer's"),
        ("a.b.c".to_owned(), "is not a JWT"),
        ("nonsense".to_owned(), "is not a JWT"),
        (String::new(), "is not a JWT"),
    ] {
        let answer = ask(&app, CHART, &[("authorization", &format!("Bearer {token}"))]).await;
        check_refused(&answer, 401, "UNAUTHENTICATED");
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
    }
    for headers in [&[][..], &[("authorization", "Basic YTpi")], &[("x-api-key", "cql_a_b")]] {
        check_refused(&ask(&app, CHART, headers).await, 401, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_key_or_a_token_will_do_where_both_are_on() {
    let issuer = Issuer::new();
    let app = app_for(publish(issuer.jwks()).await, &["--require-api-key"]).await;
    let key = keys::create(&app.db, "charts").await.unwrap();
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    assert_eq!(status(&app, &issuer.token(&json!({}))).await, 200);
    assert_eq!(ask(&app, CHART, &[("x-api-key", &key)]).await.status, 200);
    let answer = ask(&app, CHART, &[]).await;
    check_refused(&answer, 401, "UNAUTHENTICATED");
    assert!(answer.text.contains("X-API-Key") && answer.text.contains("Bearer"));
}

#[tokio::test]
async fn without_its_issuers_keys_no_token_can_be_checked() {
    let closed = SocketAddr::from(([127, 0, 0, 1], 1));
    let app = app_for(closed, &[]).await;
    let token = format!("Bearer {}", Issuer::new().token(&json!({})));
    let started = std::time::Instant::now();
    for _ in 0..3 {
        let answer = ask(&app, CHART, &[("authorization", &token)]).await;
        check_refused(&answer, 503, "IDENTITY_PROVIDER_UNAVAILABLE");
        assert_eq!(answer.headers["retry-after"], "10");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "only the first asks for keys");
}
