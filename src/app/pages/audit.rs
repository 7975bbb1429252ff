//! Settings → Audit: who changed what, for admins.

use crate::{
    app::{
        components::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
            visible::visible,
            when::When,
        },
        layout::{Layout, Part},
        query::query_value,
    },
    auth, db,
    error::AppError,
    model::{
        audit::Entry,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// Entries of a page.
const ROWS: usize = 100;

/// The page at `/settings/audit`.
#[component]
pub fn AuditPage() -> impl IntoView {
    let before = query_value("before").and_then(|text| text.parse().ok());
    Suspend::new(async move {
        match load(before).await {
            Ok(log) => Either::Left(view! { <Audit log/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Log {
    user: User,
    entries: Vec<Entry>,
    /// Where the next page begins, when there is one.
    older: Option<i64>,
    now: i64,
}

async fn load(before: Option<i64>) -> Result<Log, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let mut entries = db::audit::page(&mut connection, before, ROWS as i64 + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let older = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok(Log { user, entries, older, now: state.clock.now_ms() })
}

#[component]
fn Audit(log: Log) -> impl IntoView {
    let Log { user, entries, older, now } = log;
    let list = if entries.is_empty() {
        Either::Left(view! {
            <p class="empty">"Nothing was changed yet. Changes of endpoints, secrets, users and roles, and re-verifications, are listed here."</p>
        })
    } else {
        let rows = entries.into_iter().map(|entry| view! { <Row entry now/> }).collect_view();
        Either::Right(view! {
            <table class="cards audit">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Details"</th>
                        <th scope="col">"From"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    let pager = older.map(|id| {
        view! {
            <nav class="pager" aria-label="Pages">
                <a class="btn" rel="next" href=format!("/settings/audit?before={id}")>"Older →"</a>
            </nav>
        }
    });
    view! {
        <Layout title="Audit" part=Part::Settings user>
            <div class="top"><h1>"Audit"</h1></div>
            <SettingsNav current=SettingsTab::Audit/>
            {list}
            {pager}
        </Layout>
    }
}

#[component]
fn Row(entry: Entry, now: i64) -> impl IntoView {
    let what = format!("{} {}", entry.label(), visible(&entry.object));
    view! {
        <tr>
            <th scope="row" class="dim"><When at=entry.at now/></th>
            <td class="wrap" data-label="Who">{visible(&entry.actor)}</td>
            <td class="wrap" data-label="What">{what}</td>
            <td class="wrap dim" data-label="Details">{visible(&entry.detail)}</td>
            <td class="mono dim" data-label="From">{entry.client.map_or_else(|| "this machine".to_owned(), |c| visible(&c))}</td>
        </tr>
    }
}
