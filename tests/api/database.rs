//! A database of its own for each test, as a copy of a template that is filled once.

use std::{fs, path::Path};

use candleql::{
    config::DatabaseSettings,
    db::{self, DatabaseConnection},
    import,
};
use clap::Parser;
use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The cluster to test on; SQLite without one.
pub fn cluster_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// A database that goes away with the test.
pub struct TestDatabase {
    pub settings: DatabaseSettings,
    _folder: TempDir,
}

impl TestDatabase {
    /// A migrated database without any data.
    pub async fn empty() -> Self {
        let database = Self::create(None).await;
        db::migrate(&database.connect().await).await.unwrap();
        database
    }

    /// A migrated database with the bundled data.
    pub async fn bundled() -> Self {
        static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
        Self::create(Some(TEMPLATE.get_or_init(Template::create).await)).await
    }

    /// A database without tables.
    pub async fn blank() -> Self {
        Self::create(None).await
    }

    pub async fn connect(&self) -> DatabaseConnection {
        db::connect(&self.settings).await.unwrap()
    }

    async fn create(template: Option<&Template>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match cluster_url() {
            None => {
                let file = folder.path().join("test.db");
                if let Some(Template::Sqlite(bytes)) = template {
                    fs::write(&file, bytes).unwrap();
                }
                format!("sqlite://{}", file.display())
            }
            Some(cluster) => {
                let name = unique_name("test", folder.path());
                let source = match template {
                    Some(Template::Postgres(source)) => format!("TEMPLATE {source}"),
                    _ => String::new(),
                };
                let admin = connect(&cluster).await;
                let create = format!("CREATE DATABASE {name} {source}");
                admin.execute_unprepared(&create).await.unwrap();
                admin.close().await.unwrap();
                with_database(&cluster, &name)
            }
        };
        Self { settings: settings(&url), _folder: folder }
    }
}

/// What copies are made of: an SQLite file's bytes, or the name of a PostgreSQL database.
enum Template {
    Sqlite(Vec<u8>),
    Postgres(String),
}

impl Template {
    async fn create() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        let name = unique_name("template", folder.path());
        let url = match cluster_url() {
            None => format!("sqlite://{}", file.display()),
            Some(cluster) => {
                let admin = connect(&cluster).await;
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                admin.close().await.unwrap();
                with_database(&cluster, &name)
            }
        };
        let db = connect(&url).await;
        db::migrate(&db).await.unwrap();
        import::import_bundled(&db).await.unwrap();
        db.close().await.unwrap();
        if cluster_url().is_some() {
            Self::Postgres(name)
        } else {
            Self::Sqlite(fs::read(file).unwrap())
        }
    }
}

/// The settings that the command line would make of a database URL.
pub fn settings(url: &str) -> DatabaseSettings {
    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        database: DatabaseSettings,
    }
    Settings::parse_from(["test", "--database-url", url]).database
}

async fn connect(url: &str) -> DatabaseConnection {
    db::connect(&settings(url)).await.unwrap()
}

/// A database name that no other test has: temporary folders have random names.
fn unique_name(prefix: &str, folder: &Path) -> String {
    let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
    let random: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{prefix}_{}_{}", std::process::id(), random.to_lowercase())
}

fn with_database(cluster: &str, name: &str) -> String {
    let mut url = url::Url::parse(cluster).unwrap();
    url.set_path(name);
    url.into()
}
