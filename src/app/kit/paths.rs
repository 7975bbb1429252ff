//! Where the pages are. One function for each path that names something, so that no id stands in the place of another.

use crate::model::{
    filter::{DeliveryFilter, percent_encode},
    ids::{ChannelId, DeliveryId, DestinationId, EndpointId, IncidentId, JobId, RuleId},
};
use std::fmt::Display;

pub(crate) const OVERVIEW: &str = "/";
pub(crate) const HEALTH: &str = "/health";
pub(crate) const EVENTS: &str = "/events";
pub(crate) const DESTINATIONS: &str = "/destinations";
pub(crate) const NEW_DESTINATION: &str = "/destinations/new";
pub(crate) const TRY_CONDITION: &str = "/destinations/condition";
pub(crate) const INCIDENTS: &str = "/alerts";
pub(crate) const RULES: &str = "/alerts/rules";
pub(crate) const NEW_RULE: &str = "/alerts/rules/new";
pub(crate) const CHANNELS: &str = "/alerts/channels";
pub(crate) const NEW_CHANNEL: &str = "/alerts/channels/new";
pub(crate) const VERIFY: &str = "/tools/verify";
pub(crate) const SEND: &str = "/tools/send";
pub(crate) const EVENT_TYPES: &str = "/tools/types";
pub(crate) const ENDPOINTS: &str = "/settings/endpoints";
pub(crate) const NEW_ENDPOINT: &str = "/settings/endpoints/new";
pub(crate) const TEAM: &str = "/settings/team";
pub(crate) const TOKENS: &str = "/settings/tokens";
pub(crate) const BACKUPS: &str = "/settings/backups";
pub(crate) const AUDIT: &str = "/settings/audit";
pub(crate) const AUDIT_FILE: &str = "/settings/audit.jsonl";
pub(crate) const ACCOUNT: &str = "/settings/account";
pub(crate) const LOGIN: &str = "/login";

/// The list of the deliveries that a filter lets through.
pub(crate) fn events(filter: &DeliveryFilter) -> String {
    with_query(EVENTS, &filter.to_query())
}

/// The list of an endpoint's deliveries.
pub(crate) fn events_of(endpoint: &str) -> String {
    events(&DeliveryFilter { endpoint: Some(endpoint.to_owned()), ..DeliveryFilter::default() })
}

pub(crate) fn delivery(id: DeliveryId) -> String {
    format!("/events/{id}")
}

pub(crate) fn forwards_of(id: DeliveryId) -> String {
    format!("/events/{id}?tab=forwards")
}

pub(crate) fn signature_of(id: DeliveryId) -> String {
    format!("/events/{id}?tab=signature")
}

pub(crate) fn edit_delivery(id: DeliveryId) -> String {
    format!("/events/{id}/edit")
}

/// The body as a file.
pub(crate) fn body_of(id: DeliveryId) -> String {
    format!("/events/{id}/body")
}

/// Before all events of a filter are sent again.
pub(crate) fn replay(filter: &DeliveryFilter) -> String {
    with_query("/replay", &filter.to_query())
}

/// Before all rejected deliveries of a filter are verified again.
pub(crate) fn reverify(filter: &DeliveryFilter) -> String {
    with_query("/reverify", &filter.to_query())
}

pub(crate) fn job(id: JobId) -> String {
    format!("/jobs/{id}")
}

pub(crate) fn destination(id: DestinationId) -> String {
    format!("{DESTINATIONS}/{id}")
}

pub(crate) fn edit_destination(id: DestinationId) -> String {
    format!("{DESTINATIONS}/{id}/edit")
}

/// Sending a test event to a destination.
pub(crate) fn send_to(id: DestinationId) -> String {
    format!("{SEND}?target=destination:{id}")
}

pub(crate) fn endpoint(id: EndpointId) -> String {
    format!("{ENDPOINTS}/{id}")
}

pub(crate) fn incident(id: IncidentId) -> String {
    format!("/alerts/incidents/{id}")
}

pub(crate) fn rule(id: RuleId) -> String {
    format!("{RULES}/{id}")
}

pub(crate) fn edit_rule(id: RuleId) -> String {
    format!("{RULES}/{id}/edit")
}

/// The rules of an endpoint or a destination.
pub(crate) fn rules_of(id: impl Display) -> String {
    format!("{RULES}#of-{id}")
}

pub(crate) fn channel(id: ChannelId) -> String {
    format!("{CHANNELS}/{id}")
}

pub(crate) fn edit_channel(id: ChannelId) -> String {
    format!("{CHANNELS}/{id}/edit")
}

/// The login that goes on to a page; empty: to the overview.
pub(crate) fn login(next: &str) -> String {
    if next.is_empty() { LOGIN.to_owned() } else { format!("{LOGIN}?next={}", percent_encode(next)) }
}

/// Making the first admin with a one-time token.
pub(crate) fn setup(token: &str) -> String {
    format!("/setup/{}", percent_encode(token))
}

/// Taking an invite.
pub(crate) fn invite(token: &str) -> String {
    format!("/invite/{}", percent_encode(token))
}

/// A path with its query string, which may be empty.
pub(crate) fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_an_endpoint_survives_a_hostile_name() {
        assert_eq!(events_of("<a>&b"), "/events?endpoint=%3Ca%3E%26b");
    }

    #[test]
    fn a_filter_that_lets_all_through_leaves_no_mark() {
        let all = DeliveryFilter::default();
        assert_eq!([events(&all), replay(&all), reverify(&all)], ["/events", "/replay", "/reverify"]);
    }
}
