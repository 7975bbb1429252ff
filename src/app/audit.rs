//! Settings → Audit: who did what, for admins.

pub(crate) mod download;

use crate::{
    app::{
        kit::{
            form::Field,
            problem::Problem,
            query::query_pairs,
            settings_nav::{SettingsNav, SettingsTab},
            when::When,
        },
        shell::layout::{Layout, Part},
    },
    auth,
    db::{self, audit::AuditCursor},
    model::{
        audit::{Action, AuditFilter, Entry},
        error::{AppError, invalid},
        filter::percent_encode,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// Entries of a page.
const ROWS: usize = 100;

/// The page at `/settings/audit`.
#[component]
pub fn AuditPage() -> impl IntoView {
    let pairs = query_pairs();
    Suspend::new(async move {
        match load(pairs).await {
            Ok(log) => Either::Left(view! { <Audit log/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct Log {
    user: User,
    entries: Vec<Entry>,
    /// What was asked for, as typed.
    asked: Asked,
    /// Where the next page begins, when there is one.
    older: Option<i64>,
    /// What is wrong with what was typed.
    wrong: Option<AppError>,
    now: i64,
}

/// The filter as it stands in the URL.
#[derive(Clone, Default)]
struct Asked(Vec<(String, String)>);

impl Asked {
    fn get(&self, name: &str) -> String {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        PARTS.iter().all(|part| self.get(part).trim().is_empty())
    }

    /// Its query string, from `?` on, with one more pair.
    fn to_query(&self, more: Option<(&str, String)>) -> String {
        let parts = PARTS.iter().map(|part| (*part, self.get(part))).chain(more);
        let pairs: Vec<String> = parts
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", percent_encode(&value)))
            .collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

const PARTS: [&str; 4] = ["who", "action", "since", "until"];

async fn load(pairs: Vec<(String, String)>) -> Result<Log, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let (asked, now) = (Asked(pairs), state.clock.now_ms());
    let texts = asked.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = match AuditFilter::from_pairs(texts, now) {
        Ok(filter) => filter,
        Err((field, sentence)) => {
            let wrong = Some(invalid(field, sentence));
            return Ok(Log { user, entries: Vec::new(), asked, older: None, wrong, now });
        }
    };
    let before = AuditCursor::Before(asked.get("before").parse().unwrap_or(i64::MAX));
    let mut connection = state.db.read().await?;
    let mut entries = db::audit::page(&mut connection, &filter, before, ROWS as i64 + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let older = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok(Log { user, entries, asked, older, wrong: None, now })
}

#[component]
fn Filter(asked: Asked) -> impl IntoView {
    let chosen = asked.get("action");
    let mut actions = Action::ALL.map(|action| (action.as_str(), action.label()));
    actions.sort_unstable();
    let actions = actions
        .map(|(code, label)| view! { <option value=code selected=code == chosen>{format!("{code}: {label}")}</option> })
        .collect_view();
    let download = format!("/settings/audit.jsonl{}", asked.to_query(None));
    let clear = (!asked.is_empty()).then(|| view! { <a class="btn" href="/settings/audit">"Clear"</a> });
    view! {
        <form class="form fields" method="get" action="/settings/audit" role="search">
            <Field name="who" label="Who" required=false value=asked.get("who")/>
            <div class="field">
                <label for="action">"What"</label>
                <select id="action" name="action"><option value="">"Everything"</option>{actions}</select>
            </div>
            <Field name="since" label="Since" hint="24h, 7d or a time" required=false value=asked.get("since")/>
            <Field name="until" label="Until" required=false value=asked.get("until")/>
            <div class="actions">
                <button class="btn">"Filter"</button>
                {clear}
                <a class="btn" href=download download="hookpost-audit.jsonl" rel="external">"Download as JSONL"</a>
            </div>
        </form>
    }
}

#[component]
fn Audit(log: Log) -> impl IntoView {
    let Log { user, entries, asked, older, wrong, now } = log;
    let is_narrowed = !asked.is_empty();
    let wrong = wrong.map(|error| {
        error.set_status();
        view! { <p class="flash bad" role="alert">{error.to_string()}</p> }
    });
    let older =
        older.map(|id| format!("/settings/audit{}", asked.to_query(Some(("before", id.to_string())))));
    let list = if entries.is_empty() {
        let empty = if is_narrowed {
            "Nothing in the log fits this filter."
        } else {
            "Nothing was done yet. Logins, changes of anything, refused access, downloads and what API tokens do are listed here."
        };
        Either::Left(view! { <p class="empty">{empty}</p> })
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
    let pager = older.map(|href| {
        view! {
            <nav class="pager" aria-label="Pages">
                <a class="btn" rel="next" href=href>"Older →"</a>
            </nav>
        }
    });
    view! {
        <Layout title="Audit" part=Part::Settings user>
            <div class="top"><h1>"Audit"</h1></div>
            <SettingsNav current=SettingsTab::Audit/>
            {wrong}
            <Filter asked/>
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
