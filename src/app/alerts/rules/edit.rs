//! Alerts → Rules → one of them → Edit.

use crate::{
    alerts::{
        preview::{Preview, preview},
        rules,
    },
    app::{
        alerts::{
            functions::{ChangeRule, RemoveRule},
            rules::{
                fields::{Choices, Fields},
                new::{cannot, choices},
                one::suggestion,
                posted::RuleForm,
                preview::LookBack,
            },
        },
        figures::zone::Zone,
        kit::{problem::Problem, query::query_pairs},
        shell::layout::{Layout, Part},
    },
    auth,
    model::{
        alert::Rule,
        error::{AppError, invalid, not_found},
        ids::RuleId,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page at `/alerts/rules/{id}/edit`.
#[component]
pub fn EditRulePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(edited) => Either::Left(view! { <Edit edited/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Edited {
    user: User,
    rule: Rule,
    form: RuleForm,
    choices: Choices,
    looked_back: Result<(Rule, Preview), AppError>,
    zone: Zone,
}

async fn load(id: Option<String>) -> Result<Edited, AppError> {
    let (pairs, zone) = (query_pairs(), Zone::of_request());
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let id: RuleId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("rule"))?;
    let rule = rules::find(&state.db, id).await?;
    let form = RuleForm::of(rule.kind, rule.object.as_deref(), &rule.settings).over(&pairs);
    let mut connection = state.db.read().await?;
    let suggestion = suggestion(&mut connection, &rule, state.clock.now_ms()).await?.map(|(text, _)| text);
    // What a rule is about does not change: its incidents would tell of something else.
    let choices = Choices { objects: None, suggestion, ..choices(&mut connection, rule.kind).await? };
    drop(connection);
    let looked_back = look_back(&state, &rule, &form).await;
    Ok(Edited { user, rule, form, choices, looked_back, zone })
}

async fn look_back(state: &AppState, rule: &Rule, form: &RuleForm) -> Result<(Rule, Preview), AppError> {
    let settings = form.read(rule.kind)?;
    settings.check(rule.kind).map_err(|(field, sentence)| invalid(field, sentence))?;
    let rule = Rule { settings, ..rule.clone() };
    let preview = preview(state, &rule).await?;
    Ok((rule, preview))
}

#[component]
fn Edit(edited: Edited) -> impl IntoView {
    let Edited { user, rule, form, choices, looked_back, zone } = edited;
    let (id, kind, version, title) = (rule.id, rule.kind, rule.version, visible(&rule.title()));
    let preview = match looked_back {
        Ok((rule, preview)) => view! { <LookBack rule preview zone/> }.into_any(),
        Err(error) => cannot(&error).into_any(),
    };
    view! {
        <Layout title=format!("Edit {title}") part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/rules">"Rules"</a>" / "<a href=format!("/alerts/rules/{id}")>{title}</a>" / "</span>"Edit"</h1>
            </div>
            <p class="lead">{kind.says()}</p>
            <form class="form narrow" method="get" action=format!("/alerts/rules/{id}/edit")>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="version" value=version.to_string()/>
                <Fields kind form choices/>
                <div class="actions">
                    <button class="btn">"Look back with these values"</button>
                    <button class="btn primary" formmethod="post" formaction=ChangeRule::PATH>"Save"</button>
                    <a class="btn" href=format!("/alerts/rules/{id}")>"Cancel"</a>
                </div>
            </form>
            {preview}
            <section class="card danger narrow">
                <h2>"Remove"</h2>
                <form class="in form" method="post" action=RemoveRule::PATH>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <label class="check">
                        <input type="checkbox" name="sure" value="true" required/>
                        "Remove the rule for ever; its incidents stay"
                    </label>
                    <div class="actions"><button class="btn danger">"Remove the rule"</button></div>
                </form>
            </section>
        </Layout>
    }
}
