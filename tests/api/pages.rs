//! The pages for people, as the server sends them; tests/web opens them in a browser.

use std::{fs, io::Read};

use axum::{
    body::Body,
    http::{HeaderName, Request, header},
};
use candles::Frequency;
use flate2::read::GzDecoder;

use crate::{
    app::{Answer, TestApp, repository},
    database::TestDatabase,
};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const PAGES: [&str; 2] = ["/", "/graphql"];

async fn get(app: &TestApp, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
    let mut request = Request::get(path).header(header::ACCEPT, BROWSER);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

/// The first script of a page; there is none where no pages were built, which CI does not let pass.
fn script(page: &Answer) -> Option<String> {
    let script = page.text.split("src=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
    let were_built = script.is_some() || page.text.contains("make run");
    assert!(were_built, "{}", page.text);
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(script.is_some() || !in_ci, "the program has no pages in it");
    script.map(str::to_owned)
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let (mut bytes, mut plain) = (&answer.bytes[..], Vec::new());
    match answer.header(header::CONTENT_ENCODING) {
        "gzip" => GzDecoder::new(bytes).read_to_end(&mut plain).map(drop),
        _ => brotli::BrotliDecompress(&mut bytes, &mut plain),
    }
    .unwrap();
    plain
}

#[tokio::test]
async fn a_page_runs_nothing_but_what_this_server_has() {
    let app = TestApp::empty().await;
    for path in PAGES {
        let page = get(&app, path, &[]).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header(header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(page.header(header::CACHE_CONTROL), "no-cache");
        assert!(!page.text.contains("://"), "the page names another host");
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        for directive in ["default-src 'none'", "script-src 'self'", "connect-src 'self'"] {
            assert!(policy.split(';').any(|it| it.trim() == directive), "{policy}");
        }
        assert_eq!(page.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(page.header(header::X_FRAME_OPTIONS), "DENY");
    }
}

#[tokio::test]
async fn what_a_page_loads_lasts_and_comes_compressed() {
    let app = TestApp::empty().await;
    for path in PAGES {
        let page = get(&app, path, &[]).await;
        let Some(script) = script(&page) else { continue };
        let plain = get(&app, &script, &[]).await;
        assert_eq!(plain.status, 200);
        assert_eq!(plain.header(header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(plain.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(plain.header(header::CONTENT_ENCODING), "");
        for (accepted, coding) in [("gzip, deflate", "gzip"), ("gzip, br, zstd", "br")] {
            let encoded = get(&app, &script, &[(header::ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(encoded.header(header::CONTENT_ENCODING), coding);
            assert_eq!(decoded(&encoded), plain.bytes);
        }
        let tag = page.header(header::ETAG);
        assert_eq!(get(&app, path, &[(header::IF_NONE_MATCH, tag)]).await.status, 304);
    }
}

#[tokio::test]
async fn the_licences_of_what_the_pages_hold_come_with_them() {
    let app = TestApp::empty().await;
    if script(&get(&app, "/", &[]).await).is_none() {
        return;
    }
    let licences = get(&app, "/licenses.txt", &[]).await;
    for package in ["lightweight-charts", "graphiql", "monaco-editor"] {
        let heading = format!("\n## {package} - ");
        assert!(licences.text.contains(&heading), "{heading}{}", licences.text);
    }
}

#[tokio::test]
async fn there_is_nothing_else_to_load() {
    let app = TestApp::empty().await;
    for path in ["/assets/none.js", "/assets/..%2Findex.html", "/assets/", "/index.html"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn where_only_known_documents_are_answered_the_pages_are_off() {
    let manifest = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(manifest.path(), r#"{ "root": "{ __typename }" }"#).unwrap();
    let path = manifest.path().to_str().unwrap();
    let app = TestApp::over(TestDatabase::empty().await, &["--trusted-documents", path]).await;
    for path in PAGES {
        let page = get(&app, path, &[]).await;
        assert!(page.text.contains("known documents only"), "{}", page.text);
        assert!(!page.text.contains("<script"));
    }
}

/// The compiler of the pages sees to it too, where they are built.
#[test]
fn the_explorer_knows_every_frequency() {
    let text = fs::read_to_string(repository("web/src/explorer/periods.ts")).unwrap();
    for record in ["FREQUENCIES", "WIDTHS"] {
        let (_, rest) = text.split_once(&format!("const {record}: Record<Frequency, ")).unwrap();
        let (entries, _) = rest.split_once("\n};").unwrap();
        let names = entries.lines().skip(1).map(|line| line.trim().split(':').next().unwrap());
        let names: Vec<&str> = names.collect();
        assert_eq!(names, Frequency::ALL.map(|frequency| frequency.to_string()), "{record}");
    }
}
