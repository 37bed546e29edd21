//! Settings of `candleql key`.

use clap::{Args, Subcommand};

use super::CommandSettings;

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Makes a key and prints it, for this once: the database has only its hash.
    Create(CreateKeySettings),
    /// Lists the keys: id, times, name.
    List(CommandSettings),
    /// Makes a key invalid; servers notice within their poll interval.
    Revoke(RevokeKeySettings),
}

/// Settings of `candleql key create`.
#[derive(Debug, Args)]
pub struct CreateKeySettings {
    /// A name for the key: of the person or the program that gets it.
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}

/// Settings of `candleql key revoke`.
#[derive(Debug, Args)]
pub struct RevokeKeySettings {
    /// The key's id, as `candleql key list` has it: what stands between the underscores.
    pub id: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub command: CommandSettings,
}
