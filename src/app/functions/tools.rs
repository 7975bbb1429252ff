//! Sending events that people built.

use crate::{error::AppError, model::ids::EndpointId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::session::acting;
#[cfg(feature = "ssr")]
use crate::{
    app::form,
    endpoints,
    error::invalid,
    ingest::test_event,
    model::{filter::percent_encode, user::Role},
    tools::event::Fault,
};

/// Sends a signed event, perhaps with a fault, through the ingest route.
///
/// # Errors
/// Nobody who is at least a member asks, or the endpoint cannot take it.
#[server(prefix = "/do", endpoint = "send_event")]
pub async fn send_event(
    /// The endpoint.
    id: EndpointId,
    /// The event's type.
    event_type: String,
    /// The body.
    body: String,
    /// Word of the fault.
    #[server(default)]
    fault: String,
) -> Result<(), AppError> {
    let back = format!(
        "/tools/send?endpoint={id}&type={}&fault={}",
        percent_encode(&event_type),
        percent_encode(&fault)
    );
    // Line ends of forms are CR LF; JSON is sent with LF.
    let body = body.replace("\r\n", "\n");
    let typed = [("body", body.clone())];
    let work = async {
        let (state, _) = acting(Role::Member).await?;
        let fault: Fault = match fault.as_str() {
            "" => Fault::None,
            word => word.parse().map_err(|error: String| invalid("fault", error))?,
        };
        serde_json::from_str::<serde_json::Value>(&body)
            .map_err(|error| invalid("body", format!("body: not JSON: {error}")))?;
        let name = endpoints::find(&state.db, id).await?.name;
        let answers = test_event::send_with(&state, id, event_type.trim(), &body, fault).await?;
        let answers: Vec<String> = answers.iter().map(|status| status.as_u16().to_string()).collect();
        Ok((
            back.clone(),
            format!("{name} answered {}. See Events for what became of it.", answers.join(", then ")),
        ))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    form::finish_keeping(work.await, &back, &kept).await
}
