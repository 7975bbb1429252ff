//! The endpoints with what lists say about them.

use crate::{
    app::endpoints::state::EndpointState,
    db,
    model::{
        endpoint::Endpoint,
        error::AppError,
        ids::{DeliveryId, EndpointId},
    },
    state::AppState,
};
use std::collections::HashMap;

#[derive(Clone, Debug)]
pub(crate) struct EndpointRow {
    pub(crate) endpoint: Endpoint,
    pub(crate) state: EndpointState,
    pub(crate) newest: Option<DeliveryId>,
}

/// Every endpoint, by name. The caller has checked the role.
pub(crate) async fn load(state: &AppState) -> Result<Vec<EndpointRow>, AppError> {
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
