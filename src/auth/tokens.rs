//! API tokens: 256 random bits, shown once; only their SHA-256 is kept, which needs no salt and no slow hash.

use crate::{
    auth::Auth,
    crypto::{sha256, token},
    db::{Connection, Db, ResultExt as _, audit, endpoints, tokens, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, invalid, not_found},
        ids::{EndpointId, TokenId, UserId},
        name::check_name,
        time::{DAY_MS, MINUTE_MS},
        token::{ApiToken, Owner, Scope},
        user::{Role, User},
    },
};
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;

/// Tells scanners of leaked secrets, and people, what it is.
const PREFIX: &str = "hkp_";
/// A token's last use is recorded at most this often.
const SEEN_EVERY_MS: i64 = MINUTE_MS;
const LONGEST_DAYS: i64 = 3_650;

/// What a token shall be.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// Its name; empty: its role and last characters.
    pub name: String,
    /// What it may do at most; none: the weakest role that its scopes need.
    pub role: Option<Role>,
    /// The parts of the API that it opens; empty: all that the role may.
    pub scopes: Vec<Scope>,
    /// Names of the endpoints whose deliveries it sees; empty: every endpoint.
    pub endpoints: Vec<String>,
    /// Days until it expires; none: it does not.
    pub days: Option<i64>,
    /// The user it belongs to and ends with; none: the command line.
    pub owner: Option<UserId>,
}

/// Makes a token. Returns it with its text, which is never shown again.
///
/// # Errors
/// The name is taken or too long, the days are out of bounds, a scope is beyond the role, an endpoint or the owner is not
/// there, or the owner is disabled.
pub async fn add(db: &Db, by: &Actor, new: NewToken) -> Result<(ApiToken, SecretString), AppError> {
    if new.days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(invalid("days", format!("days: must be 1 to {LONGEST_DAYS}, or empty for no expiry")));
    }
    let (role, scopes) = allowed(new.role, new.scopes)?;
    let (owner, endpoints) = {
        let mut connection = db.read().await?;
        let owner = match new.owner {
            None => None,
            Some(id) => Some(users::by_id(&mut connection, id).await?.ok_or_else(|| not_found("user"))?),
        };
        let mut ids = Vec::new();
        for name in &new.endpoints {
            ids.push(find_endpoint(&mut connection, name).await?);
        }
        ids.sort_unstable();
        ids.dedup();
        (owner, (!new.endpoints.is_empty()).then_some(ids))
    };
    if let Some(owner) = &owner
        && owner.role < role
    {
        let sentence =
            format!("role: {} is {} and can't have a token with the role {role}", owner.email, owner.role);
        return Err(invalid("role", sentence));
    }
    let text = format!("{PREFIX}{}", token::<32>()?);
    let hint: String = text.chars().skip(text.len() - 4).collect();
    let name = match new.name.trim() {
        "" => format!("{role} {hint}"),
        name => check_name(name)?,
    };
    let made = ApiToken {
        id: TokenId::new(),
        name,
        hint,
        role,
        scopes,
        endpoints,
        created_at: by.at,
        created_by: by.name.clone(),
        owner: owner.map(|User { id, email, role, disabled_at, .. }| Owner {
            id,
            email,
            role,
            is_disabled: disabled_at.is_some(),
        }),
        expires_at: new.days.map(|days| by.at.saturating_add(days * DAY_MS)),
        last_used_at: None,
        last_used_from: None,
        revoked_at: None,
    };
    let entry = by.entry(Action::TokenAdded, made.id, &made.name, about(&made, &new.endpoints, new.days));
    let mut tx = db.begin().await?;
    let added = tokens::insert(&mut tx, &made, &sha256(text.as_bytes())).await.on_constraint(
        "tokens.name",
        "name",
        "name: a token with this name already exists",
    )?;
    if !added {
        return Err(invalid("owner", "owner: this user is disabled; enable them first or choose another"));
    }
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((made, text.into()))
}

