//! Looking again at stored deliveries: why a signature failed, whether another secret fits, and re-verification after
//! the secret was mended.

mod one;

pub use one::reverify;
pub(crate) mod bulk;

use crate::{
    db::{
        deliveries::{self, Payload},
        secrets,
    },
    endpoints::registry::text_of,
    model::{
        delivery::{Delivery, Outcome},
        endpoint::{Endpoint, SecretState},
        error::{AppError, invalid, not_found},
        headers::HeaderList,
        ids::DeliveryId,
        scheme::SecretFormat,
        verdict::{Cause, Owner, Verdict},
    },
    state::AppState,
    verify::{
        self, NamedSecret, Rules, Signed,
        autopsy::{Suspect, autopsy},
    },
};
use secrecy::{ExposeSecret, SecretString};

/// Secrets of other endpoints that are looked at: each costs a pass over the body.
const MOST_ELSEWHERE: usize = 50;

/// A delivery with everything that verification needs.
#[derive(Debug)]
pub struct Stored {
    /// Its row.
    pub delivery: Delivery,
    /// Its raw request.
    pub payload: Payload,
    /// Its endpoint as it is now.
    pub endpoint: Endpoint,
}

/// Reads a delivery.
pub async fn stored(state: &AppState, id: DeliveryId) -> Result<Stored, AppError> {
    let missing = || not_found("delivery");
    let mut connection = state.db.read().await?;
    let delivery = deliveries::by_id(&mut connection, id).await?.ok_or_else(missing)?;
    let payload = deliveries::payload(&mut connection, id).await?.ok_or_else(missing)?;
    let endpoint_id = delivery.summary.endpoint.id;
    let endpoint = crate::db::endpoints::by_id(&mut connection, endpoint_id).await?.ok_or_else(missing)?;
    Ok(Stored { delivery, payload, endpoint })
}

struct OwnedSuspect {
    name: String,
    text: SecretString,
    format: SecretFormat,
    owner: Owner,
}

/// Why it was rejected, if that can be shown. `verdict` is the one to be explained.
pub async fn cause(state: &AppState, stored: &Stored, verdict: Verdict) -> Result<Option<Cause>, AppError> {
    // A signature is over the whole body: of a part nothing could be said.
    if verdict.is_accepted() || stored.payload.cut.is_some() {
        return Ok(None);
    }
    let suspects = suspects(state, &stored.endpoint).await?;
    let (endpoint, url) = (stored.endpoint.clone(), url_of(state, &stored.endpoint));
    let (headers, body) = (true_headers(state, stored), stored.payload.body.clone());
    // Dozens of passes over the body: not on a thread that serves requests.
    let found = tokio::task::spawn_blocking(move || {
        let request = Signed { headers: &headers, body: &body, url: Some(&url) };
        let suspects: Vec<Suspect<'_>> = suspects
            .iter()
            .map(|OwnedSuspect { name, text, format, owner }| Suspect {
                name,
                text: text.expose_secret(),
                format: *format,
                owner,
            })
            .collect();
        autopsy(Rules::from(&endpoint), &request, &verdict, &suspects)
    });
    found.await.map_err(|_| AppError::Internal)
}

/// The endpoint's own secrets first, those in use before all.
async fn suspects(state: &AppState, endpoint: &Endpoint) -> Result<Vec<OwnedSuspect>, AppError> {
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let all = secrets::open_all(&mut connection, &state.db.key()).await?;
    let names = crate::db::endpoints::list(&mut connection).await?;
    drop(connection);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for secret in all {
        // One that cannot be read now has not made a signature that could be shown.
        let Ok(text) = text_of(&secret, state.ingest.registry.allowed()) else { continue };
        let is_own = secret.endpoint_id == endpoint.id;
        let owner = match secret.info.state(now) {
            _ if !is_own => {
                let name = names.iter().find(|other| other.id == secret.endpoint_id);
                Owner::Elsewhere(name.map(|other| other.name.clone()).unwrap_or_default())
            }
            SecretState::Active | SecretState::Expiring => Owner::Current,
            SecretState::Expired => Owner::Expired,
            SecretState::Revoked => Owner::Revoked,
        };
        let suspect =
            OwnedSuspect { name: secret.info.shown_name(), text, format: secret.info.format, owner };
        if is_own { own.push(suspect) } else { others.push(suspect) }
    }
    own.sort_by_key(|suspect| suspect.owner != Owner::Current);
    own.extend(others.into_iter().take(MOST_ELSEWHERE));
    Ok(own)
}

/// The headers as they were verified, credentials too: GitLab's token is one. Only to verify with.
fn true_headers(state: &AppState, stored: &Stored) -> HeaderList {
    stored.payload.true_headers(state.db.header_key()).unwrap_or_else(|_| {
        tracing::error!(delivery = %stored.delivery.summary.id, "a delivery's encrypted header values can't be decrypted");
        stored.payload.headers.clone()
    })
}

/// The URL that senders of the endpoint post to, for schemes that sign it.
fn url_of(state: &AppState, endpoint: &Endpoint) -> String {
    format!("{}{}", state.base_url, endpoint.ingest_path())
}

/// Whether a secret that is not saved verifies a rejected delivery: its verdict and, when it does not, the cause.
///
/// # Errors
/// There is no such delivery, it was not rejected, or the text is not a secret of its scheme.
pub async fn try_secret(
    state: &AppState,
    id: DeliveryId,
    text: SecretString,
    format: SecretFormat,
) -> Result<(Verdict, Option<Cause>), AppError> {
    let stored = stored(state, id).await?;
    let scheme = stored.endpoint.scheme;
    if stored.delivery.summary.outcome != Outcome::Rejected || !scheme.verifies {
        return Err(invalid("secret", "secret: the delivery was not rejected, so there is nothing to try"));
    }
    if let Some(cut) = stored.payload.cut {
        return Err(invalid("try_secret", format!("secret: {}", cut.refusal("no signature can be checked"))));
    }
    let (parsed, _warnings) = verify::parse_secret(scheme, format, text.expose_secret())
        .map_err(|error| invalid("try_secret", format!("secret: {error}")))?;
    let (url, headers) = (url_of(state, &stored.endpoint), true_headers(state, &stored));
    let tried = tokio::task::spawn_blocking(move || {
        let request = Signed { headers: &headers, body: &stored.payload.body, url: Some(&url) };
        let named = NamedSecret { id: "the tried secret".into(), secret: parsed };
        let rules = Rules::from(&stored.endpoint);
        let verdict = verify::verify(rules, [&named].into_iter(), &request, &one::AGELESS);
        let suspect =
            Suspect { name: "you tried", text: text.expose_secret(), format, owner: &Owner::Current };
        let cause = autopsy(rules, &request, &verdict, &[suspect]);
        (verdict, cause)
    });
    tried.await.map_err(|_| AppError::Internal)
}
