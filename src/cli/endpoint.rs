//! `hookpost endpoint add|set|list|show|remove`. Works beside a running server, which takes the change in within a second.

use super::{
    CliError,
    desk::Desk,
    hmac::HmacArgs,
    output::{self, Shown},
    scheme,
};
use crate::{
    db::{self, Db},
    endpoints::{self, Changes, NewEndpoint, reference::Reference, secrets::SecretText},
    model::{
        endpoint::{Endpoint, SecretInfo},
        error::not_found,
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
        time,
    },
    runtime::config::Settings,
};
use clap::{Args, Subcommand};
use serde_json::json;

/// Arguments of `hookpost endpoint`.
#[derive(Args, Debug)]
pub struct EndpointArgs {
    #[command(subcommand)]
    command: EndpointCommand,
}

#[derive(Subcommand, Debug)]
enum EndpointCommand {
    /// Create an endpoint and print its ingest URL
    Add {
        /// Endpoint name, such as prod-openai
        name: String,
        /// Signature scheme of its sender
        #[arg(long, default_value = Scheme::OPENAI.as_str(), value_parser = scheme::words())]
        scheme: Scheme,
        /// Read the signing secret from standard input
        #[arg(long)]
        secret_stdin: bool,
        /// Read the secret from the server's environment or a file instead: env:NAME or file:/path. Files are reloaded when they
        /// change
        #[arg(long, value_name = "REFERENCE", conflicts_with = "secret_stdin")]
        secret_ref: Option<String>,
        /// Format of the secret: prefixed (whsec_…), base64 or text. Default: the scheme's usual format
        #[arg(long)]
        secret_format: Option<SecretFormat>,
        /// Additional headers that carry credentials, separated by commas; their values are encrypted and never shown
        #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
        secret_headers: String,
        #[command(flatten)]
        hmac: HmacArgs,
    },
    /// Change an endpoint; options you leave out keep their values
    Set {
        /// Endpoint name
        name: String,
        /// New name
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// All additional headers that carry credentials, separated by commas; empty: none. Applies to stored deliveries too
        #[arg(long, value_name = "NAMES")]
        secret_headers: Option<String>,
        /// Retention of deliveries in days
        #[arg(long, value_name = "DAYS")]
        retention_days: Option<i64>,
        /// Body limit in bytes; 0: the server's setting
        #[arg(long, value_name = "BYTES")]
        body_limit: Option<i64>,
        /// Whether the endpoint accepts webhooks; if false, its URL answers 404
        #[arg(long, value_name = "BOOL")]
        enabled: Option<bool>,
    },
    /// List endpoints
    List,
    /// Show an endpoint and its secrets (never their values)
    Show {
        /// Endpoint name
        name: String,
    },
    /// Remove an endpoint, its secrets and its deliveries
    Remove {
        /// Endpoint name
        name: String,
    },
}

