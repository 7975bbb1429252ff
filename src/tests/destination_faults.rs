//! Destinations keep to what they were made for: a removed endpoint narrows them and never widens them, each change of a
//! filter is written down, URL and headers are secrets, and nobody overwrites what somebody else just changed.

use crate::{
    app::TestApp,
    browser::{Answer, Browser},
    process::Workspace,
    receiver::Receiver,
};
use hookpost::{
    db::{self, destinations::Opened},
    destinations::{self, NewDestination},
    model::{
        destination::{Destination, TAKES_NOTHING},
        endpoint::Endpoint,
        scheme::{Scheme, SecretFormat},
        user::Role,
        which::Which,
    },
};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];
/// Parts of a URL and a header that nobody may be shown.
const SECRETS: [&str; 3] = ["s3cret-path", "s3cret-query", "s3cret-header"];
const URL: &str = "https://hooks.example.com/services/s3cret-path?key=s3cret-query";
const HEADERS: &str = "Authorization: Bearer s3cret-header";

async fn unsigned(app: &TestApp, name: &str) -> Endpoint {
    app.endpoint(name, Scheme::NONE, SecretFormat::Text, None).await
}

async fn add(app: &TestApp, new: NewDestination) -> Destination {
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

async fn of(app: &TestApp, made: &Destination) -> Opened {
    let key = app.state.db.key();
    db::destinations::open_one(&mut app.state.db.read().await.unwrap(), &key, made.id).await.unwrap().unwrap()
}

async fn only(app: &TestApp, url: &str, endpoints: &[&Endpoint]) -> Destination {
    let names = endpoints.iter().map(|endpoint| endpoint.name.clone()).collect();
    let new = NewDestination {
        name: "worker".into(),
        url: url.into(),
        endpoints: Some(Which::These(names)),
        ..Default::default()
    };
    add(app, new).await
}

async fn remove(admin: &Browser, endpoint: &Endpoint) -> Answer {
    let form = [("id", endpoint.id.to_string()), ("typed_name", endpoint.name.clone())];
    admin.post("/do/remove_endpoint", &form).await
}

/// A change of a destination in its form; where the answer leads, and what the page says.
async fn change(admin: &Browser, made: &Destination, more: &[(&str, &str)]) -> (String, String) {
    let id = made.id.to_string();
    let mut form = vec![("id", id.as_str()), ("name", "worker")];
    form.extend(more);
    let answer = admin.post("/do/change_destination", &form).await;
    let page = admin.get(&answer.location).await.text;
    (answer.location, page)
}

#[tokio::test]
async fn removing_its_endpoint_leaves_a_destination_nothing_and_no_save_makes_that_everything() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let (a, b) = (unsigned(&app, "orders").await, unsigned(&app, "billing").await);
    let made = only(&app, &receiver.url(), &[&a]).await;
    let admin = app.browser(Role::Admin).await;
    let page = admin.get(&format!("/settings/endpoints/{}", a.id)).await.text;
    assert!(page.contains("will get nothing") && page.contains("worker"), "{page}");
    assert_eq!(remove(&admin, &a).await.location, "/settings/endpoints");
    assert_eq!(of(&app, &made).await.destination.endpoints, Which::These(Vec::new()));

    // Everybody is told, wherever they look.
    let viewer = app.browser(Role::Viewer).await;
    app.http.post(app.ingest_url(&b)).body("{}").send().await.unwrap();
    for path in ["/destinations".to_owned(), format!("/destinations/{}", made.id), "/".to_owned()] {
        let shown = viewer.get(&path).await.text;
        assert!(shown.contains(TAKES_NOTHING), "{path}: {shown}");
    }
    let edit = format!("/destinations/{}/edit", made.id);
    let shown = admin.get(&edit).await.text;
    assert!(shown.contains(TAKES_NOTHING), "{shown}");

    // An admin changes the timeout, with what the form offers and with what it does not.
    for more in [
        &[("timeout", "30"), ("of", "these")][..],
        &[("timeout", "30")][..],
        &[("timeout", "30"), ("endpoints[]", "")][..],
    ] {
        let (location, page) = change(&admin, &made, more).await;
        assert_eq!(location, edit, "{more:?}");
        assert!(page.contains("choose at least one endpoint or every endpoint"), "{more:?}: {page}");
    }
    let (location, page) = change(&admin, &made, &[("of", "all"), ("endpoints[]", "billing")]).await;
    assert!(location == edit && page.contains("you ticked endpoints but chose every endpoint"), "{page}");
    let (_, page) = change(&admin, &made, &[("of", "these"), ("endpoints[]", "orders")]).await;
    assert!(page.contains("unknown endpoint orders"), "{page}");
    assert_eq!(of(&app, &made).await.destination.policy.timeout_ms, 15_000, "nothing was saved");
    assert!(receiver.received().is_empty(), "it gets nothing of others");

    // Everything is a choice of its own, and the log has it.
    let (location, _) = change(&admin, &made, &[("of", "all"), ("timeout", "30")]).await;
    assert_eq!(location, format!("/destinations/{}", made.id));
    app.http.post(app.ingest_url(&b)).body("{}").send().await.unwrap();
    receiver.wait_for(1).await;
    let audit = admin.get("/settings/audit").await.text;
    for said in [
        "source: removed endpoint orders taken out; none left",
        "source: none → every endpoint; timeout: 15000 ms → 30000 ms",
    ] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
}

