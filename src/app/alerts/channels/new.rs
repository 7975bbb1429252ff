//! Alerts → Channels → New: first its kind, then its fields.

use crate::{
    app::{
        alerts::{
            channels::{
                form::{Fields, about},
                functions::AddChannel,
                posted::ChannelForm,
            },
            nav::{AlertsNav, AlertsTab},
        },
        kit::{problem::Problem, query::query_value},
        shell::layout::{Layout, Part},
    },
    auth,
    model::{
        channel::ChannelKind,
        error::AppError,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/alerts/channels/new`. `?kind=` chooses the form.
#[component]
pub fn NewChannelPage() -> impl IntoView {
    let kind = query_value("kind").and_then(|word| word.parse::<ChannelKind>().ok());
    Suspend::new(async move {
        match load().await {
            Ok((user, allowed)) => Either::Left(view! { <New user kind allowed/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load() -> Result<(User, Vec<String>), AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    Ok((user, state.settings.allow_outbound.iter().map(ToString::to_string).collect()))
}

#[component]
fn New(user: User, kind: Option<ChannelKind>, allowed: Vec<String>) -> impl IntoView {
    let content = match kind {
        Some(kind) => Either::Left(view! { <Form kind allowed/> }),
        None => Either::Right(view! { <Kinds/> }),
    };
    view! {
        <Layout title="New channel" part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/channels">"Channels"</a>" / "</span>"New"</h1>
            </div>
            <AlertsNav current=AlertsTab::Channels/>
            {content}
        </Layout>
    }
}

#[component]
fn Kinds() -> impl IntoView {
    let kinds = ChannelKind::ALL
        .map(|kind| {
            view! {
                <section class="card">
                    <h2><a href=format!("/alerts/channels/new?kind={kind}")>{kind.label()}</a></h2>
                    <p class="in dim">{about(kind)}</p>
                </section>
            }
        })
        .collect_view();
    view! {
        <p>"Where shall the news go?"</p>
        <div class="fields">{kinds}</div>
    }
}

#[component]
fn Form(kind: ChannelKind, allowed: Vec<String>) -> impl IntoView {
    view! {
        <form class="form" method="post" action=AddChannel::PATH>
            <input type="hidden" name="kind" value=kind.as_str()/>
            <Fields kind values=ChannelForm::usual() allowed is_new=true/>
            <div class="actions">
                <button class="btn primary">"Create channel"</button>
                <a class="btn" href="/alerts/channels/new">"Another kind"</a>
            </div>
        </form>
    }
}
