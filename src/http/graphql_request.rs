//! What a client asks: the parameters of a GraphQL request, from a body or a URL.

use axum::{extract::Query, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    error::{Code, Refusal},
    graphql::engine::answer::Wanted,
};

/// Some programs put it before a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The parameters of a request; a field of another type makes it a bad request.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GraphqlRequest {
    query: Option<String>,
    /// Names a document (GraphQL over HTTP, appendix on persisted documents).
    document_id: Option<String>,
    pub(super) operation_name: Option<String>,
    /// JSON, not yet known to be an object.
    pub(super) variables: Option<Box<RawValue>>,
    extensions: Option<Map<String, Value>>,
}

/// `extensions.persistedQuery`: Apollo's protocol, version 1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    version: i64,
    sha256_hash: String,
}

/// The same in a URL, where variables and extensions are JSON in text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParameters {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl GraphqlRequest {
    /// The parameters in a request's URL.
    pub(super) fn from_url(request: &Parts) -> Result<Self, Refusal> {
        let Query(url) = Query::<UrlParameters>::try_from_uri(&request.uri)
            .map_err(|error| Refusal::new(Code::BadRequest, error.body_text()))?;
        Ok(Self {
            query: url.query,
            document_id: url.document_id,
            operation_name: url.operation_name,
            variables: json("variables", url.variables)?,
            extensions: json("extensions", url.extensions)?,
        }
        .without_empty_texts())
    }

    /// The parameters in a request's body.
    pub(super) fn from_body(text: &[u8]) -> Result<Self, Refusal> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        // serde would also take an array for the fields in their order.
        if !text.trim_ascii_start().starts_with(b"{") {
            let message = "the body is not one JSON object; batches are not supported";
            return Err(Refusal::new(Code::BadRequest, message));
        }
        let request: Self = serde_json::from_slice(text).map_err(|error| {
            Refusal::new(Code::BadRequest, format!("the body is not a GraphQL request: {error}"))
        })?;
        Ok(request.without_empty_texts())
    }

    /// Some clients send an empty text for an operation's name or variables that they do not have.
    fn without_empty_texts(mut self) -> Self {
        self.operation_name = self.operation_name.filter(|name| !name.is_empty());
        self.variables = self.variables.filter(|json| json.get() != "\"\"");
        self
    }

    /// The document's text, unless it is empty.
    pub(super) fn document(&mut self) -> Option<String> {
        self.query.take().filter(|query| !query.trim().is_empty())
    }

    /// What the client calls the document: its hash, or its id in a manifest.
    pub(super) fn document_name(&self) -> Result<Option<String>, Refusal> {
        if let Some(persisted) = self.extension("persistedQuery") {
            let bad = |message| Refusal::new(Code::BadRequest, message);
            let persisted = PersistedQuery::deserialize(persisted)
                .map_err(|error| bad(format!("`extensions.persistedQuery`: {error}")))?;
            if persisted.version != 1 {
                let message = "persisted queries have version 1, not";
                return Err(bad(format!("{message} {}", persisted.version)));
            }
            return Ok(Some(persisted.sha256_hash));
        }
        Ok(self.document_id.clone())
    }

    /// What the client wants to know beside the data.
    pub(super) fn wanted(&self) -> Wanted {
        let is_wanted = |name| self.extension(name) == Some(&Value::Bool(true));
        Wanted { cost: is_wanted("cost"), age: is_wanted("age") }
    }

    fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions.as_ref()?.get(name).filter(|value| !value.is_null())
    }
}

/// The value of a parameter that is JSON in text.
fn json<T: DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map_err(|error| {
        Refusal::new(Code::BadRequest, format!("`{name}` is not a JSON object: {error}"))
    })
}
