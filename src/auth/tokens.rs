//! API tokens: 256 random bits, shown once; only their SHA-256 is kept, which needs no salt and no slow hash.

use crate::{
    crypto::{sha256, token},
    db::{Db, audit, tokens},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        audit::{Action, Actor},
        ids::TokenId,
        token::ApiToken,
        user::Role,
    },
    state::AppState,
};
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};

/// Tells scanners of leaked secrets, and people, what it is.
const PREFIX: &str = "hkp_";
const DAY_MS: i64 = 86_400_000;
/// A token's last use is written down at most this often.
const SEEN_EVERY_MS: i64 = 60_000;
const LONGEST_DAYS: i64 = 3_650;

/// Makes a token. Returns it with its text, which is never shown again. An empty name becomes the role and the hint.
///
/// # Errors
/// The name is taken or too long, or the days are out of bounds.
pub async fn add(
    db: &Db,
    by: &Actor,
    name: &str,
    role: Role,
    days: Option<i64>,
) -> Result<(ApiToken, SecretString), AppError> {
    if days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(invalid("days", format!("days: give 1 to {LONGEST_DAYS}, or nothing for no end")));
    }
    let text = format!("{PREFIX}{}", token::<32>()?);
    let hint: String = text.chars().skip(text.len() - 4).collect();
    let name = match name.trim() {
        "" => format!("{role} {hint}"),
        name => crate::endpoints::check_name(name)?,
    };
    let made = ApiToken {
        id: TokenId::new(),
        name,
        hint,
        role,
        created_at: by.at,
        created_by: by.name.clone(),
        expires_at: days.map(|days| by.at.saturating_add(days * DAY_MS)),
        last_used_at: None,
        revoked_at: None,
    };
    let (row, hash) = (made.clone(), sha256(text.as_bytes()));
    let until = days.map_or_else(|| "no end".to_owned(), |days| format!("{days} days"));
    let entry = by.entry(Action::TokenAdded, row.id, &row.name, format!("role {role}, {until}"));
    db.write(move |c| {
        Box::pin(async move {
            tokens::insert(c, &row, &hash).await?;
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint(
        "tokens.name",
        "name",
        "name: there is a token with this name already; choose another",
    )?;
    Ok((made, text.into()))
}

/// Revokes a token: it opens nothing from now on, and open streams end.
///
/// # Errors
/// There is no such token, or it was revoked already.
pub async fn revoke(db: &Db, by: &Actor, id: TokenId) -> Result<String, AppError> {
    let by = by.clone();
    let name = db
        .write(move |c| {
            Box::pin(async move {
                let name = tokens::revoke(c, id, by.at).await?;
                if let Some(name) = &name {
                    audit::insert(c, &by.entry(Action::TokenRevoked, id, name, "")).await?;
                }
                Ok(name)
            })
        })
        .await?;
    name.ok_or_else(|| not_found("token"))
}

/// The text of a token in the `Authorization` header (RFC 6750, section 2.1), hashed.
pub fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, text) = value.split_once(' ')?;
    let text = SecretString::from(text.trim());
    (kind.eq_ignore_ascii_case("bearer")).then(|| sha256(text.expose_secret().as_bytes()))
}

/// The token with this hash, if it may be used now. Read afresh each time: a revoked one opens nothing at once.
///
/// # Errors
/// There is no such token, or it is revoked or expired.
pub async fn authenticate(state: &AppState, hash: &[u8; 32]) -> Result<ApiToken, AppError> {
    let now = state.clock.now_ms();
    let found = tokens::by_hash(&mut *state.db.read().await?, hash).await?;
    let token = found.filter(|token| token.is_usable(now)).ok_or(AppError::NoToken)?;
    if token.last_used_at.is_none_or(|at| now.saturating_sub(at) >= SEEN_EVERY_MS) {
        let id = token.id;
        state.db.write(move |c| Box::pin(async move { tokens::note_use(c, id, now).await })).await?;
    }
    Ok(token)
}