#[tokio::test]
async fn a_destination_of_two_endpoints_keeps_the_one_that_is_left() {
    let app = TestApp::spawn().await;
    let (a, b) = (unsigned(&app, "orders").await, unsigned(&app, "billing").await);
    let made = only(&app, URL, &[&a, &b]).await;
    let admin = app.browser(Role::Admin).await;
    let page = admin.get(&format!("/settings/endpoints/{}", a.id)).await.text;
    assert!(
        page.contains("also get events from this endpoint") && !page.contains("will get nothing"),
        "{page}"
    );
    remove(&admin, &a).await;
    let left = of(&app, &made).await.destination;
    assert_eq!(left.endpoints, Which::These(vec![b.id]));
    assert!(!left.takes_nothing() && !left.takes(a.id, None) && left.takes(b.id, None));
    let live = app.state.destinations.by_id(made.id).unwrap();
    assert_eq!(live.destination.endpoints, left.endpoints, "also in memory");
}

#[test]
fn the_command_line_says_the_same_and_does_not_widen_either() {
    let workspace = Workspace::new();
    let scheme = ["--scheme", "none"];
    for name in ["orders", "billing"] {
        workspace.json(&[&["endpoint", "add", name, "--json"][..], &scheme].concat(), b"");
    }
    let add = ["destination", "add", "worker", "--url", URL, "--endpoint", "orders", "--json"];
    let made = workspace.json(&add, b"");
    assert_eq!(made["endpoints"].as_array().unwrap().len(), 1);
    let removed = workspace.json(&["endpoint", "remove", "orders", "--json"], b"");
    assert_eq!(removed["take_nothing_now"][0], "worker");
    let listed = &workspace.json(&["destination", "list", "--json"], b"")[0];
    assert_eq!((&listed["endpoints"], &listed["takes_nothing"]), (&serde_json::json!([]), &true.into()));
    let text = String::from_utf8(workspace.run(&["destination", "list"], b"").stdout).unwrap();
    assert!(text.contains("gets nothing: its endpoint was removed"), "{text}");
    let refused = workspace.run(&["destination", "change", "worker", "--type", "batch.*"], b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("choose at least one endpoint or every endpoint"),
        "{said}"
    );
    let changed =
        workspace.json(&["destination", "change", "worker", "--endpoint", "billing", "--json"], b"");
    assert_eq!(changed["endpoints"].as_array().unwrap().len(), 1);
    let changed = workspace.json(&["destination", "change", "worker", "--all-endpoints", "--json"], b"");
    assert_eq!((&changed["endpoints"], &changed["takes_nothing"]), (&"all".into(), &false.into()));
    for waits in ["", " ", "none"] {
        let name = format!("once {}", waits.len());
        workspace.json(&["destination", "add", &name, "--url", URL, "--waits", waits, "--json"], b"");
        let listed = workspace.json(&["destination", "list", "--json"], b"");
        let one = listed.as_array().unwrap().iter().find(|one| one["name"] == *name).unwrap().clone();
        assert_eq!(one["serving"]["waits"], serde_json::json!([]), "{waits:?}: never again");
    }
    let all =
        [made, changed, workspace.json(&["destination", "list", "--json"], b"")].map(|json| json.to_string());
    for secret in SECRETS {
        assert!(all.iter().all(|text| !text.contains(secret)), "{secret}: {all:?}");
    }
}

