//! Sending events that people built.

use leptos::prelude::*;

use crate::{
    app::{
        kit::form,
        login::functions::{acting, note},
    },
    endpoints,
    forward::try_out,
    ingest::test_event,
    model::{
        audit::Action,
        error::{AppError, invalid, not_found},
        filter::percent_encode,
        ids::{DestinationId, EndpointId},
        user::Role,
    },
    state::AppState,
    verify::made_event::Fault,
};

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
    let back = format!(
        "/tools/send?target={}&type={}&fault={}",
        percent_encode(&target),
        percent_encode(&event_type),
        percent_encode(&fault)
    );
    // Line ends of forms are CR LF; JSON is sent with LF.
    let body = body.replace("\r\n", "\n");
    let typed = [("body", body.clone())];
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let fault: Fault = match fault.as_str() {
            "" => Fault::None,
            word => word.parse().map_err(|error: String| invalid("fault", error))?,
        };
        serde_json::from_str::<serde_json::Value>(&body)
            .map_err(|error| invalid("body", format!("body: not JSON: {error}")))?;
        let said = match target.strip_prefix("destination:") {
            Some(id) => to_destination(&state, id, event_type.trim(), &body, fault).await?,
            None => to_endpoint(&state, &target, event_type.trim(), &body, fault).await?,
        };
        let detail = format!("type {}; {said}", event_type.trim());
        note(&state, &by, Action::TestEventSent, &target, &target, &detail).await;
        Ok((back.clone(), said))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    form::finish_keeping(work.await, &back, &kept).await
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
    let answers = test_event::send_with(state, id, event_type, body, fault).await?;
    let answers: Vec<String> = answers.iter().map(|status| status.as_u16().to_string()).collect();
    Ok(format!("{name} answered {}. See Events for what became of it.", answers.join(", then ")))
}

async fn to_destination(
    state: &AppState,
    target: &str,
    event_type: &str,
    body: &str,
    fault: Fault,
) -> Result<String, AppError> {
    let id: DestinationId = target.parse().map_err(|_| not_found("destination"))?;
    let answers = try_out::try_out(state, id, event_type, body, fault).await?;
    let answers: Vec<String> = answers
        .iter()
        .map(|answer| match answer {
            Ok(status) => format!("answered {status}"),
            Err(error) => format!("did not answer: {error}"),
        })
        .collect();
    Ok(format!("The destination {}.", answers.join(", then ")))
}
