//! The tools in the UI.

use crate::{
    app::{SECRET, TestApp, sign},
    receiver::Receiver,
};
use hookpost::{
    destinations::{self, NewDestination},
    model::{delivery::Outcome, scheme::Scheme, user::Role},
};

#[tokio::test]
async fn a_pasted_curl_command_is_verified_explained_and_not_stored() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    let now = app.now_ms() / 1_000;
    let command = |body: &str, signed: &str| {
        format!(
            "curl 'https://h/in/k' -H 'webhook-id: wh_1' -H 'webhook-timestamp: {now}' -H 'webhook-signature: {}' --data-raw '{body}'",
            sign(SECRET, "wh_1", now, signed)
        )
    };
    let ask = async |request: &str, secret: &str| {
        let form = [("request", request), ("scheme", "openai"), ("secret", secret), ("age", "now")];
        viewer.post("/tools/verify", &form).await
    };
    let answer = ask(&command("{}", "{}"), SECRET).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("The signature matches."), "{}", answer.text);
    assert!(!answer.text.contains(SECRET), "the secret is not sent back");
    let answer = ask(&command("{\"a\":1}", "{\"a\": 1}"), SECRET).await;
    assert!(answer.text.contains("data-cause=\"body-changed\""), "{}", answer.text);
    let answer = ask("</textarea><script>alert(1)</script>", SECRET).await;
    assert!(
        answer.text.contains("&lt;/textarea&gt;&lt;script&gt;") && !answer.text.contains("<script>alert")
    );
    let answer = ask("no header", "whsec_").await;
    assert!(answer.text.contains("request: line 1: use `name: value` for headers"));
    assert!(app.deliveries().await.is_empty(), "nothing is stored");
    let foreign =
        viewer.request(reqwest::Method::POST, "/tools/verify").header("origin", "https://evil.example");
    assert_eq!(viewer.send(foreign.form(&[("request", "x")])).await.status, 403);
}

#[tokio::test]
async fn line_ends_that_a_form_cannot_tell_are_tried_both_ways() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    let now = app.now_ms() / 1_000;
    let signature = sign(SECRET, "wh_1", now, "{\r\n}");
    let request =
        format!("webhook-id: wh_1\nwebhook-timestamp: {now}\nwebhook-signature: {signature}\n\n{{\n}}");
    let form = [("request", request.as_str()), ("scheme", "openai"), ("secret", SECRET)];
    let answer = viewer.post("/tools/verify", &form).await;
    assert!(
        answer.text.contains("It verifies when the body&#x27;s lines end in CR LF")
            || answer.text.contains("lines end in CR LF"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn each_fault_is_sent_and_comes_out_as_it_should() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let member = app.browser(Role::Member).await;
    let id = endpoint.id.to_string();
    let body = r#"{"id": "evt_1", "object": "event", "created_at": 1795435199, "type": "batch.failed", "data": {"id": "batch_1"}}"#;
    let send = async |fault: &str| {
        let form =
            [("target", id.as_str()), ("event_type", "batch.failed"), ("body", body), ("fault", fault)];
        let before = app.deliveries().await.len();
        let sent = member.post("/do/send_event", &form).await;
        assert!(sent.location.starts_with("/tools/send?"), "{}", sent.location);
        let new: Vec<String> = app
            .deliveries()
            .await
            .into_iter()
            .skip(before)
            .map(|d| match d.summary.outcome {
                Outcome::Rejected => d.summary.reason.unwrap(),
                outcome => format!("{outcome} {}", d.summary.event_type.unwrap_or_default()),
            })
            .collect();
        new.join(", ")
    };
    assert_eq!(send("none").await, "accepted batch.failed");
    assert_eq!(send("stale").await, "timestamp-too-old");
    assert_eq!(send("future").await, "timestamp-too-new");
    assert_eq!(send("wrong-secret").await, "signature-mismatch");
    assert_eq!(send("missing-header").await, "missing-header");
    assert_eq!(send("unknown-version").await, "accepted batch.failed");
    assert_eq!(send("duplicate-id").await, "accepted batch.failed, duplicate batch.failed");
    assert_eq!(send("out-of-order").await, "accepted batch.failed, accepted batch.failed");
    assert_eq!(send("unknown-type").await, "accepted hookpost.test.unknown");
    assert_eq!(send("nonsense").await, "");
    let refused = [("target", id.as_str()), ("event_type", "x"), ("body", "{"), ("fault", "none")];
    let back = member.post("/do/send_event", &refused).await.location;
    let shown = member.get(&back).await.text;
    assert!(shown.contains("body: not valid JSON"), "{shown}");
}

#[tokio::test]
async fn an_endpoint_of_the_scheme_hmac_verifies_what_its_options_say() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let form = [
        ("name", "own"),
        ("scheme", "hmac"),
        ("secret", "a shared secret"),
        ("hmac[header]", "X-My-Signature"),
        ("hmac[algorithm]", "sha512"),
        ("hmac[encoding]", "base64"),
        ("hmac[prefix]", "v0="),
        ("hmac[signed]", "{timestamp}.{body}"),
        ("hmac[timestamp_header]", "X-My-Time"),
        ("hmac[id_header]", "X-My-Id"),
    ];
    let page = admin.post("/do/create_endpoint", &form).await.location;
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("x-my-signature: v0="), "{shown}");
    let id = page.rsplit('/').next().unwrap().to_owned();
    admin.post("/do/send_test_event", &[("id", id.as_str()), ("event_type", "batch.completed")]).await;
    let delivery = app.last_delivery().await;
    assert_eq!(delivery.summary.outcome, Outcome::Accepted);
    assert!(delivery.event_key.is_some());
    let mut wrong = form;
    (wrong[0], wrong[7]) = (("name", "b"), ("hmac[signed]", "{timestamp}"));
    let refused = admin.post("/do/create_endpoint", &wrong).await.location;
    assert_eq!(refused, "/settings/endpoints/new");
    let back = admin.get(&refused).await.text;
    assert!(
        back.contains("signed content: must contain {body} once") && back.contains("x-my-signature")
            || back.contains("X-My-Signature"),
        "{back}"
    );
}

#[tokio::test]
async fn a_test_event_is_signed_for_every_scheme() {
    let app = TestApp::spawn().await;
    let member = app.browser(Role::Member).await;
    for scheme in Scheme::all().filter(|scheme| scheme.can_sign()) {
        let secret = scheme.verifies.then_some(SECRET);
        let endpoint = app.endpoint(scheme.as_str(), scheme, scheme.secret_format, secret).await;
        let form = [("id", endpoint.id.to_string()), ("event_type", "batch.completed".to_owned())];
        member.post("/do/send_test_event", &form).await;
        let delivery = app.last_delivery().await;
        assert_eq!(delivery.summary.endpoint.name, scheme.as_str());
        assert_eq!(delivery.summary.outcome, Outcome::Accepted, "{scheme}");
    }
}

#[tokio::test]
async fn an_event_is_tried_out_on_a_destination_with_a_fault_and_stored_nowhere() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
    let receiver = Receiver::start().await;
    let new = NewDestination { name: "worker".into(), url: receiver.url(), ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    let member = app.browser(Role::Member).await;
    let target = format!("destination:{}", made.id);
    let form =
        [("target", target.as_str()), ("event_type", "a.b"), ("body", "{}"), ("fault", "duplicate-id")];
    let back = member.post("/do/send_event", &form).await.location;
    let got = receiver.wait_for(2).await;
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert!(member.get(&back).await.text.contains("The destination answered 200, then answered 200."));
    assert!(app.deliveries().await.is_empty());
}
