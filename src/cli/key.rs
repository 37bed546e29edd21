//! `candleql key`: API keys.

use anyhow::Result;
use config::KeyCommand;
use storage::keys;

use super::on_database;

pub(super) async fn run(command: KeyCommand) -> Result<()> {
    match command {
        KeyCommand::Create(settings) => {
            on_database(&settings.command, async |db| {
                Ok(keys::create(db, &settings.name).await? + "\n")
            })
            .await
        }
        KeyCommand::List(settings) => {
            on_database(&settings, async |db| {
                let keys = keys::list(db).await?;
                Ok(keys.iter().map(ToString::to_string).map(|line| line + "\n").collect())
            })
            .await
        }
        KeyCommand::Revoke(settings) => {
            on_database(&settings.command, async |db| {
                keys::revoke(db, &settings.id).await?;
                Ok(format!("the key {} is revoked\n", settings.id))
            })
            .await
        }
    }
}
