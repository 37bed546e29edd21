//! Requests as strangers send them: mostly such that reach GraphQL, some that do not.

use std::fmt::Write;

use arbitrary::{Result, Unstructured};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, Request, header},
};
use futures_util::stream;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::{
    document::{self, Document},
    value::{Value, rarely, text},
};

const MEDIA: &[&str] = &[
    "application/json",
    "application/graphql-response+json",
    "application/graphql-response+json, application/json;q=0.9",
    "application/json; charset=utf-8",
    "text/html",
    "text/html,application/xhtml+xml,*/*;q=0.8",
    "*/*",
    "image/png",
    "application/json;q=0",
    "application/json; charset=\"",
    "text/plain; charset=latin1",
    "application/x-www-form-urlencoded",
];

const ENCODINGS: &[&str] = &[
    "gzip",
    "br",
    "zstd",
    "gzip, deflate, br, zstd",
    "*",
    "identity",
    "*;q=0",
    "gzip;q=0.5, br;q=NaN",
    "identity;q=0, gzip;q=-1",
    "zstd;q=1e99",
    ";",
    "",
];

/// Headers that the server or what it is made of may look at.
const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "if-none-match",
    "content-type",
    "content-encoding",
    "content-length",
    "expect",
    "authorization",
    "origin",
    "host",
    "range",
    "cookie",
    "x-request-id",
    "x-api-key",
    "x-forwarded-for",
];

const PATHS: &[&str] =
    &["/", "/_healthcheck", "/healthz", "/graphql/", "//graphql", "/graphql/x", "/%00", "*", ""];

/// Makes a request out of arbitrary bytes; none if they make no head that HTTP knows.
pub fn generate(u: &mut Unstructured) -> Result<Option<Request<Body>>> {
    let method = match u.int_in_range(0..=31)? {
        0..=22 => Method::POST,
        23..=29 => Method::GET,
        30 => Method::HEAD,
        _ => {
            (*u.choose(&[&Method::PUT, &Method::OPTIONS, &Method::DELETE, &Method::TRACE])?).clone()
        }
    };
    let path = match u.int_in_range(0..=31)? {
        31 => (*u.choose(PATHS)?).to_owned(),
        30 => format!("/{}", text(u)?),
        _ => "/graphql".to_owned(),
    };
    let is_post = method == Method::POST;
    let parameters = if u.ratio(31, 32)? { parameters(u)? } else { Map::new() };
    let mut request = Request::builder().method(method);
    request = match is_post {
        true => request.uri(path),
        false => request.uri(format!("{path}?{}", query_string(u, &parameters)?)),
    };
    if is_post && u.ratio(31, 32)? {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for _ in 0..u.int_in_range(0..=3)? {
        let (name, value) = header(u)?;
        request = request.header(name, value);
    }
    let body = if is_post { body(u, parameters)? } else { Body::empty() };
    Ok(request.body(body).ok())
}

/// What GraphQL over HTTP calls the parameters of a request.
fn parameters(u: &mut Unstructured) -> Result<Map<String, Json>> {
    let Document { text: query, variables, operation_name } = document::generate(u)?;
    let mut parameters = Map::new();
    if let Some(extensions) = extensions(u, &query)? {
        parameters.insert("extensions".to_owned(), extensions);
    }
    if !query.is_empty() {
        parameters.insert("query".to_owned(), query.into());
    }
    if !variables.is_empty() || rarely(u, 8)? {
        parameters.insert("variables".to_owned(), variables.into());
    }
    if let Some(name) = operation_name {
        parameters.insert("operationName".to_owned(), name.into());
    }
    if rarely(u, 16)? {
        let names = ["query", "variables", "operationName", "extensions", "documentId", "id"];
        let name = *u.choose(&names)?;
        parameters.insert(name.to_owned(), Value::any(u, 0)?.json());
    }
    Ok(parameters)
}

/// Asks for the cost, or names the document by its hash.
fn extensions(u: &mut Unstructured, query: &str) -> Result<Option<Json>> {
    Ok(match u.int_in_range(0..=15)? {
        13 => Some(json!({ "cost": true })),
        14 => {
            let hash = hex::encode(Sha256::digest(query));
            Some(json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }))
        }
        15 => {
            let (version, hash) = (Value::any(u, 0)?.json(), Value::any(u, 0)?.json());
            Some(json!({ "persistedQuery": { "version": version, "sha256Hash": hash } }))
        }
        _ => None,
    })
}

fn query_string(u: &mut Unstructured, parameters: &Map<String, Json>) -> Result<String> {
    let mut query = String::new();
    for (name, value) in parameters {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        query += &format!("{name}={}&", percent_encoded(&value));
    }
    if rarely(u, 16)? {
        query += u.choose(&["query=", "&&", "%", "%ff=%00", "variables=[", "=", "+", "a[]=1"])?;
    }
    Ok(query)
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => write!(encoded, "{}", char::from(byte)),
            byte => write!(encoded, "%{byte:02X}"),
        };
        encoded
    })
}

fn header(u: &mut Unstructured) -> Result<(&'static str, HeaderValue)> {
    let name = *u.choose(HEADERS)?;
    let value: Vec<u8> = match name {
        _ if rarely(u, 4)? => u.arbitrary()?,
        "accept" | "content-type" => (*u.choose(MEDIA)?).into(),
        "accept-encoding" => (*u.choose(ENCODINGS)?).into(),
        "if-none-match" => (*u.choose(&["*", "W/\"\"", "\"", "W/, *"])?).into(),
        "content-encoding" => (*u.choose(&["identity", "gzip", ""])?).into(),
        "content-length" => u.arbitrary::<u32>()?.to_string().into(),
        "expect" => "100-continue".into(),
        _ => text(u)?.into(),
    };
    Ok((name, HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static(""))))
}

/// The parameters as JSON, mostly whole, in one piece or two.
fn body(u: &mut Unstructured, parameters: Map<String, Json>) -> Result<Body> {
    let mut json = match u.int_in_range(0..=31)? {
        29 => u.arbitrary()?,
        30 => json!([parameters]).to_string().into_bytes(),
        31 => format!("\u{feff} {}", Json::Object(parameters)).into_bytes(),
        _ => Json::Object(parameters).to_string().into_bytes(),
    };
    if rarely(u, 32)? {
        let at = u.int_in_range(0..=json.len())?;
        json.insert(at, u.arbitrary()?);
    }
    if rarely(u, 32)? {
        let at = u.int_in_range(0..=json.len())?;
        json.truncate(at);
    }
    if !rarely(u, 16)? {
        return Ok(json.into());
    }
    let rest = json.split_off(u.int_in_range(0..=json.len())?);
    let pieces = [json, rest].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    Ok(Body::from_stream(stream::iter(pieces)))
}
