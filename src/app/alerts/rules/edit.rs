//! Alerts → Rules → one of them → Edit.

use crate::{
    alerts::{preview::preview, rules},
    app::{
        alerts::{
            functions::{ChangeRule, RemoveRule},
            rules::{
                fields::{Choose, Fields},
                new::choices,
                one::suggestion,
                posted::RuleForm,
                preview::{LookedBack, look_back},
            },
        },
        figures::zone::Zone,
        kit::prelude::*,
    },
    model::ids::RuleId,
};

/// The page at `/alerts/rules/{id}/edit`.
#[component]
pub fn EditRulePage() -> impl IntoView {
    let (pairs, zone) = (query_pairs(), Zone::of_request());
    page_of(Role::Admin, "rule", move |state, _, id: RuleId| async move {
        let (rule, now) = (rules::find(&state.db, id).await?, state.clock.now_ms());
        let form = RuleForm::of(rule.kind, rule.object.as_deref(), &rule.settings).over(&pairs);
        let mut connection = state.db.read().await?;
        let suggestion = suggestion(&mut connection, &rule, now).await?.map(|(text, _)| text);
        // What a rule is about does not change: its incidents would tell of something else.
        let choices = Choose { objects: None, suggestion, ..choices(&mut connection, rule.kind).await? };
        drop(connection);
        let looked_back: LookedBack = async {
            let changed = rules::changed(&state.db, &rule, form.read(rule.kind)?).await?;
            let preview = preview(&state.db, &changed, now).await?;
            Ok((changed, preview))
        }
        .await;
        let (kind, path, title) = (rule.kind, paths::rule(id), visible(&rule.title()));
        let body = view! {
            <p class="lead">{kind.says}</p>
            <form class="form narrow" method="get" action=paths::edit_rule(id)>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="version" value=rule.version.to_string()/>
                <Fields kind form choices/>
                <div class="actions">
                    <button class="btn">"Preview"</button>
                    <button class="btn primary" formmethod="post" formaction=ChangeRule::PATH>"Save"</button>
                    <a class="btn" href=path.clone()>"Cancel"</a>
                </div>
            </form>
            {look_back(looked_back, &zone)}
            <Card title="Remove" class="danger narrow">
                <PostForm to=RemoveRule::PATH class="in form" with=vec![("id", id.to_string())] submit="Remove rule" button="btn danger">
                    <Confirm label="Remove the rule permanently; its incidents are kept"/>
                </PostForm>
            </Card>
        };
        Ok(Page::new(Part::Alerts, format!("Edit {title}"))
            .heading("Edit")
            .under("Rules", paths::RULES)
            .under(title, path)
            .body(body))
    })
}
