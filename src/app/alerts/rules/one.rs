//! Alerts → Rules → one of them.

use crate::{
    alerts::{
        preview::{Preview, preview},
        rhythm, rules,
    },
    app::{
        alerts::{
            functions::SwitchRule,
            rules::{
                posted::{RuleForm, minutes_text},
                preview::LookBack,
                standing,
            },
            state::{SeverityTag, StateTag, shown},
        },
        figures::zone::Zone,
        kit::{problem::Problem, when::When},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        alert::{Quiet, QuietDays, Rule, RuleKind},
        error::{AppError, not_found},
        filter::percent_encode,
        ids::RuleId,
        incident::Incident,
        rhythm::too_long,
        time,
        user::{Role, User},
        visible::visible,
        which::Which,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use sqlx::SqliteConnection;

/// Incidents that are listed.
const LISTED: i64 = 20;

/// The page at `/alerts/rules/{id}`.
#[component]
pub fn RulePage() -> impl IntoView {
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
    rule: Rule,
    preview: Preview,
    incidents: Vec<Incident>,
    /// The channels that are told, in words.
    channels: String,
    anyone: bool,
    /// What is usual, and a threshold that fits.
    suggestion: Option<(String, i64)>,
    zone: Zone,
    now: i64,
}

async fn load(id: Option<String>) -> Result<Seen, AppError> {
    let zone = Zone::of_request();
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: RuleId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("rule"))?;
    let rule = rules::find(&state.db, id).await?;
    let preview = preview(&state, &rule).await?;
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let incidents = db::incidents::of_rule(&mut connection, id, LISTED).await?;
    let anyone = db::channels::any_usable(&mut connection).await?;
    let all = db::channels::list(&mut connection).await?;
    let channels = match &rule.settings.channels {
        Which::All => "every channel".to_owned(),
        Which::These(ids) => {
            let told = all.into_iter().filter(|one| ids.contains(&one.id));
            let names: Vec<_> = told.map(|one| visible(&one.name)).collect();
            if names.is_empty() {
                // Somebody must hear of it: see `db::notices::queue`.
                "the channels that it named are gone; every channel hears of it until others are chosen"
                    .to_owned()
            } else {
                names.join(", ")
            }
        }
    };
    let suggestion = suggestion(&mut connection, &rule, now).await?;
    drop(connection);
    Ok(Seen { user, rule, preview, incidents, channels, anyone, suggestion, zone, now })
}

/// What is usual for a silence, in a sentence, and the minutes that fit it.
pub(crate) async fn suggestion(
    connection: &mut SqliteConnection,
    rule: &Rule,
    now: i64,
) -> Result<Option<(String, i64)>, AppError> {
    let (RuleKind::Silence, Some(endpoint)) = (rule.kind, rule.endpoint) else { return Ok(None) };
    let usual = rhythm::usual(connection, rule.settings.event_type.as_deref(), now).await?;
    Ok(usual.get(&endpoint).map(|usual| {
        let fits = too_long(*usual);
        let text = format!(
            "Usually one comes within {}; {} would be worth a look.",
            time::duration(usual.saturating_mul(60_000)),
            minutes_text(fits)
        );
        (text, fits)
    }))
}

#[component]
fn Shown(seen: Seen) -> impl IntoView {
    let Seen { user, rule, preview, incidents, channels, anyone, suggestion, zone, now } = seen;
    let is_admin = user.role >= Role::Admin;
    let title = visible(&rule.title());
    let (id, enabled) = (rule.id, rule.enabled);
    let open = incidents.iter().find(|incident| incident.ended_at.is_none()).map(|incident| incident.id);
    let edit = is_admin.then(|| {
        let label = if enabled { "Switch off" } else { "Switch on" };
        view! {
            <form method="post" action=SwitchRule::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="enabled" value=(!enabled).to_string()/>
                <button class="btn">{label}</button>
            </form>
            <a class="btn primary" href=format!("/alerts/rules/{id}/edit")>"Edit"</a>
        }
    });
    let suggested = suggestion.filter(|(_, fits)| *fits as f64 != rule.settings.threshold).map(|(text, fits)| {
        let step = is_admin.then(|| {
            let minutes = minutes_text(fits);
            let form = RuleForm::of(rule.kind, None, &rule.settings);
            view! { " " <a href=format!("/alerts/rules/{id}/edit?{}", with_threshold(form, &minutes))>{format!("Try {minutes}")}</a> }
        });
        view! { <div class="banner note"><p>{text} {step}</p></div> }
    });
    view! {
        <Layout title=title.clone() part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/rules">"Rules"</a>" / "</span>{title}</h1>
                <SeverityTag severity=rule.settings.severity/>
                {standing(&rule, open, anyone)}
                <div class="end">{edit}</div>
            </div>
            <p class="lead">{rule.kind.says()}</p>
            {suggested}
            <Facts rule=rule.clone() channels now/>
            <LookBack rule preview zone/>
            <Incidents incidents now/>
        </Layout>
    }
}

/// The query string of the form with another threshold, all other values as they are.
fn with_threshold(form: RuleForm, minutes: &str) -> String {
    let form = RuleForm { threshold: minutes.to_owned(), recovery: minutes.to_owned(), ..form };
    let channels = form.channels.iter().map(|id| ("channels[]", id.clone()));
    let fields = form.typed().into_iter().filter(|(name, _)| !["object", "channels"].contains(name));
    fields
        .chain(channels)
        .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(&value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[component]
fn Facts(rule: Rule, channels: String, now: i64) -> impl IntoView {
    let settings = &rule.settings;
    let quiet = settings.quiet.as_ref().map(|quiet| view! { <dt>"Quiet"</dt><dd>{quiet_text(quiet)}</dd> });
    let ends = (!settings.end_types.is_empty())
        .then(|| view! { <dt>"Ends"</dt><dd class="mono">{visible(&settings.end_types.join(" "))}</dd> });
    let remind = settings.remind_ms().map_or_else(
        || "never".to_owned(),
        |ms| format!("every {} until somebody acknowledges", time::duration(ms)),
    );
    view! {
        <section class="card">
            <h2>"Rule"</h2>
            <dl class="in facts">
                <dt>"Holds at"</dt>
                <dd>{rule.condition()}</dd>
                <dt>"Over at"</dt>
                <dd>{format!("{} or below", rule.kind.unit().show(settings.recovery))}</dd>
                {ends}
                {quiet}
                <dt>"Cooldown"</dt>
                <dd>{time::duration(settings.cooldown_ms())}</dd>
                <dt>"Reminders"</dt>
                <dd>{remind}</dd>
                <dt>"Tells"</dt>
                <dd>{channels}</dd>
                <dt>"Changed"</dt>
                <dd><When at=rule.changed_at now/></dd>
            </dl>
        </section>
    }
}

fn quiet_text(quiet: &Quiet) -> String {
    let days = (quiet.days == QuietDays::Weekend).then(|| "Saturdays and Sundays".to_owned());
    let hours = Some(quiet.hours_text()).filter(|text| !text.is_empty());
    let parts: Vec<String> = hours.into_iter().chain(days).collect();
    format!("{}, by the clock of {}", parts.join(", "), visible(&quiet.zone))
}

#[component]
fn Incidents(incidents: Vec<Incident>, now: i64) -> impl IntoView {
    let list = if incidents.is_empty() {
        Either::Left(view! { <p class="in dim">"None so far."</p> })
    } else {
        let rows = incidents
            .into_iter()
            .map(|incident| {
                let state = incident.state();
                view! {
                    <li>
                        <When at=incident.opened_at now/>
                        <span>
                            <a href=format!("/alerts/incidents/{}", incident.id)>{visible(&incident.detail)}</a>
                            " " <StateTag state/> " " <span class="dim">{format!("worst {}", shown(&incident, incident.worst))}</span>
                        </span>
                    </li>
                }
            })
            .collect_view();
        Either::Right(view! { <ol class="in tl linked">{rows}</ol> })
    };
    view! {
        <section class="card">
            <h2>"Its incidents"</h2>
            {list}
        </section>
    }
}
