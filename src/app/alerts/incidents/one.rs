//! Alerts → one incident.

use crate::{
    alerts::{incidents, rules},
    app::{
        alerts::{
            deliveries,
            functions::{AcknowledgeIncident, NoteIncident, ResolveIncident},
            state::{lasted, severity_tag, shown, state_tag},
        },
        kit::{prelude::*, relative_time::ClockTime},
    },
    model::{
        ids::IncidentId,
        incident::{Incident, IncidentEntry},
        notice::{Notice, NoticeState},
    },
};

/// The page at `/alerts/incidents/{id}`.
#[component]
pub fn IncidentPage() -> impl IntoView {
    page_of(Role::Viewer, "incident", |state, user, id: IncidentId| async move {
        let (incident, now) = (incidents::find(&state.alerts, id).await?, state.clock.now_ms());
        let mut connection = state.db.read().await?;
        let entries = db::incidents::entries(&mut connection, id).await?;
        let notices = db::notices::of_incident(&mut connection, id).await?;
        let has_rule = db::alert_rules::by_id(&mut connection, incident.rule).await?.is_some();
        drop(connection);
        let deliveries = match deliveries::filter_of(&incident) {
            // Without them the page is still of use: someone comes to acknowledge.
            Some(filter) => Some(deliveries::behind(&filter, deliveries::load(&state, &filter).await, now)),
            None => None,
        };
        let facts = facts(&incident, has_rule, now);
        let body = view! {
            <p class="lead">{visible(&incident.detail)}</p>
            <div class="cols">
                <div>
                    {timeline(&entries, now)}
                    {(user.role >= Role::Member).then(|| respond(&incident))}
                    {deliveries}
                </div>
                <aside>
                    <Card title="Incident">{facts}</Card>
                    {told(&notices, now)}
                </aside>
            </div>
        };
        Ok(Page::new(Part::Alerts, visible(&incident.title))
            .under("Alerts", paths::INCIDENTS)
            .beside(view! { {severity_tag(incident.severity)}{state_tag(&incident)} })
            .body(body))
    })
}

fn facts(incident: &Incident, has_rule: bool, now: i64) -> AnyView {
    let what = rules::known(&incident.kind).map_or("A rule", |kind| kind.label);
    let rule = if has_rule {
        view! { <a href=paths::rule(incident.rule)>{what}</a> }.into_any()
    } else {
        view! { {what} <span class="dim">", removed"</span> }.into_any()
    };
    let about = match (incident.endpoint, incident.destination, incident.object.as_deref()) {
        (Some(id), _, Some(name)) => {
            view! { <a class="name" href=paths::endpoint(id)>{visible(name)}</a> }.into_any()
        }
        (_, Some(id), Some(name)) => {
            view! { <a class="name" href=paths::destination(id)>{visible(name)}</a> }.into_any()
        }
        _ => "all, or this server".into_any(),
    };
    let by = |what: &Option<(i64, String)>| {
        what.clone().map(|(at, who)| view! { <When at now/> " by " {visible(&who)} })
    };
    Facts::new()
        .fact("Rule", rule)
        .fact("About", about)
        .maybe("Now", incident.ended_at.is_none().then(|| shown(incident, incident.value)))
        .fact("Worst", shown(incident, incident.worst))
        .fact("Opened", view! { <When at=incident.opened_at now/> })
        .maybe("Acknowledged", by(&incident.acknowledged))
        .maybe("Recovered", incident.recovered_at.map(|at| view! { <When at now/> }))
        .maybe("Closed", by(&incident.resolved))
        .fact("Lasted", lasted(incident, now))
        .view()
}

fn timeline(entries: &[IncidentEntry], now: i64) -> AnyView {
    let rows = entries.iter().map(|entry| {
        let who = entry.actor.as_deref().map_or_else(|| "Hookpost".to_owned(), visible);
        let text =
            (!entry.text.is_empty()).then(|| view! { <small class="said">{visible(&entry.text)}</small> });
        view! {
            <li>
                <ClockTime at=entry.at now/>
                <span>{who} " " {entry.kind.label()} {text}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { <Card title="Timeline" id="timeline"><ol class="in tl wide-time">{rows}</ol></Card> }.into_any()
}

/// Acknowledge, note, close: one text, three buttons.
fn respond(incident: &Incident) -> AnyView {
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
        "Acknowledge to show that you are on it and stop reminders. The incident recovers when the value returns to normal."
    } else {
        "Notes stay with the incident for whoever handles the next one."
    };
    view! {
        <Card title="Respond">
            <form class="in form" method="post" action=NoteIncident::PATH>
                <input type="hidden" name="id" value=id/>
                <div class="field">
                    <label for="note">"Note"</label>
                    <TextArea name="note" text=flash.kept("note").unwrap_or_default() rows="2" required=false error=flash.error("note")/>
                    <p class="hint">{hint}</p>
                </div>
                <div class="actions">
                    {acknowledge}
                    <button class="btn">"Add note"</button>
                    {resolve}
                </div>
            </form>
        </Card>
    }
    .into_any()
}

fn told(notices: &[Notice], now: i64) -> AnyView {
    let rows = notices.iter().map(|notice| {
        let state = match notice.state {
            NoticeState::Queued => tag("warn", "waits"),
            NoticeState::Sent => tag("ok", "sent"),
            NoticeState::Failed => tag("bad", "failed"),
        };
        let error = notice.error.as_deref().map(visible);
        let error = error.map(|error| view! { <small class="said">{error}</small> });
        view! {
            <li>
                <When at=notice.sent_at.unwrap_or(notice.created_at) now/>
                <span>
                    <a class="name" href=paths::channel(notice.channel_id)>{visible(&notice.channel)}</a>
                    " " {notice.kind.as_str()} " " {state} {error}
                </span>
            </li>
        }
    });
    let list = if notices.is_empty() {
        view! { <p class="in dim">"No channel accepts this severity, so nobody was notified."</p> }.into_any()
    } else {
        view! { <ol class="in tl linked">{rows.collect_view()}</ol> }.into_any()
    };
    view! { <Card title="Notifications" id="told">{list}</Card> }.into_any()
}
