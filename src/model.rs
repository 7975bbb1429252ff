//! Plain types shared by the server and the browser. No input or output happens here.

pub mod alert;
pub mod audit;
pub mod catalogue;
pub mod channel;
pub mod delivery;
pub mod destination;
pub mod endpoint;
pub mod filter;
pub mod headers;
pub mod histogram;
pub mod hmac;
pub mod ids;
pub mod incident;
pub mod invite;
pub mod job;
pub mod json;
pub mod notice;
pub mod rhythm;
pub mod scheme;
pub mod session;
pub mod severity;
pub mod time;
pub mod token;
pub mod user;
pub mod verdict;
pub mod visible;
