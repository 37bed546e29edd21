//! GraphQL over HTTP: `/graphql` by POST and GET.
//!
//! One handler decodes the request, one function decides the status, one writes the answer. The
//! rules are those of the GraphQL over HTTP specification (GraphQL Foundation, working draft), and
//! for caches those of RFC 9110 and 9111.

use async_graphql::Variables;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{
    App,
    answers::{self, Body, Question},
    encoding::Encoding,
    media::Media,
    page,
    parameters::{Parameters, Refusal},
};
use crate::{error::Code, graphql::answer::Answer};

/// Longest text of variables, in bytes: 500 symbols need a third of it. They are copied wherever a
/// document names them.
const MAX_VARIABLES_BYTES: usize = 65_536;

/// The answer may be another one the next time.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Answers `/graphql`: a page for people who ask for one by GET, else data.
pub(super) async fn handle(State(app): State<App>, request: Request) -> Response {
    let is_post = match *request.method() {
        Method::GET | Method::HEAD => false,
        Method::POST => true,
        _ => return method_not_allowed(),
    };
    let available = if is_post { Media::DATA } else { Media::DATA_OR_PAGE };
    let media = match Media::accepted(request.headers(), available) {
        Some(Media::Html) => return page::graphiql(),
        Some(media) => media,
        None => {
            let message = "answers are application/json or application/graphql-response+json";
            return refuse(Code::NotAcceptable, message, Media::Json);
        }
    };
    let tags = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let tags: Vec<HeaderValue> = tags.cloned().collect();
    match answer(&app, media, request).await {
        Ok((status, body)) => match &body.etag {
            None => write(status, media, body, NO_STORE),
            Some(etag) if !is_post && answers::matches(&tags, etag) => {
                write(StatusCode::NOT_MODIFIED, media, body, app.cache_control)
            }
            Some(_) => write(status, media, body, app.cache_control),
        },
        Err(Refusal { code, message }) => refuse(code, message, media),
    }
}

/// The answer to a request, as it was given before or executed now.
async fn answer(app: &App, media: Media, request: Request) -> Result<(StatusCode, Body), Refusal> {
    let request_id = super::request_id(&request);
    let is_post = request.method() == Method::POST;
    let encoding = Encoding::accepted(request.headers());
    let mut parameters = Parameters::read(request, app.settings.max_body_bytes).await?;
    let question = Question {
        document: parameters.document()?,
        operation_name: parameters.operation_name,
        variables: parameters.variables.map_or_else(String::new, |json| json.get().to_owned()),
        encoding,
    };
    if let Some(body) = app.answers.get(&question, &app.store.catalogue()).await {
        return Ok((StatusCode::OK, body));
    }
    let answer = app.api.execute(to_execute(&question)?, &request_id).await;
    let status = status(&answer, media);
    // Nobody looks at the tag of an answer that no cache can keep.
    let Some(reads) = answer.reads.filter(|_| !is_post || app.answers.are_kept()) else {
        return Ok((status, Body::plain(answer.json).encoded(encoding).await));
    };
    let body = Body::lasting(answer.json).encoded(encoding).await;
    app.answers.keep(question, body.clone(), reads).await;
    Ok((status, body))
}

/// The request for the library.
fn to_execute(question: &Question) -> Result<async_graphql::Request, Refusal> {
    let variables = match question.variables.as_str() {
        "" => Map::new(),
        json if json.len() > MAX_VARIABLES_BYTES => {
            let message = format!(
                "`variables` have {} bytes; the limit is {MAX_VARIABLES_BYTES}",
                json.len()
            );
            return Err(Refusal::new(Code::BadRequest, message));
        }
        json => serde_json::from_str(json).map_err(|error| {
            let message = format!("`variables` is not a JSON object: {error}");
            Refusal::new(Code::BadRequest, message)
        })?,
    };
    let mut request = async_graphql::Request::new(&question.document)
        .variables(Variables::from_json(Value::Object(variables)));
    request.operation_name.clone_from(&question.operation_name);
    Ok(request)
}

/// The status of an answer that GraphQL gave: only `application/graphql-response+json` lets the
/// status tell that there is no data.
fn status(answer: &Answer, media: Media) -> StatusCode {
    match (answer.failure, media) {
        (Some(code), Media::GraphqlResponse) => http_status(code),
        _ => StatusCode::OK,
    }
}

fn http_status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.info().http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer to a request that never reaches GraphQL.
pub(super) fn refuse(code: Code, message: impl Into<String>, media: Media) -> Response {
    let answer = Answer::refused(code, message);
    write(http_status(code), media, Body::plain(answer.json), NO_STORE)
}

fn method_not_allowed() -> Response {
    let message = "GraphQL is asked by POST or GET";
    let mut response = refuse(Code::MethodNotAllowed, message, Media::Json);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn write(status: StatusCode, media: Media, body: Body, cache_control: HeaderValue) -> Response {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    headers.insert(header::CACHE_CONTROL, cache_control);
    if let Some(etag) = body.etag {
        headers.insert(header::ETAG, etag);
    }
    if status == StatusCode::NOT_MODIFIED {
        return (status, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    if let Some(name) = body.encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    (status, headers, body.bytes).into_response()
}
