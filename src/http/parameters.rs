//! What a client asks: the parameters of a GraphQL request, from a body or a URL.

use axum::{
    body::Bytes,
    extract::{FromRequest, Query, Request},
    http::{Method, StatusCode},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use super::media::is_json;
use crate::error::Code;

/// The parameters of a request; a field of another type makes it a bad request.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Parameters {
    query: Option<String>,
    pub(super) operation_name: Option<String>,
    /// JSON, not yet known to be an object.
    pub(super) variables: Option<Box<RawValue>>,
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// The same in a URL, where variables and extensions are JSON in text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Why a request never reaches GraphQL.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl Parameters {
    pub(super) async fn read(request: Request, max_body_bytes: usize) -> Result<Self, Refusal> {
        if request.method() == Method::POST {
            from_body(request, max_body_bytes).await
        } else {
            from_url(&request)
        }
    }

    /// The document.
    pub(super) fn document(&mut self) -> Result<String, Refusal> {
        self.query.take().filter(|query| !query.trim().is_empty()).ok_or_else(|| {
            Refusal::new(Code::BadRequest, "the request has no `query`, or an empty one")
        })
    }
}

fn from_url(request: &Request) -> Result<Parameters, Refusal> {
    let Query(url) = Query::<UrlParameters>::try_from_uri(request.uri())
        .map_err(|error| Refusal::new(Code::BadRequest, error.body_text()))?;
    Ok(Parameters {
        query: url.query,
        operation_name: url.operation_name.filter(|name| !name.is_empty()),
        variables: json("variables", url.variables)?,
        _extensions: json("extensions", url.extensions)?,
    })
}

/// The value of a parameter that is JSON in text.
fn json<T: DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map_err(|error| {
        Refusal::new(Code::BadRequest, format!("`{name}` is not a JSON object: {error}"))
    })
}

async fn from_body(request: Request, max_body_bytes: usize) -> Result<Parameters, Refusal> {
    if !is_json(request.headers()) {
        let message = "the body's Content-Type must be application/json, in UTF-8";
        return Err(Refusal::new(Code::UnsupportedMediaType, message));
    }
    let body = Bytes::from_request(request, &()).await.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(
            Code::PayloadTooLarge,
            format!("the body is larger than the limit of {max_body_bytes} bytes"),
        ),
        _ => Refusal::new(Code::BadRequest, "the body did not arrive whole"),
    })?;
    // serde would also take an array for the fields in their order.
    if !body.trim_ascii_start().starts_with(b"{") {
        let message = "the body is not one JSON object; batches are not supported";
        return Err(Refusal::new(Code::BadRequest, message));
    }
    serde_json::from_slice(&body).map_err(|error| {
        Refusal::new(Code::BadRequest, format!("the body is not a GraphQL request: {error}"))
    })
}
