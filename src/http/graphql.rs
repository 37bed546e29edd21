//! GraphQL over HTTP: `/graphql` by POST and GET.
//!
//! One handler decodes the request and gets the answer; [`super::response`] decides the status and
//! writes it. The rules are those of the GraphQL over HTTP specification (GraphQL Foundation,
//! working draft), and for caches those of RFC 9110 and 9111.

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

/// Answers `/graphql`: a page for a browser that asks for one by GET, else data.
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
    let available = match request.method {
        Method::GET | Method::HEAD => Media::DATA_OR_PAGE,
        Method::POST => Media::DATA,
        _ => return method_not_allowed(),
    };
    match Media::accepted(&request.headers, available) {
        Some(Media::Html) => pages::graphiql(app, &request.headers),
        Some(media) => Exchange::new(&app.0, request, media).respond(body).await,
        None => {
            let message = "answers are application/json or application/graphql-response+json";
            refuse(&Refusal::new(Code::NotAcceptable, message), Media::Json)
        }
    }
}

/// A request for data, and what is known of it on the way to its response. The methods stand in the
/// order in which a request passes them.
struct Exchange<'a> {
    app: &'a Shared,
    request: &'a Parts,
    media: Media,
    record: RequestRecord,
}

impl<'a> Exchange<'a> {
    fn new(app: &'a Shared, request: &'a Parts, media: Media) -> Self {
        Self { app, request, media, record: RequestRecord::of(app.operation_metrics.unknown()) }
    }

    /// The answer or the refusal as a response, within the time limit.
    async fn respond(mut self, body: &mut RequestBody) -> Response {
        let (limit, span) = (self.app.settings.http.request_timeout, RequestRecord::span());
        let answering = self.answer(body).instrument(span.clone());
        let answered = timeout(limit, answering).await.unwrap_or_else(|_| {
            let message = format!("there is no answer within {} ms", limit.as_millis());
            Err(Refusal::new(Code::ExecutionTimeout, message))
        });
        if let Err(refusal) = &answered {
            self.record.codes.insert(refusal.code);
        }
        self.record.trace(&span);
        let mut response = written(self.app, self.media, self.request, answered);
        response.extensions_mut().insert(self.record);
        response
    }

    /// The answer, as it was given before or executed now.
    async fn answer(
        &mut self,
        body: &mut RequestBody,
    ) -> Result<(StatusCode, ResponseBody), Refusal> {
        let app = self.app;
        check_started(&app.lifecycle)?;
        cors::check(&self.request.headers, &app.settings.access.cors_origins)?;
        let client = app.access.admit(self.request).await?;
        let mut parameters = self.parameters(body).await?;
        let wanted = parameters.wanted();
        let document = match app.persisted_queries.find(&mut parameters) {
            Ok(document) => document,
            Err(refusal) if refusal.code == Code::BadRequest => return Err(refusal),
            Err(refusal) => {
                self.record.codes.insert(refusal.code);
                let answer = Answer::refused(&refusal);
                return Ok((status(&answer, self.media), ResponseBody::plain(answer.json)));
            }
        };
        self.record.document = app.settings.telemetry.log_documents.then(|| document.clone());
        let question = CacheKey {
            document,
            operation_name: parameters.operation_name,
            variables: parameters.variables.map_or_else(String::new, |it| it.get().to_owned()),
            encoding: Encoding::accepted(&self.request.headers),
        };
        if wanted == Wanted::default()
            && let Some(body) =
                app.response_cache.get(&question, &app.store.universe(), &mut self.record).await
        {
            return Ok((StatusCode::OK, body));
        }
        // An answer from the cache does without the room that executing takes.
        Box::pin(self.answer_anew(question, wanted, &client)).await
    }

    async fn parameters(&self, body: &mut RequestBody) -> Result<GraphqlRequest, Refusal> {
        if self.request.method == Method::POST {
            let body = body.read(&self.request.headers, &self.app.settings.http).await?;
            GraphqlRequest::from_body(&body)
        } else {
            GraphqlRequest::from_url(self.request)
        }
    }

    /// The answer to a question that was not asked before, or was answered of other data.
    async fn answer_anew(
        &mut self,
        question: CacheKey,
        wanted: Wanted,
        client: &Client,
    ) -> Result<(StatusCode, ResponseBody), Refusal> {
        let answer = self.execute(&question, wanted, client).await?;
        self.record.codes = answer.codes;
        if let Some(operation) = self.record.operation.as_mut().filter(|_| answer.codes.is_empty())
        {
            self.app.operation_metrics.learn(operation);
        }
        Ok((status(&answer, self.media), self.keep(question, answer).await))
    }

    /// What the library answers, or why it is not asked.
    async fn execute(
        &mut self,
        question: &CacheKey,
        wanted: Wanted,
        client: &Client,
    ) -> Result<Answer, Refusal> {
        let app = self.app;
        let to_execute = to_execute(question, app.settings.limits.max_variables_bytes)?;
        let prepared = match app.api.prepare(to_execute).await {
            Ok(prepared) => prepared,
            Err(answer) => return Ok(answer),
        };
        self.record.cost = Some(prepared.cost());
        if let Some((kind, name)) = prepared.operation() {
            self.record.operation = Some(app.operation_metrics.find(kind, name));
        }
        if self.request.method != Method::POST && !prepared.is_query() {
            return Err(Refusal::new(Code::MethodNotAllowed, "GET runs queries only"));
        }
        app.access.spend(client, prepared.cost().saturating_add(question.document.len()))?;
        #[allow(clippy::cast_precision_loss)] // costs are far below 2^52
        COST.record(prepared.cost() as f64);
        Ok(prepared.run(&request_id(&self.request.extensions), wanted).await)
    }

    /// The body of an answer. The cache keeps it if it lasts.
    async fn keep(&self, question: CacheKey, mut answer: Answer) -> ResponseBody {
        let (encoding, room) = (question.encoding, answer.room.take());
        let cache = &self.app.response_cache;
        // An answer that no cache can keep needs no tag.
        let may_last = self.request.method != Method::POST || cache.are_kept();
        let Some(reads) = answer.reads.take().filter(|_| may_last) else {
            let body = ResponseBody::plain(answer.json).retry_after(answer.retry_after_s);
            return body.taking(room).encoded(encoding).await;
        };
        let body = ResponseBody::lasting(answer.json).taking(room).encoded(encoding).await;
        cache.keep(question, body.clone(), reads, &self.record).await;
        body
    }
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

/// Refuses every client while neither the keys nor the instruments are known.
fn check_started(lifecycle: &Lifecycle) -> Result<(), Refusal> {
    if lifecycle.can_answer() {
        return Ok(());
    }
    let message = "the server is starting; /_healthcheck says what it waits for";
    Err(Refusal { retry_after_s: Some(1), ..Refusal::new(Code::Starting, message) })
}
