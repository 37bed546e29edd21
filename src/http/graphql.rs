//! GraphQL over HTTP: `/graphql` by POST and GET.
//!
//! One handler decodes the request, one function decides the status, one writes the answer. The
//! rules are those of the GraphQL over HTTP specification (GraphQL Foundation, working draft).

use async_graphql::Variables;
use axum::{
    body::Bytes,
    extract::{FromRequest, Query, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    App,
    media::{Media, is_json},
    page,
};
use crate::{error::Code, graphql::answer::Answer};

/// The parameters of a request; a field of another type makes it a bad request.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
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
struct Refusal {
    code: Code,
    message: String,
}

impl Refusal {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Answers `/graphql`: a page for people who ask for one by GET, else data.
pub(super) async fn handle(State(app): State<App>, request: Request) -> Response {
    let available = match *request.method() {
        Method::GET | Method::HEAD => Media::DATA_OR_PAGE,
        Method::POST => Media::DATA,
        _ => {
            let message = "GraphQL is asked by POST or GET";
            let mut response = refuse(Code::MethodNotAllowed, message, Media::Json);
            let methods = HeaderValue::from_static("GET, HEAD, POST");
            response.headers_mut().insert(header::ALLOW, methods);
            return response;
        }
    };
    let request_id = super::request_id(&request);
    let media = match Media::accepted(request.headers(), available) {
        Some(Media::Html) => return page::graphiql(),
        Some(media) => media,
        None => {
            let message = "answers are application/json or application/graphql-response+json";
            return refuse(Code::NotAcceptable, message, Media::Json);
        }
    };
    match read(request, &app).await {
        Ok(request) => {
            let answer = app.api.execute(request, &request_id).await;
            write(status(&answer, media), media, &answer)
        }
        Err(Refusal { code, message }) => refuse(code, message, media),
    }
}

/// The answer to a request that never reaches GraphQL.
pub(super) fn refuse(code: Code, message: impl Into<String>, media: Media) -> Response {
    write(http_status(code), media, &Answer::refused(code, message))
}

/// The status of an answer that GraphQL gave: only `application/graphql-response+json` lets the
/// status tell that there is no data.
fn status(answer: &Answer, media: Media) -> StatusCode {
    match (answer.failure(), media) {
        (Some(code), Media::GraphqlResponse) => http_status(code),
        _ => StatusCode::OK,
    }
}

fn http_status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.info().http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn write(status: StatusCode, media: Media, answer: &Answer) -> Response {
    match answer.to_json() {
        Ok(body) => {
            let headers = [(header::CONTENT_TYPE, media.content_type()), (header::VARY, "Accept")];
            (status, headers, body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "cannot write an answer as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn read(request: Request, app: &App) -> Result<async_graphql::Request, Refusal> {
    let parameters = if request.method() == Method::POST {
        from_body(request, app.settings.max_body_bytes).await?
    } else {
        from_url(&request)?
    };
    let query = parameters.query.filter(|query| !query.trim().is_empty()).ok_or_else(|| {
        Refusal::new(Code::BadRequest, "the request has no `query`, or an empty one")
    })?;
    let variables = Value::Object(parameters.variables.unwrap_or_default());
    let mut request = async_graphql::Request::new(query).variables(Variables::from_json(variables));
    request.operation_name = parameters.operation_name;
    Ok(request)
}

fn from_url(request: &Request) -> Result<Parameters, Refusal> {
    let bad = |message: String| Refusal::new(Code::BadRequest, message);
    let Query(url) = Query::<UrlParameters>::try_from_uri(request.uri())
        .map_err(|error| bad(error.body_text()))?;
    let object = |name: &str, text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .map(|text| serde_json::from_str::<Option<Map<String, Value>>>(&text))
            .transpose()
            .map(Option::flatten)
            .map_err(|error| bad(format!("`{name}` is not a JSON object: {error}")))
    };
    Ok(Parameters {
        query: url.query,
        operation_name: url.operation_name.filter(|name| !name.is_empty()),
        variables: object("variables", url.variables)?,
        _extensions: object("extensions", url.extensions)?,
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
