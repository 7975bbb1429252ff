//! What follows from the value of a rule. Pure: the same for the present and for a look back.

use super::{rules::Spec, values::Value};
use crate::model::alert::RuleSettings;

/// How a rule stands before a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is open; when its last incident ended, unix ms.
    Calm(Option<i64>),
    /// An incident is open.
    Open,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// An incident opens.
    Open,
    /// The open incident is over.
    Recover,
}

/// What follows from a value at `now` (unix ms). Without one nothing does: what cannot be told neither opens nor ends
/// an incident.
pub fn decide(
    kind: &Spec,
    settings: &RuleSettings,
    value: Option<Value>,
    standing: Standing,
    now: i64,
) -> Step {
    let Some(value) = value else { return Step::Stay };
    match standing {
        Standing::Open if value.value <= settings.recovery => Step::Recover,
        Standing::Open => Step::Stay,
        Standing::Calm(ended_at) => {
            // One that ended in the future ended while the clock was ahead.
            let rested =
                ended_at.is_none_or(|at| at > now || now >= at.saturating_add(settings.cooldown_ms()));
            let holds = value.value > settings.threshold && kind.is_enough(value, settings.least);
            if holds && rested { Step::Open } else { Step::Stay }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::rules::known;

    fn kind() -> &'static Spec {
        known("verification-failures").unwrap()
    }

    fn settings() -> RuleSettings {
        RuleSettings { threshold: 10.0, recovery: 5.0, least: 5, cooldown: 30, ..kind().usual_settings() }
    }

    fn after(value: f64, of: i64, standing: Standing, minute: i64) -> Step {
        let value = Value { value, part: 0, of };
        decide(kind(), &settings(), Some(value), standing, minute * 60_000)
    }

    #[test]
    fn what_a_row_may_hold_overflows_nothing() {
        for number in [i64::MIN, -1, 0, i64::MAX] {
            let settings = RuleSettings { cooldown: number, least: number, ..settings() };
            for now in [i64::MIN, 0, i64::MAX] {
                let value = Some(Value { value: f64::MAX, part: number, of: number });
                decide(kind(), &settings, value, Standing::Calm(Some(number)), now);
            }
        }
    }

    #[test]
    fn an_incident_opens_above_the_threshold_when_there_is_enough_to_go_by() {
        let calm = Standing::Calm(None);
        assert_eq!(after(10.1, 5, calm, 0), Step::Open);
        assert_eq!(after(10.0, 5, calm, 0), Step::Stay, "not above");
        assert_eq!(after(100.0, 4, calm, 0), Step::Stay, "too few");
        assert_eq!(decide(kind(), &settings(), None, calm, 0), Step::Stay, "nothing is known");
    }

    #[test]
    fn an_open_incident_is_over_at_the_recovery_threshold_and_not_before() {
        assert_eq!(after(9.0, 5, Standing::Open, 0), Step::Stay, "between the two it stays");
        assert_eq!(after(5.0, 5, Standing::Open, 0), Step::Recover);
        assert_eq!(after(0.0, 0, Standing::Open, 0), Step::Recover, "nothing bad is left in the window");
        assert_eq!(decide(kind(), &settings(), None, Standing::Open, 0), Step::Stay);
    }

    #[test]
    fn after_an_incident_none_opens_until_the_rest_is_over() {
        let ended = Standing::Calm(Some(60 * 60_000));
        assert_eq!(after(50.0, 9, ended, 89), Step::Stay);
        assert_eq!(after(50.0, 9, ended, 90), Step::Open);
        assert_eq!(after(50.0, 9, ended, 59), Step::Open, "the clock was ahead when it ended");
    }
}
