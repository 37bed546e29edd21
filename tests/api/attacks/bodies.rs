//! Bodies that are too large, of another form, or in an unknown encoding.

use std::{io::Write, thread::sleep, time::Duration};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::Target;
use crate::client::{JSON, get, head, post, query, query_with, request};

const TOO_LARGE: (u16, &str) = (413, "PAYLOAD_TOO_LARGE");
const UNSUPPORTED: (u16, &str) = (415, "UNSUPPORTED_MEDIA_TYPE");

#[tokio::test]
async fn bodies_beyond_the_limit() {
    let target = Target::start(&[]).await;
    let (status, code) = TOO_LARGE;
    let large = vec![b' '; 20_000_000];
    target.check("20 MB", &post(&large), status, code);
    let length = "Content-Length: 1000000000000";
    target.check("1 TB that never comes", &head("POST /graphql", &[JSON, length]), status, code);

    // A client that waits for leave and then sends too much gets the error too.
    let mut client = target.connect();
    let headers = [JSON, "Expect: 100-continue", "Transfer-Encoding: chunked"];
    client.send(&head("POST /graphql", &headers)).unwrap();
    assert_eq!(client.reply().unwrap().status, 100);
    let chunk = [b"100000\r\n", " ".repeat(0x0010_0000).as_bytes(), b"\r\n"].concat();
    for _ in 0..20 {
        client.send(&chunk).unwrap();
    }
    let reply = client.reply().unwrap();
    assert_eq!((reply.status, reply.code().as_str()), TOO_LARGE);

    // A client that sends all of it slowly gets the same error afterwards.
    let mut client = target.connect();
    let length = format!("Content-Length: {}", large.len());
    client.send(&head("POST /graphql", &[JSON, &length])).unwrap();
    for part in large.chunks(1_000_000) {
        client.send(part).unwrap();
        sleep(Duration::from_millis(100));
    }
    let reply = client.reply().unwrap();
    assert_eq!((reply.status, reply.code().as_str()), TOO_LARGE);
    assert!(reply.head.to_lowercase().contains("connection: close"), "{reply:?}");
    target.check_unharmed();
}

#[tokio::test]
async fn batches() {
    let target = Target::start(&[]).await;
    let batch = json!(vec![json!({ "query": "{ __typename }" }); 1_000]).to_string();
    target.check("1,000 requests in one", &post(batch), 400, "BAD_REQUEST");
    target.check_unharmed();
}

#[tokio::test]
async fn other_forms_and_methods() {
    let target = Target::start(&[]).await;
    let body = r#"{"query":"{ __typename }"}"#.as_bytes();
    let (status, code) = UNSUPPORTED;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        let header = format!("Content-Type: {content_type}");
        let attack = request("POST /graphql", &[&header], body);
        target.check(content_type, &attack, status, code);
    }
    target.check("no type", &request("POST /graphql", &[], body), status, code);
    for method in ["PUT", "DELETE", "PATCH"] {
        let attack = request(&format!("{method} /graphql"), &[JSON], body);
        target.check(method, &attack, 405, "METHOD_NOT_ALLOWED");
    }
    target.check_unharmed();
}

#[tokio::test]
async fn bombs_of_compression() {
    let target = Target::start(&[]).await;
    // A gzip file may have many members: here 128 MB of spaces.
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(" ".repeat(1_000_000).as_bytes()).unwrap();
    let bomb = member.finish().unwrap().repeat(128);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let garbage = b"\xde\xad\xbe\xef".repeat(1_000);
    let (status, code) = UNSUPPORTED;
    for (coding, body) in
        [("gzip", &bomb), ("GZIP", &bomb), ("identity, gzip", &bomb), ("deflate", &garbage)]
    {
        let header = format!("Content-Encoding: {coding}");
        let attack = request("POST /graphql", &[JSON, &header], body);
        target.check(coding, &attack, status, code);
    }
    target.check("a bomb that looks plain", &post(&bomb), 400, "BAD_REQUEST");
    target.check_unharmed();
}

#[tokio::test]
async fn bytes_that_are_no_text() {
    const SYMBOL: &str = "query($s: String!) { instrument(symbol: $s) { symbol } }";
    const UNPARSED: &str = "GRAPHQL_PARSE_FAILED";
    let target = Target::start(&[]).await;
    let body = |text: &[u8]| {
        post([br#"{"query":"{ instrument(symbol: \""#, text, br#"\") { symbol } }"}"#].concat())
    };
    for (attack, request, status, code) in [
        ("UTF-8 that ends early", body(b"AMZ\xc3"), 400, "BAD_REQUEST"),
        ("bytes that UTF-8 does not have", body(b"\xff\xfe"), 400, "BAD_REQUEST"),
        ("a surrogate", body(b"\xed\xa0\x80"), 400, "BAD_REQUEST"),
        ("a surrogate in JSON", body(br"\ud800"), 400, "BAD_REQUEST"),
        ("no UTF-8 in a URL", get("/graphql?query=%7B__typename%7D%FF%FE"), 400, UNPARSED),
        (
            "no UTF-8 in a text in a URL",
            get("/graphql?query=%7Binstrument(symbol:%22%FF%22)%7Bsymbol%7D%7D"),
            200,
            "UNKNOWN_SYMBOL",
        ),
        ("NUL in JSON", body(b"\0"), 400, "BAD_REQUEST"),
        ("NUL after JSON", post(b"{\"query\":\"{ __typename }\"}\0"), 400, "BAD_REQUEST"),
        ("NUL in a document", query("{ __typename \0 }"), 400, UNPARSED),
        ("NUL after a document", query("{ __typename }\0"), 400, UNPARSED),
        ("NUL in a document in a URL", get("/graphql?query=%7B__typename%7D%00"), 400, UNPARSED),
        (
            "NUL in a text",
            query("{ instrument(symbol: \"A\0\") { symbol } }"),
            200,
            "UNKNOWN_SYMBOL",
        ),
        ("escaped NUL in a text", body(br"AMZN\\u0000"), 200, "UNKNOWN_SYMBOL"),
        ("NUL in a variable", query_with(SYMBOL, r#"{"s":"AMZN\u0000"}"#), 200, "UNKNOWN_SYMBOL"),
    ] {
        target.check(attack, &request, status, code);
    }
    target.check_unharmed();
}

#[tokio::test]
async fn byte_order_marks_are_no_attack() {
    let target = Target::start(&[]).await;
    for request in [
        post("\u{feff}{\"query\":\"{ __typename }\"}"),
        query("\u{feff}{ __typename }"),
        get("/graphql?query=%EF%BB%BF%7B__typename%7D"),
    ] {
        let reply = target.check("a byte order mark", &request, 200, "");
        assert_eq!(reply.json(), json!({ "data": { "__typename": "Query" } }));
    }
    target.check_unharmed();
}
