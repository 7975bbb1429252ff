//! Alerts → Rules → New: first what is watched, then when it is wrong.

use crate::{
    alerts::{
        preview::preview,
        rules::{self, ALL, Spec},
    },
    app::{
        alerts::{
            functions::AddRule,
            rules::{
                fields::{Choose, Fields},
                posted::RuleForm,
                preview::{LookedBack, look_back},
            },
        },
        figures::zone::Zone,
        kit::prelude::*,
    },
    db::Connection,
    model::alert::About,
};

/// The page at `/alerts/rules/new`.
#[component]
pub fn NewRulePage() -> impl IntoView {
    let (pairs, zone) = (query_pairs(), Zone::of_request());
    page(Role::Admin, move |state, _| async move {
        let page = Page::new(Part::Alerts, "New rule").under("Rules", paths::RULES);
        let Some((_, word)) = pairs.iter().find(|(name, _)| name == "kind") else {
            return Ok(page.heading("New").body(kinds()));
        };
        let (kind, now) = (rules::kind(word)?, state.clock.now_ms());
        let form = RuleForm::of(kind, None, &kind.usual_settings()).over(&pairs);
        let choices = choices(&mut state.db.read().await?, kind).await?;
        let looked_back: LookedBack = async {
            let rule = rules::draft(&state.db, form.read_new(kind)?, now).await?;
            let preview = preview(&state.db, &rule, now).await?;
            Ok((rule, preview))
        }
        .await;
        let body = view! {
            <p class="lead">{kind.says}</p>
            <form class="form narrow" method="get" action=paths::NEW_RULE>
                <Fields kind form choices/>
                <div class="actions">
                    <button class="btn">"Preview"</button>
                    <button class="btn primary" formmethod="post" formaction=AddRule::PATH>"Create rule"</button>
                    <a class="btn" href=paths::RULES>"Cancel"</a>
                </div>
            </form>
            {look_back(looked_back, &zone)}
        };
        Ok(page.under("New", paths::NEW_RULE).heading(kind.label).body(body))
    })
}

/// What the form of a new rule of this kind has to choose from.
pub(super) async fn choices(connection: &mut Connection, kind: &Spec) -> Result<Choose, AppError> {
    let objects = match kind.about {
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
    Ok(Choose { objects, channels, suggestion: None })
}

fn kinds() -> AnyView {
    let section = |about: About, title: &'static str| {
        let rows = ALL.iter().filter(|kind| kind.about == about).map(|kind| {
            view! {
                <li>
                    <a href=format!("{}?kind={}", paths::NEW_RULE, kind.word)>{kind.label}</a>
                    <small class="dim below">{kind.says}</small>
                </li>
            }
        });
        let rows = rows.collect_view();
        view! { <Card title><ul class="in kinds">{rows}</ul></Card> }
    };
    view! {
        <div class="narrow">
            {section(About::Endpoint, "About an endpoint")}
            {section(About::Destination, "About a destination")}
            {section(About::Server, "About this server")}
        </div>
    }
    .into_any()
}
