//! Alerts → Rules → one of them.

use crate::{
    alerts::{
        preview::preview,
        rules::{self, Rule},
    },
    app::{
        alerts::{
            functions::SwitchRule,
            rules::{
                posted::{RuleForm, minutes_text},
                preview::would_have,
                standing,
            },
            state::{severity_tag, shown, state_tag},
        },
        figures::zone::Zone,
        kit::prelude::*,
    },
    db::Connection,
    model::{
        alert::{Quiet, QuietDays},
        channel::Channel,
        ids::{ChannelId, RuleId},
        incident::Incident,
        time::MINUTE_MS,
        which::Which,
    },
};

/// Incidents that are listed.
const LISTED: i64 = 20;

/// The page at `/alerts/rules/{id}`.
#[component]
pub fn RulePage() -> impl IntoView {
    let zone = Zone::of_request();
    page_of(Role::Viewer, "rule", move |state, user, id: RuleId| async move {
        let (rule, now) = (rules::find(&state.db, id).await?, state.clock.now_ms());
        let preview = preview(&state.db, &rule, now).await?;
        let mut connection = state.db.read().await?;
        let all = db::incidents::of_rule(&mut connection, id, LISTED).await?;
        let anyone = db::channels::any_usable(&mut connection).await?;
        let told = told(&rule.settings.channels, &db::channels::list(&mut connection).await?);
        let suggestion = suggestion(&mut connection, &rule, now).await?;
        drop(connection);
        let is_admin = user.role >= Role::Admin;
        let open = all.iter().find(|incident| incident.ended_at.is_none()).map(|incident| incident.id);
        let (facts, incidents) = (facts(&rule, told, now), incidents(&all, now));
        let body = view! {
            <p class="lead">{rule.kind.says}</p>
            {suggestion.and_then(|(text, fits)| suggested(&rule, text, fits, is_admin))}
            <Card title="Rule">{facts}</Card>
            {would_have(&rule, preview, &zone)}
            <Card title="Incidents">{incidents}</Card>
        };
        Ok(Page::new(Part::Alerts, visible(&rule.title()))
            .under("Rules", paths::RULES)
            .beside(view! { {severity_tag(rule.settings.severity)}{standing(&rule, open, anyone)} })
            .end(is_admin.then(|| actions(&rule)))
            .body(body))
    })
}

/// What is usual for a silence, in a sentence, and the minutes that fit it.
pub(super) async fn suggestion(
    connection: &mut Connection,
    rule: &Rule,
    now: i64,
) -> Result<Option<(String, i64)>, AppError> {
    Ok(rules::suggestion(connection, rule, now).await?.map(|(usual, fits)| {
        let usual = time::duration(usual.saturating_mul(MINUTE_MS));
        let text =
            format!("Events usually arrive within {usual}; a threshold of {} would fit.", minutes_text(fits));
        (text, fits)
    }))
}

/// None: the rule has the threshold that fits.
fn suggested(rule: &Rule, text: String, fits: i64, is_admin: bool) -> Option<AnyView> {
    if fits as f64 == rule.settings.threshold {
        return None;
    }
    let step = is_admin.then(|| {
        let minutes = minutes_text(fits);
        let form = RuleForm::of(rule.kind, None, &rule.settings);
        let query = form.with("threshold", &minutes).with("recovery", &minutes).query();
        let href = paths::with_query(&paths::edit_rule(rule.id), &query);
        view! { " " <a href=href>{format!("Try {minutes}")}</a> }
    });
    Some(view! { <Banner kind="note"><p>{text} {step}</p></Banner> }.into_any())
}

fn actions(rule: &Rule) -> AnyView {
    let label = if rule.enabled { "Switch off" } else { "Switch on" };
    view! {
        <form method="post" action=SwitchRule::PATH>
            <input type="hidden" name="id" value=rule.id.to_string()/>
            <input type="hidden" name="enabled" value=(!rule.enabled).to_string()/>
            <button class="btn">{label}</button>
        </form>
        <a class="btn primary" href=paths::edit_rule(rule.id)>"Edit"</a>
    }
    .into_any()
}

/// The channels that are told, in words.
fn told(which: &Which<ChannelId>, all: &[Channel]) -> String {
    let Which::These(ids) = which else { return "every channel".to_owned() };
    let told = all.iter().filter(|one| ids.contains(&one.id));
    let names: Vec<_> = told.map(|one| visible(&one.name)).collect();
    if names.is_empty() {
        // Someone must hear of it: see `db::notices::queue`.
        return "its channels were removed; every channel is notified until you choose others".to_owned();
    }
    names.join(", ")
}

fn facts(rule: &Rule, told: String, now: i64) -> AnyView {
    let settings = &rule.settings;
    let ends = Some(&settings.end_types).filter(|types| !types.is_empty());
    let remind = settings.remind_ms().map_or_else(
        || "never".to_owned(),
        |ms| format!("every {} until someone acknowledges", time::duration(ms)),
    );
    Facts::new()
        .fact("Condition", rule.condition())
        .fact("Recovers at", format!("{} or below", rule.kind.unit.show(settings.recovery)))
        .maybe_mono("Ends", ends.map(|types| visible(&types.join(" "))))
        .maybe("Quiet", settings.quiet.as_ref().map(quiet_text))
        .fact("Cooldown", time::duration(settings.cooldown_ms()))
        .fact("Reminders", remind)
        .fact("Tells", told)
        .fact("Changed", view! { <When at=rule.changed_at now/> })
        .view()
}

fn quiet_text(quiet: &Quiet) -> String {
    let days = (quiet.days == QuietDays::Weekend).then(|| "Saturdays and Sundays".to_owned());
    let hours = Some(quiet.hours_text()).filter(|text| !text.is_empty());
    let parts: Vec<String> = hours.into_iter().chain(days).collect();
    format!("{} ({})", parts.join(", "), visible(&quiet.zone))
}

fn incidents(all: &[Incident], now: i64) -> AnyView {
    if all.is_empty() {
        return view! { <p class="in dim">"None yet."</p> }.into_any();
    }
    let rows = all.iter().map(|incident| {
        let worst = format!("worst {}", shown(incident, incident.worst));
        view! {
            <li>
                <When at=incident.opened_at now/>
                <span>
                    <a href=paths::incident(incident.id)>{visible(&incident.detail)}</a>
                    " " {state_tag(incident)} " " <span class="dim">{worst}</span>
                </span>
            </li>
        }
    });
    view! { <ol class="in tl linked">{rows.collect_view()}</ol> }.into_any()
}
