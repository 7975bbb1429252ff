//! Incidents: periods in which a rule held.

use super::words::words;
use super::{
    alert::RuleSettings,
    ids::{DestinationId, EndpointId, IncidentId, RuleId},
    severity::Severity,
};

words! {
    /// How an incident stands.
    pub enum IncidentState("state") {
        /// It goes on, and nobody has said that they know.
        Open = "open";
        /// It goes on, and someone looks after it.
        Acknowledged = "acknowledged";
        /// Its condition did not hold any more.
        Recovered = "recovered";
        /// A person closed it.
        Resolved = "resolved";
    }
}

/// A period in which a rule held. It tells of rule and object as they were when it opened.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The rule; it may be gone.
    #[cfg_attr(feature = "ssr", sqlx(rename = "rule_id"))]
    pub rule: RuleId,
    /// The word of the rule's kind; a later version may have written one that this one does not know.
    pub kind: String,
    /// The endpoint; it may be gone.
    #[cfg_attr(feature = "ssr", sqlx(rename = "endpoint_id"))]
    pub endpoint: Option<EndpointId>,
    /// The destination; it may be gone.
    #[cfg_attr(feature = "ssr", sqlx(rename = "destination_id"))]
    pub destination: Option<DestinationId>,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// How much it matters.
    #[cfg_attr(feature = "ssr", sqlx(try_from = "i64"))]
    pub severity: Severity,
    /// What is wrong where.
    pub title: String,
    /// A sentence with the figures at the opening.
    pub detail: String,
    /// The rule's settings at the opening.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub settings: RuleSettings,
    /// At the last look.
    pub value: f64,
    /// The highest so far.
    pub worst: f64,
    /// Unix ms.
    pub opened_at: i64,
    /// When someone said that they know, and who; unix ms.
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub acknowledged: Option<(i64, String)>,
    /// When a reminder was queued last, unix ms.
    pub reminded_at: Option<i64>,
    /// When the condition held no more, unix ms.
    pub recovered_at: Option<i64>,
    /// When a person closed it, and who; unix ms.
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub resolved: Option<(i64, String)>,
    /// The first of the two; none: it goes on.
    pub ended_at: Option<i64>,
}

impl Incident {
    /// Open, acknowledged, recovered or closed.
    pub fn state(&self) -> IncidentState {
        match (&self.resolved, self.recovered_at, &self.acknowledged) {
            (Some(_), _, _) => IncidentState::Resolved,
            (None, Some(_), _) => IncidentState::Recovered,
            (None, None, Some(_)) => IncidentState::Acknowledged,
            (None, None, None) => IncidentState::Open,
        }
    }
}

words! {
    /// What happened in an incident.
    pub enum EntryKind("entry") {
        /// It began.
        Opened = "opened", "opened";
        /// Someone said that they know.
        Acknowledged = "acknowledged", "acknowledged";
        /// Someone wrote something down.
        Note = "note", "noted";
        /// Channels were reminded.
        Reminded = "reminded", "reminded";
        /// The condition held no more.
        Recovered = "recovered", "recovered";
        /// A person closed it.
        Resolved = "resolved", "resolved";
    }
}

/// An entry of an incident's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct IncidentEntry {
    /// Unix ms.
    pub at: i64,
    /// What happened.
    pub kind: EntryKind,
    /// Who; none: Hookpost itself.
    pub actor: Option<String>,
    /// What is said of it; may be empty.
    pub text: String,
}
