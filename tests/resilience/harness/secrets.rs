//! AWS Secrets Manager as moto emulates it, behind a proxy that counts requests, behind a network
//! that the test can break.

use std::{
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    client::{Client, until},
    programs::{free_port, named_by},
    proxy::Proxy,
};

/// The name of the secret.
pub const SECRET: &str = "candleql/database";

/// As a client signs; the emulator only reads the region and the service.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/secretsmanager/aws4_request, \
     SignedHeaders=host, Signature=0";

pub struct Secrets {
    /// The way to it, to be broken.
    pub network: Proxy,
    moto: Moto,
    fetches: Fetches,
    counting: JoinHandle<()>,
}

/// When the secret was asked for.
type Fetches = Arc<Mutex<Vec<Instant>>>;

struct Moto {
    process: Child,
    port: u16,
}

impl Secrets {
    /// A running emulator with the secret.
    pub async fn start(secret: &Value) -> Self {
        let port = free_port();
        let mut command = Command::new(named_by("MOTO_SERVER"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let moto = Moto { process, port };
        let fetches = Fetches::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let network = Proxy::to(listener.local_addr().unwrap().port()).await;
        let routes = Router::new().fallback(forward).with_state((port, Arc::clone(&fetches)));
        let counting = tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        let secrets = Self { network, moto, fetches, counting };
        let content = json!({ "Name": SECRET, "SecretString": secret.to_string() });
        let make = async || secrets.call("CreateSecret", &content).await.is_some();
        until("moto starts", Duration::from_secs(30), make).await;
        secrets
    }

    /// Gives the secret another content.
    pub async fn put(&self, secret: &Value) {
        let content = json!({ "SecretId": SECRET, "SecretString": secret.to_string() });
        assert!(self.call("PutSecretValue", &content).await.is_some());
    }

    /// The times of all requests for the secret.
    pub fn fetches(&self) -> Vec<Instant> {
        self.fetches.lock().unwrap().clone()
    }

    /// The settings by which a client finds it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test-key".to_owned()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", format!("http://127.0.0.1:{}", self.network.port)),
        ]
    }

    /// Calls the emulator directly: what the test does is not counted and always works.
    async fn call(&self, action: &str, content: &Value) -> Option<Value> {
        let request = hyper::Request::post(format!("http://127.0.0.1:{}/", self.moto.port))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", AUTHORIZATION)
            .header("x-amz-target", format!("secretsmanager.{action}"))
            .body(Full::from(content.to_string()));
        let (status, body) = Client::new().send(request.unwrap()).await.ok()?;
        (status == 200).then(|| serde_json::from_slice(&body).unwrap())
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.counting.abort();
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Takes a request to the emulator, and notes those that fetch the secret.
async fn forward(State((port, fetches)): State<(u16, Fetches)>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target");
    if target.is_some_and(|target| target == "secretsmanager.GetSecretValue") {
        fetches.lock().unwrap().push(Instant::now());
    }
    let (mut parts, body) = request.into_parts();
    parts.uri = format!("http://127.0.0.1:{port}{}", parts.uri.path()).parse().unwrap();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let (status, body) = Client::new()
        .send(Request::from_parts(parts, Full::from(body)))
        .await
        .unwrap_or_else(|why| (502, why.into()));
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_kept_changed_and_counted() {
    use super::proxy::Mode;

    let secrets = Secrets::start(&json!({ "password": "one" })).await;
    assert!(secrets.fetches().is_empty());
    let client = Client::new();
    let fetch = async || {
        let request = hyper::Request::post(format!("http://127.0.0.1:{}/", secrets.network.port))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", AUTHORIZATION)
            .header("x-amz-target", "secretsmanager.GetSecretValue")
            .body(Full::from(json!({ "SecretId": SECRET }).to_string()));
        let (_, body) = client.send(request.unwrap()).await.ok()?;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        Some(answer["SecretString"].as_str().unwrap().to_owned())
    };
    assert_eq!(fetch().await.unwrap(), r#"{"password":"one"}"#);
    secrets.put(&json!({ "password": "two" })).await;
    assert_eq!(fetch().await.unwrap(), r#"{"password":"two"}"#);
    assert_eq!(secrets.fetches().len(), 2);
    secrets.network.set(Mode::Refuse);
    assert!(fetch().await.is_none());
    assert_eq!(secrets.fetches().len(), 2);
}
