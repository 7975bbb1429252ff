//! What is counted of a delivery.

use super::{Changes, Count, Measure};
use crate::model::{
    delivery::Outcome,
    ids::{EndpointId, SecretId},
};

#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct Counted<'r> {
    pub(in crate::db) endpoint_id: EndpointId,
    /// Unix ms.
    pub(in crate::db) received_at: i64,
    pub(in crate::db) outcome: Outcome,
    pub(in crate::db) reason: Option<&'r str>,
    /// Our clock minus the timestamp in seconds, when that alone stood in the way.
    pub(in crate::db) only_time: Option<i64>,
    pub(in crate::db) event_type: Option<&'r str>,
    /// Unix ms.
    pub(in crate::db) created_at: Option<i64>,
}

impl<'r> Counted<'r> {
    fn count(&self, what: Measure) -> Count<'r> {
        Count::new(what, self.endpoint_id.0, self.received_at)
    }
}

impl<'r> Changes<'r> {
    /// Adds a delivery, or takes one away, by how it came out.
    pub(in crate::db) fn outcome(&mut self, of: &Counted<'r>, by: i64) {
        let (what, label) = match of.outcome {
            Outcome::Accepted => (Measure::Accepted, of.event_type),
            Outcome::Duplicate => (Measure::Duplicate, of.event_type),
            Outcome::Rejected => (Measure::Rejected, of.reason),
        };
        self.add(of.count(what).label(label.unwrap_or_default()), by);
        if let (Outcome::Accepted, Some(created_at)) = (of.outcome, of.created_at) {
            self.add(of.count(Measure::Lag).value(of.received_at.saturating_sub(created_at)), by);
        }
        if let (Outcome::Rejected, Some(skew)) = (of.outcome, of.only_time) {
            self.add_sum(of.count(Measure::OffInTime), by, skew.saturating_mul(by));
        }
    }

    /// Adds what stays with a delivery however it is judged later.
    pub(in crate::db) fn arrival(&mut self, of: &Counted<'r>, try_number: i64, answer_us: i64) {
        if try_number > 1 {
            self.add(of.count(Measure::Retry), 1);
        }
        self.add(of.count(Measure::Answer).value(answer_us), 1);
    }

    /// Adds a delivery, received at a time (unix ms), that a secret verified.
    pub(in crate::db) fn verified(&mut self, secret: SecretId, received_at: i64) {
        self.add(Count::new(Measure::Verified, secret.0, received_at), 1);
    }
}
