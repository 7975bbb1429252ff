//! What the page needs from the database.

use crate::{
    db::{
        deliveries::{self, Payload},
        endpoints, secrets,
    },
    error::{AppError, not_found},
    model::{
        delivery::{Delivery, DeliverySummary},
        endpoint::{Endpoint, SecretInfo},
        ids::DeliveryId,
        user::User,
    },
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
}

pub(super) async fn load(user: User, id: DeliveryId) -> Result<Loaded, AppError> {
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let missing = || not_found("delivery");
    let delivery = deliveries::by_id(&mut connection, id).await?.ok_or_else(missing)?;
    let payload = deliveries::payload(&mut connection, id).await?.ok_or_else(missing)?;
    let endpoint_id = delivery.summary.endpoint.id;
    let endpoint = endpoints::by_id(&mut connection, endpoint_id).await?.ok_or_else(missing)?;
    let same = match &delivery.event_key {
        Some(key) => deliveries::with_key(&mut connection, endpoint_id, key, SAME).await?,
        None => Vec::new(),
    };
    let secrets = secrets::list(&mut connection, endpoint_id).await?;
    Ok(Loaded {
        user,
        now: state.clock.now_ms(),
        ingest_url: format!("{}{}", state.base_url, endpoint.ingest_path()),
        delivery,
        payload,
        same: same.into_iter().map(|delivery| delivery.summary).collect(),
        endpoint,
        secrets,
    })
}
