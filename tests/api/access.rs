//! Access: which clients get answers, and how much.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::{entity::api_key, keys};

use crate::{
    app::{Answer, TestApp},
    database::TestDatabase,
};

pub const CHART: &str = r#"{ instrument(symbol: "AMZN") { series(last: 1) { close } } }"#;

/// Posts a query with headers.
pub async fn ask(app: &TestApp, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "query": query }).to_string();
    app.send(request.body(Body::from(body)).unwrap()).await
}

#[track_caller]
pub fn check_refused(answer: &Answer, status: u16, code: &str) {
    let actual = (answer.status.as_u16(), answer.code());
    assert_eq!(actual, (status, code.to_owned()), "{}", answer.text);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn keys_are_asked_for_where_the_setting_says_so() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--require-api-key"]).await;
    let key = keys::create(&app.db, "charts").await.unwrap();
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    assert_eq!(ask(&app, CHART, &[("x-api-key", &key)]).await.status, 200);

    let (id, secret) = key.strip_prefix("cql_").unwrap().split_once('_').unwrap();
    let other = keys::create(&app.db, "others").await.unwrap();
    let other_id = other.strip_prefix("cql_").unwrap().split_once('_').unwrap().0;
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    for wrong in [
        "",
        "cql_",
        "cql__",
        id,
        &format!("cql_{id}_"),
        &format!("cql_{id}_{}", secret.replace(|_| true, "0")),
        &format!("cql_{other_id}_{secret}"),
        &format!("{key}0"),
        &key.to_uppercase(),
    ] {
        let answer = ask(&app, CHART, &[("x-api-key", wrong)]).await;
        check_refused(&answer, 401, "UNAUTHENTICATED");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
    }
    check_refused(&ask(&app, CHART, &[]).await, 401, "UNAUTHENTICATED");
    let bearer = format!("Bearer {key}");
    let answer = ask(&app, CHART, &[("authorization", &bearer)]).await;
    check_refused(&answer, 401, "UNAUTHENTICATED");

    for path in ["/_healthcheck", "/healthz"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    keys::revoke(&app.db, id).await.unwrap();
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    let answer = ask(&app, CHART, &[("x-api-key", &key)]).await;
    check_refused(&answer, 401, "UNAUTHENTICATED");
    assert_eq!(ask(&app, CHART, &[("x-api-key", &other)]).await.status, 200);
}

/// No proxy gives one client's answer to another; and kept answers tell nothing to a client that
/// the server refuses.
#[tokio::test]
async fn answers_for_known_clients_are_private() {
    let app = TestApp::over(TestDatabase::bundled().await, &["--require-api-key"]).await;
    let key = keys::create(&app.db, "charts").await.unwrap();
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    let uri = "/graphql?query={instrument(symbol:%22AMZN%22){symbol}}";
    for _ in 0..2 {
        let request = Request::get(uri).header("x-api-key", &key).body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(header::CACHE_CONTROL), "private, no-cache");
        let vary = "Accept, Accept-Encoding, Authorization, X-API-Key";
        assert_eq!(answer.header(header::VARY), vary);
    }
    check_refused(&app.get(uri).await, 401, "UNAUTHENTICATED");
    let etag = "*";
    let request = Request::get(uri).header(header::IF_NONE_MATCH, etag).body(Body::empty());
    check_refused(&app.send(request.unwrap()).await, 401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn keys_are_hashed_listed_and_revoked_once() {
    let database = TestDatabase::empty().await;
    let db = database.connect().await;
    let keys = [keys::create(&db, "a").await.unwrap(), keys::create(&db, "b").await.unwrap()];
    assert_ne!(keys[0], keys[1]);
    let listed = keys::list(&db).await.unwrap();
    assert_eq!(listed.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let session = db.begin_write().await.unwrap();
    let rows =
        api_key::Entity::find().order_by_asc(api_key::Column::Id).all(&session).await.unwrap();
    session.rollback().await.unwrap();
    let hashes: Vec<String> = rows.into_iter().map(|row| row.hash).collect();
    assert_eq!(hashes, keys.map(|key| hex::encode(Sha256::digest(key))));
    keys::revoke(&db, &listed[0].id).await.unwrap();
    let first = keys::list(&db).await.unwrap()[0].clone();
    assert!(first.revoked_at.is_some_and(|at| at >= first.created_at));
    keys::revoke(&db, &listed[0].id).await.unwrap();
    assert_eq!(keys::list(&db).await.unwrap()[0], first, "revoked is revoked");
    let error = keys::revoke(&db, "unknown").await.unwrap_err().to_string();
    assert!(error.contains("no key has the id \"unknown\""), "{error}");
}

/// Ten requests of the least cost are the burst. The account fills slowly, by one request in a
/// hundred seconds, so the time that a test takes does not matter.
const RATE: [&str; 4] = ["--rate-limit-cost-per-s", "10", "--rate-limit-burst-s", "1000"];

/// A query that costs some 20,000.
const ALL: &str = "{ instrument(symbol: \"AMZN\") { series { candles { periodStart open high low close volume } } } }";

/// The same, without a cache: the server computes each answer, and the client pays for it.
async fn limited(flags: &[&str]) -> TestApp {
    let flags = [&RATE[..], &["--answer-cache-bytes", "0"], flags].concat();
    TestApp::over(TestDatabase::bundled().await, &flags).await
}

#[tokio::test]
async fn who_has_spent_the_rate_is_told_when_to_come_back() {
    let app = TestApp::over(TestDatabase::bundled().await, &RATE).await;
    let mut answered = 0;
    let refused = loop {
        let answer = ask(&app, "{ __typename }", &[]).await;
        if answer.status != 200 {
            break answer;
        }
        answered += 1;
    };
    // Each costs ten more than the least, and so the tenth is too much by nine seconds. They pass
    // where ten requests take that long.
    assert!((9..=10).contains(&answered), "{answered}");
    check_refused(&refused, 429, "RATE_LIMITED");
    let seconds: u64 = refused.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..=110).contains(&seconds), "{seconds}");
    let bad = Request::post("/graphql").header(header::CONTENT_TYPE, "text/plain");
    check_refused(&app.send(bad.body(Body::from("{}")).unwrap()).await, 429, "RATE_LIMITED");
    for path in ["/_healthcheck", "/healthz"] {
        assert_eq!(app.get(path).await.status, 200, "{path} is never limited");
    }
}

#[tokio::test]
async fn an_expensive_request_is_paid_for_and_so_is_one_from_memory() {
    let app = TestApp::over(TestDatabase::bundled().await, &RATE).await;
    assert_eq!(ask(&app, ALL, &[]).await.status, 200);
    let refused = ask(&app, "{ __typename }", &[]).await;
    check_refused(&refused, 429, "RATE_LIMITED");
    let seconds: u64 = refused.header(header::RETRY_AFTER).parse().unwrap();
    // It costs some 20,000, of which the burst pays 10,000.
    assert!((900..1_300).contains(&seconds), "2,699 candles cost {seconds} seconds");

    // The first is computed, at a cost of some 2,100; what is left is for twenty or so from memory.
    let flags = ["--rate-limit-cost-per-s", "10", "--rate-limit-burst-s", "2300"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    let mut answered = 0;
    while ask(&app, CHART, &[]).await.status == 200 {
        answered += 1;
    }
    assert!((18..=24).contains(&answered), "{answered} from memory");
}

#[tokio::test]
async fn each_key_has_its_own_account_and_guessing_is_paid_by_the_address() {
    let app = limited(&["--require-api-key"]).await;
    let keys =
        [keys::create(&app.db, "a").await.unwrap(), keys::create(&app.db, "b").await.unwrap()];
    app.keys.as_ref().unwrap().refresh().await.unwrap();
    let mut refused = 0;
    for _ in 0..30 {
        refused = ask(&app, CHART, &[("x-api-key", "cql_a_b")]).await.status.as_u16();
    }
    assert_eq!(refused, 429);
    for key in &keys {
        assert_eq!(ask(&app, ALL, &[("x-api-key", key)]).await.status, 200);
        check_refused(&ask(&app, ALL, &[("x-api-key", key)]).await, 429, "RATE_LIMITED");
    }
}

/// Requests that come over no connection have the address 0.0.0.0.
#[tokio::test]
async fn addresses_are_taken_from_trusted_proxies_only() {
    let from = |address: &'static str| [("x-forwarded-for", address)];
    let app = limited(&[]).await;
    assert_eq!(ask(&app, ALL, &from("192.0.2.1")).await.status, 200);
    assert_eq!(ask(&app, ALL, &from("192.0.2.2")).await.status, 429, "a spoofed address");

    let app = limited(&["--trusted-proxies", "10.0.0.0/8,0.0.0.0"]).await;
    assert_eq!(ask(&app, ALL, &from("192.0.2.1, 10.0.0.7")).await.status, 200);
    assert_eq!(ask(&app, ALL, &from("192.0.2.2")).await.status, 200, "another client");
    assert_eq!(ask(&app, ALL, &from("1.1.1.1, 192.0.2.2")).await.status, 429, "the same");
}

/// What a browser asks before it lets a page of an origin ask.
fn preflight(origin: &str) -> Request<Body> {
    Request::builder()
        .method(Method::OPTIONS)
        .uri("/graphql")
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type,x-api-key")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn pages_of_other_sites_may_not_ask_by_default() {
    let app = TestApp::bundled().await;
    let answer = app.send(preflight("https://charts.example.com")).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "CROSS_SITE_REQUEST"));
    let remedy = "pages of https://charts.example.com may not send requests; \
                  --cors-origins https://charts.example.com allows them";
    assert_eq!(answer.json()["errors"][0]["message"], remedy);
    let answer = ask(&app, CHART, &[("origin", "https://charts.example.com")]).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "");
}

