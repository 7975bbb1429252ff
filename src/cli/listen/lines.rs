//! The view without a terminal: a line for each request, for people or as JSON.

use super::{
    Beginning,
    news::{LocalResult, News, Sent},
};
use crate::{
    cli::{CliError, output},
    model::{time, visible::visible},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

/// Prints until everything ends.
pub(super) async fn run(begin: &Beginning, read: &mut Receiver<News>, as_json: bool) -> Result<(), CliError> {
    if as_json {
        output::json(&json!({
            "server": begin.server.as_str(),
            "forward": begin.forward.as_str(),
            "secret": begin.secret.as_ref().map(ExposeSecret::expose_secret),
        }))?;
    } else {
        first_lines(begin)?;
    }
    while let Some(news) = read.recv().await {
        let shown = if as_json { to_json(&news).map(|v| v.to_string()) } else { to_text(&news) };
        if let Some(line) = shown {
            output::line(&line)?;
        }
    }
    Ok(())
}

/// What goes where, and the secret that the handler needs.
pub(super) fn first_lines(begin: &Beginning) -> Result<(), CliError> {
    output::line(&format!("{} -> {}", begin.server, begin.forward))?;
    match &begin.secret {
        Some(secret) => {
            output::line(&format!("signed with (OPENAI_WEBHOOK_SECRET): {}", secret.expose_secret()))
        }
        None => output::line("verbatim: the sender's own signature"),
    }
}

fn to_json(news: &News) -> Option<Value> {
    match news {
        News::Sent(sent) => {
            let mut value = json!({
                "delivery": sent.row.id,
                "endpoint": sent.row.endpoint,
                "type": sent.row.event_type,
                "webhook_id": sent.webhook_id,
                "received_at": sent.row.received_at,
                "attempt": sent.attempt,
            });
            if let (Some(all), Value::Object(outcome)) = (value.as_object_mut(), sent.outcome.to_json()) {
                all.extend(outcome);
            }
            Some(value)
        }
        News::Gone(id) => Some(json!({ "delivery": id, "error": "gone" })),
        News::Connected => Some(json!({ "connected": true })),
        News::Lost(reason) => Some(json!({ "connected": false, "reason": reason })),
        News::Note(text) => Some(json!({ "note": text })),
        News::Arrived(_) | News::Sending(_) => None,
    }
}

fn to_text(news: &News) -> Option<String> {
    match news {
        News::Sent(sent) => Some(row(sent)),
        News::Gone(id) => Some(format!("{id} is no longer stored")),
        News::Connected => Some("connected".to_owned()),
        News::Lost(reason) => Some(format!("no connection: {}; retrying", visible(reason))),
        News::Note(text) => Some(visible(text)),
        News::Arrived(_) | News::Sending(_) => None,
    }
}

fn row(sent: &Sent) -> String {
    let Sent { row, outcome, .. } = sent;
    let what = visible(row.event_type.as_deref().unwrap_or("(no type)"));
    let result = match outcome {
        LocalResult::Answered { status, ms } => format!("{status} in {ms} ms"),
        LocalResult::Failed { code, text, .. } => format!("{code}: {}", visible(text)),
    };
    format!("{}  {what}  {}  {result}", local_time(&row.received_at), visible(&row.endpoint))
}

/// Hours, minutes and seconds as this machine's clocks show them.
pub(super) fn local_time(rfc3339: &str) -> String {
    let ms = time::parse_rfc3339(rfc3339).unwrap_or_default();
    match jiff::Timestamp::from_millisecond(ms) {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string(),
        Err(_) => visible(rfc3339),
    }
}