#[tokio::test]
async fn url_and_headers_are_sealed_and_shown_to_nobody() {
    let app = TestApp::spawn().await;
    let endpoint = unsigned(&app, "orders").await;
    let new = NewDestination {
        name: "worker".into(),
        url: URL.into(),
        headers: HEADERS.into(),
        ..Default::default()
    };
    let made = add(&app, new).await;
    // Nothing is found at that name, which an attempt tells of.
    app.http.post(app.ingest_url(&endpoint)).body("{}").send().await.unwrap();
    let delivery = app.last_delivery().await.summary.id;
    let begun = std::time::Instant::now();
    loop {
        let attempts =
            db::attempts::of_delivery(&mut app.state.db.read().await.unwrap(), delivery).await.unwrap();
        if !attempts.is_empty() {
            break;
        }
        assert!(begun.elapsed().as_secs() < 15, "no attempt was made");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for role in [Role::Viewer, Role::Member, Role::Admin] {
        let browser = app.browser(role).await;
        let mut paths = vec![
            "/".to_owned(),
            "/destinations".to_owned(),
            format!("/destinations/{}", made.id),
            format!("/events/{delivery}?tab=forwards"),
        ];
        if role == Role::Admin {
            paths.extend(["/settings/audit".to_owned(), format!("/destinations/{}/edit", made.id)]);
        }
        for path in paths {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            for secret in SECRETS {
                assert!(!answer.text.contains(secret), "{path} as {role}: {}", answer.text);
            }
            if path.starts_with("/destinations") {
                assert!(answer.text.contains("https://hooks.example.com/…"), "{path}: {}", answer.text);
            }
        }
    }
    // What a person typed comes back after a mistake, but not this.
    let admin = app.browser(Role::Admin).await;
    let form = [("name", ""), ("url", URL), ("headers", HEADERS)];
    let answer = admin.post("/do/add_destination", &form).await;
    let cookie = admin.cookie("hookpost-flash").unwrap();
    let page = admin.get(&answer.location).await.text;
    use base64::Engine;
    let kept = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cookie).unwrap();
    let kept = String::from_utf8(kept).unwrap();
    for secret in SECRETS {
        assert!(!page.contains(secret) && !kept.contains(secret), "{secret}: {kept}");
    }
    // At rest.
    let file = app.state.settings.database.clone();
    for name in [file.clone(), format!("{}-wal", file.display()).into()] {
        let bytes = std::fs::read(&name).unwrap_or_default();
        for secret in SECRETS {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", name.display());
        }
    }
    let opened = of(&app, &made).await;
    assert_eq!((opened.target.url.as_str(), opened.target.headers.as_str()), (URL, HEADERS));
}

#[test]
fn url_and_headers_survive_a_rotation_of_the_key() {
    let workspace = Workspace::new();
    let add = ["destination", "add", "worker", "--url", URL, "--header", HEADERS, "--json"];
    let made = workspace.json(&add, b"");
    assert_eq!(made["url"], "https://hooks.example.com/…");
    let rotated = workspace.run(&["key", "rotate", "--json"], b"");
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    // A change reads what is sealed, and keeps the URL.
    let changed = workspace.json(&["destination", "change", "worker", "--type", "batch.*", "--json"], b"");
    assert_eq!(changed["url"], "https://hooks.example.com/…");
    let moved =
        workspace.run(&["destination", "change", "worker", "--url", "https://elsewhere.example/x"], b"");
    let said = String::from_utf8_lossy(&moved.stderr).into_owned();
    assert!(!moved.status.success() && said.contains("the URL points to a different server"), "{said}");
}

#[tokio::test]
async fn an_admin_keeps_url_and_headers_by_leaving_them_empty_but_takes_no_header_to_another_server() {
    let app = TestApp::spawn().await;
    let new = NewDestination {
        name: "worker".into(),
        url: URL.into(),
        headers: HEADERS.into(),
        ..Default::default()
    };
    let made = add(&app, new).await;
    let admin = app.browser(Role::Admin).await;
    let page = format!("/destinations/{}", made.id);
    let target = async || of(&app, &made).await.target;
    let (location, _) = change(&admin, &made, &[("of", "all"), ("waits", "5s")]).await;
    assert_eq!(location, page);
    assert_eq!((target().await.url.as_str(), target().await.headers.as_str()), (URL, HEADERS));
    // Another path of the same server.
    let other = "https://hooks.example.com/other";
    assert_eq!(change(&admin, &made, &[("of", "all"), ("url", other)]).await.0, page);
    assert_eq!((target().await.url.as_str(), target().await.headers.as_str()), (other, HEADERS));
    // Another server: its owner must not come to the header.
    let evil = "https://evil.example/";
    let (location, shown) = change(&admin, &made, &[("of", "all"), ("url", evil)]).await;
    assert!(location.ends_with("/edit") && shown.contains("the URL points to a different server"), "{shown}");
    assert_eq!(target().await.url, other);
    assert_eq!(change(&admin, &made, &[("of", "all"), ("url", evil), ("no_headers", "true")]).await.0, page);
    assert_eq!((target().await.url.as_str(), target().await.headers.as_str()), (evil, ""));
    let audit = admin.get("/settings/audit").await.text;
    for said in [
        "URL: changed, still at https://hooks.example.com",
        "URL: https://hooks.example.com → https://evil.example; headers: 1 → 0, changed",
    ] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
    assert!(SECRETS.iter().all(|secret| !audit.contains(secret)), "{audit}");
}

