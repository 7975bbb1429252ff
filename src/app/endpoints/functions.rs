//! What people change about endpoints; their secrets are in [`crate::app::endpoints::secret_functions`]. Every change needs an admin; a test event may be sent by members.

use crate::{
    app::{
        endpoints::{
            done::{self, reload},
            hmac_form::HmacForm,
        },
        kit::{
            act::{Done, Form, act, must_be_sure, note},
            description::typed,
            number::{number, optional_number},
            paths,
        },
    },
    endpoints::{self, Changes, NewEndpoint},
    ingest::test_event,
    model::{
        audit::Action,
        error::{AppError, invalid},
        hmac::HmacOptions,
        ids::EndpointId,
        scheme::Scheme,
        user::Role,
    },
};
use leptos::prelude::*;

/// Makes an endpoint and shows it.
#[server(prefix = "/do", endpoint = "create_endpoint")]
pub async fn create_endpoint(
    name: String,
    /// Word of the scheme.
    scheme: String,
    /// The signing secret; may be empty.
    #[server(default)]
    secret: String,
    /// Word of the secret's format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
    /// Where the secret is kept instead; may be empty.
    #[server(default)]
    reference: String,
    /// Names of headers that are credentials, besides those that always are.
    #[server(default)]
    secret_headers: String,
    /// What is signed, for the scheme `hmac`.
    #[server(default)]
    hmac: HmacForm,
) -> Result<(), AppError> {
    let back = Form::on(paths::NEW_ENDPOINT)
        .keeping_all(typed![name, scheme, reference, secret_headers])
        .keeping_in("hmac", hmac.typed());
    act(Role::Admin, back, async move |state, by| {
        let scheme: Scheme = scheme.parse().map_err(|error: String| invalid("scheme", error))?;
        let hmac = if scheme == Scheme::HMAC { Some(hmac.options()?) } else { None };
        let secret = Some(done::given_secret(&state, scheme, secret, &secret_format, reference)?);
        let new = NewEndpoint { name, scheme, hmac, secret_headers, secret };
        let (endpoint, warnings) = endpoints::create(&state.db, &by, new).await?;
        reload(&state).await?;
        let said = done::with_warnings("Endpoint created. Copy its URL to the sender.", &warnings);
        let odd = endpoint.hmac.iter().flat_map(HmacOptions::warnings).collect::<Vec<_>>();
        Ok(Done::at(paths::endpoint(endpoint.id), done::with_warnings(&said, &odd)))
    })
    .await
}

/// Stores name, body limit, retention and secret headers.
#[server(prefix = "/do", endpoint = "change_endpoint")]
pub async fn change_endpoint(
    id: EndpointId,
    name: String,
    /// Bytes; empty: the server's setting.
    body_limit: String,
    retention_days: String,
    /// Names of headers that are credentials, besides those that always are. Without the field they stay.
    #[server(default)]
    secret_headers: Option<String>,
    /// The version that the form was made from.
    #[server(default)]
    version: Option<i64>,
) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        let changes = Changes {
            name,
            body_limit: optional_number("body_limit", "body limit", &body_limit)?,
            retention_days: number("retention_days", "retention", &retention_days)?,
            // An empty field is read as none. Whoever sends a version sends the whole form.
            secret_headers: secret_headers.or_else(|| version.map(|_| String::new())),
            version,
        };
        endpoints::change(&state.db, &by, id, changes).await?;
        reload(&state).await?;
        Ok(Done::here("Saved."))
    })
    .await
}

/// Enables or disables an endpoint.
#[server(prefix = "/do", endpoint = "enable_endpoint")]
pub async fn enable_endpoint(id: EndpointId, enabled: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        endpoints::enable(&state.db, &by, id, enabled).await?;
        reload(&state).await?;
        let said = if enabled {
            "Enabled. The endpoint accepts webhooks again."
        } else {
            "Disabled. The URL now answers 404."
        };
        Ok(Done::here(said))
    })
    .await
}

/// Gives an endpoint a new URL.
#[server(prefix = "/do", endpoint = "change_endpoint_url")]
pub async fn change_endpoint_url(id: EndpointId, #[server(default)] sure: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        must_be_sure(sure, "the old URL stops working immediately")?;
        endpoints::change_key(&state.db, &by, id).await?;
        reload(&state).await?;
        Ok(Done::here("URL changed. The old one now answers 404; register the new one with the sender."))
    })
    .await
}

/// Removes an endpoint with its secrets and deliveries.
#[server(prefix = "/do", endpoint = "remove_endpoint")]
pub async fn remove_endpoint(
    id: EndpointId,
    /// Must be its name.
    typed_name: String,
) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        let endpoint = endpoints::find(&state.db, id).await?;
        if typed_name.trim() != endpoint.name {
            return Err(invalid(
                "typed_name",
                format!("name: type `{}` to remove the endpoint", endpoint.name),
            ));
        }
        endpoints::remove(&state.db, &by, id).await?;
        reload(&state).await?;
        // Those that named it name it no more.
        state.destinations.reload(&state.db).await?;
        Ok(Done::at(paths::ENDPOINTS, format!("{} was removed.", endpoint.name)))
    })
    .await
}

/// Sends a signed test event through the ingest route and shows the list that it appears in.
#[server(prefix = "/do", endpoint = "send_test_event")]
pub async fn send_test_event(
    id: EndpointId,
    /// One of the catalogue, or any other.
    event_type: String,
) -> Result<(), AppError> {
    act(Role::Member, paths::endpoint(id), async move |state, by| {
        let endpoint = endpoints::find(&state.db, id).await?;
        let status = test_event::send(&state.ingest, id, event_type.trim()).await?;
        let detail = format!("type {}; it answered {}", event_type.trim(), status.as_u16());
        note(&state, &by, Action::TestEventSent, &id.to_string(), &endpoint.name, &detail).await;
        Ok(Done::at(
            paths::events_of(&endpoint.name),
            format!("Test event sent. The endpoint answered {}.", status.as_u16()),
        ))
    })
    .await
}
