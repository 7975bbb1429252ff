//! What became of a replay of many, by destination.

use crate::{app::kit::prelude::*, db::forwards::Progress};

/// How far what was queued is taken back.
pub(super) fn stopping(progress: &[Progress]) -> impl IntoView + use<> {
    let sum = |part: fn(&Progress) -> i64| progress.iter().map(part).sum::<i64>();
    let (taken_back, left) = (sum(|one| one.skipped), sum(|one| one.queued));
    view! {
        <div role="status">
            <progress
                aria-label="Withdrawn"
                max=(taken_back + left).max(1).to_string()
                value=taken_back.to_string()
            ></progress>
            <p class="dim">{format!(
                "Stopping: {taken_back} replays not attempted yet were withdrawn, {left} remain. None of them will be sent.",
            )}</p>
        </div>
    }
}

pub(super) fn by_destination(progress: &[Progress]) -> AnyView {
    Table::of(progress)
        .row("Destination", "wrap name", |one| visible(&one.destination))
        .num("Delivered", |one| one.delivered)
        .num("Queued", |one| one.queued)
        .num("Retrying", |one| one.retrying)
        .num("Dead", |one| one.dead)
        .num("Not sent", |one| one.skipped)
        .view()
}