#[tokio::test]
async fn before_and_after_of_the_filter_are_in_the_audit_log() {
    let app = TestApp::spawn().await;
    let (a, b) = (unsigned(&app, "orders").await, unsigned(&app, "billing").await);
    let made = only(&app, URL, &[&a]).await;
    let admin = app.browser(Role::Admin).await;
    let condition = "event.type == 'x'";
    let more = [
        ("of", "these"),
        ("endpoints[]", b.name.as_str()),
        ("types", "batch.* a.b"),
        ("condition", condition),
    ];
    change(&admin, &made, &more).await;
    let entries = db::audit::page(
        &mut app.state.db.read().await.unwrap(),
        &Default::default(),
        db::audit::AuditCursor::Before(i64::MAX),
        10,
    )
    .await
    .unwrap();
    let said = entries.iter().find(|entry| entry.action == "destination.changed").unwrap().detail.clone();
    assert_eq!(
        said,
        "source: orders → billing; types: all → batch.* a.b; condition: none → event.type == 'x'"
    );
    // Nothing but separators is no way to say "all".
    let (_, page) = change(&admin, &made, &[("of", "all"), ("types", " , ,")]).await;
    assert!(page.contains("or empty for all"), "{page}");
    assert_eq!(of(&app, &made).await.destination.types, ["batch.*", "a.b"]);
}

#[tokio::test]
async fn a_form_overwrites_nothing_that_somebody_changed_meanwhile() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let endpoint = unsigned(&app, "orders").await;
    let made = only(&app, URL, &[&endpoint]).await;
    let admin = app.browser(Role::Admin).await;
    app.user("second@example.com", Role::Admin).await;
    // Two forms of the same version; the first to be saved wins.
    let of_all = [("of", "all"), ("version", "1")];
    assert!(!change(&admin, &made, &[&of_all[..], &[("timeout", "20")]].concat()).await.0.ends_with("/edit"));
    let (location, page) = change(&admin, &made, &[&of_all[..], &[("waits", "none")]].concat()).await;
    assert!(location.ends_with("/edit"), "{page}");
    assert!(
        page.contains("Changed in the meantime by admin@example.com (source: orders → every endpoint; timeout: 15000 ms → 20000 ms)"),
        "{page}"
    );
    assert!(page.contains("name=\"version\" value=\"2\""), "saving again is meant: {page}");
    assert_eq!(of(&app, &made).await.destination.policy.waits.len(), 10);
    assert!(
        !change(&admin, &made, &[("of", "all"), ("version", "2"), ("waits", "none")])
            .await
            .0
            .ends_with("/edit")
    );

    // An endpoint's form does not bring a leaked URL back.
    let old = endpoint.key.clone();
    let id = endpoint.id.to_string();
    let page = admin.get(&format!("/settings/endpoints/{id}")).await.text;
    assert!(page.contains("name=\"version\" value=\"1\""), "{page}");
    admin.post("/do/change_endpoint_url", &[("id", id.as_str()), ("sure", "true")]).await;
    admin.post("/do/enable_endpoint", &[("id", id.as_str()), ("enabled", "false")]).await;
    let save = [
        ("id", id.as_str()),
        ("name", "renamed"),
        ("body_limit", ""),
        ("retention_days", "30"),
        ("version", "1"),
    ];
    admin.post("/do/change_endpoint", &save).await;
    let now = hookpost::endpoints::find(&app.state.db, endpoint.id).await.unwrap();
    assert_eq!((now.name.as_str(), now.retention_days, now.enabled), ("renamed", 30, false));
    assert_ne!(now.key, old);
    let answer = admin.post("/do/change_endpoint", &save).await;
    let page = admin.get(&answer.location).await.text;
    assert!(page.contains("Changed in the meantime by admin@example.com (name: orders → renamed"), "{page}");

    // Rules and channels likewise.
    let rules = hookpost::alerts::rules::list(&app.state.db, app.now_ms()).await.unwrap();
    let rule = rules.iter().find(|rule| rule.kind.word == "silence").unwrap();
    let rule_id = rule.id.to_string();
    let rule_form = |threshold| {
        [
            ("id", rule_id.as_str()),
            ("kind", "silence"),
            ("threshold", threshold),
            ("tell", "all"),
            ("version", "1"),
        ]
    };
    let saved = admin.post("/do/change_rule", &rule_form("2h")).await;
    assert!(!saved.location.ends_with("/edit"));
    let refused = admin.post("/do/change_rule", &rule_form("3h")).await;
    let page = admin.get(&refused.location).await.text;
    assert!(
        page.contains(
            "Changed in the meantime by admin@example.com (condition: more than 1 d → more than 2 h"
        ),
        "{page}"
    );
    let channel = crate::channels::webhook(&app, "team", "http://127.0.0.1:9/nobody").await.to_string();
    let channel_form =
        |name| [("id", channel.as_str()), ("name", name), ("min_severity", "info"), ("version", "1")];
    assert!(!admin.post("/do/change_channel", &channel_form("one")).await.location.ends_with("/edit"));
    let refused = admin.post("/do/change_channel", &channel_form("two")).await;
    let page = admin.get(&refused.location).await.text;
    assert!(page.contains("Changed in the meantime by admin@example.com (name: team → one)"), "{page}");
}

