//! GraphQL over HTTP: `/graphql` by POST and GET.
//!
//! One handler decodes the request and gets the answer; [`super::response`] decides the status and writes
//! it. The rules are those of the GraphQL over HTTP specification (GraphQL Foundation, working draft),
//! and for caches those of RFC 9110 and 9111.

use std::sync::LazyLock;

use async_graphql::Variables;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use metrics::Histogram;
use serde_json::{Map, Value};
use telemetry::metrics::REQUEST_COST;
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    App, Shared,
    access::Client,
    body::RequestBody,
    cors,
    encoding::Encoding,
    graphql_request::GraphqlRequest,
    media::Media,
    pages,
    request_record::{RequestRecord, request_id},
    response::{method_not_allowed, refuse, status, written},
    response_cache::{CacheKey, ResponseBody},
};
use crate::{
    error::{Code, Refusal},
    graphql::engine::answer::{Answer, Wanted},
    server::lifecycle::Lifecycle,
};

/// What requests cost that run.
static COST: LazyLock<Histogram> = LazyLock::new(|| REQUEST_COST.histogram(&[]));

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
    let (mut record, span) =
        (RequestRecord::of(app.0.operation_metrics.unknown()), RequestRecord::span());
    let answering = answer(app, media, request, body, &mut record).instrument(span.clone());
    let answered = timeout(limit, answering).await.unwrap_or_else(|_| {
        let message = format!("there is no answer within {} ms", limit.as_millis());
        Err(Refusal::new(Code::ExecutionTimeout, message))
    });
    if let Err(refusal) = &answered {
        record.codes.insert(refusal.code);
    }
    record.trace(&span);
    let mut response = written(app, media, request, answered);
    response.extensions_mut().insert(record);
    response
}

/// The answer to a request, as it was given before or executed now.
async fn answer(
    app: &App,
    media: Media,
    request: &Parts,
    body: &mut RequestBody,
    record: &mut RequestRecord,
) -> Result<(StatusCode, ResponseBody), Refusal> {
    let app = &app.0;
    check_started(&app.lifecycle)?;
    cors::check(&request.headers, &app.settings.access.cors_origins)?;
    let client = app.access.admit(request).await?;
    let mut parameters = parameters(app, request, body).await?;
    let encoding = Encoding::accepted(&request.headers);
    let wanted = parameters.wanted();
    let document = match app.persisted_queries.find(&mut parameters) {
        Ok(document) => document,
        Err(refusal) if refusal.code == Code::BadRequest => return Err(refusal),
        Err(refusal) => {
            record.codes.insert(refusal.code);
            let answer = Answer::refused(&refusal);
            return Ok((status(&answer, media), ResponseBody::plain(answer.json)));
        }
    };
    record.document = app.settings.telemetry.log_documents.then(|| document.clone());
    let variables = parameters.variables.map_or_else(String::new, |json| json.get().to_owned());
    let operation_name = parameters.operation_name;
    let question = CacheKey { document, operation_name, variables, encoding };
    if wanted == Wanted::default()
        && let Some(body) = app.response_cache.get(&question, &app.store.universe(), record).await
    {
        return Ok((StatusCode::OK, body));
    }
    // What is kept is given without room for what making an answer takes.
    Box::pin(answer_anew(app, media, request, question, wanted, &client, record)).await
}

/// The answer to a question that was not asked before, or was answered of other data.
async fn answer_anew(
    app: &Shared,
    media: Media,
    request: &Parts,
    question: CacheKey,
    wanted: Wanted,
    client: &Client,
    record: &mut RequestRecord,
) -> Result<(StatusCode, ResponseBody), Refusal> {
    let answer = execute(app, request, &question, wanted, client, record).await?;
    record.codes = answer.codes;
    if let Some(operation) = record.operation.as_mut().filter(|_| answer.codes.is_empty()) {
        app.operation_metrics.learn(operation);
    }
    Ok((status(&answer, media), send(app, request, question, answer, record).await))
}

/// What the library answers, or why it is not asked.
async fn execute(
    app: &Shared,
    request: &Parts,
    question: &CacheKey,
    wanted: Wanted,
    client: &Client,
    record: &mut RequestRecord,
) -> Result<Answer, Refusal> {
    let to_execute = to_execute(question, app.settings.limits.max_variables_bytes)?;
    let prepared = match app.api.prepare(to_execute).await {
        Ok(prepared) => prepared,
        Err(answer) => return Ok(answer),
    };
    record.cost = Some(prepared.cost());
    if let Some((kind, name)) = prepared.operation() {
        record.operation = Some(app.operation_metrics.find(kind, name));
    }
    if request.method != Method::POST && !prepared.is_query() {
        return Err(Refusal::new(Code::MethodNotAllowed, "GET runs queries only"));
    }
    app.access.spend(client, prepared.cost().saturating_add(question.document.len()))?;
    #[allow(clippy::cast_precision_loss)] // costs are far below 2^52
    COST.record(prepared.cost() as f64);
    let request_id = request_id(&request.extensions);
    Ok(prepared.run(&request_id, wanted).await)
}

async fn parameters(
    app: &Shared,
    request: &Parts,
    body: &mut RequestBody,
) -> Result<GraphqlRequest, Refusal> {
    if request.method == Method::POST {
        GraphqlRequest::from_body(&body.read(&request.headers, &app.settings.http).await?)
    } else {
        GraphqlRequest::from_url(request)
    }
}

/// The body of an answer, which is kept if it lasts.
async fn send(
    app: &Shared,
    request: &Parts,
    question: CacheKey,
    mut answer: Answer,
    record: &RequestRecord,
) -> ResponseBody {
    let (encoding, room) = (question.encoding, answer.room.take());
    // Nobody looks at the tag of an answer that no cache can keep.
    let may_last = request.method != Method::POST || app.response_cache.are_kept();
    let Some(reads) = answer.reads.take().filter(|_| may_last) else {
        let body = ResponseBody::plain(answer.json).retry_after(answer.retry_after_s);
        return body.taking(room).encoded(encoding).await;
    };
    let body = ResponseBody::lasting(answer.json).taking(room).encoded(encoding).await;
    app.response_cache.keep(question, body.clone(), reads, record).await;
    body
}

/// The request for the library.
fn to_execute(
    question: &CacheKey,
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

/// Refuses everybody while neither the keys nor the instruments are known.
fn check_started(lifecycle: &Lifecycle) -> Result<(), Refusal> {
    if lifecycle.can_answer() {
        return Ok(());
    }
    let message = "the server is starting; /_healthcheck says what it waits for";
    Err(Refusal { retry_after_s: Some(1), ..Refusal::new(Code::Starting, message) })
}
