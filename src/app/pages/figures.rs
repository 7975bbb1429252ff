//! What the pages with figures read first: who looks, at which time, at which endpoint.

use super::endpoint_rows::{self, EndpointRow};
use crate::{
    app::{
        figures::{choice::Choice, range::Range, zone::Zone},
        query::query_pairs,
    },
    auth,
    error::{AppError, not_found},
    model::{
        filter::DeliveryFilter,
        ids::EndpointId,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::prelude::*;

/// What is shown.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) state: AppState,
    pub(super) user: User,
    pub(super) choice: Choice,
    /// Why it is not what was asked for.
    pub(super) error: Option<AppError>,
    pub(super) zone: Zone,
    pub(super) range: Range,
    pub(super) endpoints: Vec<EndpointRow>,
    /// The endpoint that the figures are narrowed to.
    pub(super) only: Option<EndpointId>,
    /// Unix ms.
    pub(super) now: i64,
}

impl Asked {
    /// Reads the request that is being answered.
    ///
    /// # Errors
    /// Nobody is logged in, or there is no such endpoint.
    pub(super) async fn read() -> Result<Self, AppError> {
        let (zone, pairs) = (Zone::of_request(), query_pairs());
        let user = auth::require(Role::Viewer).await?;
        let state = expect_context::<AppState>();
        let now = state.clock.now_ms();
        let (choice, error) = Choice::read(&pairs, &zone, now);
        let endpoints = endpoint_rows::load(&state).await?;
        let find = |name: &String| {
            endpoints.iter().find(|row| row.endpoint.name == *name).map(|row| row.endpoint.id)
        };
        let only = match &choice.endpoint {
            Some(name) => Some(find(name).ok_or_else(|| not_found("endpoint"))?),
            None => None,
        };
        let range = Range::new(choice.span, &zone, now);
        Ok(Self { state, user, choice, error, zone, range, endpoints, only, now })
    }

    /// The list of the deliveries that the figures are made of.
    pub(super) fn filter(&self) -> DeliveryFilter {
        DeliveryFilter { endpoint: self.choice.endpoint.clone(), ..self.filter_of_all() }
    }

    /// The same of all endpoints.
    pub(super) fn filter_of_all(&self) -> DeliveryFilter {
        use crate::model::time::rfc3339;
        // Up to now needs no end: what comes in the meantime belongs to it.
        let before = (self.range.to() < self.now).then(|| rfc3339(self.range.to()));
        DeliveryFilter { after: Some(rfc3339(self.range.from())), before, ..DeliveryFilter::default() }
    }

    /// Names of the endpoints.
    pub(super) fn names(&self) -> Vec<String> {
        self.endpoints.iter().map(|row| row.endpoint.name.clone()).collect()
    }
}

/// The address of a list.
pub(super) fn href(filter: &DeliveryFilter) -> String {
    format!("/events?{}", filter.to_query())
}
