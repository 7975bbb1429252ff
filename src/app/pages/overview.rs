//! Overview: how each endpoint did in the last 24 hours. Before the first delivery, the way there.

mod chart;
mod clock;
mod endpoint_table;
mod first_steps;
mod refused;
mod timeline;
mod totals;

use super::endpoint_rows::{self, EndpointRow};
use crate::app::query::query_value;
use crate::{
    app::{
        components::{problem::Problem, visible::visible},
        layout::{Layout, Part},
    },
    auth,
    db::{
        measures::{self, Bucket, Grain},
        rollups,
    },
    error::{AppError, not_found},
    model::{
        ids::{DeliveryId, EndpointId},
        user::{Role, User},
    },
    state::AppState,
};
use chart::Chart;
use clock::{ClockBanner, Suspect};
use endpoint_table::EndpointTable;
use first_steps::FirstSteps;
use leptos::{either::Either, prelude::*};
use refused::Refused;
use timeline::Range;
use totals::Totals;

/// The page at `/`. `?endpoint=NAME` narrows the timeline to one endpoint.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let only = query_value("endpoint").filter(|name| !name.is_empty());
    Suspend::new(async move {
        match load(only).await {
            Ok(figures) => Either::Left(view! { <Overview figures/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// What the page shows.
struct Figures {
    user: User,
    base_url: String,
    endpoints: Vec<EndpointRow>,
    /// The endpoint that the timeline is narrowed to.
    only: Option<(EndpointId, String)>,
    range: Range,
    buckets: Vec<Bucket>,
    refusals: Vec<(String, i64)>,
    /// Our clock minus the senders', seconds, when that looks wrong.
    suspect: Option<Suspect>,
    now: i64,
}

async fn load(only: Option<String>) -> Result<Figures, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let now = state.clock.now_ms();
    let range = Range::ending_at(now);
    let endpoints = endpoint_rows::load(&state).await?;
    let only = only
        .map(|name| {
            let row = endpoints.iter().find(|row| row.endpoint.name == name);
            row.map(|row| (row.endpoint.id, name)).ok_or_else(|| not_found("endpoint"))
        })
        .transpose()?;
    let mut connection = state.db.read().await?;
    Ok(Figures {
        user,
        base_url: state.base_url.to_string(),
        endpoints,
        only,
        range,
        buckets: measures::by_endpoint(
            &mut connection,
            Grain::Minute,
            (range.from, range.to),
            timeline::BAR_MINUTES,
        )
        .await?,
        refusals: rollups::refusals(&mut connection, range.from).await?,
        suspect: clock::suspect(&mut connection, now).await?,
        now,
    })
}

#[component]
fn Overview(figures: Figures) -> impl IntoView {
    let Figures { user, base_url, endpoints, only, range, buckets, refusals, suspect, now } = figures;
    if endpoints.iter().all(|row| row.newest.is_none()) {
        let role = user.role;
        return Either::Left(view! {
            <Layout title="Overview" part=Part::Overview user>
                <FirstSteps endpoints base_url role/>
                <Refused causes=refusals/>
            </Layout>
        });
    }
    let id = only.as_ref().map(|(id, _)| *id);
    let name = only.map(|(_, name)| name);
    let narrowed = name.clone().map(|name| {
        view! {
            <span class="crumb"><bdi>{visible(&name)}</bdi></span>
            <a class="btn small" href="/">"All endpoints"</a>
        }
    });
    Either::Right(view! {
        <Layout title="Overview" part=Part::Overview user>
            <div class="top">
                <h1>"Overview"</h1>
                {narrowed}
                <div class="end"><span class="dim">"Last 24 hours · UTC"</span></div>
            </div>
            {suspect.map(|suspect| view! { <ClockBanner suspect/> })}
            <Totals counts=timeline::sum(&buckets, id) endpoint=name.clone() since=range.bar_start(0) newest=newest(&endpoints, id) now/>
            <Chart bars=timeline::bars(&buckets, id) range endpoint=name now/>
            <EndpointTable endpoints buckets since=range.bar_start(0) now/>
            <Refused causes=refusals/>
        </Layout>
    })
}

/// The newest delivery of all endpoints, or of one.
fn newest(endpoints: &[EndpointRow], only: Option<EndpointId>) -> Option<DeliveryId> {
    endpoints
        .iter()
        .filter(|row| only.is_none_or(|id| id == row.endpoint.id))
        .filter_map(|row| row.newest)
        .max()
}
