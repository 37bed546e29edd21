//! Settings of `candleql key`.

use clap::{Args, Subcommand};

use super::CommandSettings;

/// What to do with API keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Makes a key and prints it once: the database keeps only its hash.
    Create(CreateKeySettings),
    /// Lists the id, the times and the name of each key.
    List(CommandSettings),
    /// Makes a key invalid. Servers notice within their poll interval.
    Revoke(RevokeKeySettings),
}

/// Settings of `candleql key create`.
#[derive(Debug, Args)]
pub struct CreateKeySettings {
    /// A name for the key, such as the person or program that gets it.
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}

/// Settings of `candleql key revoke`.
#[derive(Debug, Args)]
pub struct RevokeKeySettings {
    /// The key's id, from `candleql key list`: the part between the underscores.
    pub id: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
