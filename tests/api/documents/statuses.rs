//! The sections of docs/errors.md say which status an error has; errors of each section have it.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use candleql::error::Code;

use super::Page;
use crate::app::TestApp;

const JSON: &str = "application/json";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// A request that gets an error: what is unusual about it.
struct Wrong {
    method: Method,
    path: &'static str,
    content_type: &'static str,
    /// What a browser says of the page that asks.
    site: &'static str,
    body: String,
}

impl Wrong {
    /// A request whose body alone is wrong.
    fn body(body: impl Into<String>) -> Self {
        let (path, content_type, site) = ("/graphql", JSON, "none");
        Self { method: Method::POST, path, content_type, site, body: body.into() }
    }

    /// A request whose document alone is wrong.
    fn document(document: &str) -> Self {
        Self::body(serde_json::json!({ "query": document }).to_string())
    }

    async fn status(&self, app: &TestApp, accept: &str, code: &str) -> u16 {
        let request = Request::builder()
            .method(&self.method)
            .uri(self.path)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, self.content_type)
            .header("sec-fetch-site", self.site);
        let answer = app.send(request.body(Body::from(self.body.clone())).unwrap()).await;
        assert_eq!(answer.code(), code);
        answer.status.as_u16()
    }
}

/// The title of the section that has the code's row.
fn section<'a>(page: &'a Page, code: &str) -> &'a str {
    let row = format!("\n| `{code}` |");
    let section = page.text.split("\n## ").find(|section| section.contains(&row));
    section.unwrap_or_else(|| panic!("no section has {code}")).lines().next().unwrap()
}

/// Requests with an error, and its code.
fn wrong_requests() -> Vec<(&'static str, Wrong)> {
    let usual = || Wrong::document("{ __typename }");
    let long_alias = format!("{{ {}: __typename }}", "a".repeat(129));
    let many_aliases: String =
        (0..101).fold(String::new(), |text, number| text + &format!("a{number}: __typename "));
    let long_variables =
        format!("{{\"query\":\"{{ x }}\",\"variables\":{{\"a\":\"{}\"}}}}", "a".repeat(70_000));
    let hash = r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"0"}}}"#;
    let bad_period = r#"{ instrument(symbol: "AMZN") { series { rsi(timePeriod: 1) { last } } } }"#;
    vec![
        ("BAD_REQUEST", Wrong::body("[]")),
        ("VARIABLES_LIMIT_EXCEEDED", Wrong::body(long_variables)),
        ("CROSS_SITE_REQUEST", Wrong { site: "cross-site", ..usual() }),
        ("NOT_FOUND", Wrong { path: "/nothing", ..usual() }),
        ("METHOD_NOT_ALLOWED", Wrong { method: Method::PUT, ..usual() }),
        ("PAYLOAD_TOO_LARGE", Wrong::body(" ".repeat(1_048_577))),
        ("UNSUPPORTED_MEDIA_TYPE", Wrong { content_type: "text/plain", ..usual() }),
        ("GRAPHQL_PARSE_FAILED", Wrong::document("{")),
        ("GRAPHQL_VALIDATION_FAILED", Wrong::document("{ nothing }")),
        ("NAME_LIMIT_EXCEEDED", Wrong::document(&long_alias)),
        (
            "ALIAS_LIMIT_EXCEEDED",
            Wrong::document(&format!("{{ instruments {{ {many_aliases} }} }}")),
        ),
        ("PERSISTED_QUERY_NOT_FOUND", Wrong::body(hash)),
        ("UNKNOWN_SYMBOL", Wrong::document(r#"{ instrument(symbol: "X") { symbol } }"#)),
        ("BAD_USER_INPUT", Wrong::document(bad_period)),
    ]
}

#[tokio::test]
async fn errors_have_the_status_of_their_section() {
    let app = TestApp::bundled().await;
    let page = Page::read("docs/errors.md");
    for (name, wrong) in wrong_requests() {
        let code = Code::ALL.iter().find(|code| code.info().name == name).unwrap();
        let own = code.info().http_status;
        let expected = match section(&page, name) {
            "Refused requests" => (own, own),
            "Refused documents" => (own, 200),
            "Fields without an answer" => (200, 200),
            other => panic!("{name} is in {other:?}"),
        };
        let strict = wrong.status(&app, GRAPHQL_RESPONSE, name).await;
        assert_eq!((strict, wrong.status(&app, JSON, name).await), expected, "{name}");
    }
}
