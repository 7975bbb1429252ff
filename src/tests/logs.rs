//! The log of a real server: a line per webhook that reads alone and carries fields, nothing secret, and no flood. And the
//! traces that it exports.

use crate::{
    app::{SECRET, event, sign},
    process::{Process, Workspace},
    receiver::Receiver,
};
use hookpost::net::operator_client;
use serde_json::Value;
use std::{
    thread::sleep,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// What must not be in the log, in every place where it might come from.
const BODY: &str = "MARKOFBODY";
const COOKIE: &str = "MARKOFCOOKIE";
const QUERY: &str = "MARKOFQUERY";
const UNKNOWN: &str = "MARKOFUNKNOWNKEY";
const AUTHORIZATION: &str = "MARKOFAUTHORIZATION";

/// A server with an endpoint `prod`, and the key of its ingest URL.
struct Team {
    _workspace: Workspace,
    server: Process,
    key: String,
}

impl Team {
    fn new(args: &[&str]) -> Self {
        let workspace = Workspace::new();
        let made =
            workspace.json(&["endpoint", "add", "prod", "--secret-stdin", "--json"], SECRET.as_bytes());
        let key = made["ingest_url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
        let server = workspace.serve(args);
        Self { _workspace: workspace, server, key }
    }

    /// Sends an event, signed with this secret, with marks in all that is secret. Says status and id of the request.
    async fn send(&self, id: &str, secret: &str) -> (u16, String) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let body = event("batch.completed", BODY);
        let answer = operator_client()
            .unwrap()
            .post(format!("{}/in/{}?token={QUERY}", self.server.base_url, self.key))
            .header("cookie", format!("session={COOKIE}"))
            .header("authorization", format!("Bearer {AUTHORIZATION}"))
            .header("x-request-id", "forged")
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", sign(secret, id, now, &body))
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.headers()["x-request-id"].to_str().unwrap().to_owned())
    }

    /// Stops it, and hands back all that it logged.
    fn log(self) -> Vec<String> {
        self.server.stop_and_read()
    }
}

/// The lines with this target.
fn of_target(log: &[String], target: &str) -> Vec<Value> {
    let lines = log.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"] == target).collect()
}

