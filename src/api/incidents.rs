//! Incidents, for programs: a status page, a chat bot, a runbook.

use super::{body, caller::Caller, types::Problem};
use crate::{
    alerts,
    db::{DbError, incidents},
    model::{
        audit::Action,
        error::{AppError, invalid, must_exist},
        ids::IncidentId,
        incident::Incident,
        time,
        token::Scope,
    },
    state::AppState,
};
use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Incidents that are over and listed.
const PAST: i64 = 100;
/// And looked through for those of some endpoints.
const MOST_PAST: i64 = 2_000;
/// Incidents of an answer.
const MOST_SHOWN: usize = 500;

/// A token that is limited to some endpoints sees what is about one of those, and nothing about all together, destinations or
/// the server.
fn sees(caller: &Caller, incident: &Incident) -> bool {
    caller.token.endpoints.is_none() || incident.endpoint.is_some_and(|endpoint| caller.sees(endpoint))
}

/// A period in which an alert rule held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Incident)]
pub(super) struct ApiIncident {
    /// Its id.
    id: String,
    /// Code of what was watched, such as `silence`.
    rule: Option<String>,
    /// Name of the endpoint or destination; none: all of them, or the server.
    object: Option<String>,
    /// `info`, `warning` or `critical`.
    severity: &'static str,
    /// `open`, `acknowledged`, `recovered` or `resolved`.
    state: &'static str,
    /// What is wrong where.
    title: String,
    /// A sentence with the figures at the opening.
    detail: String,
    /// RFC 3339.
    opened_at: String,
    /// Who looks after it.
    acknowledged_by: Option<String>,
    /// RFC 3339; none: it goes on.
    ended_at: Option<String>,
}

impl From<Incident> for ApiIncident {
    fn from(incident: Incident) -> Self {
        Self {
            id: incident.id.to_string(),
            rule: alerts::rules::known(&incident.kind).map(|kind| kind.word.to_owned()),
            severity: incident.severity.as_str(),
            state: incident.state().as_str(),
            opened_at: time::rfc3339(incident.opened_at),
            acknowledged_by: incident.acknowledged.map(|(_, who)| who),
            ended_at: incident.ended_at.map(time::rfc3339),
            object: incident.object,
            title: incident.title,
            detail: incident.detail,
        }
    }
}

/// Incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Incidents {
    /// The gravest first when they are open, else the newest first.
    incidents: Vec<ApiIncident>,
}

/// Open incidents, or the last 100 that are over.
#[utoipa::path(
    get, path = "/api/v1/incidents", tag = "incidents",
    params(("state" = Option<String>, Query, description = "`open` (the default) or `ended`")),
    responses(
        (status = 200, body = Incidents),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Incidents>, AppError> {
    caller.require(&state, Scope::Read).await?;
    let mut wanted = "open";
    for (name, value) in &pairs {
        match (name.as_str(), value.as_str()) {
            ("state", word @ ("open" | "ended")) => wanted = word,
            ("state", word) => {
                return Err(invalid("state", format!("state: `{word}` must be open or ended")));
            }
            _ => {
                return Err(invalid(name, format!("{name}: unknown parameter; the only parameter is state")));
            }
        }
    }
    let mut connection = state.db.read().await?;
    let found: Result<_, DbError> = match wanted {
        "ended" => {
            incidents::ended(
                &mut connection,
                None,
                if caller.token.endpoints.is_none() { PAST } else { MOST_PAST },
            )
            .await
        }
        _ => incidents::all_open(&mut connection).await,
    };
    let seen = found?.into_iter().filter(|incident| sees(&caller, incident));
    Ok(Json(Incidents { incidents: seen.take(MOST_SHOWN).map(ApiIncident::from).collect() }))
}

/// What is said of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledgement {
    /// What they say; may be empty.
    #[serde(default)]
    note: String,
}

/// Says that someone looks after an open incident: no more reminders are sent. Needs the
/// scope replay.
#[utoipa::path(
    post, path = "/api/v1/incidents/{id}/acknowledge", tag = "incidents",
    params(("id" = String, Path, description = "Id from the list")),
    request_body = Acknowledgement,
    responses(
        (status = 204, description = "Recorded"),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 403, body = Problem, description = "The token's role doesn't allow this"),
        (status = 404, body = Problem, description = "Incident not found"),
        (status = 409, body = Problem, description = "The incident is over, or someone has acknowledged it already"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn acknowledge(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<StatusCode, AppError> {
    caller.require(&state, Scope::Replay).await?;
    let id: IncidentId = id.parse().map_err(|_| invalid("id", "id: must be the id of an incident"))?;
    let said: Acknowledgement = body::json(&state, caller.client, body).await?;
    must_exist(sees(&caller, &alerts::incidents::find(&state.alerts, id).await?), "incident")?;
    let by = caller.actor(state.clock.now_ms());
    alerts::incidents::acknowledge(&state.alerts, &by, id, &said.note).await?;
    caller
        .note(&state, Action::TokenUsed, &id.to_string(), "acknowledge incidents", &format!("incident {id}"))
        .await;
    Ok(StatusCode::NO_CONTENT)
}