pub(super) async fn run(args: EndpointArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let base_url = desk.settings.base_url(desk.settings.listen);
    let by = desk.by();
    let done = match args.command {
        EndpointCommand::Add {
            name,
            scheme,
            secret_stdin,
            secret_ref,
            secret_format,
            secret_headers,
            hmac,
        } => {
            warn_of_reference(&desk.settings, secret_ref.as_deref());
            let format = secret_format.unwrap_or_else(|| scheme.secret_format);
            let secret = match (secret_stdin, secret_ref) {
                (true, _) => Some(SecretText::Text { text: output::secret_from_stdin()?, format }),
                // The server's environment is another than the command's.
                (_, Some(reference)) => Some(SecretText::Reference { reference, format, resolve: None }),
                (false, None) => None,
            };
            let new = NewEndpoint { name, scheme, hmac: Some(hmac.into()), secret_headers, secret };
            let (endpoint, warnings) = endpoints::create(db, &by, new).await?;
            for warning in warnings {
                tracing::warn!("secret: {warning}");
            }
            for warning in endpoint.hmac.iter().flat_map(HmacOptions::warnings) {
                tracing::warn!("hmac: {warning}");
            }
            shown(&endpoint, &base_url)
        }
        EndpointCommand::Set { name, rename, secret_headers, retention_days, body_limit, enabled } => {
            let now = by_name(db, &name).await?;
            let id = now.id;
            if let Some(enabled) = enabled {
                endpoints::enable(db, &by, id, enabled).await?;
            }
            if rename.is_some()
                || secret_headers.is_some()
                || retention_days.is_some()
                || body_limit.is_some()
            {
                let changes = Changes {
                    name: rename.unwrap_or(now.name),
                    body_limit: body_limit.map_or(now.body_limit, |bytes| (bytes != 0).then_some(bytes)),
                    retention_days: retention_days.unwrap_or(now.retention_days),
                    secret_headers,
                    version: Some(now.version),
                };
                endpoints::change(db, &by, id, changes).await?;
            }
            shown(&endpoints::find(db, id).await?, &base_url)
        }
        EndpointCommand::List => {
            let all = db::endpoints::list(&mut db.read().await?).await?;
            return Shown::print_all(all.iter().map(|one| shown(one, &base_url)), desk.as_json);
        }
        EndpointCommand::Show { name } => {
            let endpoint = by_name(db, &name).await?;
            let secrets = db::secrets::list(&mut db.read().await?, endpoint.id).await?;
            let mut all = shown(&endpoint, &base_url);
            all.0["secrets"] = json!(secrets);
            secrets.iter().fold(all, |all, secret| all.and(&secret_line(secret, by.at)))
        }
        EndpointCommand::Remove { name } => {
            let endpoint = by_name(db, &name).await?;
            let affected = endpoints::affected_by_removal(db, endpoint.id).await?;
            endpoints::remove(db, &by, endpoint.id).await?;
            let mut done = Shown::done("removed", &name);
            done.0["take_nothing_now"] = json!(affected.emptied);
            affected.emptied.iter().fold(done, |done, destination| {
                done.and(&format!(
                    "the destination {destination} only got events from this endpoint and now gets nothing"
                ))
            })
        }
    };
    done.print(desk.as_json)
}

/// The server reads the secret, with settings of its own: those of the command may be the same.
fn warn_of_reference(settings: &Settings, reference: Option<&str>) {
    let Some(Ok(reference)) = reference.map(str::parse::<Reference>) else { return };
    if !settings.allowed_references().admits(&reference) {
        let setting = match reference {
            Reference::Env(_) => "--secret-env (HOOKPOST_SECRET_ENV)",
            Reference::File(_) => "--secret-dirs (HOOKPOST_SECRET_DIRS)",
        };
        tracing::warn!(
            "the server only uses {reference} if its {setting} allows it; this command's setting does not"
        );
    }
}

async fn by_name(db: &Db, name: &str) -> Result<Endpoint, CliError> {
    let found = db::endpoints::by_name(&mut db.read().await?, name).await?;
    found.ok_or_else(|| CliError::failed(format!("{name}: {}", not_found("endpoint"))))
}

fn secret_line(secret: &SecretInfo, now: i64) -> String {
    let state = format!("{:?}", secret.state(now)).to_lowercase();
    let shown = match &secret.reference {
        Some(reference) => reference.clone(),
        None => format!("…{}", secret.hint),
    };
    format!("  secret {} {shown} {state}, added {}", secret.label, time::full(secret.created_at))
}

fn shown(endpoint: &Endpoint, base_url: &str) -> Shown {
    let state = if endpoint.enabled { "" } else { " (disabled)" };
    let ingest_url = format!("{base_url}{}", endpoint.ingest_path());
    let text = format!("{} · {}{state} · {ingest_url}", endpoint.name, endpoint.scheme);
    let value = json!({
        "id": endpoint.id,
        "name": endpoint.name,
        "scheme": endpoint.scheme,
        "enabled": endpoint.enabled,
        "secret_headers": endpoint.secret_headers,
        "ingest_url": ingest_url,
    });
    Shown(value, text)
}
