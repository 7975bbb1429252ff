//! Sending events that people built.

use crate::{
    app::kit::{
        act::{Done, Form, act, note},
        paths,
    },
    endpoints,
    forward::try_out,
    ingest::test_event,
    model::{
        audit::Action,
        error::{AppError, invalid, not_found},
        filter::query_string,
        ids::{DestinationId, EndpointId},
        user::Role,
    },
    state::AppState,
    verify::made_event::Fault,
};
use leptos::prelude::*;

/// Sends a signed event, perhaps with a fault, through the ingest route or to a destination.
#[server(prefix = "/do", endpoint = "send_event")]
pub async fn send_event(
    /// The endpoint; or `destination:` and the id of a destination.
    target: String,
    /// The event's type.
    event_type: String,
    body: String,
    /// Word of the fault.
    #[server(default)]
    fault: String,
) -> Result<(), AppError> {
    let asked = [("target", target.clone()), ("type", event_type.clone()), ("fault", fault.clone())];
    let back = paths::with_query(paths::SEND, &query_string(asked));
    // Line ends of forms are CR LF; JSON is sent with LF.
    let body = body.replace("\r\n", "\n");
    let back = Form::on(back).keeping("body", &body);
    act(Role::Member, back, async move |state, by| {
        let fault: Fault = match fault.as_str() {
            "" => Fault::None,
            word => word.parse().map_err(|error: String| invalid("fault", error))?,
        };
        serde_json::from_str::<serde_json::Value>(&body)
            .map_err(|error| invalid("body", format!("body: not valid JSON: {error}")))?;
        let said = match target.strip_prefix("destination:") {
            Some(id) => to_destination(&state, id, event_type.trim(), &body, fault).await?,
            None => to_endpoint(&state, &target, event_type.trim(), &body, fault).await?,
        };
        let detail = format!("type {}; {said}", event_type.trim());
        note(&state, &by, Action::TestEventSent, &target, &target, &detail).await;
        Ok(Done::here(said))
    })
    .await
}

async fn to_endpoint(
    state: &AppState,
    target: &str,
    event_type: &str,
    body: &str,
    fault: Fault,
) -> Result<String, AppError> {
    let id: EndpointId = target.parse().map_err(|_| not_found("endpoint"))?;
    let name = endpoints::find(&state.db, id).await?.name;
    let answers = test_event::send_with(&state.ingest, id, event_type, body, fault).await?;
    let answers: Vec<String> = answers.iter().map(|status| status.as_u16().to_string()).collect();
    Ok(format!("{name} answered {}. See Events for the result.", answers.join(", then ")))
}

async fn to_destination(
    state: &AppState,
    target: &str,
    event_type: &str,
    body: &str,
    fault: Fault,
) -> Result<String, AppError> {
    let id: DestinationId = target.parse().map_err(|_| not_found("destination"))?;
    let answers = try_out::try_out(&state.forwarding, id, event_type, body, fault).await?;
    let answers: Vec<String> = answers
        .iter()
        .map(|answer| match answer {
            Ok(status) => format!("answered {status}"),
            Err(error) => format!("did not answer: {error}"),
        })
        .collect();
    Ok(format!("The destination {}.", answers.join(", then ")))
}