/// Role and scopes that fit each other.
fn allowed(role: Option<Role>, mut scopes: Vec<Scope>) -> Result<(Role, Vec<Scope>), AppError> {
    scopes.sort_unstable();
    scopes.dedup();
    let needed = scopes.iter().map(|scope| scope.needs()).max();
    match (role, needed) {
        (None, None) => Err(invalid("scopes", "scopes: choose at least one")),
        (None, Some(needed)) => Ok((needed, scopes)),
        (Some(role), None) => Ok((role, Scope::of_role(role))),
        (Some(role), Some(needed)) if needed > role => Err(invalid(
            "scopes",
            format!(
                "scopes: the role {role} only allows {}",
                Scope::words(&Scope::of_role(role)).replace(' ', ", ")
            ),
        )),
        (Some(role), Some(_)) => Ok((role, scopes)),
    }
}

async fn find_endpoint(connection: &mut Connection, name: &str) -> Result<EndpointId, AppError> {
    let found = endpoints::by_name(connection, name).await?;
    found
        .map(|endpoint| endpoint.id)
        .ok_or_else(|| invalid("endpoints", format!("endpoints: unknown endpoint `{name}`")))
}

/// For the audit log.
fn about(token: &ApiToken, endpoints: &[String], days: Option<i64>) -> String {
    let until = days.map_or_else(|| "no expiry".to_owned(), |days| format!("{days} days"));
    let of = if endpoints.is_empty() { "every endpoint".to_owned() } else { endpoints.join(", ") };
    let owner = token.owner.as_ref().map_or("the command line", |owner| owner.email.as_str());
    format!("role {}, scopes {}, {of}, {until}, of {owner}", token.role, Scope::words(&token.scopes))
}

/// Revokes a token: it opens nothing from now on, and open streams end.
///
/// # Errors
/// There is no such token, or it was revoked already.
pub async fn revoke(db: &Db, by: &Actor, id: TokenId) -> Result<String, AppError> {
    let mut tx = db.begin().await?;
    let name = tokens::revoke(&mut tx, id, by.at).await?.ok_or_else(|| not_found("token"))?;
    audit::insert(&mut tx, &by.entry(Action::TokenRevoked, id, &name, "")).await?;
    tx.commit().await?;
    Ok(name)
}

/// The text of a token in the `Authorization` header (RFC 6750, section 2.1), hashed.
pub fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, text) = value.split_once(' ')?;
    let text = SecretString::from(text.trim());
    (kind.eq_ignore_ascii_case("bearer")).then(|| sha256(text.expose_secret().as_bytes()))
}

/// The token with this hash, if it may be used now. Read afresh each time with its owner: a revoked one, or one of a disabled
/// user, opens nothing at once. `from` is the client, where there is a new request.
///
/// # Errors
/// There is no such token, it is revoked or expired, or its owner is disabled.
pub async fn authenticate(auth: &Auth, hash: &[u8; 32], from: Option<IpAddr>) -> Result<ApiToken, AppError> {
    let now = auth.clock.now_ms();
    let found = tokens::by_hash(&mut auth.db.read().await?, hash).await?;
    let token = found.filter(|token| token.is_usable(now)).ok_or(AppError::NoToken)?;
    if token.last_used_at.is_none_or(|at| now.saturating_sub(at) >= SEEN_EVERY_MS) {
        let from = from.map(|from| from.to_string());
        let noted = async {
            let mut tx = auth.db.begin().await?;
            tokens::note_use(&mut tx, token.id, now, from.as_deref()).await?;
            tx.commit().await
        };
        // Reading goes on while nothing can be written.
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the use of a token could not be recorded: {error}");
        }
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_role_fit_each_other() {
        use Scope::{Admin, Ingest, Read, Replay};
        assert_eq!(allowed(None, vec![Read]), Ok((Role::Viewer, vec![Read])));
        assert_eq!(allowed(None, vec![Ingest, Read, Ingest]), Ok((Role::Member, vec![Read, Ingest])));
        assert_eq!(allowed(Some(Role::Member), vec![]), Ok((Role::Member, vec![Read, Replay, Ingest])));
        assert_eq!(allowed(Some(Role::Admin), vec![Read]), Ok((Role::Admin, vec![Read])));
        assert_eq!(allowed(None, vec![Admin]), Ok((Role::Admin, vec![Admin])));
        assert!(allowed(None, vec![]).is_err());
        let said = allowed(Some(Role::Member), vec![Admin]).unwrap_err().to_string();
        assert_eq!(said, "scopes: the role member only allows read, replay, ingest");
    }
}
