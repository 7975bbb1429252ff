//! The endpoints with what lists say about them.

use crate::{
    app::components::endpoint_state::EndpointState,
    db,
    error::AppError,
    model::{
        endpoint::Endpoint,
        ids::{DeliveryId, EndpointId},
    },
    state::AppState,
};
use std::collections::HashMap;

/// An endpoint in a list.
#[derive(Clone, Debug)]
pub(super) struct EndpointRow {
    pub(super) endpoint: Endpoint,
    pub(super) state: EndpointState,
    /// Its newest delivery.
    pub(super) newest: Option<DeliveryId>,
}

/// Every endpoint, by name. The caller has checked the role.
pub(super) async fn load(state: &AppState) -> Result<Vec<EndpointRow>, AppError> {
    let mut connection = state.db.read().await?;
    let endpoints = db::endpoints::list(&mut connection).await?;
    let newest = db::endpoints::newest_deliveries(&mut connection).await?;
    let newest: HashMap<EndpointId, Option<DeliveryId>> = newest.into_iter().collect();
    let now = state.clock.now_ms();
    let row = |endpoint: Endpoint| EndpointRow {
        state: EndpointState::of(&endpoint, state.ingest.registry.by_id(endpoint.id).as_deref(), now),
        newest: newest.get(&endpoint.id).copied().flatten(),
        endpoint,
    };
    Ok(endpoints.into_iter().map(row).collect())
}
