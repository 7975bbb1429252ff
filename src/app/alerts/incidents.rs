//! Alerts → Incidents: what is wrong, and what was.

pub(crate) mod one;

use crate::{
    app::{
        alerts::{
            nav::{AlertsNav, AlertsTab},
            state::{SeverityTag, StateTag, shown},
        },
        kit::{problem::Problem, query::query_value, when::When},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        error::AppError,
        ids::IncidentId,
        incident::Incident,
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// Past incidents of a page.
const ROWS: usize = 50;
/// Seconds between two looks.
const REFRESH: &str = "10";

/// The page at `/alerts`.
#[component]
pub fn IncidentsPage() -> impl IntoView {
    let before = query_value("before").and_then(|text| cursor(&text));
    Suspend::new(async move {
        match load(before).await {
            Ok(listed) => Either::Left(view! { <List listed/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// Reads `{unix ms}_{id}`.
fn cursor(text: &str) -> Option<(i64, IncidentId)> {
    let (at, id) = text.split_once('_')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

struct Listed {
    user: User,
    open: Vec<Incident>,
    past: Vec<Incident>,
    /// Where the next page begins, when there is one.
    older: Option<String>,
    /// It is not the first page.
    is_further: bool,
    /// There is someone who would be told.
    anyone: bool,
    now: i64,
}

async fn load(before: Option<(i64, IncidentId)>) -> Result<Listed, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let open = db::incidents::all_open(&mut connection).await?;
    let mut past = db::incidents::ended(&mut connection, before, ROWS as i64 + 1).await?;
    let more = past.len() > ROWS;
    past.truncate(ROWS);
    let older = past.last().filter(|_| more).map(|last| format!("{}_{}", last.opened_at, last.id));
    let anyone = db::channels::any_usable(&mut connection).await?;
    Ok(Listed { user, open, past, older, is_further: before.is_some(), anyone, now: state.clock.now_ms() })
}

#[component]
fn List(listed: Listed) -> impl IntoView {
    let Listed { user, open, past, older, is_further, anyone, now } = listed;
    let is_admin = user.role >= Role::Admin;
    let nobody = (!anyone).then(|| {
        let step = is_admin.then(|| view! { <p><a class="btn" href="/alerts/channels/new">"Add a channel"</a></p> });
        view! {
            <div class="banner warn">
                <p><b>"Nobody would be told"</b></p>
                <p>"There is no channel yet, such as e-mail or Slack. Until there is one the rules are off and no incident opens."</p>
                {step}
            </div>
        }
    });
    let now_open = (!is_further).then(|| {
        if open.is_empty() {
            Either::Left(view! { <p class="empty">"Nothing is wrong, as far as the rules can tell."</p> })
        } else {
            Either::Right(view! { <Table incidents=open now is_open=true/> })
        }
    });
    let nothing_past = past.is_empty();
    let earlier = if nothing_past {
        Either::Left(view! { <p class="dim">"None so far."</p> })
    } else {
        Either::Right(view! { <Table incidents=past now is_open=false/> })
    };
    let pager = older.map(|cursor| {
        view! {
            <nav class="pager" aria-label="Pages">
                <a class="btn" rel="next" href=format!("/alerts?before={cursor}")>"Older →"</a>
            </nav>
        }
    });
    view! {
        <Layout title="Incidents" part=Part::Alerts user>
            <div class="top"><h1>"Alerts"</h1></div>
            <AlertsNav current=AlertsTab::Incidents/>
            <div id="figures" data-refresh=REFRESH>
                {nobody}
                {now_open}
                <h2 class="part">"Past"</h2>
                {earlier}
            </div>
            {pager}
        </Layout>
    }
}

#[component]
fn Table(
    incidents: Vec<Incident>,
    now: i64,
    /// They go on.
    is_open: bool,
) -> impl IntoView {
    let rows = incidents.into_iter().map(|incident| row(&incident, now)).collect_view();
    let value = if is_open { "Now" } else { "Worst" };
    view! {
        <table class="cards incidents">
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="num">{value}</th>
                    <th scope="col">"Opened"</th>
                    <th scope="col">"Lasted"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(incident: &Incident, now: i64) -> impl IntoView + use<> {
    let value = if incident.ended_at.is_none() { incident.value } else { incident.worst };
    let lasted =
        time::duration((incident.ended_at.unwrap_or(now) - incident.opened_at).max(0) / 1_000 * 1_000);
    let label = if incident.ended_at.is_none() { "Now" } else { "Worst" };
    view! {
        <tr>
            <th scope="row" class="wrap">
                <a class="name" href=format!("/alerts/incidents/{}", incident.id)>{visible(&incident.title)}</a>
                <small class="dim below">{visible(&incident.detail)}</small>
            </th>
            <td data-label="Severity"><SeverityTag severity=incident.severity/></td>
            <td data-label="State"><StateTag state=incident.state()/></td>
            <td class="num" data-label=label>{shown(incident, value)}</td>
            <td data-label="Opened"><When at=incident.opened_at now/></td>
            <td data-label="Lasted">{lasted}</td>
        </tr>
    }
}
