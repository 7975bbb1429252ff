//! What a rule would have done in the last seven days.

use super::{
    judge::{Standing, Step, step},
    readings::{Reading, Readings, Shared},
    uptime::Uptime,
};
use crate::{
    model::{alert::Rule, error::AppError},
    state::AppState,
};

const DAY_MS: i64 = 86_400_000;
/// How far back it is looked.
pub const DAYS: i64 = 7;
/// Between two looks: the real thing looks every few seconds.
const STEP_MS: i64 = 5 * 60_000;

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
    pub now: Option<Reading>,
}

/// Looks back.
pub async fn preview(state: &AppState, rule: &Rule) -> Result<Preview, AppError> {
    let to = state.clock.now_ms();
    let from = to.saturating_sub(DAYS * DAY_MS);
    let mut uptime = Uptime::load(&state.db, to).await?;
    uptime.add(to);
    let readings =
        Readings::load(&mut *state.db.read().await?, rule, &uptime, &mut Shared::default(), (from, to))
            .await?;
    Ok(play(rule, &readings, (from, to)))
}

fn play(rule: &Rule, readings: &Readings, (from, to): (i64, i64)) -> Preview {
    let mut incidents: Vec<Would> = Vec::new();
    let mut standing = Standing::Calm(None);
    let mut values = Vec::new();
    let looks = (0..=DAYS * DAY_MS / STEP_MS)
        .map(|n| from.saturating_add(n * STEP_MS))
        .take_while(|at| *at < to)
        .chain([to]);
    for at in looks {
        let reading = readings.at(at);
        values.push((at, reading.map(|reading| reading.value)));
        let value = reading.map_or(0.0, |reading| reading.value);
        match (step(rule.kind, &rule.settings, reading, standing, at), incidents.last_mut()) {
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
    Preview { from, to, incidents, highest, values, now: readings.at(to) }
}
