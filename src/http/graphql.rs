//! GraphQL over HTTP: `/graphql` by POST and GET.
//!
//! One handler decodes the request, one function decides the status, one writes the answer. The
//! rules are those of the GraphQL over HTTP specification (GraphQL Foundation, working draft), and
//! for caches those of RFC 9110 and 9111.

use async_graphql::Variables;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::{
    App, Shared,
    answers::{self, Body, Question},
    body::RequestBody,
    cors,
    encoding::Encoding,
    media::Media,
    middleware, pages,
    parameters::Parameters,
};
use crate::{
    error::{Code, Refusal},
    graphql::answer::{Answer, Wanted},
    lifecycle::Lifecycle,
};

/// The answer may be another one the next time.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// How a client proves who it is, if it must. A key in a header of its own has no scheme's name.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

/// What an answer depends on beside the URL.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");

/// The same where keys or tokens are asked for: what one may keep is not for the next.
const VARY_BY_CLIENT: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, Authorization, X-API-Key");

/// Answers `/graphql`: a page for people who ask for one by GET, else data.
pub(super) async fn handle(State(app): State<App>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    let mut body = RequestBody::new(body);
    let mut response = respond(&app, &request, &mut body).await;
    if body.has_rest() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        // A client that waits for leave to send its body sends none of it if it was not given.
        if body.was_asked_for() || !request.headers.contains_key(header::EXPECT) {
            tokio::spawn(body.discard(app.0.settings.http.read_timeout));
        }
    }
    response
}

