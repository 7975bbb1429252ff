//! `/metrics`, `/readyz`, ids of requests and the heartbeat: how operators see that all is well.

use crate::{
    app::{NOW_MS, TestApp, event},
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    destinations::{self, NewDestination},
    model::scheme::{Scheme, SecretFormat},
    net,
    server::heartbeat::{self, Heartbeat},
};
use std::time::Duration;

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];
/// What was found about the server's state is told again for a second.
const STALE: Duration = Duration::from_millis(1_100);

/// The metrics as Prometheus reads them.
pub async fn scrape(app: &TestApp) -> String {
    let answer = app.http.get(format!("{}/metrics", app.base_url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    answer.text().await.unwrap()
}

/// The value of a series, written as it stands in the text.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in:\n{text}")).parse().unwrap()
}

async fn destination(app: &TestApp, receiver: &Receiver, name: &str) {
    let new = NewDestination { name: name.into(), url: receiver.url(), ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
}

/// A server to which everything happened once: accepted, repeated, rejected and refused webhooks, and forwards that were
/// taken and not.
pub async fn busy(destination_name: &str) -> TestApp {
    let app = TestApp::spawn_with(&ALLOW).await;
    let endpoint = app.openai().await;
    let receiver = Receiver::start().await;
    destination(&app, &receiver, destination_name).await;
    receiver.answer(&[Answer::Status(500)]);
    for id in ["wh_1", "wh_1", "wh_2"] {
        let sent = app.webhook(&endpoint, id, &event("batch.completed", "batch_1")).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }
    let late = app.webhook_at(&endpoint, "wh_3", NOW_MS / 1_000 - 4_000, "{}").send().await.unwrap();
    assert_eq!(late.status(), 400);
    let nobody = app.http.post(format!("{}/in/nobody", app.base_url)).send().await.unwrap();
    assert_eq!(nobody.status(), 404);
    receiver.wait_for(2).await;
    // The attempt is counted right after the answer.
    tokio::time::sleep(Duration::from_millis(300)).await;
    app
}

#[tokio::test]
async fn what_happens_is_counted_by_endpoint_outcome_type_and_reason() {
    let app = busy("orders").await;
    let text = scrape(&app).await;
    for (series, expected) in [
        (r#"hookpost_webhooks_total{endpoint="prod-openai",outcome="accepted"}"#, 2.0),
        (r#"hookpost_webhooks_total{endpoint="prod-openai",outcome="duplicate"}"#, 1.0),
        (r#"hookpost_webhooks_total{endpoint="prod-openai",outcome="rejected"}"#, 1.0),
        (r#"hookpost_webhooks_retried_total{endpoint="prod-openai"}"#, 1.0),
        (r#"hookpost_events_total{endpoint="prod-openai",type="batch.completed"}"#, 2.0),
        (r#"hookpost_webhook_answer_seconds_count{endpoint="prod-openai"}"#, 4.0),
        // The event was made a second before it came.
        (r#"hookpost_webhook_lag_seconds_bucket{endpoint="prod-openai",le="0.5"}"#, 0.0),
        (r#"hookpost_webhook_lag_seconds_bucket{endpoint="prod-openai",le="1"}"#, 2.0),
        (r#"hookpost_webhook_lag_seconds_sum{endpoint="prod-openai"}"#, 2.0),
        (r#"hookpost_requests_refused_total{cause="unknown-key"}"#, 1.0),
        (r#"hookpost_requests_refused_total{cause="too-large"}"#, 0.0),
        ("hookpost_writer_rows_total", 4.0),
        ("hookpost_writer_up", 1.0),
        ("hookpost_writer_queue_rows", 0.0),
        ("hookpost_database_up", 1.0),
        ("hookpost_ready", 1.0),
        (r#"hookpost_ready_check{check="disk"}"#, 1.0),
        ("hookpost_process_start_time_seconds", NOW_MS as f64 / 1_000.0),
        ("hookpost_live_viewers", 0.0),
        (r#"hookpost_incidents_open{severity="critical"}"#, 0.0),
        ("hookpost_incidents_unacknowledged", 0.0),
        ("hookpost_jobs_running", 0.0),
    ] {
        assert_eq!(value(&text, series), expected, "{series}\n{text}");
    }
    assert!(text.contains(&format!("hookpost_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))));
    let mut reasons = text.lines().filter(|line| line.starts_with("hookpost_webhooks_rejected_total{"));
    let reason = reasons.find(|line| !line.ends_with(" 0")).unwrap();
    assert!(reason.contains("reason=\"timestamp") && reason.ends_with(" 1"), "{reason}");
    assert!(reasons.all(|line| line.ends_with(" 0")), "{text}");
    let bytes = 3 * event("batch.completed", "batch_1").len() + 2;
    let series = r#"hookpost_webhook_body_bytes_total{endpoint="prod-openai"}"#;
    assert_eq!(value(&text, series), bytes as f64);
    assert!(value(&text, "hookpost_database_file_bytes") > 0.0);
    assert!(value(&text, "hookpost_disk_free_bytes") <= value(&text, "hookpost_disk_size_bytes"));
    assert!(!text.contains("heartbeat"), "none is set");
}

#[tokio::test]
async fn attempts_and_queues_of_destinations_are_told() {
    let app = busy("orders").await;
    app.set_clock(NOW_MS + 2_000);
    let text = scrape(&app).await;
    for (series, expected) in [
        (r#"hookpost_forward_attempts_total{class="2xx",destination="orders"}"#, 1.0),
        (r#"hookpost_forward_attempts_total{class="5xx",destination="orders"}"#, 1.0),
        (r#"hookpost_forward_attempt_seconds_count{destination="orders"}"#, 2.0),
        (r#"hookpost_forwards_queued{destination="orders"}"#, 1.0),
        (r#"hookpost_forwards_retrying{destination="orders"}"#, 1.0),
        (r#"hookpost_forwards_dead{destination="orders"}"#, 0.0),
        (r#"hookpost_forwards_oldest_seconds{destination="orders"}"#, 2.0),
        (r#"hookpost_destination_circuit_open{destination="orders"}"#, 0.0),
        (r#"hookpost_destination_paused{destination="orders"}"#, 0.0),
    ] {
        assert_eq!(value(&text, series), expected, "{series}\n{text}");
    }
}

#[tokio::test]
async fn series_are_there_before_anything_happens() {
    let app = TestApp::spawn().await;
    app.openai().await;
    let text = scrape(&app).await;
    let series = r#"hookpost_webhooks_total{endpoint="prod-openai",outcome="rejected"}"#;
    assert_eq!(value(&text, series), 0.0);
}

#[tokio::test]
async fn a_database_that_fails_fails_no_scrape() {
    let app = busy("orders").await;
    app.state.db.close().await;
    let text = scrape(&app).await;
    assert_eq!(value(&text, "hookpost_database_up"), 0.0);
    assert_eq!(value(&text, "hookpost_ready"), 0.0);
    assert_eq!(value(&text, "hookpost_writer_rows_total"), 4.0);
    assert!(!text.contains("hookpost_forwards_queued"), "{text}");
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_for_who_has_the_token() {
    let app = TestApp::spawn_with(&["--metrics-token", "a-token-of-some-length"]).await;
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = app.http.get(format!("{}/metrics", app.base_url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    assert_eq!(ask(&[]).await.status(), 200);
    let forwarded = ("x-forwarded-for", "192.0.2.1");
    let denied = ask(&[forwarded]).await;
    assert_eq!(
        (denied.status().as_u16(), &denied.headers()["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    assert_eq!(ask(&[forwarded, ("authorization", "Bearer a-token-of-some-length")]).await.status(), 200);
    assert_eq!(ask(&[("authorization", "Bearer a-token-of-some-lengtH")]).await.status(), 401);
    let without = TestApp::spawn().await;
    let url = format!("{}/metrics", without.base_url);
    let answer = without.http.get(url).header(forwarded.0, forwarded.1).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("HOOKPOST_METRICS_TOKEN"));
}

#[test]
fn a_metrics_token_that_could_be_guessed_stops_the_start() {
    for token in ["", "short", "with spaces in between"] {
        let said = Workspace::new().run(&["serve", "--metrics-token", token], b"");
        assert_eq!(said.status.code(), Some(1));
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.contains("HOOKPOST_METRICS_TOKEN (--metrics-token): must be at least 16"), "{said}");
        assert!(token.is_empty() || !said.contains(token), "{said}");
    }
}

#[tokio::test]
async fn readiness_names_each_check() {
    let app = TestApp::spawn().await;
    let ask = async || {
        let answer = app.http.get(format!("{}/readyz", app.base_url)).send().await.unwrap();
        format!("{} {}", answer.status().as_u16(), answer.text().await.unwrap())
    };
    insta::assert_snapshot!(ask().await, @r#"200 {"status":"ready","checks":{"writer":"ok","readers":"ok","migrations":"ok","disk":"ok","tasks":"ok"},"restarts":{}}"#);
    let sql = "INSERT INTO _sqlx_migrations VALUES (9999, 'future', '2030-01-01', 1, x'00', 1)";
    let mut tx = app.state.db.begin().await.unwrap();
    tx.sql(sql).run().await.unwrap();
    tx.commit().await.unwrap();
    tokio::time::sleep(STALE).await;
    insta::assert_snapshot!(ask().await, @r#"503 {"status":"not ready","checks":{"writer":"ok","readers":"ok","migrations":"not those of this version","disk":"ok","tasks":"ok"},"restarts":{}}"#);
    app.state.db.close().await;
    tokio::time::sleep(STALE).await;
    insta::assert_snapshot!(ask().await, @r#"503 {"status":"not ready","checks":{"writer":"ok","readers":"failed","migrations":"unknown","disk":"ok","tasks":"ok"},"restarts":{}}"#);
}

#[tokio::test]
async fn each_answer_has_an_id_of_ours_and_the_senders_own_is_stored_as_it_came() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let sent = app.webhook(&endpoint, "wh_1", "{}").header("x-request-id", "theirs").send().await.unwrap();
    let ours = sent.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(ours.len() == 32 && ours.bytes().all(|b| b.is_ascii_hexdigit()), "{ours}");
    let id = app.last_delivery().await.summary.id;
    let mut connection = app.state.db.read().await.unwrap();
    let payload = hookpost::db::deliveries::payload(&mut connection, id).await.unwrap().unwrap();
    assert_eq!(payload.headers.get("x-request-id"), Some(b"theirs".as_slice()));
    let page = app.http.get(format!("{}/login", app.base_url)).send().await.unwrap();
    assert_ne!(page.headers()["x-request-id"], ours);
    let none = app.http.get(format!("{}/no/such/page", app.base_url)).send().await.unwrap();
    assert!(none.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn the_heartbeat_beats_at_the_start_and_tells_when_it_got_through() {
    let receiver = Receiver::start().await;
    let url = receiver.url();
    let app = TestApp::spawn_with(&[&ALLOW[..], &["--heartbeat-url", &url]].concat()).await;
    receiver.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let text = scrape(&app).await;
    assert_eq!(value(&text, "hookpost_heartbeat_last_success_timestamp_seconds"), NOW_MS as f64 / 1_000.0);
    assert_eq!(value(&text, "hookpost_heartbeat_failures_total"), 0.0);
}

#[tokio::test]
async fn the_heartbeat_counts_what_fails_and_is_silent_while_the_server_is_not_well() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    receiver.answer(&[Answer::Status(503), Answer::Status(302)]);
    let heartbeat = Heartbeat::new(&app.state, receiver.url().parse().unwrap()).unwrap();
    for _ in 0..3 {
        heartbeat.beat(&app.state).await;
    }
    let text = scrape(&app).await;
    assert_eq!(value(&text, "hookpost_heartbeat_failures_total"), 2.0);
    assert_eq!(value(&text, "hookpost_heartbeat_last_success_timestamp_seconds"), NOW_MS as f64 / 1_000.0);
    app.state.db.close().await;
    tokio::time::sleep(STALE).await;
    heartbeat.beat(&app.state).await;
    assert_eq!(receiver.received().len(), 3, "it is not well");
}

#[test]
fn a_bad_heartbeat_url_stops_the_start_and_is_not_repeated() {
    for (url, why) in [
        ("not a url/SECRET", "relative URL without a base"),
        ("http://alive.example.com/SECRET", "plain http can be intercepted"),
        ("https://127.0.0.1/SECRET", "127.0.0.1 is a loopback address"),
        ("ftp://alive.example.com/SECRET", "`ftp` is not https"),
    ] {
        let output = Workspace::new().run(&["serve", "--listen", "127.0.0.1:0", "--heartbeat-url", url], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("HOOKPOST_HEARTBEAT_URL (--heartbeat-url): ") && said.contains(why), "{said}");
        assert!(!said.contains("SECRET"), "{said}");
    }
}

#[tokio::test]
async fn the_settings_name_the_url_of_the_heartbeat() {
    let app = TestApp::spawn_with(&["--heartbeat-url", "https://alive.example.invalid/ping/1"]).await;
    let url = heartbeat::url(&app.state.settings).unwrap().unwrap();
    assert_eq!(url.as_str(), "https://alive.example.invalid/ping/1");
    assert!(!format!("{:?}", app.state.settings).contains("ping"));
}

#[tokio::test]
async fn an_endpoint_without_signatures_cannot_make_series_without_end() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    for n in 0..60 {
        let body = format!(r#"{{"type": "type.{n}"}}"#);
        let sent = app.http.post(app.ingest_url(&endpoint)).body(body).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }
    let text = scrape(&app).await;
    assert_eq!(text.lines().filter(|line| line.starts_with("hookpost_events_total{")).count(), 51);
    assert_eq!(value(&text, r#"hookpost_events_total{endpoint="open",type="other"}"#), 10.0);
}

#[tokio::test]
async fn an_address_that_others_reach_too_is_not_let_in() {
    // The machine's own address in its network, where it has one.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let Ok(own) = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr()) else {
        println!("skipped: this machine has no network");
        return;
    };
    let workspace = Workspace::new();
    let server = workspace.serve_at("0.0.0.0:0", &[]);
    let port = server.base_url.rsplit_once(':').unwrap().1;
    let url = format!("http://{}:{port}/metrics", own.ip());
    let answer = net::operator_client().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}
