//! Verifying a stored delivery again, with the secrets of now and without regard to its age.

use crate::{
    db::{
        audit,
        reverifications::{self, NewVerdict},
    },
    destinations::Destinations,
    endpoints::registry::LiveEndpoint,
    jobs::reverify::{Stored, stored, true_headers, url_of},
    model::{
        audit::{Action, Actor},
        delivery::Outcome,
        error::{AppError, conflict, not_found},
        ids::DeliveryId,
        verdict::Verdict,
    },
    state::AppState,
    verify::{self, AgeCheck, Rules, Signed},
};

/// A stored delivery has aged: that says nothing about it.
pub(crate) const AGELESS: AgeCheck = AgeCheck { now: 0, tolerance: None };

/// The verdict of now. The skew it notes is that of the receipt.
pub fn verdict_now(state: &AppState, live: &LiveEndpoint, stored: &Stored) -> Verdict {
    let now = state.clock.now_ms();
    let url = url_of(state, &live.endpoint);
    let headers = true_headers(state, stored);
    let request = Signed { headers: &headers, body: &stored.payload.body, url: Some(&url) };
    let clock = AgeCheck { now: stored.delivery.summary.received_at.div_euclid(1_000), ..AGELESS };
    let secrets = live.usable_secrets(now).map(|secret| &secret.named);
    verify::verify(Rules::from(&live.endpoint), secrets, &request, &clock)
}

/// What is to be recorded of it.
pub(crate) fn new_verdict(
    destinations: &Destinations,
    live: &LiveEndpoint,
    stored: &Stored,
    verdict: &Verdict,
    actor: &str,
    at: i64,
) -> NewVerdict {
    let before = Verdict::from_json(&stored.payload.verdict).unwrap_or_default();
    let matched = verdict
        .matched_secret()
        .and_then(|id| live.secrets.iter().find(|secret| secret.named.id == id))
        .map(|secret| (secret.id, secret.expires_at.is_some()));
    let summary = &stored.delivery.summary;
    let forward_to = destinations.of_event(live.endpoint.id, summary.event_type.as_deref());
    NewVerdict {
        delivery_id: stored.delivery.summary.id,
        endpoint_id: live.endpoint.id,
        received_at: stored.delivery.summary.received_at,
        event_key: stored.delivery.event_key.clone(),
        event_type: summary.event_type.clone(),
        created_at: summary.created_at,
        was: stored.delivery.summary.reason.clone(),
        only_time: before.off_by(),
        matched,
        forward_to,
        verdict: verdict.to_json(),
        actor: actor.to_owned(),
        at,
    }
}

/// Verifies a rejected delivery again; when it holds now, the delivery is accepted into its event.
///
/// # Errors
/// There is no such delivery, or it was not rejected.
pub async fn reverify(state: &AppState, by: &Actor, id: DeliveryId) -> Result<(Outcome, Verdict), AppError> {
    let stored = stored(state, id).await?;
    if let Some(cut) = stored.payload.cut {
        let why = cut.refusal("its signature can't be checked again");
        return Err(conflict("delivery", format!("delivery: {why}")));
    }
    let live = state.ingest.registry.by_id(stored.endpoint.id).ok_or_else(|| not_found("endpoint"))?;
    let (state_, live_) = (state.clone(), live.clone());
    let (verdict, stored) =
        tokio::task::spawn_blocking(move || (verdict_now(&state_, &live_, &stored), stored))
            .await
            .map_err(|_| AppError::Internal)?;
    let new = new_verdict(&state.destinations, &live, &stored, &verdict, &by.name, by.at);
    let mut tx = state.db.begin().await?;
    let outcome = reverifications::record(&mut tx, &new)
        .await?
        .ok_or_else(|| conflict("delivery", "Already accepted; there is nothing to re-verify."))?;
    let (name, detail) = (format!("delivery {id}"), format!("now {outcome}"));
    audit::insert(&mut tx, &by.entry(Action::DeliveryReverified, id, &name, detail)).await?;
    tx.commit().await?;
    Ok((outcome, verdict))
}
