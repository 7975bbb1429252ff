//! The copies that were made.

use crate::{
    app::kit::when::When,
    model::{
        backup::{Backup, BackupState},
        time,
        visible::visible,
    },
};
use leptos::{either::Either, prelude::*};

/// The list, newest first.
#[component]
pub(crate) fn Copies(
    /// Each with whether its file is there, as far as it should be.
    copies: Vec<(Backup, bool)>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if copies.is_empty() {
        return Either::Left(view! {
            <div class="empty">
                <h2>"No backup yet"</h2>
                <p>"Back up now, or let backups be made regularly: below."</p>
            </div>
        });
    }
    let rows = copies.into_iter().map(|(copy, is_there)| view! { <Row copy is_there now/> }).collect_view();
    Either::Right(view! {
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Made"</th>
                    <th scope="col">"File"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="num">"Size"</th>
                    <th scope="col" class="num">"Rows"</th>
                    <th scope="col">"Took"</th>
                    <th scope="col">"Asked by"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}

#[component]
fn Row(copy: Backup, is_there: bool, now: i64) -> impl IntoView {
    let (class, word) = match (copy.state, is_there) {
        (BackupState::Running, _) => ("tag warn", "Being made"),
        (BackupState::Good, true) => ("tag ok", "Checked"),
        (BackupState::Good, false) => ("tag bad", "Missing or changed"),
        (BackupState::Failed, _) => ("tag bad", "Failed"),
        (BackupState::Removed, _) => ("tag idle", "Made room"),
    };
    let problem = copy.problem.as_deref().map(|text| view! { <small class="dim">" "{visible(text)}</small> });
    let dash = || "–".to_owned();
    let took = copy.ended_at.filter(|_| copy.bytes.is_some()).map(|at| time::duration(at - copy.started_at));
    view! {
        <tr>
            <th scope="row"><When at=copy.started_at now/></th>
            <td class="mono wrap" data-label="File">{visible(&copy.file)}</td>
            <td class="wrap" data-label="State"><span><span class=class>{word}</span>{problem}</span></td>
            <td class="num" data-label="Size">{copy.bytes.map_or_else(dash, time::size)}</td>
            <td class="num" data-label="Rows">{copy.row_count.map_or_else(dash, time::count)}</td>
            <td data-label="Took">{took.unwrap_or_else(dash)}</td>
            <td class="wrap" data-label="Asked by">{copy.actor.as_deref().map_or_else(|| "the plan".to_owned(), visible)}</td>
        </tr>
    }
}
