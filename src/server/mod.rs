//! The server: it accepts connections, watches them, and ends in good order. It knows no route.

mod connection;
pub mod lifecycle;
mod serve;
pub mod signals;
mod socket_activity;

pub use self::{connection::Peer, serve::serve};
