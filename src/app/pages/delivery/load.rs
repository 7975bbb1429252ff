//! What the page needs from the database.

use super::{forwards::Forwards, query::Tab};
use crate::{
    db::{
        deliveries::{self, Payload},
        destinations, forwards,
        reverifications::{self, Reverification},
        secrets,
    },
    error::AppError,
    model::{
        delivery::{Delivery, DeliverySummary, Outcome},
        endpoint::{Endpoint, SecretInfo},
        ids::DeliveryId,
        user::User,
        verdict::{Cause, Verdict},
    },
    review::{self, Stored},
    state::AppState,
};
use leptos::prelude::expect_context;

/// Deliveries of the same event that are listed, accepted and others each.
const SAME: i64 = 50;

/// Everything on the page.
pub(super) struct Loaded {
    pub(super) user: User,
    /// Unix ms.
    pub(super) now: i64,
    pub(super) delivery: Delivery,
    pub(super) payload: Payload,
    /// All deliveries that bear its event key, itself too, oldest first. Empty when it bears none.
    pub(super) same: Vec<DeliverySummary>,
    pub(super) endpoint: Endpoint,
    /// Where it was posted to.
    pub(super) ingest_url: String,
    /// The endpoint's secrets, those no longer in use too.
    pub(super) secrets: Vec<SecretInfo>,
    /// Why it was rejected, when the part that says so is in sight.
    pub(super) cause: Option<Cause>,
    /// The later verdicts, oldest first.
    pub(super) later: Vec<Reverification>,
    /// Where it went, when the part that says so is in sight.
    pub(super) forwards: Forwards,
}

pub(super) async fn load(user: User, id: DeliveryId, tab: Tab) -> Result<Loaded, AppError> {
    let state = expect_context::<AppState>();
    let stored = review::stored(&state, id).await?;
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
            attempts: forwards::attempts_of(&mut connection, id).await?,
        },
        _ => Forwards::default(),
    };
    drop(connection);
    let rejected = stored.delivery.summary.outcome == Outcome::Rejected;
    let cause = if tab == Tab::Signature && rejected {
        // The last verdict is the one in force.
        let json = later.last().map_or(&stored.payload.verdict, |last| &last.verdict);
        review::cause(&state, &stored, Verdict::from_json(json).unwrap_or_default()).await?
    } else {
        None
    };
    let Stored { delivery, payload, endpoint } = stored;
    Ok(Loaded {
        user,
        now: state.clock.now_ms(),
        ingest_url: format!("{}{}", state.base_url, endpoint.ingest_path()),
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
