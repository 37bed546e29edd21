//! Secrets: the database's login, kept by AWS Secrets Manager.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use aws_config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_secretsmanager::Client;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use serde_json::Value;

/// How long one fetch may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The login to the database, and the secret's other values. `Debug` is missing, so that no log has
/// it.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The role.
    pub username: String,
    /// Its password.
    pub password: String,
    /// The host, if the secret names one.
    pub host: Option<String>,
    /// The port, if the secret names one.
    pub port: Option<u16>,
    /// The database's name, if the secret has it.
    pub name: Option<String>,
}

/// A secret by its name or ARN. Region, endpoint and credentials come from AWS's usual settings.
pub struct Secret {
    id: String,
    /// The client of AWS, new after a failure: its region or role may have been wrong.
    client: Option<Client>,
}

impl Secret {
    /// Fetches nothing before the first call of [`Self::fetch`].
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), client: None }
    }

    /// Fetches the current secret once; the caller decides when to fetch again.
    pub async fn fetch(&mut self) -> anyhow::Result<Login> {
        let client = match self.client.take() {
            Some(client) => client,
            None => client().await,
        };
        let secret = client.get_secret_value().secret_id(&self.id).send().await;
        let secret = secret.with_context(|| format!("cannot fetch the secret {:?}", self.id))?;
        self.client = Some(client);
        let text = secret.secret_string().context("the secret is not text")?;
        parse(text).with_context(|| format!("cannot read the secret {:?}", self.id))
    }
}

async fn client() -> Client {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder().operation_timeout(FETCH_TIMEOUT).build();
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    Client::new(&config.load().await)
}

/// Reads the form that rotation functions write. Errors name missing fields, and never values.
fn parse(text: &str) -> anyhow::Result<Login> {
    let fields: HashMap<String, Value> =
        serde_json::from_str(text).ok().context("it is not a JSON object")?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let username = text("username").or_else(|| text("DB_USERNAME"));
    let password = text("password").or_else(|| text("DB_PASSWORD"));
    let port = match fields.get("port") {
        None | Some(Value::Null) => None,
        // Some tools write every value as text.
        Some(Value::String(port)) => Some(port.parse().ok().context("port is not a port")?),
        Some(port) => {
            let port = port.as_u64().and_then(|port| u16::try_from(port).ok());
            Some(port.context("port is not a port")?)
        }
    };
    Ok(Login {
        username: username.context("it has neither username nor DB_USERNAME")?,
        password: password.context("it has neither password nor DB_PASSWORD")?,
        host: text("host"),
        port,
        name: text("dbname"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(username: &str, password: &str) -> Login {
        let (username, password) = (username.to_owned(), password.to_owned());
        Login { username, password, host: None, port: None, name: None }
    }

    #[test]
    fn secrets_are_read_in_the_forms_that_people_have() {
        let read = |text: &str| parse(text).map_err(|error| format!("{error:#}")).ok();
        assert!(read(r#"{"username":"u","password":"p"}"#) == Some(login("u", "p")));
        assert!(read(r#"{"DB_USERNAME":"u","DB_PASSWORD":"p"}"#) == Some(login("u", "p")));
        let rds = r#"{"engine":"postgres","username":"u","password":"p","host":"h","port":6432,
                      "dbname":"d","dbInstanceIdentifier":"i"}"#;
        let whole = Login {
            host: Some("h".to_owned()),
            port: Some(6432),
            name: Some("d".to_owned()),
            ..login("u", "p")
        };
        assert!(read(rds) == Some(whole.clone()));
        assert!(read(&rds.replace("6432", "\"6432\"")) == Some(whole));
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_it() {
        for (text, expected) in [
            ("hunter2", "it is not a JSON object"),
            (r#"["hunter2"]"#, "it is not a JSON object"),
            (r#"{"password":"hunter2"}"#, "it has neither username nor DB_USERNAME"),
            (r#"{"username":"hunter2"}"#, "it has neither password nor DB_PASSWORD"),
            (r#"{"username":"u","password":"p","port":"hunter2"}"#, "port is not a port"),
            (r#"{"username":"u","password":"p","port":99999}"#, "port is not a port"),
        ] {
            let said = parse(text).err().map(|error| format!("{error:#}"));
            assert_eq!(said.as_deref(), Some(expected), "{text}");
        }
    }
}
