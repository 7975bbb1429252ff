//! Reading deliveries.

use super::{
    caller::Caller,
    types::{ApiDelivery, DeliveryDetail, Page, Problem},
};
use crate::{
    db::{
        attempts,
        deliveries::{self, Cursor},
        endpoints, forwards,
    },
    jobs::reverify,
    model::{
        audit::Action,
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::DeliveryId,
        signatures::without_signatures,
        token::Scope,
    },
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use std::str::FromStr;

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 200;

/// Deliveries, newest first, narrowed like the list in the web interface.
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "deliveries",
    params(
        ("endpoint" = Option<String>, Query, description = "Name of the endpoint"),
        ("type" = Option<String>, Query, description = "Event type, or a prefix ending in `*`"),
        ("verdict" = Option<String>, Query, description = "`accepted`, `duplicate`, `rejected` or a reason code"),
        ("forward" = Option<String>, Query, description = "`delivered`, `queued` or `failing`"),
        ("after" = Option<String>, Query, description = "Received from this time on: `24h` or RFC 3339"),
        ("before" = Option<String>, Query, description = "Received before this time: same formats"),
        ("id" = Option<String>, Query, description = "`webhook-id`, event id or resource"),
        ("older_than" = Option<i64>, Query, description = "Only ids lower than this one"),
        ("newer_than" = Option<i64>, Query, description = "Only ids higher than this one, oldest first"),
        ("limit" = Option<i64>, Query, description = "1 to 200, default 50"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Page>, AppError> {
    caller.require(&state, Scope::Read).await?;
    let filter = filter(&state, &caller, &pairs).await?;
    let bounds = filter.time_bounds(state.clock.now_ms())?;
    let cursor =
        match (number::<DeliveryId>(&pairs, "older_than")?, number::<DeliveryId>(&pairs, "newer_than")?) {
            (Some(_), Some(_)) => {
                return Err(invalid("newer_than", "newer_than: can't be combined with older_than"));
            }
            (Some(id), None) => Cursor::OlderThan(id),
            (None, Some(id)) => Cursor::NewerThan(id),
            (None, None) => Cursor::Newest,
        };
    let limit = number(&pairs, "limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("limit", format!("limit: must be 1 to {MOST}")));
    }
    let mut connection = state.db.read().await?;
    let mut rows = deliveries::page(&mut connection, &filter, bounds, cursor, limit + 1).await?;
    let has_more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let ids: Vec<DeliveryId> = rows.iter().map(|row| row.summary.id).collect();
    let marks = forwards::marks(&mut connection, &ids).await?;
    for row in &mut rows {
        row.summary.forward = marks.get(&row.summary.id).copied();
    }
    Ok(Json(Page { deliveries: rows.iter().map(ApiDelivery::from).collect(), has_more }))
}

/// The filter of a query. Where the web interface passes over what it does not know, a program is told.
pub(super) async fn filter(
    state: &AppState,
    caller: &Caller,
    pairs: &[(String, String)],
) -> Result<DeliveryFilter, AppError> {
    const KNOWN: [&str; 11] = [
        "endpoint",
        "type",
        "verdict",
        "forward",
        "after",
        "before",
        "id",
        "older_than",
        "newer_than",
        "limit",
        "since",
    ];
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        return Err(invalid(
            name,
            format!("{name}: unknown parameter; valid parameters are {}", KNOWN.join(", ")),
        ));
    }
    let filter = DeliveryFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let filter = caller.narrow(filter);
    if let Some(name) = &filter.endpoint
        && !endpoints::by_name(&mut state.db.read().await?, name)
            .await?
            .is_some_and(|found| caller.sees(found.id))
    {
        return Err(invalid("endpoint", format!("endpoint: unknown endpoint `{name}`")));
    }
    let asked = pairs.iter().find(|(name, value)| name == "forward" && !value.is_empty());
    match (asked, filter.forward) {
        (Some((_, value)), None) => {
            Err(invalid("forward", format!("forward: `{value}` must be delivered, queued or failing")))
        }
        _ => Ok(filter),
    }
}

/// The number of a parameter, if it is given.
pub(super) fn number<T: FromStr>(pairs: &[(String, String)], name: &str) -> Result<Option<T>, AppError> {
    let found = pairs.iter().find(|(n, value)| n == name && !value.is_empty());
    let parsed = found.map(|(_, value)| {
        value.parse().map_err(|_| invalid(name, format!("{name}: must be a whole number")))
    });
    parsed.transpose()
}

/// One delivery with its headers, its body, its verdict and what was sent to destinations. Values of headers that sign it are
/// hidden from a token that may not replay.
#[utoipa::path(
    get, path = "/api/v1/deliveries/{id}", tag = "deliveries",
    params(("id" = i64, Path, description = "Id from the list")),
    responses(
        (status = 200, body = DeliveryDetail),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 404, body = Problem, description = "Delivery not found"),
    ),
)]
pub(super) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<DeliveryDetail>, AppError> {
    caller.require(&state, Scope::Read).await?;
    let id = parse_id(&id)?;
    caller.require_delivery(&state, id).await?;
    let stored = reverify::stored(&state, id).await?;
    let mut connection = state.db.read().await?;
    let sent = forwards::of_delivery(&mut connection, id).await?;
    let requests = attempts::of_delivery(&mut connection, id).await?;
    let mut delivery = stored.delivery;
    delivery.summary.forward = forwards::marks(&mut connection, &[id]).await?.get(&id).copied();
    drop(connection);
    let mut payload = stored.payload;
    if !caller.sees_signatures() {
        payload.headers = without_signatures(&stored.endpoint, payload.headers);
    }
    let bytes = format!("{} bytes", payload.body.len());
    caller.note(&state, Action::BodyDownloaded, &id.to_string(), &format!("delivery {id}"), &bytes).await;
    Ok(Json(DeliveryDetail::new(&delivery, &payload, &sent, &requests)))
}

/// The id in a path.
pub(super) fn parse_id(text: &str) -> Result<DeliveryId, AppError> {
    text.parse().map_err(|_| invalid("id", "id: must be the number of a delivery"))
}
