//! What a rule would have done in the last seven days.

use super::{
    decide::{Standing, Step, decide},
    rules::Rule,
    uptime::Uptime,
    values::{Shared, Value, Values},
};
use crate::{
    db::Db,
    model::{
        error::AppError,
        time::{DAY_MS, MINUTE_MS},
    },
};

/// How far back it is looked.
pub const DAYS: i64 = 7;
/// Between two looks: the real thing looks every few seconds.
const STEP_MS: i64 = 5 * MINUTE_MS;

/// An incident that there would have been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Would {
    /// When it would have opened, unix ms.
    pub from: i64,
    /// When it would have recovered, unix ms; none: it would be open now.
    pub to: Option<i64>,
    /// The highest value within it.
    pub worst: f64,
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Where the look back begins, unix ms.
    pub from: i64,
    /// Where it ends: now, unix ms.
    pub to: i64,
    /// The incidents, oldest first.
    pub incidents: Vec<Would>,
    /// The highest value that there was; none: there was nothing to go by.
    pub highest: Option<f64>,
    /// The value at each look; none where there was nothing to go by.
    pub values: Vec<(i64, Option<f64>)>,
    /// The value now.
    pub now: Option<Value>,
}

/// Looks back.
pub async fn preview(db: &Db, rule: &Rule, now: i64) -> Result<Preview, AppError> {
    let (from, to) = (now.saturating_sub(DAYS * DAY_MS), now);
    let mut uptime = Uptime::load(db, to).await?;
    uptime.add(to);
    let (mut connection, mut shared) = (db.read().await?, Shared::default());
    let values = Values::load(&mut connection, rule, &uptime, &mut shared, (from, to)).await?;
    Ok(play(rule, &values, (from, to)))
}

fn play(rule: &Rule, all: &Values, (from, to): (i64, i64)) -> Preview {
    let mut incidents: Vec<Would> = Vec::new();
    let mut standing = Standing::Calm(None);
    let mut values = Vec::new();
    let looks = (0..=DAYS * DAY_MS / STEP_MS)
        .map(|n| from.saturating_add(n * STEP_MS))
        .take_while(|at| *at < to)
        .chain([to]);
    for at in looks {
        let found = all.at(at);
        values.push((at, found.map(|found| found.value)));
        let value = found.map_or(0.0, |found| found.value);
        match (decide(rule.kind, &rule.settings, found, standing, at), incidents.last_mut()) {
            (Step::Open, _) => {
                standing = Standing::Open;
                incidents.push(Would { from: at, to: None, worst: value });
            }
            (Step::Recover, Some(last)) => {
                standing = Standing::Calm(Some(at));
                last.to = Some(at);
            }
            (_, Some(last)) if standing == Standing::Open => last.worst = last.worst.max(value),
            _ => {}
        }
    }
    let highest = values.iter().filter_map(|(_, value)| *value).reduce(f64::max);
    Preview { from, to, incidents, highest, values, now: all.at(to) }
}
