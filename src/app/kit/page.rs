//! The frame of a page: who may see it, its title, its heading and its tabs; or why it cannot be shown.

use crate::{
    app::{
        kit::{paths, problem::Failed},
        shell::layout::{Layout, Part},
    },
    auth,
    model::{
        error::{AppError, not_found},
        user::{Role, User},
    },
    state::AppState,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::str::FromStr;

/// A page for those who have at least this role. What `content` returns stands inside the navigation.
pub(crate) fn page<F, Fut>(needed: Role, content: F) -> impl IntoView
where
    F: FnOnce(AppState, User) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page, AppError>> + Send + 'static,
{
    // Boxed: the compiler then reads each page by itself.
    let answer: std::pin::Pin<Box<dyn Future<Output = AnyView> + Send>> = Box::pin(async move {
        match framed(needed, content).await {
            Ok(view) => view,
            Err(error) => view! { <Failed error/> }.into_any(),
        }
    });
    Suspend::new(answer)
}

/// The same for a page whose URL names the thing that it is about (`:id`). The role is looked at before the id is.
pub(crate) fn page_of<Id, F, Fut>(needed: Role, what: &'static str, content: F) -> impl IntoView
where
    Id: FromStr + Send + 'static,
    F: FnOnce(AppState, User, Id) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page, AppError>> + Send + 'static,
{
    let id = use_params_map().with_untracked(|params| params.get("id"));
    page(needed, move |state, user| async move {
        let id = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found(what))?;
        content(state, user, id).await
    })
}

async fn framed<F, Fut>(needed: Role, content: F) -> Result<AnyView, AppError>
where
    F: FnOnce(AppState, User) -> Fut,
    Fut: Future<Output = Result<Page, AppError>>,
{
    let user = auth::require(needed).await?;
    let page = content(expect_context::<AppState>(), user.clone()).await?;
    Ok(page.view(user))
}

/// What a page shows, and what is said of it.
pub(crate) struct Page {
    part: Part,
    title: String,
    heading: Option<AnyView>,
    /// What it stands under: word and path.
    crumbs: Vec<(String, String)>,
    /// Beside the heading.
    beside: Option<AnyView>,
    /// At the end of the heading's line.
    end: Option<AnyView>,
    has_top: bool,
    /// The path of the tab in sight.
    tab: Option<&'static str>,
    body: Option<AnyView>,
}

impl Page {
    /// The title is the window's, and the heading unless that is given too.
    pub(crate) fn new(part: Part, title: impl Into<String>) -> Self {
        Self {
            part,
            title: title.into(),
            heading: None,
            crumbs: Vec::new(),
            beside: None,
            end: None,
            has_top: true,
            tab: None,
            body: None,
        }
    }

    pub(crate) fn heading(self, heading: impl IntoView + 'static) -> Self {
        Self { heading: Some(heading.into_any()), ..self }
    }

    /// Stands under this page; called from the outermost on.
    pub(crate) fn under(mut self, word: impl Into<String>, path: impl Into<String>) -> Self {
        self.crumbs.push((word.into(), path.into()));
        self
    }

    /// Beside the heading: how the thing stands.
    pub(crate) fn beside(self, view: impl IntoView + 'static) -> Self {
        Self { beside: Some(view.into_any()), ..self }
    }

    /// At the end of the heading's line: what can be done.
    pub(crate) fn end(self, view: impl IntoView + 'static) -> Self {
        Self { end: Some(view.into_any()), ..self }
    }

    /// The heading is part of the body.
    pub(crate) fn without_top(self) -> Self {
        Self { has_top: false, ..self }
    }

    /// Shows the tabs of its part, with the one of this path marked.
    pub(crate) fn tab(self, path: &'static str) -> Self {
        Self { tab: Some(path), ..self }
    }

    pub(crate) fn body(self, view: impl IntoView + 'static) -> Self {
        Self { body: Some(view.into_any()), ..self }
    }

    fn view(self, user: User) -> AnyView {
        let Self { part, title, heading, crumbs, beside, end, has_top, tab, body } = self;
        let heading = heading.unwrap_or_else(|| title.clone().into_any());
        let crumbs = (!crumbs.is_empty()).then(|| {
            let links: Vec<_> =
                crumbs.into_iter().map(|(word, path)| view! { <a href=path>{word}</a>" / " }).collect();
            view! { <span class="crumb">{links}</span> }
        });
        let top = has_top.then(|| {
            view! {
                <div class="top">
                    <h1>{crumbs}{heading}</h1>
                    {beside}
                    {end.map(|end| view! { <div class="end">{end}</div> })}
                </div>
            }
        });
        let tabs = tab.map(|path| tabs(part, path));
        view! {
            <Layout title part user>
                {top}
                {tabs}
                {body}
            </Layout>
        }
        .into_any()
    }
}

/// The tabs within a part of the UI, with the one in sight marked.
fn tabs(part: Part, current: &'static str) -> impl IntoView {
    let links: Vec<_> = tabs_of(part)
        .iter()
        .map(|(word, path)| view! { <a href=*path aria-current=(*path == current).then_some("page")>{*word}</a> })
        .collect();
    view! { <nav class="tabs" aria-label=part.label()>{links}</nav> }
}

/// Word and path of each.
fn tabs_of(part: Part) -> &'static [(&'static str, &'static str)] {
    match part {
        Part::Settings => &[
            ("Endpoints", paths::ENDPOINTS),
            ("Team", paths::TEAM),
            ("Tokens", paths::TOKENS),
            ("Backups", paths::BACKUPS),
            ("Audit", paths::AUDIT),
            ("Account", paths::ACCOUNT),
        ],
        Part::Tools => {
            &[("Verify", paths::VERIFY), ("Send", paths::SEND), ("Event types", paths::EVENT_TYPES)]
        }
        Part::Alerts => {
            &[("Incidents", paths::INCIDENTS), ("Rules", paths::RULES), ("Channels", paths::CHANNELS)]
        }
        Part::Overview | Part::Events | Part::Destinations => &[],
    }
}
