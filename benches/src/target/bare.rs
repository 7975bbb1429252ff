//! The upper bound: axum reads the body and answers, on a server set up like Hookpost's (`src/server/listen.rs`).

use super::Target;
use crate::process::Process;
use anyhow::{Context, Result};
use axum::{Router, body::Bytes, routing::post};
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use std::{process::Command, time::Duration};
use tokio::net::TcpListener;
use tower::ServiceExt;

const LISTENING: &str = "listening on ";
const PATH: &str = "/in/bare";

/// Starts this program again as the bare route.
pub(super) fn start() -> Result<Target> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare-route");
    let mut process = Process::start("the bare route", command)?;
    let address = process.wait_for("where it listens", |line| line.strip_prefix(LISTENING)?.parse().ok())?;
    Ok(Target { process, address, path: PATH.to_owned(), store: None })
}

/// Serves the route until killed.
#[tokio::main]
pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    eprintln!("{LISTENING}{}", listener.local_addr()?);
    let app = Router::new().route(PATH, post(async |body: Bytes| format!("{{\"bytes\":{}}}", body.len())));
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let app = app.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            app.clone().oneshot(request.map(axum::body::Body::new))
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        // A client that goes away ends its connection with an error.
        tokio::spawn(async move { connection.await.ok() });
    }
}