async fn respond(app: &App, request: &Parts, body: &mut RequestBody) -> Response {
    let is_post = match request.method {
        Method::GET | Method::HEAD => false,
        Method::POST => true,
        _ => return method_not_allowed(),
    };
    let available = if is_post { Media::DATA } else { Media::DATA_OR_PAGE };
    let media = match Media::accepted(&request.headers, available) {
        Some(Media::Html) => return pages::graphiql(app, &request.headers),
        Some(media) => media,
        None => {
            let message = "answers are application/json or application/graphql-response+json";
            return refuse(&Refusal::new(Code::NotAcceptable, message), Media::Json);
        }
    };
    let limit = app.0.settings.http.request_timeout;
    let answered = timeout(limit, answer(app, media, request, body)).await;
    let answered = answered.unwrap_or_else(|_| {
        let message = format!("there is no answer within {} ms", limit.as_millis());
        Err(Refusal::new(Code::ExecutionTimeout, message))
    });
    let cache_control = || app.0.cache_control.clone();
    let mut response = match answered {
        Ok((status, body)) => match &body.etag {
            None => write(status, media, body, NO_STORE),
            Some(etag) if !is_post && answers::matches(&request.headers, etag) => {
                write(StatusCode::NOT_MODIFIED, media, body, cache_control())
            }
            Some(_) => write(status, media, body, cache_control()),
        },
        Err(refusal) => refuse(&refusal, media),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if app.0.access.is_private() {
        response.headers_mut().insert(header::VARY, VARY_BY_CLIENT);
    }
    response
}

/// The answer to a request, as it was given before or executed now.
async fn answer(
    app: &App,
    media: Media,
    request: &Parts,
    body: &mut RequestBody,
) -> Result<(StatusCode, Body), Refusal> {
    let app = &app.0;
    check_started(&app.lifecycle)?;
    let is_post = request.method == Method::POST;
    cors::check(&request.headers, &app.settings.access.cors_origins)?;
    let client = app.access.admit(request).await?;
    let mut parameters = parameters(app, request, body).await?;
    let encoding = Encoding::accepted(&request.headers);
    let wanted = parameters.wanted();
    let document = match app.documents.find(&mut parameters) {
        Ok(document) => document,
        Err(refusal) if refusal.code == Code::BadRequest => return Err(refusal),
        Err(refusal) => return Ok(given(Answer::refused(&refusal), media)),
    };
    let variables = parameters.variables.map_or_else(String::new, |json| json.get().to_owned());
    let operation_name = parameters.operation_name;
    let question = Question { document, operation_name, variables, encoding };
    if wanted == Wanted::default()
        && let Some(body) = app.answers.get(&question, &app.store.catalogue()).await
    {
        return Ok((StatusCode::OK, body));
    }
    let document_bytes = question.document.len();
    let to_execute = to_execute(&question, app.settings.limits.max_variables_bytes)?;
    let prepared = match app.api.prepare(to_execute).await {
        Ok(prepared) => prepared,
        Err(answer) => return Ok(given(answer, media)),
    };
    if !is_post && !prepared.is_query() {
        return Err(Refusal::new(Code::MethodNotAllowed, "GET runs queries only"));
    }
    app.access.spend(&client, prepared.cost().saturating_add(document_bytes))?;
    let request_id = middleware::request_id(&request.extensions);
    let answer = prepared.run(&request_id, wanted).await;
    let status = status(&answer, media);
    // Nobody looks at the tag of an answer that no cache can keep.
    let may_last = !is_post || app.answers.are_kept();
    Ok((status, send(app, question, answer, may_last).await))
}

async fn parameters(
    app: &Shared,
    request: &Parts,
    body: &mut RequestBody,
) -> Result<Parameters, Refusal> {
    if request.method == Method::POST {
        Parameters::from_body(&body.read(&request.headers, &app.settings.http).await?)
    } else {
        Parameters::from_url(request)
    }
}

/// The body of an answer, which is kept if it lasts.
async fn send(app: &Shared, question: Question, mut answer: Answer, may_last: bool) -> Body {
    let (encoding, room) = (question.encoding, answer.room.take());
    let Some(reads) = answer.reads.take().filter(|_| may_last) else {
        let body = Body::plain(answer.json).retry_after(answer.retry_after_s);
        return body.taking(room).encoded(encoding).await;
    };
    let body = Body::lasting(answer.json).taking(room).encoded(encoding).await;
    app.answers.keep(question, body.clone(), reads).await;
    body
}

/// An answer that does not last, with its status.
fn given(answer: Answer, media: Media) -> (StatusCode, Body) {
    (status(&answer, media), Body::plain(answer.json))
}

/// The request for the library.
fn to_execute(
    question: &Question,
    max_variables_bytes: usize,
) -> Result<async_graphql::Request, Refusal> {
    let variables = match question.variables.as_str() {
        "" => Map::new(),
        json if json.len() > max_variables_bytes => {
            let message = format!(
                "`variables` have {} bytes; the limit is {max_variables_bytes}",
                json.len()
            );
            return Err(Refusal::new(Code::VariablesLimit, message));
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
pub(super) fn refuse(refusal: &Refusal, media: Media) -> Response {
    let answer = Answer::refused(refusal);
    let body = Body::plain(answer.json).retry_after(refusal.retry_after_s);
    let mut response = write(http_status(refusal.code), media, body, NO_STORE);
    if refusal.code == Code::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

/// Refuses everybody while neither the keys nor the instruments are known.
fn check_started(lifecycle: &Lifecycle) -> Result<(), Refusal> {
    if lifecycle.can_answer() {
        return Ok(());
    }
    let message = "the server is starting; /_healthcheck says what it waits for";
    Err(Refusal { retry_after_s: Some(1), ..Refusal::new(Code::Starting, message) })
}

fn method_not_allowed() -> Response {
    let message = "GraphQL is asked by POST or GET";
    let mut response = refuse(&Refusal::new(Code::MethodNotAllowed, message), Media::Json);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn write(status: StatusCode, media: Media, body: Body, cache_control: HeaderValue) -> Response {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::VARY, VARY);
    headers.insert(header::CACHE_CONTROL, cache_control);
    if let Some(seconds) = body.retry_after_s {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(etag) = &body.etag {
        headers.insert(header::ETAG, etag.clone());
    }
    if status == StatusCode::NOT_MODIFIED {
        return (status, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(name) = body.encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    (status, headers, body.into_bytes()).into_response()
}
