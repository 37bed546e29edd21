//! A database of its own for each test, copied from a template.

use std::{
    fs,
    path::Path,
    sync::{Arc, Weak},
};

use candleql::import::{self, ImportOptions, Source};
use clap::{Args, Command, FromArgMatches};
use config::DatabaseSettings;
use sea_orm::ConnectionTrait;
use storage::db::Database as Db;
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::app::repository;

/// The cluster to test on; SQLite without one.
pub fn cluster_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// A database that ends with the test.
pub struct TestDatabase {
    pub settings: DatabaseSettings,
    database: Database,
    _template: Option<Arc<Template>>,
}

impl TestDatabase {
    /// A database without tables.
    pub async fn blank() -> Self {
        Self::create(None).await
    }

    /// A migrated database without any data.
    pub async fn empty() -> Self {
        let database = Self::create(None).await;
        database.connect().await.migrate().await.unwrap();
        database
    }

    /// A migrated database with the bundled data.
    pub async fn bundled() -> Self {
        static TEMPLATE: Mutex<Weak<Template>> = Mutex::const_new(Weak::new());
        let mut template = TEMPLATE.lock().await;
        let filled = match template.upgrade() {
            Some(filled) => filled,
            None => Arc::new(Template::fill().await),
        };
        *template = Arc::downgrade(&filled);
        Self::create(Some(filled)).await
    }

    /// A database of the program of commit 9461ae7; the fixtures' README describes it.
    pub async fn of_9461ae7() -> Self {
        let database = Self::blank().await;
        let fixtures = repository("tests/api/fixtures/9461ae7");
        if cluster_url().is_some() {
            let dump = fs::read_to_string(fixtures.join("postgres.sql")).unwrap();
            run(&database.settings.database_url, &dump).await;
        } else {
            let packed = fs::File::open(fixtures.join("sqlite.db.gz")).unwrap();
            let mut file = fs::File::create(database.database.folder.path().join(FILE)).unwrap();
            std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut file).unwrap();
        }
        database
    }

    pub async fn connect(&self) -> Db {
        Db::connect(&self.settings).await.unwrap()
    }

    async fn create(template: Option<Arc<Template>>) -> Self {
        let database = Database::create(template.as_deref()).await;
        Self { settings: settings(&database.url), database, _template: template }
    }
}

/// The template of copies.
struct Template {
    database: Database,
    /// The file's bytes, if it is SQLite.
    bytes: Vec<u8>,
}

impl Template {
    async fn fill() -> Self {
        let database = Database::create(None).await;
        let db = connect(&database.url).await;
        db.migrate().await.unwrap();
        import::import(&db, Source::Bundled, &ImportOptions::default()).await.unwrap();
        db.close().await.unwrap();
        let bytes = fs::read(database.folder.path().join(FILE)).unwrap_or_default();
        Self { database, bytes }
    }
}

const FILE: &str = "test.db";

/// A file in a folder of its own, or a database of the cluster; gone when dropped.
struct Database {
    url: String,
    name: String,
    folder: TempDir,
}

impl Database {
    async fn create(template: Option<&Template>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = unique_name(folder.path());
        let url = if let Some(cluster) = cluster_url() {
            let source = template.map(|template| format!(" TEMPLATE {}", template.database.name));
            run(&cluster, &format!("CREATE DATABASE {name}{}", source.unwrap_or_default())).await;
            let mut url = url::Url::parse(&cluster).unwrap();
            url.set_path(&name);
            url.into()
        } else {
            let file = folder.path().join(FILE);
            if let Some(template) = template {
                fs::write(&file, &template.bytes).unwrap();
            }
            format!("sqlite://{}", file.display())
        };
        Self { url, name, folder }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(cluster) = cluster_url() else { return };
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // A test's own runtime cannot be waited for inside it.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(run(&cluster, &drop));
        });
        let _ = dropped.join();
    }
}

/// Runs a statement that must stand outside of transactions.
async fn run(url: &str, statement: &str) {
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}

async fn connect(url: &str) -> Db {
    Db::connect(&settings(url)).await.unwrap()
}

/// Runs a statement in a transaction of its own.
pub async fn execute(db: &Db, statement: &str) {
    let session = db.begin_write().await.unwrap();
    session.execute_unprepared(statement).await.unwrap();
    session.commit().await.unwrap();
}

/// The settings of the command line for a database URL.
pub fn settings(url: &str) -> DatabaseSettings {
    let command = without_environment(DatabaseSettings::augment_args(Command::new("test")));
    let matches = command.get_matches_from(["test", "--database-url", url]);
    DatabaseSettings::from_arg_matches(&matches).unwrap()
}

/// Parses the command line without environment variables.
pub fn without_environment(command: Command) -> Command {
    command.mut_args(|argument| argument.env(None)).mut_subcommands(without_environment)
}

/// A database name that no other test has: temporary folders have random names.
fn unique_name(folder: &Path) -> String {
    let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
    let random: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("test_{}_{}", std::process::id(), random.to_lowercase())
}
