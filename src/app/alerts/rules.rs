//! Alerts → Rules: what is watched.

pub(crate) mod edit;
pub(crate) mod fields;
pub(crate) mod new;
pub(crate) mod one;
pub(crate) mod posted;
pub(crate) mod preview;

use crate::{
    app::{
        alerts::{
            nav::{AlertsNav, AlertsTab},
            state::SeverityTag,
        },
        kit::problem::Problem,
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        alert::{About, Rule},
        error::AppError,
        ids::{IncidentId, RuleId},
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};
use std::collections::HashMap;

/// The page at `/alerts/rules`.
#[component]
pub fn RulesPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok(listed) => Either::Left(view! { <List listed/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Listed {
    user: User,
    rules: Vec<Rule>,
    open: HashMap<RuleId, IncidentId>,
    anyone: bool,
}

async fn load() -> Result<Listed, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let rules = db::alert_rules::list(&mut connection).await?;
    let open = db::incidents::all_open(&mut connection).await?;
    let open = open.into_iter().map(|incident| (incident.rule, incident.id)).collect();
    let anyone = db::channels::any_usable(&mut connection).await?;
    Ok(Listed { user, rules, open, anyone })
}

/// How a rule stands.
pub(crate) fn standing(rule: &Rule, open: Option<IncidentId>, anyone: bool) -> impl IntoView + use<> {
    match (open, rule.enabled, anyone) {
        (Some(id), _, _) => {
            view! { <a class="tag bad" href=format!("/alerts/incidents/{id}")>"Incident open"</a> }.into_any()
        }
        (None, false, _) => view! { <span class="tag idle">"Off"</span> }.into_any(),
        (None, true, false) => view! { <span class="tag warn">"Waits for a channel"</span> }.into_any(),
        (None, true, true) => view! { <span class="tag ok">"Watching"</span> }.into_any(),
    }
}

/// Where other pages link to: the rules of an endpoint or destination.
fn anchor(rule: &Rule) -> Option<String> {
    let id = rule.endpoint.map(|id| id.to_string()).or(rule.destination.map(|id| id.to_string()))?;
    Some(format!("of-{id}"))
}

/// What the rules of a section are about: heading and anchor.
fn section_of(rule: &Rule) -> String {
    match (&rule.object, rule.kind.about()) {
        (Some(name), _) => visible(name),
        (None, About::Endpoint) => "All endpoints together".to_owned(),
        (None, About::Destination) => "All destinations together".to_owned(),
        (None, About::Server) => "This server".to_owned(),
    }
}

#[component]
fn List(listed: Listed) -> impl IntoView {
    let Listed { user, rules, open, anyone } = listed;
    let new = (user.role >= Role::Admin)
        .then(|| view! { <a class="btn primary" href="/alerts/rules/new">"New rule"</a> });
    let nobody = (!anyone).then(|| {
        view! {
            <div class="banner warn">
                <p><b>"The rules are off"</b></p>
                <p>"They begin to watch when there is a channel by which somebody is told. "<a href="/alerts/channels">"Channels"</a></p>
            </div>
        }
    });
    // Rules of one object stand together in the list.
    let mut sections: Vec<(String, About, Vec<Rule>)> = Vec::new();
    for rule in rules {
        let (name, about) = (section_of(&rule), rule.kind.about());
        match sections.last_mut() {
            Some((last, of, rules)) if *last == name && *of == about => rules.push(rule),
            _ => sections.push((name, about, vec![rule])),
        }
    }
    let sections = sections
        .into_iter()
        .map(|(name, about, rules)| {
            let word = match about {
                About::Endpoint => "endpoint",
                About::Destination => "destination",
                About::Server => "",
            };
            let anchor = rules.first().and_then(anchor);
            let rows = rules.iter().map(|rule| row(rule, open.get(&rule.id).copied(), anyone)).collect_view();
            view! {
                <section class="card rules" id=anchor>
                    <h2><span class="name">{name}</span> " " <small class="dim">{word}</small></h2>
                    <table class="cards">
                        <thead>
                            <tr>
                                <th scope="col">"Rule"</th>
                                <th scope="col">"Holds at"</th>
                                <th scope="col">"Severity"</th>
                                <th scope="col">"State"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            }
        })
        .collect_view();
    view! {
        <Layout title="Alert rules" part=Part::Alerts user>
            <div class="top">
                <h1>"Alerts"</h1>
                <div class="end">{new}</div>
            </div>
            <AlertsNav current=AlertsTab::Rules/>
            {nobody}
            {sections}
        </Layout>
    }
}

fn row(rule: &Rule, open: Option<IncidentId>, anyone: bool) -> impl IntoView + use<> {
    let of = rule.settings.event_type.as_deref().map(|name| format!(" of {}", visible(name)));
    view! {
        <tr>
            <th scope="row" class="wrap"><a href=format!("/alerts/rules/{}", rule.id)>{rule.kind.label()}{of}</a></th>
            <td class="wrap dim" data-label="Holds at">{rule.condition()}</td>
            <td data-label="Severity"><SeverityTag severity=rule.settings.severity/></td>
            <td data-label="State">{standing(rule, open, anyone)}</td>
        </tr>
    }
}
