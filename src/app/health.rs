//! Health in detail: what events said, why deliveries were rejected, how long things took, what fails most.

mod failing;
mod forwards;
mod outcomes;
mod reasons;

use crate::{
    app::{
        figures::{page::Asked, pick_range::PickRange, range::Range},
        kit::{
            chart::{PercentileChart, Percentiles, TimeAxis},
            prelude::*,
        },
    },
    db::{
        counts::{Ask, By, Measure, Sum},
        destinations,
        failed_resources::{self, FailedResource},
    },
    model::{catalogue, destination::Destination, ids::DeliveryId},
};

/// Resources that are listed.
const MOST_RESOURCES: usize = 20;
/// Seconds between two looks at the figures.
const REFRESH: &str = "15";

/// The page at `/health`.
#[component]
pub fn HealthPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move { Ok(health(load(Asked::read(state, user).await?).await?)) })
}

struct Figures {
    asked: Asked,
    labels: Vec<Sum>,
    /// Those of the period before.
    before: Vec<Sum>,
    histograms: Vec<Sum>,
    destinations: Vec<Destination>,
    attempts: Vec<Sum>,
    failing: Vec<FailedResource>,
}

async fn load(asked: Asked) -> Result<Figures, AppError> {
    let (range, only) = (&asked.range, asked.only);
    let mut connection = asked.state.db.read().await?;
    let only_id = only.map(|id| id.0);
    let outcomes = |minutes| Ask::new(&Measure::OUTCOMES, minutes).of(only_id);
    let labels = outcomes(range.minutes()).labels(&mut connection, range.grain).await?;
    let before = outcomes(range.minutes_before()).labels(&mut connection, range.grain).await?;
    let times = Ask::new(&[Measure::Lag, Measure::Answer], range.minutes()).grain(range.grain).of(only_id);
    let by_step = [By::Steps(range.step_minutes()), By::Bucket];
    let histograms = times.sums(&mut connection, &by_step).await?;
    let attempts = Ask::new(&[Measure::Attempt], range.minutes()).grain(range.grain);
    let attempts = attempts.sums(&mut connection, &[By::Object, By::Label, By::Bucket]).await?;
    let destinations = destinations::list(&mut connection).await?;
    let accepted = labels.iter().filter(|one| one.what == Measure::Accepted).map(|one| one.label.clone());
    let bad = |name: &String| catalogue::outcome_of(name) == catalogue::EventOutcome::Failure;
    let types: Vec<String> = accepted.filter(bad).take(50).collect();
    let ids = (DeliveryId::at(range.from()), DeliveryId::at(range.to()));
    let failing = failed_resources::list(&mut connection, &types, ids, only, MOST_RESOURCES).await?;
    drop(connection);
    Ok(Figures { asked, labels, before, histograms, destinations, attempts, failing })
}

fn health(figures: Figures) -> Page {
    let Figures { asked, labels, before, histograms, destinations, attempts, failing } = figures;
    let axis = TimeAxis::new(&asked.range, &asked.zone, asked.now, &asked.filter());
    let (answers, all_answers) = percentiles(&histograms, Measure::Answer, 1, &asked.range);
    let (lags, all_lags) = percentiles(&histograms, Measure::Lag, 1_000, &asked.range);
    let overview = paths::with_query(paths::OVERVIEW, &asked.choice.to_query());
    let (answer_axis, narrowed) = (axis.clone(), asked.only.is_some());
    Page::new(Part::Overview, "Health").under("Overview", overview).body(view! {
            <PickRange path=paths::HEALTH choice=asked.choice.clone() endpoints=asked.names() zone=asked.zone.clone() error=asked.error.clone()/>
            <div id="figures" data-refresh=REFRESH>
                {outcomes::card(&labels, &before, &asked.filter())}
                {reasons::card(&labels, &before, &asked.filter())}
                <Card title="Answer time">
                    <p class="in dim">"From a webhook's first byte until it is stored and can be answered."</p>
                    <PercentileChart what="Answer time" slots=answers all=all_answers axis=answer_axis/>
                </Card>
                <Card title="Lag">
                    <p class="in dim">"From the event's creation time, as stated by the sender, until its arrival."</p>
                    <PercentileChart what="Lag" slots=lags all=all_lags axis/>
                </Card>
                {(!destinations.is_empty()).then(|| forwards::card(&destinations, &attempts, narrowed))}
                {(!failing.is_empty()).then(|| failing::card(&failing, &asked))}
            </div>
    })
}

/// Percentiles of each slot, and of all, in microseconds; a stored unit is `unit` of them.
fn percentiles(
    histograms: &[Sum],
    what: Measure,
    unit: i64,
    range: &Range,
) -> (Vec<Option<Percentiles>>, Option<Percentiles>) {
    let mut slots: Vec<Vec<(i64, i64)>> = vec![Vec::new(); range.len()];
    for one in histograms.iter().filter(|one| one.what == what) {
        if let Some(slot) = range.slot_of_minute(one.minute).and_then(|index| slots.get_mut(index)) {
            slot.push((one.bucket.saturating_mul(unit), one.count));
        }
    }
    let all = Percentiles::of(&slots.concat());
    (slots.iter().map(|slot| Percentiles::of(slot)).collect(), all)
}
