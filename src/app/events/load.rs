//! What the page needs from the database.

use crate::{
    app::{
        events::query::EventsQuery,
        kit::{empty_list::EmptyCause, prelude::*},
    },
    db::{
        Connection,
        deliveries::{self, Cursor},
        endpoints, forwards,
    },
    model::{
        delivery::{Delivery, DeliverySummary},
        filter::DeliveryFilter,
        ids::DeliveryId,
    },
};

const ROWS: usize = 50;
/// Types offered in the filter.
const TYPES: i64 = 200;

/// Everything on the page.
pub(crate) struct Events {
    /// Unix ms.
    pub(crate) now: i64,
    pub(crate) filter: DeliveryFilter,
    pub(crate) choices: Offered,
    /// A list that cannot be made leaves the rest of the page as it is.
    pub(crate) list: Result<List, AppError>,
}

/// What the filter offers.
pub(crate) struct Offered {
    /// Names of the endpoints.
    pub(crate) endpoints: Vec<String>,
    /// Types seen so far.
    pub(crate) types: Vec<String>,
}

/// One page of deliveries.
pub(crate) struct List {
    /// Newest first.
    pub(crate) rows: Vec<DeliverySummary>,
    /// Where the page before begins, when there is one.
    pub(crate) newer: Option<DeliveryId>,
    /// Where the page after begins, when there is one.
    pub(crate) older: Option<DeliveryId>,
    /// The live stream goes on from here.
    pub(crate) since: DeliveryId,
    /// New deliveries belong on this page.
    pub(crate) live: bool,
    /// Why there are no rows, when there are none.
    pub(crate) empty: EmptyCause,
}

pub(crate) async fn load(state: &AppState, query: EventsQuery) -> Result<Events, AppError> {
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let names = endpoints::list(&mut connection).await?.into_iter().map(|endpoint| endpoint.name).collect();
    // Suggestions are a convenience: without them the page is still right.
    let types = deliveries::event_types(&mut connection, TYPES).await.unwrap_or_default();
    let choices = Offered { endpoints: names, types };
    drop(connection);
    let list = list(state, &query, &choices, now).await;
    Ok(Events { now, filter: query.filter, choices, list })
}

async fn list(state: &AppState, query: &EventsQuery, choices: &Offered, now: i64) -> Result<List, AppError> {
    let bounds = query.filter.time_bounds(now)?;
    let mut connection = state.db.read().await?;
    let Page { mut rows, newer, older } = page(&mut connection, query, bounds).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let marks = forwards::marks(&mut connection, &ids).await?;
    for row in &mut rows {
        row.forward = marks.get(&row.id).copied();
    }
    let empty = match (choices.endpoints.is_empty(), query.filter.is_empty()) {
        (_, false) => EmptyCause::NoMatch,
        (true, true) => EmptyCause::NoEndpoint,
        (false, true) => EmptyCause::NothingYet,
    };
    let live =
        newer.is_none() && !matches!(query.cursor, Cursor::OlderThan(_)) && query.filter.before.is_none();
    // Ids tell the time: without rows the stream goes on from the moment before the question.
    let since = rows.first().map_or_else(|| DeliveryId::at(now), |row| row.id);
    Ok(List { rows, newer, older, since, live, empty })
}

struct Page {
    rows: Vec<DeliverySummary>,
    newer: Option<DeliveryId>,
    older: Option<DeliveryId>,
}

/// One row more than a page holds is asked for: it says whether there is another page.
async fn page(
    connection: &mut Connection,
    query: &EventsQuery,
    bounds: (Option<i64>, Option<i64>),
) -> Result<Page, AppError> {
    let limit = ROWS as i64 + 1;
    if let Cursor::NewerThan(_) = query.cursor {
        let mut rows = deliveries::page(connection, &query.filter, bounds, query.cursor, limit).await?;
        if rows.len() > ROWS {
            rows.truncate(ROWS);
            rows.reverse();
            let rows = summaries(rows);
            let (newer, older) = (rows.first().map(|row| row.id), rows.last().map(|row| row.id));
            return Ok(Page { rows, newer, older });
        }
        // Fewer than a page are newer: the first page has them all.
    }
    let cursor = match query.cursor {
        Cursor::OlderThan(_) => query.cursor,
        _ => Cursor::Newest,
    };
    let mut rows = deliveries::page(connection, &query.filter, bounds, cursor, limit).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let rows = summaries(rows);
    let older = rows.last().filter(|_| more).map(|row| row.id);
    let newer = match cursor {
        // Beyond the end the way back is from where the page was to begin.
        Cursor::OlderThan(id) => Some(rows.first().map_or(DeliveryId(id.0.saturating_sub(1)), |row| row.id)),
        _ => None,
    };
    Ok(Page { rows, newer, older })
}

fn summaries(rows: Vec<Delivery>) -> Vec<DeliverySummary> {
    rows.into_iter().map(|delivery| delivery.summary).collect()
}
