//! What stands around the content of a page.

use crate::{
    app::{
        kit::{escaped_text::escape, form::FlashMessage, paths},
        login::logout::LogoutButton,
        shell::server_state::ServerState,
    },
    model::user::User,
    state::AppState,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The parts of the UI, as the navigation lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// How things stand.
    Overview,
    /// The deliveries.
    Events,
    /// Where events are forwarded to.
    Destinations,
    /// Incidents, the rules that open them, the channels that tell of them.
    Alerts,
    /// Verify, send, event types.
    Tools,
    /// Endpoints, team, audit, account.
    Settings,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::Overview, Self::Events, Self::Destinations, Self::Alerts, Self::Tools, Self::Settings];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Events => "Events",
            Self::Destinations => "Destinations",
            Self::Alerts => "Alerts",
            Self::Tools => "Tools",
            Self::Settings => "Settings",
        }
    }

    /// Its first page.
    fn path(self) -> &'static str {
        match self {
            Self::Overview => paths::OVERVIEW,
            Self::Events => paths::EVENTS,
            Self::Destinations => paths::DESTINATIONS,
            Self::Alerts => paths::INCIDENTS,
            Self::Tools => paths::VERIFY,
            Self::Settings => paths::ENDPOINTS,
        }
    }
}

/// A page for a logged-in user.
#[component]
pub fn Layout(
    /// For the window's title.
    #[prop(into)]
    title: String,
    /// The part it belongs to.
    part: Part,
    /// Who looks at it.
    user: User,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=window_title(&title)/>
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="app">
            <nav class="nav" aria-label="Main">
                <a class="brand" href="/">"Hookpost"</a>
                {Part::ALL
                    .map(|this| {
                        let current = (this == part).then_some("page");
                        let badge = (this == Part::Alerts).then(|| view! { <OpenIncidents/> });
                        view! { <a href=this.path() aria-current=current>{this.label()} {badge}</a> }
                    })
                    .collect_view()}
                <div class="foot">
                    <a href=paths::ACCOUNT>{user.email.clone()}</a>
                    <span class="dim">{user.role.as_str()}</span>
                    <LogoutButton/>
                </div>
            </nav>
            <main id="main" tabindex="-1">
                <ServerState user/>
                <FlashMessage/>
                {children()}
            </main>
        </div>
    }
}

/// The window's title. Hostile in part (names of endpoints, types of events), and `leptos_meta` does not escape it.
fn window_title(title: &str) -> String {
    format!("{} · Hookpost", escape(title))
}

/// How many incidents are open; nothing when none is.
#[component]
fn OpenIncidents() -> impl IntoView {
    let open = use_context::<AppState>().map(|state| state.alerts.open.now()).unwrap_or_default();
    (open.count > 0).then(|| {
        let said = match open.unacknowledged {
            0 => "open, all acknowledged".to_owned(),
            some => format!("open, {some} not acknowledged"),
        };
        let class = if open.unacknowledged > 0 { "count" } else { "count seen" };
        let unseen = format!(" {said}");
        view! { <span class=class title=said>{open.count}<span class="visually-hidden">{unseen}</span></span> }
    })
}

/// A page for someone who is not logged in: one card in the middle.
#[component]
pub fn Bare(
    /// For the window's title and the heading.
    #[prop(into)]
    title: String,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=window_title(&title)/>
        <main id="main" class="bare">
            <div class="brand">"Hookpost"</div>
            <section class="card">
                <h1>{title}</h1>
                <div class="in">
                    <FlashMessage/>
                    {children()}
                </div>
            </section>
        </main>
    }
}
