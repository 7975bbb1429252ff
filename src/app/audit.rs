//! Settings → Audit: who did what, for admins.

pub(crate) mod download;

use crate::{
    app::kit::prelude::*,
    db::audit::AuditCursor,
    model::{
        audit::{Action, AuditFilter, Entry},
        filter::query_string,
    },
};

/// Entries of a page.
const ROWS: usize = 100;

/// The page at `/settings/audit`.
#[component]
pub fn AuditPage() -> impl IntoView {
    page(Role::Admin, |state, _| async move {
        let (asked, now) = (Asked(query_pairs()), state.clock.now_ms());
        let (list, wrong) = match load(&state, &asked, now).await {
            Ok((entries, older)) => (list(&entries, older, &asked, now), None),
            // What cannot be read is said above the filter.
            Err(error) if error.field().is_some() => (list(&[], None, &asked, now), Some(error)),
            Err(error) => return Err(error),
        };
        let wrong = wrong.map(|error| {
            error.set_status();
            view! { <p class="flash bad" role="alert">{error.to_string()}</p> }
        });
        Ok(Page::new(Part::Settings, "Audit").tab(paths::AUDIT).body(view! {
            {wrong}
            <Filter asked/>
            {list}
        }))
    })
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

    /// A path with it as query string, and one more pair.
    fn path(&self, path: &str, more: Option<(&str, String)>) -> String {
        let parts = PARTS.iter().map(|part| (*part, self.get(part))).chain(more);
        paths::with_query(path, &query_string(parts.filter(|(_, value)| !value.trim().is_empty())))
    }
}

const PARTS: [&str; 4] = ["who", "action", "since", "until"];

/// The entries of this page, and where the next one begins, when there is one.
async fn load(state: &AppState, asked: &Asked, now: i64) -> Result<(Vec<Entry>, Option<i64>), AppError> {
    let texts = asked.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = AuditFilter::from_pairs(texts, now).map_err(|(field, sentence)| invalid(field, sentence))?;
    let before = AuditCursor::Before(asked.get("before").parse().unwrap_or(i64::MAX));
    let mut connection = state.db.read().await?;
    let mut entries = db::audit::page(&mut connection, &filter, before, ROWS as i64 + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let older = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok((entries, older))
}

#[component]
fn Filter(asked: Asked) -> impl IntoView {
    let mut actions = Action::ALL.map(|action| (action.as_str(), action.label()));
    actions.sort_unstable();
    let actions = actions.map(|(code, label)| (code, format!("{code}: {label}")));
    let actions = Choices::of(actions, asked.get("action"));
    let download = asked.path(paths::AUDIT_FILE, None);
    let clear = (!asked.is_empty()).then(|| view! { <a class="btn" href=paths::AUDIT>"Clear"</a> });
    view! {
        <form class="form fields" method="get" action=paths::AUDIT role="search">
            <Field name="who" label="Who" required=false value=asked.get("who")/>
            <Select name="action" label="What" choices=actions.or("Everything")/>
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

fn list(entries: &[Entry], older: Option<i64>, asked: &Asked, now: i64) -> AnyView {
    if entries.is_empty() {
        let empty = if asked.is_empty() {
            "No entries yet. This log lists logins, changes, refused access, downloads and API token activity."
        } else {
            "No entries match the filter."
        };
        return view! { <Say>{empty}</Say> }.into_any();
    }
    let table = Table::of(entries)
        .class("cards audit")
        .row("When", "dim", |entry| view! { <When at=entry.at now/> })
        .col("Who", "wrap", |entry| visible(&entry.actor))
        .col("What", "wrap", |entry| format!("{} {}", entry.label(), visible(&entry.object)))
        .col("Details", "wrap dim", |entry| visible(&entry.detail))
        .col("From", "mono dim", |entry| {
            entry.client.as_deref().map_or_else(|| "this machine".to_owned(), visible)
        });
    let pager = older.map(|id| {
        let href = asked.path(paths::AUDIT, Some(("before", id.to_string())));
        view! {
            <nav class="pager" aria-label="Pages">
                <a class="btn" rel="next" href=href>"Older →"</a>
            </nav>
        }
    });
    view! {
        {table.view()}
        {pager}
    }
    .into_any()
}
