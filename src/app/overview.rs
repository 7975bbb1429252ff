//! Overview: how each endpoint and destination stands. Before the first delivery, the way there.

mod clock;
mod destination_strip;
mod endpoint_strip;
mod first_steps;
mod refused;
mod totals;

use crate::{
    alerts::{Open, usual_interval},
    app::{
        endpoints::rows::EndpointRow,
        figures::{
            bars::{self, Counts},
            page::Asked,
            pick_range::PickRange,
        },
        kit::{
            chart::{BarChart, Series, TimeAxis},
            prelude::*,
        },
    },
    db::{
        counts::{self, Ask, By, Measure, Sum},
        forwards,
    },
    model::{
        ids::{DeliveryId, EndpointId},
        time::MINUTE_MS,
    },
};
use clock::{ClockBanner, Suspect};
use destination_strip::DestinationRow;
use endpoint_strip::Pulse;
use first_steps::FirstSteps;
use refused::Refused;
use std::collections::HashMap;
use totals::Totals;

/// What deliveries come to, from the bottom of a bar up.
pub(crate) const OUTCOMES: [Series; 3] =
    [("accepted", "accepted"), ("duplicate", "duplicate"), ("rejected", "rejected")];

/// What is told of deliveries.
const DELIVERIES: [Measure; 4] = [Measure::Accepted, Measure::Duplicate, Measure::Rejected, Measure::Retry];

/// Seconds between two looks at the figures.
const REFRESH: &str = "10";

/// How long ago the last event may be to be told, minutes.
const LAST_EVENT_MINUTES: i64 = 90 * 24 * 60;

/// The page at `/`.
#[component]
pub fn OverviewPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let figures = load(Asked::read(state, user).await?).await?;
        Ok(if figures.asked.endpoints.iter().all(|row| row.newest.is_none()) {
            welcome(figures)
        } else {
            overview(figures)
        })
    })
}

struct Figures {
    asked: Asked,
    /// Deliveries by endpoint and time.
    deliveries: Vec<Sum>,
    /// Those of the period before, as if they had come in this one.
    before: Vec<Sum>,
    pulses: HashMap<EndpointId, Pulse>,
    destinations: Vec<DestinationRow>,
    refusals: Vec<(String, i64)>,
    /// Our clock minus the senders', seconds, when that looks wrong.
    suspect: Option<Suspect>,
}

async fn load(asked: Asked) -> Result<Figures, AppError> {
    let (range, now) = (&asked.range, asked.now);
    let mut connection = asked.state.db.read().await?;
    let by_step = [By::Object, By::Steps(range.step_minutes())];
    let deliveries = Ask::new(&DELIVERIES, range.minutes()).grain(range.grain);
    let deliveries = deliveries.sums(&mut connection, &by_step).await?;
    let before = Ask::new(&DELIVERIES, range.minutes_before()).grain(range.grain);
    let mut before = before.sums(&mut connection, &by_step).await?;
    before.iter_mut().for_each(|sum| sum.minute += range.minutes().0 - range.minutes_before().0);
    let since = now / MINUTE_MS - LAST_EVENT_MINUTES;
    let last = counts::last_of_each(&mut connection, Measure::Accepted, since).await?;
    let usual = usual_interval::of_endpoints(&mut connection, None, now).await?;
    let mut pulses: HashMap<EndpointId, Pulse> = HashMap::new();
    for (id, minute) in last {
        let id = EndpointId(id);
        pulses.insert(id, Pulse { last_minute: minute, usual: usual.get(&id).copied() });
    }
    let attempts = Ask::new(&[Measure::Attempt], range.minutes()).grain(range.grain);
    let attempts = attempts.sums(&mut connection, &[by_step[0], by_step[1], By::Label]).await?;
    let mut rows = Vec::new();
    for (destination, depth) in forwards::queues(&mut connection).await? {
        let mut bars = vec![[0, 0]; range.len()];
        for sum in attempts.iter().filter(|sum| sum.of == destination.id.0) {
            if let Some(bar) = range.slot_of_minute(sum.minute).and_then(|index| bars.get_mut(index)) {
                bar[usize::from(!sum.is_taken())] += sum.count;
            }
        }
        rows.push(DestinationRow { destination, depth, bars });
    }
    let refusals = Ask::new(&[Measure::Refused], range.minutes()).grain(range.grain);
    let refusals = refusals.sums(&mut connection, &[By::Label]).await?;
    let refusals = refusals.into_iter().map(|sum| (sum.label, sum.count)).collect();
    let suspect = clock::suspect(&mut connection, now).await?;
    drop(connection);
    Ok(Figures { asked, deliveries, before, pulses, destinations: rows, refusals, suspect })
}

/// Before the first delivery.
fn welcome(Figures { asked, refusals, .. }: Figures) -> Page {
    let (base_url, role) = (asked.state.base_url.to_string(), asked.user.role);
    Page::new(Part::Overview, "Overview").heading("Welcome to Hookpost").body(view! {
        <FirstSteps endpoints=asked.endpoints base_url role/>
        <Refused causes=refusals/>
    })
}

fn overview(figures: Figures) -> Page {
    let Figures { asked, deliveries, before, pulses, destinations, refusals, suspect } = figures;
    let (range, only, now) = (&asked.range, asked.only, asked.now);
    let axis = TimeAxis::new(range, &asked.zone, now, &asked.filter());
    let bars: Vec<Counts> = bars::bars(&deliveries, range, only);
    let (sum, sum_before) = (bars::sum(&deliveries, only), bars::sum(&before, only));
    let before_bars = asked
        .choice
        .compare
        .then(|| bars::bars(&before, range, only).into_iter().map(Counts::total).collect::<Vec<_>>());
    let bars = bars.into_iter().map(|bar| [bar.accepted, bar.duplicate, bar.rejected]).collect();
    let newest = newest(&asked.endpoints, only);
    let health = paths::with_query(paths::HEALTH, &asked.choice.to_query());
    let health = view! { <a class="btn" href=health>"Health in detail"</a> };
    let (choice, error, zone) = (asked.choice.clone(), asked.error.clone(), asked.zone.clone());
    let endpoints = asked.names();
    Page::new(Part::Overview, "Overview").end(health).body(view! {
            <PickRange path=paths::OVERVIEW choice endpoints zone error/>
            <div id="figures" data-refresh=REFRESH>
                {wrong(&asked.state.alerts.open.now())}
                {suspect.map(|suspect| view! { <ClockBanner suspect/> })}
                <Totals counts=sum before=sum_before filter=asked.filter() newest now/>
                <BarChart what="Deliveries" series=OUTCOMES bars before=before_bars axis/>
                {endpoint_strip::table(&asked, &deliveries, &pulses)}
                {(!destinations.is_empty()).then(|| destination_strip::table(&destinations, now))}
                <Refused causes=refusals/>
            </div>
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
        0 => ", acknowledged.".to_owned(),
        some => format!("; {some} not acknowledged."),
    };
    let kind = if open.unacknowledged > 0 { "bad" } else { "warn" };
    Some(view! { <Banner kind><p><a href=paths::INCIDENTS><b>{said}</b></a>{rest}</p></Banner> })
}

fn newest(endpoints: &[EndpointRow], only: Option<EndpointId>) -> Option<DeliveryId> {
    endpoints
        .iter()
        .filter(|row| only.is_none_or(|id| id == row.endpoint.id))
        .filter_map(|row| row.newest)
        .max()
}