#[tokio::test]
async fn a_rule_s_channels_do_not_come_to_mean_all_by_a_save() {
    let app = TestApp::spawn_with(&ALLOW).await;
    unsigned(&app, "orders").await;
    let admin = app.browser(Role::Admin).await;
    let channel = crate::channels::webhook(&app, "team", "http://127.0.0.1:9/nobody").await;
    let ticked = channel.to_string();
    let form = [
        ("kind", "silence"),
        ("object", "orders"),
        ("threshold", "1h"),
        ("tell", "these"),
        ("channels[]", &ticked),
    ];
    let rule = admin.post("/do/add_rule", &form).await.location;
    assert!(admin.get(&rule).await.text.contains(">team<"));
    hookpost::alerts::channels::remove(&app.state.db, &app.actor(), channel).await.unwrap();
    assert!(admin.get(&rule).await.text.contains("its channels were removed"));
    let id = rule.rsplit('/').next().unwrap();
    let save = async |more: &[(&str, &str)]| {
        let form = [&[("id", id), ("kind", "silence"), ("threshold", "2h")][..], more].concat();
        let answer = admin.post("/do/change_rule", &form).await;
        admin.get(&answer.location).await.text
    };
    let page = save(&[("tell", "these")]).await;
    assert!(page.contains("tick at least one channel or choose every channel"), "{page}");
    save(&[]).await;
    let stored = async || {
        let rules = db::alert_rules::list(&mut app.state.db.read().await.unwrap()).await.unwrap();
        rules.into_iter().find(|rule| rule.id.to_string() == id).unwrap().settings.channels
    };
    assert_ne!(stored().await, Which::All, "what a form says nothing of does not widen");
    save(&[("tell", "all")]).await;
    assert_eq!(stored().await, Which::All);
}

#[tokio::test]
async fn a_described_scheme_that_believes_unsigned_headers_is_warned_of() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let form = [
        ("name", "odd"),
        ("scheme", "hmac"),
        ("hmac[header]", "x-signature"),
        ("hmac[algorithm]", "sha256"),
        ("hmac[encoding]", "hex"),
        ("hmac[signed]", "{body}"),
        ("hmac[timestamp_header]", "x-time"),
        ("hmac[id_header]", "x-id"),
    ];
    let page = admin.post("/do/create_endpoint", &form).await.location;
    let shown = admin.get(&page).await.text;
    assert!(
        shown.contains("Note: the timestamp is not signed, so the age check gives no protection"),
        "{shown}"
    );
    let later = app.browser(Role::Viewer).await.get(&page).await.text;
    for said in
        ["An unsigned header is trusted", "so the age check gives no protection", "so it can't be trusted"]
    {
        assert!(later.contains(said), "{said}: {later}");
    }
    let workspace = Workspace::new();
    let add = ["endpoint", "add", "odd", "--scheme", "hmac", "--hmac-timestamp-header", "x-time"];
    let said = String::from_utf8(workspace.run(&add, b"").stderr).unwrap();
    assert!(said.contains("the age check gives no protection"), "{said}");
    let signed = ["--hmac-signed", "{timestamp}.{body}"];
    let add = ["endpoint", "add", "fine", "--scheme", "hmac", "--hmac-timestamp-header", "x-time"];
    let said = String::from_utf8(workspace.run(&[&add[..], &signed].concat(), b"").stderr).unwrap();
    assert!(!said.contains("gives no protection") && !said.contains("can't be trusted"), "{said}");
}
