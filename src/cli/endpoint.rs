//! `hookpost endpoint add|set|list|show|remove`. Works beside a running server, which takes the change in within a second.

use super::{CliError, hmac::HmacArgs, output};
use crate::{
    db::{self, Db},
    endpoints::{self, Changes, NewEndpoint, reference::Reference, secrets::SecretText},
    model::{
        audit::Actor,
        endpoint::{Endpoint, SecretInfo},
        error::not_found,
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
        time,
    },
    runtime::{clock::Clock, config::Settings},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Arguments of `hookpost endpoint`.
#[derive(Args, Debug)]
pub struct EndpointArgs {
    #[command(subcommand)]
    command: EndpointCommand,
}

#[derive(Subcommand, Debug)]
enum EndpointCommand {
    /// Make an endpoint and print its ingest URL
    Add {
        /// Its name, such as prod-openai
        name: String,
        /// How its senders sign: openai, standard-webhooks, svix, github, stripe, …, none
        #[arg(long, default_value = "openai")]
        scheme: Scheme,
        /// Read the signing secret from standard input
        #[arg(long)]
        secret_stdin: bool,
        /// Where the server finds the secret instead: env:NAME or file:/path. It is read again when the file changes
        #[arg(long, value_name = "REFERENCE", conflicts_with = "secret_stdin")]
        secret_ref: Option<String>,
        /// How the secret's text is read: prefixed (whsec_…), base64 or text. Default: as the scheme's senders show it
        #[arg(long)]
        secret_format: Option<SecretFormat>,
        /// Further headers whose values are credentials, separated by commas: they are sealed and never shown
        #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
        secret_headers: String,
        #[command(flatten)]
        hmac: HmacArgs,
    },
    /// Change what is given; the rest stays as it is
    Set {
        /// Its name
        name: String,
        /// Another name
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// All further headers whose values are credentials, separated by commas; empty: none. What is stored is sealed too
        #[arg(long, value_name = "NAMES")]
        secret_headers: Option<String>,
        /// Days for which deliveries are kept
        #[arg(long, value_name = "DAYS")]
        retention_days: Option<i64>,
        /// Largest body in bytes; 0: the server's setting
        #[arg(long, value_name = "BYTES")]
        body_limit: Option<i64>,
        /// Whether it takes webhooks; without, its URL answers 404
        #[arg(long, value_name = "BOOL")]
        enabled: Option<bool>,
    },
    /// List endpoints
    List,
    /// Show an endpoint with its secrets (never their values)
    Show {
        /// Its name
        name: String,
    },
    /// Remove an endpoint with its secrets and deliveries
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(
    args: EndpointArgs,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let base_url = settings.base_url(settings.listen);
    let by = Actor::command_line(clock.now_ms());
    match args.command {
        EndpointCommand::Add {
            name,
            scheme,
            secret_stdin,
            secret_ref,
            secret_format,
            secret_headers,
            hmac,
        } => {
            warn_of_reference(settings, secret_ref.as_deref());
            let format = secret_format.unwrap_or_else(|| scheme.default_secret_format());
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
            print(&endpoint, &base_url, as_json)
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
            print(&endpoints::find(db, id).await?, &base_url, as_json)
        }
        EndpointCommand::List => {
            let all = db::endpoints::list(&mut *db.read().await?).await?;
            if as_json {
                return output::json(&all.iter().map(|e| to_json(e, &base_url)).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|endpoint| print(endpoint, &base_url, false))
        }
        EndpointCommand::Show { name } => {
            show(&by_name(db, &name).await?, &base_url, as_json, db, clock).await
        }
        EndpointCommand::Remove { name } => {
            let endpoint = by_name(db, &name).await?;
            let affected = endpoints::affected_by_removal(db, endpoint.id).await?;
            endpoints::remove(db, &by, endpoint.id).await?;
            if as_json {
                output::json(&json!({ "removed": name, "take_nothing_now": affected.emptied }))
            } else {
                output::line(&format!("removed {name}"))?;
                affected.emptied.iter().try_for_each(|destination| {
                    output::line(&format!(
                        "the destination {destination} took its events alone, and takes nothing now"
                    ))
                })
            }
        }
    }
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
            "the server uses {reference} only when its {setting} allows it; that of this command does not"
        );
    }
}

async fn by_name(db: &Db, name: &str) -> Result<Endpoint, CliError> {
    let found = db::endpoints::by_name(&mut *db.read().await?, name).await?;
    found.ok_or_else(|| CliError::failed(format!("{name}: {}", not_found("endpoint"))))
}

async fn show(
    endpoint: &Endpoint,
    base_url: &str,
    as_json: bool,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let secrets = db::secrets::list(&mut *db.read().await?, endpoint.id).await?;
    if as_json {
        let mut value = to_json(endpoint, base_url);
        value["secrets"] = json!(secrets);
        return output::json(&value);
    }
    print(endpoint, base_url, false)?;
    let now = clock.now_ms();
    secrets.iter().try_for_each(|secret| output::line(&format!("  {}", secret_line(secret, now))))
}

fn secret_line(secret: &SecretInfo, now: i64) -> String {
    let state = format!("{:?}", secret.state(now)).to_lowercase();
    let shown = match &secret.reference {
        Some(reference) => reference.clone(),
        None => format!("…{}", secret.hint),
    };
    format!("secret {} {shown} {state}, added {}", secret.label, time::full(secret.created_at))
}

fn print(endpoint: &Endpoint, base_url: &str, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return output::json(&to_json(endpoint, base_url));
    }
    let state = if endpoint.enabled { "" } else { " (disabled)" };
    output::line(&format!(
        "{} · {}{state} · {base_url}{}",
        endpoint.name,
        endpoint.scheme,
        endpoint.ingest_path()
    ))
}

fn to_json(endpoint: &Endpoint, base_url: &str) -> Value {
    json!({
        "id": endpoint.id,
        "name": endpoint.name,
        "scheme": endpoint.scheme,
        "enabled": endpoint.enabled,
        "secret_headers": endpoint.secret_headers,
        "ingest_url": format!("{base_url}{}", endpoint.ingest_path()),
    })
}
