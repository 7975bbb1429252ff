//! Alerts → one incident.

use crate::{
    alerts::incidents,
    app::{
        alerts::{
            deliveries::{self, Deliveries},
            functions::{AcknowledgeIncident, NoteIncident, ResolveIncident},
            state::{SeverityTag, StateTag, shown},
        },
        kit::{
            form::take_flash, problem::Problem, relative_time::ClockTime, text_area::TextArea, when::When,
        },
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        delivery::Delivery,
        error::{AppError, not_found},
        filter::DeliveryFilter,
        ids::IncidentId,
        incident::{Incident, IncidentEntry},
        notice::{Notice, NoticeState},
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page at `/alerts/incidents/{id}`.
#[component]
pub fn IncidentPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(seen) => Either::Left(view! { <Shown seen/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Seen {
    user: User,
    incident: Incident,
    entries: Vec<IncidentEntry>,
    notices: Vec<Notice>,
    /// The rule is still there.
    has_rule: bool,
    deliveries: Option<(DeliveryFilter, Result<Vec<Delivery>, AppError>)>,
    now: i64,
}

async fn load(id: Option<String>) -> Result<Seen, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: IncidentId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("incident"))?;
    let incident = incidents::find(&state, id).await?;
    let mut connection = state.db.read().await?;
    let entries = db::incidents::entries(&mut connection, id).await?;
    let notices = db::notices::of_incident(&mut connection, id).await?;
    let has_rule = db::alert_rules::by_id(&mut connection, incident.rule).await?.is_some();
    drop(connection);
    let deliveries = match deliveries::filter_of(&incident) {
        Some(filter) => {
            // Without them the page is still of use: somebody comes to acknowledge.
            let rows = deliveries::load(&state, &filter).await;
            Some((filter, rows))
        }
        None => None,
    };
    Ok(Seen { user, incident, entries, notices, has_rule, deliveries, now: state.clock.now_ms() })
}

#[component]
fn Shown(seen: Seen) -> impl IntoView {
    let Seen { user, incident, entries, notices, has_rule, deliveries, now } = seen;
    let is_member = user.role >= Role::Member;
    let title = visible(&incident.title);
    let deliveries = deliveries.map(|(filter, rows)| view! { <Deliveries filter rows now/> });
    view! {
        <Layout title=title.clone() part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts">"Alerts"</a>" / "</span>{title}</h1>
                <SeverityTag severity=incident.severity/>
                <StateTag state=incident.state()/>
            </div>
            <p class="lead">{visible(&incident.detail)}</p>
            <div class="cols">
                <div>
                    <Timeline entries now/>
                    {is_member.then(|| view! { <Act incident=incident.clone()/> })}
                    {deliveries}
                </div>
                <aside>
                    <Facts incident=incident.clone() has_rule now/>
                    <Told notices now/>
                </aside>
            </div>
        </Layout>
    }
}

#[component]
fn Facts(incident: Incident, has_rule: bool, now: i64) -> impl IntoView {
    let lasted =
        time::duration((incident.ended_at.unwrap_or(now) - incident.opened_at).max(0) / 1_000 * 1_000);
    let what = incident.kind.map_or("A rule", |kind| kind.label());
    let rule = if has_rule {
        Either::Left(view! { <a href=format!("/alerts/rules/{}", incident.rule)>{what}</a> })
    } else {
        Either::Right(view! { {what} <span class="dim">", removed"</span> })
    };
    let object = incident.object.as_deref().map(visible);
    let object = match (&incident.endpoint, &incident.destination, object) {
        (Some(id), _, Some(name)) => {
            view! { <a class="name" href=format!("/settings/endpoints/{id}")>{name}</a> }.into_any()
        }
        (_, Some(id), Some(name)) => {
            view! { <a class="name" href=format!("/destinations/{id}")>{name}</a> }.into_any()
        }
        _ => view! { "all, or this server" }.into_any(),
    };
    let acknowledged = incident.acknowledged.clone().map(|(at, who)| {
        view! { <dt>"Acknowledged"</dt><dd><When at now/> " by " {visible(&who)}</dd> }
    });
    let resolved = incident.resolved.clone().map(|(at, who)| {
        view! { <dt>"Closed"</dt><dd><When at now/> " by " {visible(&who)}</dd> }
    });
    let recovered = incident.recovered_at.map(|at| view! { <dt>"Recovered"</dt><dd><When at now/></dd> });
    let value = incident.ended_at.is_none().then(|| {
        view! { <dt>"Now"</dt><dd>{shown(&incident, incident.value)}</dd> }
    });
    view! {
        <section class="card">
            <h2>"Incident"</h2>
            <dl class="in facts">
                <dt>"Rule"</dt>
                <dd>{rule}</dd>
                <dt>"About"</dt>
                <dd>{object}</dd>
                {value}
                <dt>"Worst"</dt>
                <dd>{shown(&incident, incident.worst)}</dd>
                <dt>"Opened"</dt>
                <dd><When at=incident.opened_at now/></dd>
                {acknowledged}
                {recovered}
                {resolved}
                <dt>"Lasted"</dt>
                <dd>{lasted}</dd>
            </dl>
        </section>
    }
}

#[component]
fn Timeline(entries: Vec<IncidentEntry>, now: i64) -> impl IntoView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            let who = entry.actor.as_deref().map_or_else(|| "Hookpost".to_owned(), visible);
            let text = (!entry.text.is_empty())
                .then(|| view! { <small class="said">{visible(&entry.text)}</small> });
            view! {
                <li>
                    <ClockTime at=entry.at now/>
                    <span>{who} " " {entry.kind.label()} {text}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" id="timeline">
            <h2>"What happened"</h2>
            <ol class="in tl wide-time">{rows}</ol>
        </section>
    }
}

/// Acknowledge, note, close: one text, three buttons.
#[component]
fn Act(incident: Incident) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let id = incident.id.to_string();
    let can_acknowledge = incident.ended_at.is_none() && incident.acknowledged.is_none();
    let acknowledge = can_acknowledge.then(|| {
        view! { <button class="btn primary" formaction=AcknowledgeIncident::PATH>"Acknowledge"</button> }
    });
    let resolve = incident.resolved.is_none().then(|| {
        view! { <button class="btn" formaction=ResolveIncident::PATH>"Close"</button> }
    });
    let hint = if can_acknowledge {
        "Acknowledge says that you look after it; nobody is reminded any more. It recovers by itself when its condition holds no more."
    } else {
        "What you write stays with the incident, for who meets the next one."
    };
    view! {
        <section class="card">
            <h2>"Look after it"</h2>
            <form class="in form" method="post" action=NoteIncident::PATH>
                <input type="hidden" name="id" value=id/>
                <div class="field">
                    <label for="note">"Note"</label>
                    <TextArea name="note" text=flash.kept("note").unwrap_or_default() rows="2" required=false error=flash.error("note")/>
                    <p class="hint">{hint}</p>
                </div>
                <div class="actions">
                    {acknowledge}
                    <button class="btn">"Add the note"</button>
                    {resolve}
                </div>
            </form>
        </section>
    }
}

/// Who was told.
#[component]
fn Told(notices: Vec<Notice>, now: i64) -> impl IntoView {
    let list = if notices.is_empty() {
        Either::Left(view! { <p class="in dim">"No channel was told: there was none for this severity."</p> })
    } else {
        let rows = notices
            .into_iter()
            .map(|notice| {
                let (class, word) = match notice.state {
                    NoticeState::Queued => ("tag warn", "waits"),
                    NoticeState::Sent => ("tag ok", "sent"),
                    NoticeState::Failed => ("tag bad", "failed"),
                };
                let error = notice.error.as_deref().map(|error| view! { <small class="said">{visible(error)}</small> });
                view! {
                    <li>
                        <When at=notice.sent_at.unwrap_or(notice.created_at) now/>
                        <span>
                            <a class="name" href=format!("/alerts/channels/{}", notice.channel_id)>{visible(&notice.channel)}</a>
                            " " {notice.kind.as_str()} " " <span class=class>{word}</span> {error}
                        </span>
                    </li>
                }
            })
            .collect_view();
        Either::Right(view! { <ol class="in tl linked">{rows}</ol> })
    };
    view! {
        <section class="card" id="told">
            <h2>"Who was told"</h2>
            {list}
        </section>
    }
}