#[tokio::test]
async fn each_webhook_has_one_line_with_what_became_of_it() {
    let team = Team::new(&[]);
    let (accepted, first) = team.send("wh_1", SECRET).await;
    let (duplicate, _) = team.send("wh_1", SECRET).await;
    let (rejected, third) = team.send("wh_2", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").await;
    assert_eq!((accepted, duplicate, rejected), (200, 200, 400));
    let log = team.log();
    let received = of_target(&log, "hookpost::received");
    let fields: Vec<&Value> = received.iter().map(|line| &line["fields"]).collect();
    assert_eq!(fields.len(), 2, "{log:#?}");
    assert_eq!(fields[0]["message"], "webhook on prod accepted");
    assert_eq!(fields[1]["message"], "webhook on prod is a duplicate");
    assert_eq!((&received[0]["level"], &received[0]["span"]["request_id"]), (&"INFO".into(), &first.into()));
    assert_eq!(fields[0]["endpoint"], "prod");
    assert_eq!(fields[0]["outcome"], "accepted");
    assert_eq!(fields[0]["type"], "batch.completed");
    assert_eq!(fields[0]["client"], "127.0.0.1");
    assert_eq!(fields[0]["bytes"], event("batch.completed", BODY).len());
    assert!(fields[0]["delivery"].as_str().unwrap().parse::<i64>().is_ok(), "{}", fields[0]);
    assert!(fields[0]["answer_ms"].as_f64().unwrap() > 0.0);
    assert!(fields[0].get("reason").is_none());
    let rejected = of_target(&log, "hookpost::rejected");
    assert_eq!(rejected.len(), 1, "{log:#?}");
    assert_eq!(rejected[0]["span"]["request_id"], third);
    let reason = rejected[0]["fields"]["reason"].as_str().unwrap();
    assert_eq!(rejected[0]["fields"]["message"], format!("webhook on prod rejected: {reason}"));
    assert_eq!(rejected[0]["fields"]["outcome"], "rejected");
}

#[tokio::test]
async fn nothing_secret_is_logged_even_when_everything_is() {
    let team = Team::new(&["--log", "debug"]);
    team.send("wh_1", SECRET).await;
    team.send("wh_2", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").await;
    let http = operator_client().unwrap();
    for path in
        [format!("in/{UNKNOWN}"), format!("in/{}/more", team.key), format!("setup/{UNKNOWN}?next={QUERY}")]
    {
        http.post(format!("{}/{path}", team.server.base_url)).body(BODY).send().await.unwrap();
    }
    http.get(format!("{}/events?q={QUERY}", team.server.base_url)).send().await.unwrap();
    let key = team.key.clone();
    let log = team.log();
    let all = log.join("\n");
    for secret in [
        SECRET,
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        &key,
        BODY,
        COOKIE,
        QUERY,
        UNKNOWN,
        AUTHORIZATION,
        "forged",
    ] {
        let leak = log.iter().find(|line| line.contains(secret));
        assert!(leak.is_none(), "{secret}: {leak:?}");
    }
    assert!(all.contains("GET /events answered 401"), "{all}");
    assert_eq!(of_target(&log, "hookpost::received").len(), 1);
}

#[tokio::test]
async fn lines_of_accepted_webhooks_can_be_left_out() {
    let team = Team::new(&["--log", "info,hookpost::received=off"]);
    team.send("wh_1", SECRET).await;
    team.send("wh_2", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").await;
    let log = team.log();
    assert_eq!(of_target(&log, "hookpost::received").len(), 0);
    assert_eq!(of_target(&log, "hookpost::rejected").len(), 1);
}

#[tokio::test]
async fn a_flood_of_refused_requests_makes_a_few_lines_that_add_up() {
    let team = Team::new(&[]);
    let (http, begun) = (operator_client().unwrap(), Instant::now());
    for _ in 0..60 {
        let sent = http.post(format!("{}/in/{UNKNOWN}", team.server.base_url)).send().await.unwrap();
        assert_eq!(sent.status(), 404);
    }
    let seconds = begun.elapsed().as_secs() as usize + 1;
    let log = team.log();
    let lines = of_target(&log, "hookpost::refused");
    let single = lines.iter().filter(|line| line["fields"]["cause"] == "unknown-key").count();
    let counted: u64 = lines.iter().filter_map(|line| line["fields"]["count"].as_u64()).sum();
    assert!((10..=10 * seconds).contains(&single), "{single} in {seconds} s");
    assert_eq!(single as u64 + counted, 60, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_webhooks_and_forwards_reach_a_collector_with_ids_and_without_contents() {
    let (collector, destination) = (Receiver::start().await, Receiver::start().await);
    let workspace = Workspace::new();
    let made = workspace.json(&["endpoint", "add", "prod", "--secret-stdin", "--json"], SECRET.as_bytes());
    let key = made["ingest_url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let allow = ["--allow-outbound", "127.0.0.1/32"];
    let url = destination.url();
    let added = workspace.run(&[&["destination", "add", "orders", "--url", &url][..], &allow].concat(), b"");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let endpoint = format!("http://127.0.0.1:{}", collector.port);
    let server = workspace.serve(&[&allow[..], &["--otlp-endpoint", &endpoint]].concat());
    let team = Team { _workspace: workspace, server, key };
    let (status, request_id) = team.send("wh_1", SECRET).await;
    assert_eq!(status, 200);
    destination.wait_for(1).await;
    sleep(Duration::from_millis(300));
    let log = team.log();
    assert!(!log.join("\n").contains("traces can't be exported"), "{log:#?}");
    let sent = collector.received();
    assert!(!sent.is_empty(), "the end of the process sends what waits");
    assert_eq!(sent[0].header("content-type"), "application/x-protobuf");
    let all: Vec<u8> = sent.iter().flat_map(|request| request.body.to_vec()).collect();
    let has = |text: &str| all.windows(text.len()).any(|window| window == text.as_bytes());
    for text in ["service.name", "hookpost", "webhook", "forward", "wh_1", "orders", "prod", &request_id] {
        assert!(has(text), "{text} in {}", String::from_utf8_lossy(&all));
    }
    for secret in [BODY, COOKIE, QUERY, AUTHORIZATION, SECRET] {
        assert!(!has(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_is_told_of_once_and_stops_nothing() {
    let team = Team::new(&["--otlp-endpoint", "http://127.0.0.1:1/v1/traces?key=MARKOFQUERY"]);
    assert_eq!(team.send("wh_1", SECRET).await.0, 200);
    let begun = Instant::now();
    let log = team.log();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let told = log.iter().filter(|line| line.contains("traces can't be exported")).count();
    assert_eq!(told, 1, "{log:#?}");
    assert!(!log.join("\n").contains(QUERY), "{log:#?}");
}
