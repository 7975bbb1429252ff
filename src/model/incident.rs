//! Incidents: periods in which a rule held.

use super::{
    alert::{RuleKind, RuleSettings},
    ids::{DestinationId, EndpointId, IncidentId, RuleId},
    severity::Severity,
};

/// How an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentState {
    /// It goes on, and nobody has said that they know.
    Open,
    /// It goes on, and somebody looks after it.
    Acknowledged,
    /// Its condition did not hold any more.
    Recovered,
    /// A person closed it.
    Resolved,
}

impl IncidentState {
    /// The word, in the API too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Recovered => "recovered",
            Self::Resolved => "resolved",
        }
    }
}

/// A period in which a rule held. It tells of rule and object as they were when it opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The rule; it may be gone.
    pub rule: RuleId,
    /// What was watched; none: a later version wrote it.
    pub kind: Option<RuleKind>,
    /// The endpoint; it may be gone.
    pub endpoint: Option<EndpointId>,
    /// The destination; it may be gone.
    pub destination: Option<DestinationId>,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong where.
    pub title: String,
    /// A sentence with the figures at the opening.
    pub detail: String,
    /// The rule's settings at the opening.
    pub settings: RuleSettings,
    /// At the last look.
    pub value: f64,
    /// The highest so far.
    pub worst: f64,
    /// Unix ms.
    pub opened_at: i64,
    /// When somebody said that they know, and who; unix ms.
    pub acknowledged: Option<(i64, String)>,
    /// When a reminder was queued last, unix ms.
    pub reminded_at: Option<i64>,
    /// When the condition held no more, unix ms.
    pub recovered_at: Option<i64>,
    /// When a person closed it, and who; unix ms.
    pub resolved: Option<(i64, String)>,
    /// The first of the two; none: it goes on.
    pub ended_at: Option<i64>,
}

impl Incident {
    /// How it stands.
    pub fn state(&self) -> IncidentState {
        match (&self.resolved, self.recovered_at, &self.acknowledged) {
            (Some(_), _, _) => IncidentState::Resolved,
            (None, Some(_), _) => IncidentState::Recovered,
            (None, None, Some(_)) => IncidentState::Acknowledged,
            (None, None, None) => IncidentState::Open,
        }
    }
}

/// What happened in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum EntryKind {
    /// It began.
    Opened,
    /// Somebody said that they know.
    Acknowledged,
    /// Somebody wrote something down.
    Note,
    /// Channels were reminded.
    Reminded,
    /// The condition held no more.
    Recovered,
    /// A person closed it.
    Resolved,
}

impl EntryKind {
    /// What happened, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::Note => "noted",
            Self::Reminded => "reminded",
            Self::Recovered => "recovered",
            Self::Resolved => "resolved",
        }
    }
}

/// An entry of an incident's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
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
