//! What people do about incidents.

use super::evaluate::tell;
use crate::{
    db::{DbError, incidents},
    model::{
        audit::Actor,
        error::{AppError, conflict, invalid, not_found},
        ids::IncidentId,
        incident::{EntryKind, Incident},
        notice::NoticeKind,
        time,
    },
    state::AppState,
};

/// Characters of a note.
const LONGEST_NOTE: usize = 2_000;

/// One incident.
pub async fn find(state: &AppState, id: IncidentId) -> Result<Incident, AppError> {
    incidents::by_id(&mut *state.db.read().await?, id).await?.ok_or_else(|| not_found("incident"))
}

fn check_note(note: &str) -> Result<String, AppError> {
    let note = note.trim().replace("\r\n", "\n");
    if note.chars().count() > LONGEST_NOTE {
        return Err(invalid("note", format!("note: give at most {LONGEST_NOTE} characters")));
    }
    Ok(note)
}

/// Says that somebody looks after an open incident: no more reminders are sent.
///
/// # Errors
/// There is no such incident, it is over, or somebody was first.
pub async fn acknowledge(state: &AppState, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    let (name, at) = (by.name.clone(), by.at);
    let done = state
        .db
        .write(move |c| {
            Box::pin(async move {
                let done = incidents::acknowledge(c, id, &name, at).await?;
                if done {
                    incidents::note(c, id, at, EntryKind::Acknowledged, Some(&name), &note).await?;
                }
                Ok(done)
            })
        })
        .await?;
    state.board.refresh(&state.db).await?;
    if done {
        return Ok(());
    }
    let incident = find(state, id).await?;
    Err(conflict(
        "incident",
        match incident.acknowledged {
            Some((_, who)) if incident.ended_at.is_none() => {
                format!("incident: {who} has acknowledged it already")
            }
            _ => "incident: it is over; add a note instead".to_owned(),
        },
    ))
}

/// Closes an incident for good. When it was open, channels are told; its rule may open another after its cooldown.
///
/// # Errors
/// There is no such incident, or it is closed already.
pub async fn resolve(state: &AppState, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    let incident = find(state, id).await?;
    let (name, at, base_url) = (by.name.clone(), by.at, state.base_url.clone());
    let done = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // Read in the same transaction: it may have recovered a moment ago, and that was told.
                let was_open = incidents::by_id(c, id).await?.is_some_and(|one| one.ended_at.is_none());
                if !incidents::resolve(c, id, &name, at).await? {
                    return Ok(false);
                }
                incidents::note(c, id, at, EntryKind::Resolved, Some(&name), &note).await?;
                if was_open {
                    let took = time::duration((at - incident.opened_at).max(0));
                    let said = if note.is_empty() { String::new() } else { format!(" {note}") };
                    let text = format!("{name} closed it after {took}.{said}");
                    tell(c, &incident, NoticeKind::Resolved, &text, &base_url, at).await?;
                }
                Ok::<_, DbError>(true)
            })
        })
        .await?;
    state.wake.notices.notify_one();
    state.board.refresh(&state.db).await?;
    if done { Ok(()) } else { Err(conflict("incident", "incident: it is closed already")) }
}

/// Writes something down about an incident.
///
/// # Errors
/// There is no such incident, or the note is empty or too long.
pub async fn note(state: &AppState, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    if note.is_empty() {
        return Err(invalid("note", "note: write something down"));
    }
    find(state, id).await?;
    let (name, at) = (by.name.clone(), by.at);
    state
        .db
        .write(move |c| {
            Box::pin(async move { incidents::note(c, id, at, EntryKind::Note, Some(&name), &note).await })
        })
        .await?;
    Ok(())
}
