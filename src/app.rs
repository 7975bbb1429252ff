//! The web UI, rendered on the server. Only what is below [`islands`] (and what islands use) also runs in the browser.
//! A folder per domain holds its pages, its forms and its server functions; each of these functions is a public URL, so
//! each checks the role first.

pub(crate) mod islands;
pub(crate) mod kit;

#[cfg(feature = "ssr")]
pub(crate) mod account;
#[cfg(feature = "ssr")]
pub(crate) mod alerts;
#[cfg(feature = "ssr")]
pub(crate) mod audit;
#[cfg(feature = "ssr")]
pub(crate) mod backups;
#[cfg(feature = "ssr")]
pub(crate) mod delivery;
#[cfg(feature = "ssr")]
pub(crate) mod destinations;
#[cfg(feature = "ssr")]
pub(crate) mod endpoints;
#[cfg(feature = "ssr")]
pub(crate) mod events;
#[cfg(feature = "ssr")]
pub(crate) mod figures;
#[cfg(feature = "ssr")]
pub(crate) mod health;
#[cfg(feature = "ssr")]
pub(crate) mod jobs;
#[cfg(feature = "ssr")]
pub(crate) mod login;
#[cfg(feature = "ssr")]
pub(crate) mod overview;
#[cfg(feature = "ssr")]
pub(crate) mod routes;
#[cfg(feature = "ssr")]
pub(crate) mod shell;
#[cfg(feature = "ssr")]
pub(crate) mod team;
#[cfg(feature = "ssr")]
pub(crate) mod tokens;
#[cfg(feature = "ssr")]
pub(crate) mod tools;

#[cfg(feature = "ssr")]
pub use {
    backups::posted::BackupForm, destinations::posted::DestinationForm, endpoints::hmac_form::HmacForm,
    tokens::functions::TokenForm,
};

#[cfg(feature = "ssr")]
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
