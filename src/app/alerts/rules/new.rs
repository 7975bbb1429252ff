//! Alerts → Rules → New: first what is watched, then when it is wrong.

use crate::{
    alerts::{
        preview::{Preview, preview},
        rules::{NewRule, draft},
    },
    app::{
        alerts::{
            functions::AddRule,
            rules::{
                fields::{Choices, Fields},
                posted::RuleForm,
                preview::LookBack,
            },
        },
        figures::zone::Zone,
        kit::{problem::Problem, query::query_pairs},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        alert::{About, Rule, RuleKind, RuleSettings},
        error::{AppError, invalid},
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::EitherOf3, prelude::*, server_fn::ServerFn};
use sqlx::SqliteConnection;

/// The page at `/alerts/rules/new`.
#[component]
pub fn NewRulePage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, Some(drafted))) => EitherOf3::A(view! { <New user drafted/> }),
            Ok((user, None)) => EitherOf3::B(view! { <Choose user/> }),
            Err(error) => EitherOf3::C(view! { <Problem error/> }),
        }
    })
}

struct Drafted {
    kind: RuleKind,
    form: RuleForm,
    choices: Choices,
    looked_back: Result<(Rule, Preview), AppError>,
    zone: Zone,
}

async fn load() -> Result<(User, Option<Drafted>), AppError> {
    let (pairs, zone) = (query_pairs(), Zone::of_request());
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let Some((_, code)) = pairs.iter().find(|(name, _)| name == "kind") else { return Ok((user, None)) };
    let kind: RuleKind = code.parse().map_err(|sentence: String| invalid("kind", sentence))?;
    let form = RuleForm::of(kind, None, &RuleSettings::usual(kind)).over(&pairs);
    let choices = choices(&mut *state.db.read().await?, kind).await?;
    let looked_back = look_back(&state, kind, &form).await;
    Ok((user, Some(Drafted { kind, form, choices, looked_back, zone })))
}

async fn look_back(state: &AppState, kind: RuleKind, form: &RuleForm) -> Result<(Rule, Preview), AppError> {
    let object = Some(form.object.clone()).filter(|name| !name.is_empty());
    let new = NewRule { kind, object, settings: form.read(kind)? };
    let rule = draft(&state.db, new, state.clock.now_ms()).await?;
    let preview = preview(state, &rule).await?;
    Ok((rule, preview))
}

/// What the form of a new rule of this kind has to choose from.
pub(crate) async fn choices(connection: &mut SqliteConnection, kind: RuleKind) -> Result<Choices, AppError> {
    let objects = match kind.about() {
        About::Endpoint => {
            Some(db::endpoints::list(connection).await?.into_iter().map(|endpoint| endpoint.name).collect())
        }
        About::Destination => {
            let all = db::destinations::list(connection).await?;
            Some(all.into_iter().map(|destination| destination.name).collect())
        }
        About::Server => None,
    };
    let channels = db::channels::list(connection).await?;
    let channels = channels.into_iter().map(|channel| (channel.id.to_string(), channel.name)).collect();
    Ok(Choices { objects, channels, suggestion: None })
}

#[component]
fn Choose(user: User) -> impl IntoView {
    let section = |about: About, heading: &'static str| {
        let rows = RuleKind::ALL
            .into_iter()
            .filter(|kind| kind.about() == about)
            .map(|kind| {
                view! {
                    <li>
                        <a href=format!("/alerts/rules/new?kind={}", kind.as_str())>{kind.label()}</a>
                        <small class="dim below">{kind.says()}</small>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="card">
                <h2>{heading}</h2>
                <ul class="in kinds">{rows}</ul>
            </section>
        }
    };
    view! {
        <Layout title="New rule" part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/rules">"Rules"</a>" / "</span>"New"</h1>
            </div>
            <div class="narrow">
                {section(About::Endpoint, "About an endpoint")}
                {section(About::Destination, "About a destination")}
                {section(About::Server, "About this server")}
            </div>
        </Layout>
    }
}

#[component]
fn New(user: User, drafted: Drafted) -> impl IntoView {
    let Drafted { kind, form, choices, looked_back, zone } = drafted;
    let preview = match looked_back {
        Ok((rule, preview)) => view! { <LookBack rule preview zone/> }.into_any(),
        Err(error) => cannot(&error).into_any(),
    };
    view! {
        <Layout title="New rule" part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/rules">"Rules"</a>" / "<a href="/alerts/rules/new">"New"</a>" / "</span>{kind.label()}</h1>
            </div>
            <p class="lead">{kind.says()}</p>
            <form class="form narrow" method="get" action="/alerts/rules/new">
                <Fields kind form choices/>
                <div class="actions">
                    <button class="btn">"Look back with these values"</button>
                    <button class="btn primary" formmethod="post" formaction=AddRule::PATH>"Create rule"</button>
                    <a class="btn" href="/alerts/rules">"Cancel"</a>
                </div>
            </form>
            {preview}
        </Layout>
    }
}

/// Why there is no look back.
pub(crate) fn cannot(error: &AppError) -> impl IntoView + use<> {
    view! {
        <section class="card" id="preview">
            <h2>"What it would have done"</h2>
            <p class="in bad-text" role="alert">{error.to_string()}</p>
        </section>
    }
}
