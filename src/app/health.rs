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
            problem::Problem,
        },
        shell::layout::{Layout, Part},
    },
    db::{
        attempts::{self, Class},
        destinations,
        failing::{Failing, resources},
        measures::{self, Histogram, Labelled, Measure},
    },
    model::{catalogue, destination::Destination, error::AppError, ids::DeliveryId},
};
use failing::FailingResources;
use forwards::Forwards;
use leptos::{either::Either, prelude::*};
use outcomes::Outcomes;
use reasons::Reasons;

/// Resources that are listed.
const MOST_RESOURCES: usize = 20;
/// Seconds between two looks at the figures.
const REFRESH: &str = "15";

/// The page at `/health`.
#[component]
pub fn HealthPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(figures) => Either::Left(view! { <Health figures/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Figures {
    asked: Asked,
    labels: Vec<Labelled>,
    /// Those of the period before.
    before: Vec<Labelled>,
    histograms: Vec<Histogram>,
    destinations: Vec<Destination>,
    classes: Vec<Class>,
    failing: Vec<Failing>,
}

async fn load() -> Result<Figures, AppError> {
    let asked = Asked::read().await?;
    let (range, only) = (&asked.range, asked.only);
    let mut connection = asked.state.db.read().await?;
    let labels = measures::labels(&mut connection, range.grain, range.minutes(), only).await?;
    let before = measures::labels(&mut connection, range.grain, range.minutes_before(), only).await?;
    let step = range.bucket_minutes();
    let histograms = measures::histograms(&mut connection, range.grain, range.minutes(), step, only).await?;
    let classes = attempts::classes(&mut connection, range.grain, range.minutes()).await?;
    let destinations = destinations::list(&mut connection).await?;
    let accepted = labels.iter().filter(|one| one.measure == Measure::Accepted).map(|one| one.label.clone());
    let bad = |name: &String| catalogue::outcome_of(name) == catalogue::Outcome::Failure;
    let types: Vec<String> = accepted.filter(bad).take(50).collect();
    let ids = (DeliveryId::at(range.from()), DeliveryId::at(range.to()));
    let failing = resources(&mut connection, &types, ids, only, MOST_RESOURCES).await?;
    drop(connection);
    Ok(Figures { asked, labels, before, histograms, destinations, classes, failing })
}

#[component]
fn Health(figures: Figures) -> impl IntoView {
    let Figures { asked, labels, before, histograms, destinations, classes, failing } = figures;
    let axis = TimeAxis::new(&asked.range, &asked.zone, asked.now, &asked.filter());
    let (answers, all_answers) = percentiles(&histograms, Measure::Answer, 1, &asked.range);
    let (lags, all_lags) = percentiles(&histograms, Measure::Lag, 1_000, &asked.range);
    let overview = format!("/?{}", asked.choice.to_query());
    let narrowed = asked.only.is_some();
    view! {
        <Layout title="Health" part=Part::Overview user=asked.user.clone()>
            <div class="top">
                <h1><span class="crumb"><a href=overview>"Overview"</a>" / "</span>"Health"</h1>
            </div>
            <PickRange path="/health" choice=asked.choice.clone() endpoints=asked.names() zone=asked.zone.clone() error=asked.error.clone()/>
            <div id="figures" data-refresh=REFRESH>
                <Outcomes labels=labels.clone() before=before.clone() filter=asked.filter()/>
                <Reasons labels before filter=asked.filter()/>
                <section class="card">
                    <h2>"Answer time"</h2>
                    <p class="in dim">"From the first byte of a webhook to the moment it was stored and could be answered."</p>
                    <PercentileChart what="Answer time" slots=answers all=all_answers axis=axis.clone()/>
                </section>
                <section class="card">
                    <h2>"Lag"</h2>
                    <p class="in dim">"From the time at which the sender says it made an event to its arrival here."</p>
                    <PercentileChart what="Lag" slots=lags all=all_lags axis/>
                </section>
                <Forwards destinations classes narrowed/>
                <FailingResources failing endpoints=asked.endpoints.clone() now=asked.now/>
            </div>
        </Layout>
    }
}

/// Percentiles of each slot, and of all, in microseconds; a stored unit is `unit` of them.
fn percentiles(
    histograms: &[Histogram],
    measure: Measure,
    unit: i64,
    range: &Range,
) -> (Vec<Option<Percentiles>>, Option<Percentiles>) {
    let mut slots: Vec<Vec<(i64, i64)>> = vec![Vec::new(); range.len()];
    for one in histograms.iter().filter(|one| one.measure == measure) {
        if let Some(slot) = range.slot_of_bucket(one.slot).and_then(|index| slots.get_mut(index)) {
            slot.push((one.bound.saturating_mul(unit), one.count));
        }
    }
    let all = Percentiles::of(&slots.concat());
    (slots.iter().map(|slot| Percentiles::of(slot)).collect(), all)
}
