//! The secrets of an endpoint: adding, rotating with an overlap, moving an end, revoking.

use super::find;
use crate::{
    db::{Db, audit, secrets},
    endpoints::reference::{CANNOT_BE_USED, Reference},
    model::{
        audit::{Action, Actor},
        endpoint::{Endpoint, SecretInfo, SecretState},
        error::{AppError, conflict, invalid, not_found},
        ids::{EndpointId, SecretId},
        scheme::{Scheme, SecretFormat},
        time::{self, HOUR_MS},
    },
    runtime::config::AllowedReferences,
    verify::{self, SecretWarning},
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// As long as OpenAI keeps an old secret beside a new one.
pub const DEFAULT_OVERLAP_HOURS: i64 = 24;
/// A quarter of a year: who needs longer has not rotated.
const LONGEST_OVERLAP_HOURS: i64 = 24 * 90;

/// A secret as someone gives it.
#[derive(Debug)]
pub enum SecretText {
    /// Its text, to be stored sealed.
    Text {
        /// As typed.
        text: SecretString,
        /// How it is read.
        format: SecretFormat,
    },
    /// Where it is kept.
    Reference {
        /// `env:NAME` or `file:/path`.
        reference: String,
        /// How what is there is read.
        format: SecretFormat,
        /// What it may lead to, when it must lead to a secret now. None for commands: the server's environment is another.
        resolve: Option<Arc<AllowedReferences>>,
    },
}

impl SecretText {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text { text, .. } => text.expose_secret().trim().is_empty(),
            Self::Reference { reference, .. } => reference.trim().is_empty(),
        }
    }

    /// Reads it strictly and makes a row of it.
    ///
    /// # Errors
    /// The scheme takes no secret, or this is none.
    pub(super) fn check(
        self,
        endpoint: &Endpoint,
        label: &str,
        by: &Actor,
    ) -> Result<(secrets::NewSecret, Vec<SecretWarning>), AppError> {
        let scheme = endpoint.scheme;
        if !scheme.verifies {
            return Err(invalid(
                "secret",
                format!("secret: the scheme {scheme} doesn't check signatures and doesn't use secrets"),
            ));
        }
        let (format, kept, warnings) = match self {
            Self::Text { text, format } => {
                let (_parsed, warnings) = verify::parse_secret(scheme, format, text.expose_secret())
                    .map_err(|error| invalid("secret", format!("secret: {error}")))?;
                (format, secrets::Kept::Here(text), warnings)
            }
            Self::Reference { reference, format, resolve } => {
                let wrong = |error: String| invalid("reference", format!("reference: {error}"));
                let reference: Reference = reference.parse().map_err(wrong)?;
                if let Some(allowed) = resolve
                    && let Err(why) = lead_to_secret(&reference, &allowed, scheme, format)
                {
                    tracing::warn!(
                        endpoint = endpoint.name, %reference, "a secret reference can't be used: {why}"
                    );
                    return Err(wrong(CANNOT_BE_USED.to_owned()));
                }
                // What is odd about a text that nobody here may read is for nobody here to know.
                (format, secrets::Kept::Elsewhere(reference.to_string()), Vec::new())
            }
        };
        let secret = secrets::NewSecret {
            id: SecretId::new(),
            endpoint_id: endpoint.id,
            label: check_label(label, by.at)?,
            format,
            kept,
            created_at: by.at,
            created_by: by.name.clone(),
        };
        Ok((secret, warnings))
    }
}