#[tokio::test]
async fn other_sites_pages_may_ask_where_the_setting_says_so() {
    let flags = ["--cors-origins", "https://charts.example.com,http://localhost:3000"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    for (origin, allowed) in [
        ("https://charts.example.com", "https://charts.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://evil.example.com", ""),
        ("https://charts.example.com.evil.example", ""),
        ("null", ""),
    ] {
        let answer = app.send(preflight(origin)).await;
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        assert_eq!(answer.status, if allowed.is_empty() { 403 } else { 200 }, "{origin}");
        assert_eq!(answer.text.contains("--cors-origins"), allowed.is_empty(), "{origin}");
        let answer = ask(&app, CHART, &[("origin", origin)]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        let vary: Vec<_> = answer.headers.get_all(header::VARY).iter().collect();
        let vary = format!("{vary:?}").to_lowercase();
        assert!(vary.contains("origin") && vary.contains("accept-encoding"), "{vary}");
    }
    let answer = app.send(preflight("http://localhost:3000")).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS), "content-type,x-api-key");
    assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));

    let app = TestApp::over(TestDatabase::bundled().await, &["--cors-origins", "*"]).await;
    let answer = ask(&app, CHART, &[("origin", "https://anything.example")]).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
}

/// An image's address on another site's page must not spend a visitor's account.
#[tokio::test]
async fn other_sites_pages_cannot_make_browsers_ask() {
    let flags = ["--cors-origins", "https://charts.example.com"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    let get = async |headers: &[(&str, &str)]| {
        let mut request = Request::get("/graphql?query=%7B__typename%7D");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    for (site, origin, status) in [
        ("none", "", 200),
        ("same-origin", "", 200),
        ("same-site", "", 200),
        ("cross-site", "", 403),
        ("cross-site", "https://evil.example", 403),
        ("cross-site", "https://charts.example.com", 200),
    ] {
        let answer = get(&[("sec-fetch-site", site), ("origin", origin)]).await;
        assert_eq!(answer.status, status, "{site} {origin}");
        if status == 403 {
            check_refused(&answer, 403, "CROSS_SITE_REQUEST");
        }
    }
    let page = [("sec-fetch-site", "cross-site"), ("accept", "text/html")];
    assert_eq!(get(&page).await.status, 200, "a link to the page is a link");
}
