//! What the fuzz targets share: a server in this process, documents of its schema's grammar, values
//! for arguments, and what every answer must be.

pub mod answer;
pub mod document;
pub mod request;
pub mod schema;
pub mod server;
pub mod value;
mod writer;
