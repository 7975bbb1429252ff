//! `/metrics` in Prometheus' text format: what was counted since the start, and how things stand at the scrape.
//!
//! A failing database fails no scrape: what is known without it is told, with `hookpost_database_up 0`.

pub(super) mod access;
mod backups;
mod queues;
mod storage;
mod writer;

use crate::{
    model::severity::Severity, net::client_addr::ClientAddr, state::AppState, telemetry::metrics::Families,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus::TEXT_FORMAT;
use std::net::SocketAddr;

pub(super) async fn scrape(State(state): State<AppState>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let token = state.settings.metrics_token.as_ref();
    if let Err(denied) = access::check(token, peer, ClientAddr::of(request.extensions()), &request) {
        return denied.into_response();
    }
    match text(&state).await {
        Ok(text) => {
            let headers = [(header::CONTENT_TYPE, TEXT_FORMAT), (header::CACHE_CONTROL, "no-store")];
            (headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "metrics could not be rendered: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "The metrics could not be rendered. See the log for details.")
                .into_response()
        }
    }
}

async fn text(state: &AppState) -> prometheus::Result<String> {
    for name in state.ingest.registry.names() {
        state.metrics.expect_endpoint(&name);
    }
    for name in state.destinations.names() {
        state.metrics.expect_destination(&name);
    }
    // Of this scrape alone, so that what was removed is gone.
    let now = Families::default();
    refused(state, &now)?;
    writer::tell(state, &now)?;
    storage::tell(state, &now)?;
    now.gauge(
        "hookpost_live_viewers",
        "Open live streams (browsers and API clients).",
        state.live.viewers() as f64,
    )?;
    checks(state, &now).await?;
    tasks(state, &now)?;
    let known = match queues::tell(state, &now).await {
        Ok(()) => backups::tell(state, &now).await,
        failed => failed,
    };
    if let Err(error) = &known {
        tracing::warn!(%error, "metrics: queues could not be looked up: {error}");
    }
    now.gauge(
        "hookpost_database_up",
        "Whether the database answered this scrape; if not, queue series are missing.",
        f64::from(known.is_ok()),
    )?;
    incidents(state, &now)?;
    Ok(state.metrics.families().text()? + &now.text()?)
}

fn incidents(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let open = state.alerts.open.now();
    let gauges = now.gauges("hookpost_incidents_open", "Open incidents, by severity.", &["severity"])?;
    for (severity, count) in Severity::ALL.iter().zip(open.by_severity) {
        gauges.with_label_values(&[severity.as_str()]).set(count as f64);
    }
    now.gauge(
        "hookpost_incidents_unacknowledged",
        "Open incidents that are not acknowledged.",
        open.unacknowledged as f64,
    )?;
    Ok(())
}

fn refused(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let refused = now.counters(
        "hookpost_requests_refused_total",
        "Ingest requests answered without being stored, by cause.",
        &["cause"],
    )?;
    for (cause, count) in state.ingest.refusals.since_start() {
        refused.with_label_values(&[cause]).inc_by(count);
    }
    Ok(())
}

async fn checks(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let report = state.readiness.check(state).await;
    now.gauge("hookpost_ready", "Whether /readyz returns 200.", f64::from(report.is_ready()))?;
    let checks = now.gauges("hookpost_ready_check", "Whether this /readyz check passes.", &["check"])?;
    for (name, found) in report.0 {
        checks.with_label_values(&[name]).set(f64::from(found.is_ok()));
    }
    Ok(())
}

fn tasks(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let up = now.gauges("hookpost_task_up", "Whether this background task is running.", &["task"])?;
    let restarts = now.counters(
        "hookpost_task_restarts_total",
        "Restarts of this background task after it ended or panicked.",
        &["task"],
    )?;
    for (name, task) in state.tasks.states() {
        up.with_label_values(&[name]).set(f64::from(task.is_up));
        restarts.with_label_values(&[name]).inc_by(task.restarts);
    }
    restarts.with_label_values(&["writer"]).inc_by(state.db.writer.restarts());
    Ok(())
}
