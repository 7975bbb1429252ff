//! Settings → Backups: when copies of the database are made, and what became of each.

mod form;
pub(crate) mod functions;
mod list;

use crate::{
    app::{
        backups::functions::BackUpNow,
        kit::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
            when::When,
        },
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        backup::{Backup, BackupPlan, BackupState},
        error::AppError,
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use axum::http::{HeaderName, HeaderValue};
use form::PlanForm;
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_axum::ResponseOptions;
use list::Copies;
use std::path::Path;

/// The page at `/settings/backups`. While a copy is made, browsers load it again, also without scripts.
#[component]
pub fn BackupsPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok(loaded) => Either::Left(view! { <Backups loaded/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Loaded {
    user: User,
    plan: BackupPlan,
    /// Each with whether its file is there, as far as it should be.
    copies: Vec<(Backup, bool)>,
    /// Unix ms of the beginning of the last good one.
    last_good: Option<i64>,
    next_at: Option<i64>,
    /// The folder that the operator allows.
    allowed: Option<String>,
    now: i64,
}

async fn load() -> Result<Loaded, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let plan = db::backups::plan(&mut connection).await?;
    let copies = db::backups::list(&mut connection, db::backups::LISTED).await?;
    let last_good = db::backups::last_good(&mut connection).await?.map(|(started_at, _)| started_at);
    drop(connection);
    let allowed = state.settings.backup_dir.as_deref();
    let next_at = plan.next_at(copies.first()).filter(|_| allowed.is_some());
    let is_due = next_at.is_some_and(|at| at <= now) || plan.asked.is_some();
    let is_running = copies.first().is_some_and(|copy| copy.state == BackupState::Running);
    if allowed.is_some()
        && (is_due || is_running)
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.insert_header(HeaderName::from_static("refresh"), HeaderValue::from_static("2"));
    }
    let copies =
        copies.into_iter().map(|copy| (is_there(allowed, &copy), copy)).map(|(there, copy)| (copy, there));
    Ok(Loaded {
        user,
        plan,
        copies: copies.collect(),
        last_good,
        next_at,
        allowed: allowed.map(|folder| folder.display().to_string()),
        now,
    })
}

/// Whether the file of a copy is there in the size that it was made.
fn is_there(allowed: Option<&Path>, copy: &Backup) -> bool {
    let size = allowed.and_then(|folder| crate::db::disk::file_size(&folder.join(&copy.file)));
    copy.state != BackupState::Good || size.and_then(|size| i64::try_from(size).ok()) == copy.bytes
}

#[component]
fn Backups(loaded: Loaded) -> impl IntoView {
    let Loaded { user, plan, copies, last_good, next_at, allowed, now } = loaded;
    let content = match allowed {
        None => Either::Left(view! {
            <div class="empty">
                <h2>"No folder for backups is set"</h2>
                <p>"The operator says below which folder the server may write copies of its database: start it with "<code>"--backup-dir /var/backups/hookpost"</code>" or "<code>"HOOKPOST_BACKUP_DIR"</code>". Until then, "<code>"hookpost backup FILE"</code>" makes one beside the running server."</p>
            </div>
        }),
        Some(folder) => Either::Right(view! {
            <Summary plan=plan.clone() last_good next_at running=copies.first().map(|(copy, _)| copy.clone()) now/>
            <Copies copies now/>
            <PlanForm plan folder/>
        }),
    };
    view! {
        <Layout title="Backups" part=Part::Settings user>
            <div class="top"><h1>"Backups"</h1></div>
            <SettingsNav current=SettingsTab::Backups/>
            {content}
        </Layout>
    }
}

#[component]
fn Summary(
    plan: BackupPlan,
    last_good: Option<i64>,
    next_at: Option<i64>,
    running: Option<Backup>,
    now: i64,
) -> impl IntoView {
    let running = running.filter(|copy| copy.state == BackupState::Running);
    let last = match last_good {
        Some(at) => view! { <When at now/> }.into_any(),
        None => view! { <span class="dim">"none yet"</span> }.into_any(),
    };
    let next = match (running, plan.asked, next_at) {
        (Some(copy), ..) => view! { <span class="tag warn">"Being made"</span>" since "<When at=copy.started_at now/> }.into_any(),
        (None, Some((_, by)), _) => view! { <span>"now, for "{visible(&by)}</span> }.into_any(),
        (None, None, Some(at)) if at <= now => view! { <span>"now"</span> }.into_any(),
        (None, None, Some(at)) => {
            view! { <time datetime=time::rfc3339(at) title=time::full(at)>{format!("in {}", time::duration(at - now))}</time> }
                .into_any()
        }
        (None, None, None) => view! { <span class="tag idle">"Off"</span> }.into_any(),
    };
    view! {
        <section class="card">
            <h2>"Regular backups"</h2>
            <div class="in">
                <dl class="facts">
                    <dt>"Last good one"</dt><dd>{last}</dd>
                    <dt>"Next one"</dt><dd>{next}</dd>
                    <dt>"Failed so far"</dt><dd>{time::count(plan.failures)}</dd>
                </dl>
                <form class="inline" method="post" action=BackUpNow::PATH>
                    <button class="btn">"Back up now"</button>
                </form>
                <p class="hint">"The master key is in no copy: keep it elsewhere. A copy becomes a database again with "<code>"hookpost restore"</code>"."</p>
            </div>
        </section>
    }
}
