//! Alerts → Rules: what is watched.

pub(crate) mod edit;
mod fields;
pub(crate) mod new;
pub(crate) mod one;
pub(crate) mod posted;
mod preview;

use crate::{
    alerts::rules::{self, Rule},
    app::{alerts::state::severity_tag, kit::prelude::*},
    model::{
        alert::About,
        ids::{IncidentId, RuleId},
    },
};
use std::collections::HashMap;

/// The page at `/alerts/rules`.
#[component]
pub fn RulesPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let rules = rules::list(&state.db, state.clock.now_ms()).await?;
        let mut connection = state.db.read().await?;
        let open = db::incidents::all_open(&mut connection).await?;
        let open: HashMap<_, _> = open.into_iter().map(|incident| (incident.rule, incident.id)).collect();
        let anyone = db::channels::any_usable(&mut connection).await?;
        let new = (user.role >= Role::Admin)
            .then(|| view! { <a class="btn primary" href=paths::NEW_RULE>"New rule"</a> });
        let nobody = (!anyone).then(|| {
            view! {
                <Banner kind="warn" title="All rules are off">
                    <p>"They start as soon as there is an active channel. "<a href=paths::CHANNELS>"Channels"</a></p>
                </Banner>
            }
        });
        // Rules of one object stand together in the list.
        let sections = rules.chunk_by(|a, b| section_of(a) == section_of(b));
        let sections = sections.map(|rules| section(rules, &open, anyone)).collect_view();
        Ok(Page::new(Part::Alerts, "Alert rules")
            .heading("Alerts")
            .end(new)
            .tab(paths::RULES)
            .body(view! { {nobody}{sections} }))
    })
}

pub(super) fn standing(rule: &Rule, open: Option<IncidentId>, anyone: bool) -> AnyView {
    match (open, rule.enabled, anyone) {
        (Some(id), _, _) => {
            view! { <a class="tag bad" href=paths::incident(id)>"Incident open"</a> }.into_any()
        }
        (None, false, _) => tag("idle", "Off").into_any(),
        (None, true, false) => tag("warn", "Waiting for a channel").into_any(),
        (None, true, true) => tag("ok", "Watching").into_any(),
    }
}

/// What the rules of a section are about: its name, and the word beside it.
fn section_of(rule: &Rule) -> (String, &'static str) {
    match (&rule.object, rule.kind.about) {
        (Some(name), About::Endpoint) => (visible(name), "endpoint"),
        (Some(name), _) => (visible(name), "destination"),
        (None, About::Endpoint) => ("All endpoints combined".to_owned(), "endpoint"),
        (None, About::Destination) => ("All destinations combined".to_owned(), "destination"),
        (None, About::Server) => ("This server".to_owned(), ""),
    }
}

fn section(rules: &[Rule], open: &HashMap<RuleId, IncidentId>, anyone: bool) -> Option<AnyView> {
    let first = rules.first()?;
    let (name, word) = section_of(first);
    // Where other pages link to: the rules of an endpoint or destination.
    let of = first.endpoint.map(|id| id.to_string()).or(first.destination.map(|id| id.to_string()));
    let table = Table::of(rules)
        .row("Rule", "wrap", |rule| {
            let of = rule.settings.event_type.as_deref().map(|name| format!(" of {}", visible(name)));
            view! { <a href=paths::rule(rule.id)>{rule.kind.label}{of}</a> }
        })
        .col("Condition", "wrap dim", Rule::condition)
        .col("Severity", "", |rule| severity_tag(rule.settings.severity))
        .col("State", "", |rule| standing(rule, open.get(&rule.id).copied(), anyone));
    let section = view! {
        <section class="card rules" id=of.map(|id| format!("of-{id}"))>
            <h2><span class="name">{name}</span> " " <small class="dim">{word}</small></h2>
            {table.view()}
        </section>
    };
    Some(section.into_any())
}
