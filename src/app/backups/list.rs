//! The copies that were made.

use crate::{
    app::kit::prelude::*,
    model::backup::{Backup, BackupState},
};

/// The list, newest first, each with whether its file is there, as far as it should be.
pub(super) fn list(copies: &[(bool, Backup)], now: i64) -> AnyView {
    if copies.is_empty() {
        return view! {
            <Empty title="No backup yet">
                <p>"Back up now, or turn on regular backups below."</p>
            </Empty>
        }
        .into_any();
    }
    let dash = || "–".to_owned();
    Table::of(copies)
        .row("Made", "", |(_, copy)| view! { <When at=copy.started_at now/> })
        .col("File", "mono wrap", |(_, copy)| visible(&copy.file))
        .col("State", "wrap", |(is_there, copy)| state(*is_there, copy))
        .num("Size", |(_, copy)| copy.bytes.map_or_else(dash, time::size))
        .num("Rows", |(_, copy)| copy.row_count.map_or_else(dash, time::count))
        .col("Took", "", |(_, copy)| {
            let ended = copy.ended_at.filter(|_| copy.bytes.is_some());
            ended.map_or_else(dash, |at| time::duration(at - copy.started_at))
        })
        .col("Started by", "wrap", |(_, copy)| {
            copy.actor.as_deref().map_or_else(|| "schedule".to_owned(), visible)
        })
        .view()
}

fn state(is_there: bool, copy: &Backup) -> impl IntoView + use<> {
    let tag = match (copy.state, is_there) {
        (BackupState::Running, _) => tag("warn", "In progress"),
        (BackupState::Good, true) => tag("ok", "Checked"),
        (BackupState::Good, false) => tag("bad", "Missing or changed"),
        (BackupState::Failed, _) => tag("bad", "Failed"),
        (BackupState::Removed, _) => tag("idle", "Rotated out"),
    };
    let problem = copy.problem.as_deref().map(|text| view! { <small class="dim">" "{visible(text)}</small> });
    view! { <span>{tag}{problem}</span> }
}
