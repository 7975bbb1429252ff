//! What people change about endpoints; their secrets are in [`crate::app::endpoints::secret_functions`]. Every change needs an admin; a test event may be sent by members.

use leptos::prelude::*;

use crate::{
    app::{
        endpoints::{
            done::{self, back_to, reload},
            hmac_form::HmacForm,
        },
        kit::form,
        login::functions::{acting, note},
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
    let mut typed = vec![
        ("name", name.clone()),
        ("scheme", scheme.clone()),
        ("reference", reference.clone()),
        ("secret_headers", secret_headers.clone()),
    ];
    typed.extend(hmac.typed());
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let scheme: Scheme = scheme.parse().map_err(|error: String| invalid("scheme", error))?;
        let hmac = if scheme == Scheme::Hmac { Some(hmac.options()?) } else { None };
        let secret = Some(done::given_secret(&state, scheme, secret, &secret_format, reference)?);
        let new = NewEndpoint { name, scheme, hmac, secret_headers, secret };
        let (endpoint, warnings) = endpoints::create(&state.db, &by, new).await?;
        reload(&state).await?;
        let said = done::with_warnings("The endpoint is ready. Copy its URL to the sender.", &warnings);
        let odd = endpoint.hmac.iter().flat_map(HmacOptions::warnings).collect::<Vec<_>>();
        Ok((back_to(endpoint.id), done::with_warnings(&said, &odd)))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, "/settings/endpoints/new", &kept).await
}

/// Stores name, body limit, retention and secret headers.
#[server(prefix = "/do", endpoint = "change_endpoint")]
pub async fn change_endpoint(
    id: EndpointId,
    name: String,
    /// Bytes; empty: the server's setting.
    body_limit: String,
    /// Days.
    retention_days: String,
    /// Names of headers that are credentials, besides those that always are. Without the field they stay.
    #[server(default)]
    secret_headers: Option<String>,
    /// The version that the form was made from.
    #[server(default)]
    version: Option<i64>,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let changes = Changes {
            name,
            body_limit: done::optional_number("body_limit", "body limit", &body_limit)?,
            retention_days: done::number("retention_days", "retention", &retention_days)?,
            // An empty field is read as none. Whoever sends a version sends the whole form.
            secret_headers: secret_headers.or_else(|| version.map(|_| String::new())),
            version,
        };
        endpoints::change(&state.db, &by, id, changes).await?;
        reload(&state).await?;
        Ok((back_to(id), "Saved.".to_owned()))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Enables or disables an endpoint.
#[server(prefix = "/do", endpoint = "enable_endpoint")]
pub async fn enable_endpoint(id: EndpointId, enabled: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        endpoints::enable(&state.db, &by, id, enabled).await?;
        reload(&state).await?;
        let said =
            if enabled { "Enabled: it takes webhooks again." } else { "Disabled: its URL answers 404." };
        Ok((back_to(id), said.to_owned()))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Gives an endpoint a new URL.
#[server(prefix = "/do", endpoint = "change_endpoint_url")]
pub async fn change_endpoint_url(id: EndpointId, #[server(default)] sure: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if !sure {
            return Err(invalid("sure", "sure: tick the box; the old URL stops working at once"));
        }
        endpoints::change_key(&state.db, &by, id).await?;
        reload(&state).await?;
        Ok((back_to(id), "The URL is a new one; the old one answers 404. Tell the sender.".to_owned()))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Removes an endpoint with its secrets and deliveries.
#[server(prefix = "/do", endpoint = "remove_endpoint")]
pub async fn remove_endpoint(
    id: EndpointId,
    /// Must be its name.
    typed_name: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
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
        Ok(("/settings/endpoints".to_owned(), format!("{} is removed.", endpoint.name)))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Sends a signed test event through the ingest route and shows the list that it appears in.
#[server(prefix = "/do", endpoint = "send_test_event")]
pub async fn send_test_event(
    id: EndpointId,
    /// One of the catalogue, or any other.
    event_type: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let endpoint = endpoints::find(&state.db, id).await?;
        let status = test_event::send(&state, id, event_type.trim()).await?;
        let detail = format!("type {}; it answered {}", event_type.trim(), status.as_u16());
        note(&state, &by, Action::TestEventSent, &id.to_string(), &endpoint.name, &detail).await;
        Ok((
            done::events_of(&endpoint.name),
            format!("Sent a test event; the endpoint answered {}.", status.as_u16()),
        ))
    };
    form::finish(work.await, &back_to(id)).await
}
