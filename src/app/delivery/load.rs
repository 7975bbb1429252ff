//! What the page needs from the database.

use crate::{
    app::{
        delivery::{forwards::Forwards, query::Tab},
        kit::{prelude::*, reload},
    },
    db::{
        attempts,
        deliveries::{self, Payload},
        destinations, forwards, local_results,
        reverifications::{self, Reverification},
        secrets,
    },
    jobs::reverify::{self, Stored},
    model::{
        delivery::{Delivery, DeliverySummary, Outcome},
        destination::{Forward, ForwardState},
        endpoint::{Endpoint, SecretInfo},
        ids::DeliveryId,
        signatures::without_signatures,
        verdict::{Cause, Verdict},
    },
};

/// Deliveries of the same event that are listed, accepted and others each.
const SAME: i64 = 50;
/// A forward that is due within this time is waited for.
const SOON_MS: i64 = 6_000;
/// And no longer than this.
const RECENT_MS: i64 = 30_000;

/// Stands for an ingest URL, which viewers do not need: who has it can send.
const HIDDEN_PATH: &str = "/in/(the-ingest-URL-is-not-shown-to-viewers)";

/// Everything on the page.
pub(crate) struct Loaded {
    /// Unix ms.
    pub(crate) now: i64,
    pub(crate) delivery: Delivery,
    pub(crate) payload: Payload,
    /// All deliveries with its event key, itself too, oldest first. Empty when it bears none.
    pub(crate) same: Vec<DeliverySummary>,
    pub(crate) endpoint: Endpoint,
    /// Where it was posted to.
    pub(crate) ingest_url: String,
    /// The endpoint's secrets, those no longer in use too.
    pub(crate) secrets: Vec<SecretInfo>,
    /// Why it was rejected, when the part that says so is in sight.
    pub(crate) cause: Option<Cause>,
    /// The later verdicts, oldest first.
    pub(crate) later: Vec<Reverification>,
    /// Where it went, when the part that says so is in sight.
    pub(crate) forwards: Forwards,
}

pub(crate) async fn load(
    state: &AppState,
    user: &User,
    id: DeliveryId,
    tab: Tab,
) -> Result<Loaded, AppError> {
    let stored = reverify::stored(state, id).await?;
    let mut connection = state.db.read().await?;
    let endpoint_id = stored.endpoint.id;
    let same = match &stored.delivery.event_key {
        Some(key) => deliveries::with_key(&mut connection, endpoint_id, key, SAME).await?,
        None => Vec::new(),
    };
    let secrets = secrets::list(&mut connection, endpoint_id).await?;
    let later = reverifications::of_delivery(&mut connection, id).await?;
    let forwards = match tab {
        Tab::Forwards => Forwards {
            destinations: destinations::list(&mut connection).await?,
            forwards: forwards::of_delivery(&mut connection, id).await?,
            failing: forwards::failing(&mut connection, id).await?,
            attempts: attempts::of_delivery(&mut connection, id).await?,
            local: local_results::of_delivery(&mut connection, id).await?,
        },
        _ => Forwards::default(),
    };
    drop(connection);
    refresh_while_under_way(&forwards.forwards, state.clock.now_ms());
    let rejected = stored.delivery.summary.outcome == Outcome::Rejected;
    let cause = if tab == Tab::Signature && rejected {
        // The last verdict is the one in force.
        let json = later.last().map_or(&stored.payload.verdict, |last| &last.verdict);
        reverify::cause(state, &stored, Verdict::from_json(json).unwrap_or_default()).await?
    } else {
        None
    };
    let Stored { delivery, mut payload, endpoint } = stored;
    // A viewer gets no request that could be sent again as it stands.
    let ingest_url = if user.role >= Role::Member {
        format!("{}{}", state.base_url, endpoint.ingest_path())
    } else {
        payload.headers = without_signatures(&endpoint, payload.headers);
        format!("{}{HIDDEN_PATH}", state.base_url)
    };
    Ok(Loaded {
        now: state.clock.now_ms(),
        ingest_url,
        delivery,
        payload,
        same: same.into_iter().map(|delivery| delivery.summary).collect(),
        endpoint,
        secrets,
        cause,
        later,
        forwards,
    })
}

/// While something is about to be sent, browsers load the page again each second, also without scripts.
fn refresh_while_under_way(forwards: &[Forward], now: i64) {
    let soon = |forward: &Forward| forward.state == ForwardState::Queued && forward.next_at <= now + SOON_MS;
    // One that waits behind a pause or an open circuit may be due for long.
    let recent = |forward: &Forward| now - forward.next_at.max(forward.created_at) < RECENT_MS;
    if forwards.iter().any(|forward| soon(forward) && recent(forward)) {
        reload::in_a_second();
    }
}
