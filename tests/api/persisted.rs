//! Documents with a name: automatic persisted queries, and manifests of trusted documents.

use axum::http::header;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::{Answer, TestApp},
    database::TestDatabase,
};

const QUERY: &str = r#"{ instrument(symbol: "AMZN") { symbol } }"#;

fn hash(document: &str) -> String {
    hex::encode(Sha256::digest(document))
}

fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn get(app: &TestApp, extensions: &Value, query: Option<&str>) -> Answer {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let query: String =
        query.map_or_else(String::new, |query| format!("&query={}", encode(query) as String));
    let extensions: String = encode(&extensions.to_string());
    app.get(&format!("/graphql?extensions={extensions}{query}")).await
}

fn data() -> Value {
    json!({ "data": { "instrument": { "symbol": "AMZN" } } })
}

#[tokio::test]
async fn a_document_is_learned_with_its_hash_and_then_asked_for_by_it() {
    let app = TestApp::bundled().await;
    let by_hash = named(&hash(QUERY));
    let unknown = get(&app, &by_hash, None).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.code().as_str()),
        (200, "PERSISTED_QUERY_NOT_FOUND")
    );
    assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(unknown.header(header::CACHE_CONTROL), "no-store");
    let strict = app.post(&json!({ "extensions": by_hash })).await;
    assert_eq!(
        (strict.status.as_u16(), strict.code().as_str()),
        (404, "PERSISTED_QUERY_NOT_FOUND")
    );

    assert_eq!(get(&app, &by_hash, Some(QUERY)).await.json(), data());
    let answer = get(&app, &by_hash, None).await;
    assert_eq!(answer.json(), data());
    assert!(answer.header(header::ETAG).starts_with("W/"));
    assert_eq!(app.post(&json!({ "extensions": by_hash })).await.json(), data());
    let by_id = json!({ "documentId": format!("sha256:{}", hash(QUERY)) });
    assert_eq!(app.post(&by_id).await.json(), data());
}

#[tokio::test]
async fn no_client_gives_a_hash_another_document() {
    let app = TestApp::bundled().await;
    let other = named(&hash("{ __typename }"));
    let answer = app.post(&json!({ "query": QUERY, "extensions": other })).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_REQUEST"));
    let answer = app.post(&json!({ "extensions": other })).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND");
    for persisted in [
        json!({ "version": 2, "sha256Hash": hash(QUERY) }),
        json!({ "version": 1 }),
        json!({ "version": 1, "sha256Hash": 7 }),
        json!("hash"),
    ] {
        let body = json!({ "query": QUERY, "extensions": { "persistedQuery": persisted } });
        assert_eq!(app.post(&body).await.code(), "BAD_REQUEST", "{body}");
    }
}

#[tokio::test]
async fn learned_documents_are_bounded_by_the_setting() {
    let flags = ["--persisted-queries-bytes", "20000"];
    let app = TestApp::over(TestDatabase::empty().await, &flags).await;
    let document = |number: usize| format!("# {number} {}\n{{ __typename }}", "-".repeat(1000));
    for number in 0..100 {
        let document = document(number);
        let body = json!({ "query": document, "extensions": named(&hash(&document)) });
        assert_eq!(app.post(&body).await.status, 200);
    }
    let mut known = 0;
    for number in 0..100 {
        let answer = app.post(&json!({ "extensions": named(&hash(&document(number))) })).await;
        known += usize::from(answer.status == 200);
    }
    // Each takes 1,020 bytes, 64 of its hash and 256 of what the cache keeps about it.
    assert!((10..=14).contains(&known), "{known} documents of 1,340 bytes in 20,000");
}

#[tokio::test]
async fn without_memory_for_them_no_document_has_a_name() {
    let flags = ["--persisted-queries-bytes", "0"];
    let app = TestApp::over(TestDatabase::bundled().await, &flags).await;
    let by_hash = named(&hash(QUERY));
    let answer = app.post(&json!({ "extensions": by_hash })).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    assert_eq!(answer.json()["errors"][0]["message"], "PersistedQueryNotSupported");
    let both = app.post(&json!({ "query": QUERY, "extensions": by_hash })).await;
    assert_eq!(both.json(), data());
}

async fn trusting(manifest: &Value) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("documents.json");
    std::fs::write(&path, manifest.to_string()).unwrap();
    let flags = ["--trusted-documents", path.to_str().unwrap()];
    TestApp::over(TestDatabase::bundled().await, &flags).await
}

#[tokio::test]
async fn only_the_documents_of_a_manifest_are_answered() {
    let plain = json!({ hash(QUERY): QUERY });
    let apollo = json!({
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{ "id": hash(QUERY), "name": "A", "type": "query", "body": QUERY }],
    });
    // In the form of the appendix on persisted documents.
    let prefixed = json!({ format!("sha256:{}", hash(QUERY)): QUERY });
    let app = trusting(&prefixed).await;
    let by_id = json!({ "documentId": format!("sha256:{}", hash(QUERY)) });
    assert_eq!(app.post(&by_id).await.json(), data());
    for manifest in [plain, apollo] {
        let app = trusting(&manifest).await;
        for body in [
            json!({ "extensions": named(&hash(QUERY)) }),
            json!({ "documentId": hash(QUERY) }),
            json!({ "documentId": format!("sha256:{}", hash(QUERY)) }),
            json!({ "query": QUERY }),
            json!({ "query": QUERY, "extensions": named(&hash(QUERY)) }),
        ] {
            assert_eq!(app.post(&body).await.json(), data(), "{body}");
        }
        let other = "{ __typename }";
        for body in [
            json!({ "query": other }),
            json!({ "query": other, "extensions": named(&hash(other)) }),
            json!({ "query": other, "extensions": named(&hash(QUERY)) }),
            json!({ "extensions": named(&hash(other)) }),
            json!({ "documentId": "unknown" }),
        ] {
            let answer = app.post(&body).await;
            let code = answer.code();
            let expected = (403, "PERSISTED_QUERY_NOT_IN_LIST");
            assert_eq!((answer.status.as_u16(), code.as_str()), expected, "{body}");
        }
    }
}
