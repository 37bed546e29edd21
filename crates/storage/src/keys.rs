//! API keys: creates, revokes and recognises them.
//!
//! A key is `cql_ID_SECRET`. The database has only its SHA-256, which cannot serve as a key. The
//! secret has 256 random bits, which no attacker can guess, so a slower hash is not needed.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use parking_lot::{Mutex, RwLock};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    Error,
    db::{Database, ReadQuery, Session},
    entity::api_key,
};

/// The beginning of every key, so that scanners recognise a leaked one.
const PREFIX: &str = "cql_";

const ID_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;

type Hash = [u8; 32];

/// A key, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key in [`revoke`] and in logs.
    pub id: String,
    /// The holder of the key.
    pub name: String,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of revocation; none while the key is valid.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%SZ");
        write!(f, "{}  created {}  ", self.id, time(self.created_at))?;
        match self.revoked_at {
            Some(at) => write!(f, "revoked {}", time(at))?,
            None => write!(f, "{:28}", "valid")?,
        }
        write!(f, "  {}", self.name)
    }
}

/// Creates a key and returns it. No later call can read it again.
pub async fn create(db: &Database, name: &str) -> anyhow::Result<String> {
    let id = random_digits::<ID_BYTES>()?;
    let key = format!("{PREFIX}{id}_{}", random_digits::<SECRET_BYTES>()?);
    let row = api_key::ActiveModel {
        key_id: Set(id),
        name: Set(name.to_owned()),
        hash: Set(hex::encode(hash(&key))),
        created_at: Set(Utc::now()),
        ..Default::default()
    };
    let session = db.begin_write().await.context("cannot store the key")?;
    row.insert(&session).await.context("cannot store the key")?;
    session.commit().await.context("cannot store the key")?;
    Ok(key)
}

/// Every key, in the order of creation.
pub async fn list(db: &Database) -> anyhow::Result<Vec<ApiKey>> {
    let rows = db.read(&AllKeys).await?;
    let key = |row: api_key::Model| ApiKey {
        id: row.key_id,
        name: row.name,
        created_at: row.created_at,
        revoked_at: row.revoked_at,
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Revokes a key for good. Fails if no key has the id; a revoked key stays revoked.
pub async fn revoke(db: &Database, id: &str) -> anyhow::Result<()> {
    let session = db.begin_write().await.context("cannot revoke the key")?;
    let row = api_key::Entity::find().filter(api_key::Column::KeyId.eq(id)).one(&session).await?;
    let row = row.with_context(|| {
        format!("no key has the id {id:?}; `candleql key list` shows those there are")
    })?;
    if row.revoked_at.is_none() {
        let mut row = row.into_active_model();
        row.revoked_at = Set(Some(Utc::now()));
        row.update(&session).await.context("cannot revoke the key")?;
    }
    session.commit().await.context("cannot revoke the key")
}

/// Reads every key, in the order of creation.
struct AllKeys;

impl ReadQuery for AllKeys {
    type Output = Vec<api_key::Model>;

    async fn read(&self, session: &Session) -> Result<Option<Self::Output>, Error> {
        // A lagging replica would make a revoked key valid again.
        if session.is_replica() {
            return Ok(None);
        }
        let keys = api_key::Entity::find().order_by_asc(api_key::Column::Id);
        Ok(Some(keys.all(session).await?))
    }
}

/// The valid keys, in memory: requests ask no database.
pub struct Keys {
    db: Database,
    /// The time between two look-ups.
    interval: Duration,
    valid: RwLock<HashMap<String, Hash>>,
    /// The task that looks the keys up; it ends with this value.
    tasks: Mutex<JoinSet<()>>,
}

impl Keys {
    /// No keys yet. [`Keys::start`] runs the first query.
    #[must_use]
    pub fn new(db: Database, interval: Duration) -> Arc<Self> {
        Arc::new(Self { db, interval, valid: RwLock::default(), tasks: Mutex::default() })
    }

    /// Looks up the keys of a migrated database, and again once per interval. While the database is
    /// down, the valid keys stay valid.
    pub async fn start(self: &Arc<Self>) -> Result<(), Error> {
        self.refresh().await?;
        let mut tasks = self.tasks.lock();
        if tasks.is_empty() {
            tasks.spawn(poll(Arc::downgrade(self), self.interval));
        }
        Ok(())
    }

    /// Looks the keys up: later requests see every key created or revoked before.
    pub async fn refresh(&self) -> Result<(), Error> {
        let valid = self.db.read(&AllKeys).await?.into_iter().filter_map(|row| {
            let hash: Hash = hex::decode(row.hash).ok()?.try_into().ok()?;
            row.revoked_at.is_none().then_some((row.key_id, hash))
        });
        *self.valid.write() = valid.collect();
        Ok(())
    }

    /// The id of a key, if the key is valid. The time that this takes does not tell how much of the
    /// key is right.
    #[must_use]
    pub fn identify(&self, key: &str) -> Option<String> {
        let (id, _) = key.strip_prefix(PREFIX)?.split_once('_')?;
        let known = *self.valid.read().get(id)?;
        bool::from(hash(key).ct_eq(&known)).then(|| id.to_owned())
    }
}

async fn poll(keys: Weak<Keys>, interval: Duration) {
    let mut away = false;
    loop {
        sleep(interval).await;
        let Some(keys) = keys.upgrade() else { return };
        match keys.refresh().await {
            Ok(()) if away => {
                tracing::info!("API keys are up to date again");
                away = false;
            }
            Err(error) if !away => {
                let error = error.with_causes();
                tracing::warn!(error, "cannot look up API keys; revoked keys stay valid");
                away = true;
            }
            _ => {}
        }
    }
}

fn hash(key: &str) -> Hash {
    Sha256::digest(key).into()
}

fn random_digits<const BYTES: usize>() -> anyhow::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(hex::encode(bytes))
}