/// Whether a secret of the scheme is there now; the reason why not is for the operator.
fn lead_to_secret(
    reference: &Reference,
    allowed: &AllowedReferences,
    scheme: Scheme,
    format: SecretFormat,
) -> Result<(), String> {
    let text = reference.resolve(allowed).map_err(|error| error.to_string())?;
    match verify::parse_secret(scheme, format, text.expose_secret()) {
        Ok((_parsed, warnings)) => {
            for warning in warnings {
                tracing::warn!(%reference, "a secret stored elsewhere looks wrong: {warning}");
            }
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Named by its day when nobody names it.
fn check_label(label: &str, now: i64) -> Result<String, AppError> {
    let label = label.trim();
    if label.chars().count() > 64 || label.chars().any(char::is_control) {
        return Err(invalid("label", "name: must be at most 64 characters, such as 2026-11"));
    }
    Ok(if label.is_empty() { time::full(now).chars().take(10).collect() } else { label.to_owned() })
}

/// Adds a secret to an endpoint; the ones there stay in use.
///
/// # Errors
/// There is no such endpoint, its scheme takes no secret, or the text cannot be parsed; the database fails.
pub async fn add(
    db: &Db,
    by: &Actor,
    id: EndpointId,
    label: &str,
    text: SecretText,
) -> Result<Vec<SecretWarning>, AppError> {
    let endpoint = find(db, id).await?;
    let (secret, warnings) = text.check(&endpoint, label, by)?;
    let entry = by.entry(Action::SecretAdded, id, &endpoint.name, named(&secret.label));
    let mut tx = db.begin().await?;
    secrets::insert(&mut tx, &db.key(), &secret).await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(warnings)
}

fn named(label: &str) -> String {
    format!("“{label}”")
}

/// Puts a new secret in the place of those in use, which stay for `overlap_hours`; 0: they end at once.
///
/// # Errors
/// As [`add`], or the overlap is out of bounds.
pub async fn rotate(
    db: &Db,
    by: &Actor,
    id: EndpointId,
    label: &str,
    text: SecretText,
    overlap_hours: i64,
) -> Result<Vec<SecretWarning>, AppError> {
    let until = by.at + check_hours(overlap_hours)? * HOUR_MS;
    let endpoint = find(db, id).await?;
    let (secret, warnings) = text.check(&endpoint, label, by)?;
    let mut tx = db.begin().await?;
    let old = secrets::expire_active(&mut tx, id, until).await?;
    secrets::insert(&mut tx, &db.key(), &secret).await?;
    let until = if overlap_hours == 0 { "at once".to_owned() } else { time::full(until) };
    let detail = format!("{} takes over; {old} older end {until}", named(&secret.label));
    audit::insert(&mut tx, &by.entry(Action::SecretRotated, id, &endpoint.name, detail)).await?;
    tx.commit().await?;
    Ok(warnings)
}

/// A new random secret, to be handed to the sender. It is shown once and never again.
pub fn generate() -> Result<String, AppError> {
    Ok(verify::generate_secret()?)
}

/// Adds a random secret that nobody is shown: test events can be signed before the sender's own secret is there.
///
/// # Errors
/// There is no such endpoint, or its scheme takes no such secret; the database fails.
pub async fn add_for_tests(db: &Db, by: &Actor, id: EndpointId) -> Result<(), AppError> {
    let format = find(db, id).await?.scheme.secret_format;
    let text = SecretText::Text { text: generate()?.into(), format };
    add(db, by, id, "for test events", text).await.map(|_no_warnings| ())
}

fn check_hours(hours: i64) -> Result<i64, AppError> {
    if (0..=LONGEST_OVERLAP_HOURS).contains(&hours) {
        Ok(hours)
    } else {
        Err(invalid("hours", format!("hours: must be 0 to {LONGEST_OVERLAP_HOURS}")))
    }
}

/// Lets a secret end in `hours`; none: it stays in use without an end.
///
/// # Errors
/// There is no such secret, it was revoked, or the hours are out of bounds.
pub async fn extend(
    db: &Db,
    by: &Actor,
    id: EndpointId,
    secret_id: SecretId,
    hours: Option<i64>,
) -> Result<(), AppError> {
    let until = hours.map(check_hours).transpose()?.map(|hours| by.at + hours * HOUR_MS);
    let (endpoint, secret) = find_secret(db, id, secret_id).await?;
    if secret.revoked_at.is_some() {
        return Err(conflict("secret", "secret: already revoked; add it again instead"));
    }
    let to = until.map_or_else(|| "never".to_owned(), time::full);
    let detail = format!("{} ends {to}", named(&secret.label));
    let entry = by.entry(Action::SecretExtended, id, &endpoint.name, detail);
    let mut tx = db.begin().await?;
    secrets::set_end(&mut tx, secret_id, until).await?;
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// Revokes a secret. When it is the last one in use everything is rejected from then on, so that has to be `sure`.
///
/// # Errors
/// There is no such secret, or it is the last one and nobody is sure.
pub async fn revoke(
    db: &Db,
    by: &Actor,
    id: EndpointId,
    secret_id: SecretId,
    sure: bool,
) -> Result<(), AppError> {
    let (endpoint, secret) = find_secret(db, id, secret_id).await?;
    let entry = by.entry(Action::SecretRevoked, id, &endpoint.name, named(&secret.label));
    let mut tx = db.begin().await?;
    let all = secrets::list(&mut tx, id).await?;
    let others = all.iter().any(|other| other.id != secret_id && is_in_use(other, by.at));
    let last = !others && all.iter().any(|own| own.id == secret_id && is_in_use(own, by.at));
    if last && !sure {
        return Err(invalid(
            "sure",
            "sure: this is the last active secret, and without it everything is rejected. Tick the box to revoke it anyway",
        ));
    }
    if secrets::revoke(&mut tx, secret_id, by.at).await? {
        audit::insert(&mut tx, &entry).await?;
    }
    Ok(tx.commit().await?)
}

/// Whether deliveries are verified with it at `now` (unix ms).
pub fn is_in_use(secret: &SecretInfo, now: i64) -> bool {
    matches!(secret.state(now), SecretState::Active | SecretState::Expiring)
}

async fn find_secret(
    db: &Db,
    id: EndpointId,
    secret_id: SecretId,
) -> Result<(Endpoint, SecretInfo), AppError> {
    let endpoint = find(db, id).await?;
    let all = secrets::list(&mut db.read().await?, id).await?;
    let secret = all.into_iter().find(|secret| secret.id == secret_id).ok_or_else(|| not_found("secret"))?;
    Ok((endpoint, secret))
}
