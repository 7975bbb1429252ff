//! Settings → Backups: when copies of the database are made, and what became of each.

mod form;
pub(crate) mod functions;
mod list;
pub(crate) mod posted;

use crate::{
    app::{backups::functions::BackUpNow, kit::prelude::*},
    model::backup::{Backup, BackupPlan, BackupState},
};
use axum::http::{HeaderName, HeaderValue};
use form::PlanForm;
use leptos_axum::ResponseOptions;
use std::path::Path;

/// The page at `/settings/backups`. While a copy is made, browsers load it again, also without scripts.
#[component]
pub fn BackupsPage() -> impl IntoView {
    page(Role::Admin, |state, _| async move {
        let backups = Page::new(Part::Settings, "Backups").tab(paths::BACKUPS);
        let Some(allowed) = state.settings.backup_dir.as_deref() else {
            return Ok(backups.body(view! {
                <Empty title="No backup folder is set">
                    <p>"The operator chooses where the server may store backups. Start it with "<code>"--backup-dir /var/backups/hookpost"</code>" or "<code>"HOOKPOST_BACKUP_DIR"</code>". Until then, run "<code>"hookpost backup FILE"</code>" to back up the running server."</p>
                </Empty>
            }));
        };
        let now = state.clock.now_ms();
        let mut connection = state.db.read().await?;
        let plan = db::backups::plan(&mut connection).await?;
        let copies = db::backups::list(&mut connection, db::backups::LISTED).await?;
        let last_good = db::backups::last_good(&mut connection).await?.map(|(started_at, _)| started_at);
        drop(connection);
        let next_at = plan.next_at(copies.first());
        let is_due = next_at.is_some_and(|at| at <= now) || plan.asked.is_some();
        let running = copies.first().filter(|copy| copy.state == BackupState::Running).cloned();
        if (is_due || running.is_some())
            && let Some(response) = use_context::<ResponseOptions>()
        {
            response.insert_header(HeaderName::from_static("refresh"), HeaderValue::from_static("2"));
        }
        let copies: Vec<_> = copies.into_iter().map(|copy| (is_there(allowed, &copy), copy)).collect();
        let folder = allowed.display().to_string();
        Ok(backups.body(view! {
            <Summary plan=plan.clone() last_good next_at running now/>
            {list::list(&copies, now)}
            <PlanForm plan folder/>
        }))
    })
}

/// Whether the file of a copy is there in the size that it was made.
fn is_there(folder: &Path, copy: &Backup) -> bool {
    let size = db::disk::file_size(&folder.join(&copy.file));
    copy.state != BackupState::Good || size.and_then(|size| i64::try_from(size).ok()) == copy.bytes
}

#[component]
fn Summary(
    plan: BackupPlan,
    last_good: Option<i64>,
    next_at: Option<i64>,
    running: Option<Backup>,
    now: i64,
) -> impl IntoView {
    let next = match (running, plan.asked, next_at) {
        (Some(copy), ..) => view! { {tag("warn", "In progress")}" since "<When at=copy.started_at now/> }.into_any(),
        (None, Some((_, by)), _) => view! { <span>"now, requested by "{visible(&by)}</span> }.into_any(),
        (None, None, Some(at)) if at <= now => view! { <span>"now"</span> }.into_any(),
        (None, None, Some(at)) => {
            view! { <time datetime=time::rfc3339(at) title=time::full(at)>{format!("in {}", time::duration(at - now))}</time> }
                .into_any()
        }
        (None, None, None) => view! { {tag("idle", "Off")} }.into_any(),
    };
    let facts = Facts::nested()
        .fact("Last good backup", when_or(last_good, now, "none yet"))
        .fact("Next backup", next)
        .fact("Failed backups", time::count(plan.failures))
        .view();
    view! {
        <Card title="Regular backups">
            <div class="in">
                {facts}
                <PostButton to=BackUpNow::PATH label="Back up now"/>
                <p class="hint">"Backups don't contain the master key, so keep it in a separate place. To restore a backup, run "<code>"hookpost restore"</code>"."</p>
            </div>
        </Card>
    }
}
