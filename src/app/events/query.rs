//! The URL of the page: the filter, and where the list begins.

use crate::{
    app::kit::paths,
    db::deliveries::Cursor,
    model::{filter::DeliveryFilter, ids::DeliveryId},
};

/// What the query string asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventsQuery {
    /// Which deliveries.
    pub(crate) filter: DeliveryFilter,
    /// From where on (`older=ID`, `newer=ID`; anything else begins at the newest).
    pub(crate) cursor: Cursor,
}

impl EventsQuery {
    /// Reads the decoded pairs of the query string.
    pub(crate) fn from_pairs<N, V>(pairs: impl Iterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let pairs: Vec<(N, V)> = pairs.collect();
        let pairs = || pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let id =
            |name: &str| pairs().find(|(n, _)| *n == name).and_then(|(_, v)| v.parse::<DeliveryId>().ok());
        let older = id("older").map(Cursor::OlderThan);
        let newer = || id("newer").map(Cursor::NewerThan);
        Self {
            filter: DeliveryFilter::from_pairs(pairs()),
            cursor: older.or_else(newer).unwrap_or(Cursor::Newest),
        }
    }
}

/// The page's URL with this filter and perhaps a cursor (`older` or `newer`).
pub(crate) fn href(filter: &DeliveryFilter, cursor: Option<(&str, DeliveryId)>) -> String {
    let cursor = cursor.map(|(name, id)| format!("{name}={id}"));
    let parts = [filter.to_query()].into_iter().chain(cursor).filter(|part| !part.is_empty());
    paths::with_query(paths::EVENTS, &parts.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_survives_its_url() {
        let query = EventsQuery::from_pairs([("type", "a b"), ("older", "7")].into_iter());
        assert_eq!(query.cursor, Cursor::OlderThan(DeliveryId(7)));
        assert_eq!(href(&query.filter, Some(("older", DeliveryId(7)))), "/events?type=a%20b&older=7");
        assert_eq!(href(&DeliveryFilter::default(), None), "/events");
    }

    #[test]
    fn a_cursor_that_is_no_id_is_passed_over() {
        let query = EventsQuery::from_pairs([("newer", "x")].into_iter());
        assert_eq!(query.cursor, Cursor::Newest);
    }
}
