//! Alerts → Incidents: what is wrong, and what was.

pub(crate) mod one;

use crate::{
    app::{
        alerts::state::{lasted, severity_tag, shown, state_tag},
        kit::prelude::*,
    },
    model::{ids::IncidentId, incident::Incident},
};

/// Past incidents of a page.
const ROWS: usize = 50;
/// Seconds between two looks.
const REFRESH: &str = "10";

/// The page at `/alerts`.
#[component]
pub fn IncidentsPage() -> impl IntoView {
    let before = query_value("before").and_then(|text| cursor(&text));
    page(Role::Viewer, move |state, user| async move {
        let now = state.clock.now_ms();
        let mut connection = state.db.read().await?;
        let open = db::incidents::all_open(&mut connection).await?;
        let mut past = db::incidents::ended(&mut connection, before, ROWS as i64 + 1).await?;
        let more = past.len() > ROWS;
        past.truncate(ROWS);
        let anyone = db::channels::any_usable(&mut connection).await?;
        let nobody = (!anyone).then(|| nobody(user.role >= Role::Admin));
        let open = before.is_none().then(|| {
            if open.is_empty() {
                view! { <p class="empty">"No open incidents."</p> }.into_any()
            } else {
                table(&open, now, true)
            }
        });
        let earlier = if past.is_empty() {
            view! { <p class="dim">"None yet."</p> }.into_any()
        } else {
            table(&past, now, false)
        };
        let pager = past.last().filter(|_| more).map(|last| {
            let older = format!("{}?before={}_{}", paths::INCIDENTS, last.opened_at, last.id);
            view! {
                <nav class="pager" aria-label="Pages">
                    <a class="btn" rel="next" href=older>"Older →"</a>
                </nav>
            }
        });
        let body = view! {
            <div id="figures" data-refresh=REFRESH>
                {nobody}
                {open}
                <h2 class="part">"Past"</h2>
                {earlier}
            </div>
            {pager}
        };
        Ok(Page::new(Part::Alerts, "Incidents").heading("Alerts").tab(paths::INCIDENTS).body(body))
    })
}

/// Reads `{unix ms}_{id}`.
fn cursor(text: &str) -> Option<(i64, IncidentId)> {
    let (at, id) = text.split_once('_')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

fn nobody(is_admin: bool) -> AnyView {
    let step = is_admin.then(|| view! { <p><a class="btn" href=paths::NEW_CHANNEL>"Add a channel"</a></p> });
    view! {
        <Banner kind="warn" title="Nobody would be notified">
            <p>"Add a channel such as e-mail or Slack. Until then all rules are off and no incidents open."</p>
            {step}
        </Banner>
    }
    .into_any()
}

fn table(incidents: &[Incident], now: i64, are_open: bool) -> AnyView {
    Table::of(incidents)
        .class("cards incidents")
        .row("What", "wrap", |incident| {
            view! {
                <a class="name" href=paths::incident(incident.id)>{visible(&incident.title)}</a>
                <small class="dim below">{visible(&incident.detail)}</small>
            }
        })
        .col("Severity", "", |incident| severity_tag(incident.severity))
        .col("State", "", state_tag)
        .num(if are_open { "Now" } else { "Worst" }, move |incident| {
            shown(incident, if are_open { incident.value } else { incident.worst })
        })
        .col("Opened", "", move |incident| view! { <When at=incident.opened_at now/> })
        .col("Lasted", "", move |incident| lasted(incident, now))
        .view()
}
