//! Entries of the audit log that anyone can cause, again and again: failed logins, refused access, what programs do all day.
//! Of each kind a few per actor and hour have an entry of their own; the rest of the hour is one entry with their number.
//! So nobody fills the table, and nothing happens without a trace.

use crate::{
    auth::Auth,
    db::{Db, audit},
    model::{
        audit::{Action, NewEntry},
        time::{self, HOUR_MS},
    },
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const FLUSH_EVERY: Duration = Duration::from_secs(60);
/// More actors than these in an hour share one count. Users and tokens are far fewer.
const MOST: usize = 10_000;

type Key = (String, &'static str);

#[derive(Debug)]
struct Window {
    /// Which hour since 1970.
    hour: i64,
    /// Entries of their own in it.
    written: u32,
    /// Those that had none.
    held_back: u64,
    /// The last of them, as the entry that counts them looks.
    last: Option<NewEntry>,
}

impl Window {
    /// The entry that stands for those that had none.
    fn rest(&mut self) -> Option<NewEntry> {
        let count = std::mem::take(&mut self.held_back);
        let mut entry = self.last.take()?;
        let (from, until) = (self.hour * HOUR_MS, (self.hour + 1) * HOUR_MS);
        let times = if count == 1 { "time" } else { "times" };
        let last =
            if entry.detail.is_empty() { String::new() } else { format!("; the last: {}", entry.detail) };
        entry.detail =
            format!("{count} more {times} from {} to {}{last}", time::rfc3339(from), time::rfc3339(until));
        Some(entry)
    }
}

/// What was noted in the present hour.
#[derive(Debug, Default)]
pub struct Notes(Mutex<HashMap<Key, Window>>);

impl Notes {
    /// Decides about an entry: what is to be written now, and whether it is among that. `who` tells apart whose hour it
    /// counts for.
    fn admit(&self, who: &str, entry: NewEntry, most: u32) -> (Vec<NewEntry>, bool) {
        let mut windows = self.windows();
        let action = entry.action.as_str();
        let mut key = (who.to_owned(), action);
        if windows.len() >= MOST && !windows.contains_key(&key) {
            key = (String::new(), action);
        }
        let hour = entry.by.at.div_euclid(HOUR_MS);
        let window = windows.entry(key).or_insert(Window { hour, written: 0, held_back: 0, last: None });
        let mut due = Vec::new();
        if window.hour != hour {
            due.extend(window.rest());
            (window.hour, window.written) = (hour, 0);
        }
        let admitted = window.written < most;
        if admitted {
            window.written += 1;
            due.push(entry);
        } else {
            window.held_back += 1;
            window.last = Some(entry);
        }
        (due, admitted)
    }

    /// Writes an entry down, or counts it when there were many of its kind for `who` in this hour already. The audit log is
    /// not what such a request was about: should it fail, the log of the process has it.
    /// Says whether it has an entry of its own.
    pub async fn note(&self, db: &Db, who: &str, entry: NewEntry) -> bool {
        let most = most_of(entry.action);
        let (due, admitted) = self.admit(who, entry, most);
        write(db, due).await;
        admitted
    }

    /// The entries that count what hours before that of `now` (unix ms) held back. Forgets those hours.
    fn take_past(&self, now: i64) -> Vec<NewEntry> {
        let hour = now.div_euclid(HOUR_MS);
        let mut windows = self.windows();
        let due =
            windows.values_mut().filter(|window| window.hour != hour).filter_map(Window::rest).collect();
        windows.retain(|_, window| window.hour == hour);
        due
    }

    fn take_all(&self) -> Vec<NewEntry> {
        self.windows().values_mut().filter_map(Window::rest).collect()
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<Key, Window>> {
        // A panic leaves counts as good as they were.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records what hours held back, once they are over. Never ends.
pub async fn flush_regularly(auth: Auth) {
    let mut tick = tokio::time::interval(FLUSH_EVERY);
    loop {
        tick.tick().await;
        write(&auth.db, auth.notes.take_past(auth.clock.now_ms())).await;
    }
}

/// Records what is still held back: the process ends.
pub async fn flush(auth: &Auth) {
    write(&auth.db, auth.notes.take_all()).await;
}

async fn write(db: &Db, entries: Vec<NewEntry>) {
    if entries.is_empty() {
        return;
    }
    let count = entries.len();
    let written = async {
        let mut tx = db.begin().await?;
        for entry in &entries {
            audit::insert(&mut tx, entry).await?;
        }
        tx.commit().await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, count, "{count} audit log entries could not be stored: {error}");
    }
}

/// Entries per actor and hour.
fn most_of(action: Action) -> u32 {
    match action {
        Action::LoginFailed | Action::AccessRefused => 10,
        Action::BodyDownloaded => 100,
        _ => 20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::Actor;

    fn entry(at: i64, detail: &str) -> NewEntry {
        let by = Actor { user: None, name: "x".into(), client: None, at };
        by.entry(Action::LoginFailed, "", "ada@example.com", detail)
    }

    fn details(entries: &[NewEntry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.detail.as_str()).collect()
    }

    #[test]
    fn a_few_an_hour_have_an_entry_and_the_rest_one_together() {
        let notes = Notes::default();
        let written: usize = (0..50).map(|n| notes.admit("ada", entry(n, "wrong"), 3).0.len()).sum();
        assert_eq!(written, 3);
        assert_eq!(notes.admit("bo", entry(1, "wrong"), 3).0.len(), 1, "another account has its own");
        assert!(notes.take_past(HOUR_MS - 1).is_empty(), "the hour is not over");
        let rest = notes.take_past(HOUR_MS);
        assert_eq!(
            details(&rest),
            ["47 more times from 1970-01-01T00:00:00.000Z to 1970-01-01T01:00:00.000Z; the last: wrong"]
        );
        assert!(notes.take_past(HOUR_MS).is_empty() && notes.windows().is_empty(), "told once");
    }

    #[test]
    fn the_next_hour_tells_of_the_one_before_first() {
        let notes = Notes::default();
        for n in 0..5 {
            notes.admit("ada", entry(n, "old"), 3);
        }
        let (due, _) = notes.admit("ada", entry(HOUR_MS + 5, "new"), 3);
        assert_eq!(due.len(), 2);
        assert!(due[0].detail.starts_with("2 more times") && due[1].detail == "new");
    }

    #[test]
    fn strangers_fill_neither_the_table_nor_the_memory() {
        let notes = Notes::default();
        let written: usize =
            (0..3 * MOST as i64).map(|n| notes.admit(&n.to_string(), entry(0, ""), 1).0.len()).sum();
        assert_eq!(notes.windows().len(), MOST + 1);
        assert_eq!(written, MOST + 1);
    }
}
