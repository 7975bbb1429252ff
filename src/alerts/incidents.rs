//! What people do about incidents.

use super::{Alerts, evaluate::tell};
use crate::{
    db::incidents,
    model::{
        audit::Actor,
        error::{AppError, conflict, invalid, not_found},
        ids::IncidentId,
        incident::{EntryKind, Incident},
        notice::NoticeKind,
        time,
    },
};

/// Characters of a note.
const LONGEST_NOTE: usize = 2_000;

/// One incident.
///
/// # Errors
/// There is no such incident.
pub async fn find(alerts: &Alerts, id: IncidentId) -> Result<Incident, AppError> {
    incidents::by_id(&mut alerts.db.read().await?, id).await?.ok_or_else(|| not_found("incident"))
}

fn check_note(note: &str) -> Result<String, AppError> {
    let note = note.trim().replace("\r\n", "\n");
    if note.chars().count() > LONGEST_NOTE {
        return Err(invalid("note", format!("note: must be at most {LONGEST_NOTE} characters")));
    }
    Ok(note)
}

/// Says that someone looks after an open incident: no more reminders are sent.
///
/// # Errors
/// There is no such incident, it is over, or someone was first.
pub async fn acknowledge(alerts: &Alerts, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    let mut tx = alerts.db.begin().await?;
    if incidents::acknowledge(&mut tx, id, &by.name, by.at).await? {
        incidents::note(&mut tx, id, by.at, EntryKind::Acknowledged, Some(&by.name), &note).await?;
        tx.commit().await?;
        return Ok(alerts.open.refresh(&alerts.db).await?);
    }
    drop(tx);
    alerts.open.refresh(&alerts.db).await?;
    let sentence = match find(alerts, id).await? {
        Incident { acknowledged: Some((_, who)), ended_at: None, .. } => {
            format!("incident: already acknowledged by {who}")
        }
        _ => "incident: already over; add a note instead".to_owned(),
    };
    Err(conflict("incident", sentence))
}

/// Closes an incident for good. When it was open, channels are told; its rule may open another after its cooldown.
///
/// # Errors
/// There is no such incident, or it is closed already.
pub async fn resolve(alerts: &Alerts, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    let mut tx = alerts.db.begin().await?;
    let incident = incidents::by_id(&mut tx, id).await?.ok_or_else(|| not_found("incident"))?;
    if !incidents::resolve(&mut tx, id, &by.name, by.at).await? {
        drop(tx);
        // Another process may have closed it: what is shown follows.
        alerts.open.refresh(&alerts.db).await?;
        return Err(conflict("incident", "incident: already closed"));
    }
    incidents::note(&mut tx, id, by.at, EntryKind::Resolved, Some(&by.name), &note).await?;
    // It may have recovered a moment ago, and that was told.
    if incident.ended_at.is_none() {
        let took = time::duration((by.at - incident.opened_at).max(0));
        let said = if note.is_empty() { String::new() } else { format!(" {note}") };
        let text = format!("{} closed it after {took}.{said}", by.name);
        tell(&mut tx, &incident, NoticeKind::Resolved, &text, alerts.sender.base_url(), by.at).await?;
    }
    tx.commit().await?;
    alerts.wake.notices.notify_one();
    Ok(alerts.open.refresh(&alerts.db).await?)
}

/// Writes something down about an incident.
///
/// # Errors
/// There is no such incident, or the note is empty or too long.
pub async fn note(alerts: &Alerts, by: &Actor, id: IncidentId, note: &str) -> Result<(), AppError> {
    let note = check_note(note)?;
    if note.is_empty() {
        return Err(invalid("note", "note: must not be empty"));
    }
    let mut tx = alerts.db.begin().await?;
    incidents::by_id(&mut tx, id).await?.ok_or_else(|| not_found("incident"))?;
    incidents::note(&mut tx, id, by.at, EntryKind::Note, Some(&by.name), &note).await?;
    Ok(tx.commit().await?)
}
