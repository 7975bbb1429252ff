//! What the pages with figures read first: who looks, at which time, at which endpoint.

use crate::{
    app::{
        endpoints::{rows as endpoint_rows, rows::EndpointRow},
        figures::{choice::Choice, range::Range, zone::Zone},
        kit::query::query_pairs,
    },
    model::{
        error::{AppError, not_found},
        filter::DeliveryFilter,
        ids::EndpointId,
        user::User,
    },
    state::AppState,
};

/// What is shown.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) state: AppState,
    pub(crate) user: User,
    pub(crate) choice: Choice,
    /// Why it is not what was asked for.
    pub(crate) error: Option<AppError>,
    pub(crate) zone: Zone,
    pub(crate) range: Range,
    pub(crate) endpoints: Vec<EndpointRow>,
    /// The endpoint that the figures are narrowed to.
    pub(crate) only: Option<EndpointId>,
    /// Unix ms.
    pub(crate) now: i64,
}

impl Asked {
    /// Reads the request that is being answered, of a user whose role was checked.
    pub(crate) async fn read(state: AppState, user: User) -> Result<Self, AppError> {
        let (zone, pairs) = (Zone::of_request(), query_pairs());
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
    pub(crate) fn filter(&self) -> DeliveryFilter {
        DeliveryFilter { endpoint: self.choice.endpoint.clone(), ..self.filter_of_all() }
    }

    /// The same of all endpoints.
    pub(crate) fn filter_of_all(&self) -> DeliveryFilter {
        use crate::model::time::rfc3339;
        // Up to now needs no end: what comes in the meantime belongs to it.
        let before = (self.range.to() < self.now).then(|| rfc3339(self.range.to()));
        DeliveryFilter { after: Some(rfc3339(self.range.from())), before, ..DeliveryFilter::default() }
    }

    /// Names of the endpoints.
    pub(crate) fn names(&self) -> Vec<String> {
        self.endpoints.iter().map(|row| row.endpoint.name.clone()).collect()
    }
}
