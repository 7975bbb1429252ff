//! Overview: how each endpoint and destination stands. Before the first delivery, the way there.

mod clock;
mod destination_strip;
mod endpoint_strip;
mod first_steps;
mod refused;
mod totals;

use crate::{
    alerts::{board::Open, rhythm},
    app::{
        endpoints::rows::EndpointRow,
        figures::{
            bars::{self, Counts},
            page::Asked,
            pick_range::PickRange,
        },
        kit::{
            chart::{BarChart, Series, TimeAxis},
            problem::Problem,
        },
        shell::layout::{Layout, Part},
    },
    db::{
        attempts, destinations, forwards,
        measures::{self, Bucket},
        rollups,
    },
    model::{
        error::AppError,
        ids::{DeliveryId, EndpointId},
    },
};
use clock::{ClockBanner, Suspect};
use destination_strip::{DestinationRow, DestinationStrip};
use endpoint_strip::{EndpointStrip, Pulse};
use first_steps::FirstSteps;
use leptos::{either::Either, prelude::*};
use refused::Refused;
use std::collections::HashMap;
use totals::Totals;

/// What deliveries come to, from the bottom of a bar up.
pub(crate) const OUTCOMES: [Series; 3] =
    [("accepted", "accepted"), ("duplicate", "duplicate"), ("rejected", "rejected")];

/// Seconds between two looks at the figures.
const REFRESH: &str = "10";

/// How long ago the last event may be to be told, minutes.
const LAST_EVENT_MINUTES: i64 = 90 * 24 * 60;

/// The page at `/`.
#[component]
pub fn OverviewPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(figures) => Either::Left(view! { <Overview figures/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Figures {
    asked: Asked,
    buckets: Vec<Bucket>,
    /// Those of the period before.
    before: Vec<Bucket>,
    pulses: HashMap<EndpointId, Pulse>,
    destinations: Vec<DestinationRow>,
    refusals: Vec<(String, i64)>,
    /// Our clock minus the senders', seconds, when that looks wrong.
    suspect: Option<Suspect>,
}

async fn load() -> Result<Figures, AppError> {
    let asked = Asked::read().await?;
    let (range, now) = (&asked.range, asked.now);
    let mut connection = asked.state.db.read().await?;
    let (grain, step) = (range.grain, range.bucket_minutes());
    let buckets = measures::by_endpoint(&mut connection, grain, range.minutes(), step).await?;
    let before = measures::by_endpoint(&mut connection, grain, range.minutes_before(), step).await?;
    let last = measures::last_accepted(&mut connection, now / 60_000 - LAST_EVENT_MINUTES).await?;
    let usual = rhythm::usual(&mut connection, None, now).await?;
    let mut pulses: HashMap<EndpointId, Pulse> = HashMap::new();
    for (id, minute) in last {
        pulses.insert(id, Pulse { last_minute: minute, usual: usual.get(&id).copied() });
    }
    let attempts = attempts::by_destination(&mut connection, grain, range.minutes(), step).await?;
    let mut rows = Vec::new();
    for destination in destinations::list(&mut connection).await? {
        let depth = forwards::depth(&mut connection, destination.id).await?;
        let mut bars = vec![[0, 0]; range.len()];
        for one in attempts.iter().filter(|one| one.destination_id == destination.id) {
            if let Some(bar) = range.slot_of_bucket(one.slot).and_then(|index| bars.get_mut(index)) {
                bar[0] += one.taken;
                bar[1] += one.failed;
            }
        }
        rows.push(DestinationRow { destination, depth, bars });
    }
    let refusals = rollups::refusals(&mut connection, range.minutes().0).await?;
    let suspect = clock::suspect(&mut connection, now).await?;
    drop(connection);
    Ok(Figures { asked, buckets, before, pulses, destinations: rows, refusals, suspect })
}

#[component]
fn Overview(figures: Figures) -> impl IntoView {
    let Figures { asked, buckets, before, pulses, destinations, refusals, suspect } = figures;
    let user = asked.user.clone();
    if asked.endpoints.iter().all(|row| row.newest.is_none()) {
        let (base_url, role) = (asked.state.base_url.to_string(), user.role);
        return Either::Left(view! {
            <Layout title="Overview" part=Part::Overview user>
                <FirstSteps endpoints=asked.endpoints base_url role/>
                <Refused causes=refusals/>
            </Layout>
        });
    }
    let (range, only, now) = (&asked.range, asked.only, asked.now);
    let axis = TimeAxis::new(range, &asked.zone, now, &asked.filter());
    let bars: Vec<Counts> = bars::bars(&buckets, range, only);
    let (sum, sum_before) = (bars::sum(&buckets, only), bars::sum(&before, only));
    let before_bars = asked
        .choice
        .compare
        .then(|| bars::bars(&before, range, only).into_iter().map(Counts::total).collect::<Vec<_>>());
    let bars = bars.into_iter().map(|bar| [bar.accepted, bar.duplicate, bar.rejected]).collect();
    let newest = newest(&asked.endpoints, only);
    let health = format!("/health?{}", asked.choice.to_query());
    let (choice, error, zone) = (asked.choice.clone(), asked.error.clone(), asked.zone.clone());
    let endpoints = asked.names();
    Either::Right(view! {
        <Layout title="Overview" part=Part::Overview user>
            <div class="top">
                <h1>"Overview"</h1>
                <div class="end"><a class="btn" href=health>"Health in detail"</a></div>
            </div>
            <PickRange path="/" choice endpoints zone error/>
            <div id="figures" data-refresh=REFRESH>
                {wrong(&asked.state.board.open())}
                {suspect.map(|suspect| view! { <ClockBanner suspect/> })}
                <Totals counts=sum before=sum_before filter=asked.filter() newest now/>
                <BarChart what="Deliveries" series=OUTCOMES bars before=before_bars axis/>
                <EndpointStrip asked=asked.clone() buckets pulses/>
                <DestinationStrip rows=destinations now/>
                <Refused causes=refusals/>
            </div>
        </Layout>
    })
}

/// That incidents are open, and the way to them; nothing when none is.
fn wrong(open: &Open) -> impl IntoView + use<> {
    let said = match open.count {
        0 => return None,
        1 => "One incident is open".to_owned(),
        count => format!("{count} incidents are open"),
    };
    let rest = match open.unacknowledged {
        0 => ", and somebody looks after it.".to_owned(),
        some => format!("; {some} not acknowledged."),
    };
    let class = if open.unacknowledged > 0 { "banner bad" } else { "banner warn" };
    Some(view! { <div class=class><p><a href="/alerts"><b>{said}</b></a>{rest}</p></div> })
}

/// The newest delivery of all endpoints, or of one.
fn newest(endpoints: &[EndpointRow], only: Option<EndpointId>) -> Option<DeliveryId> {
    endpoints
        .iter()
        .filter(|row| only.is_none_or(|id| id == row.endpoint.id))
        .filter_map(|row| row.newest)
        .max()
}
