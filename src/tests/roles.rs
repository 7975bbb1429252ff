//! Every page, server function and stream, as nobody and as each role. What is not in the table fails.

use crate::{
    app::{TestApp, event},
    browser::Browser,
};
use hookpost::{app::App, model::user::Role};
use std::collections::BTreeSet;

/// The weakest role that gets to see a page; none: everyone.
const PAGES: &[(&str, Option<Role>)] = &[
    ("/", Some(Role::Viewer)),
    ("/events", Some(Role::Viewer)),
    ("/health", Some(Role::Viewer)),
    ("/events/:id", Some(Role::Viewer)),
    ("/events/:id/edit", Some(Role::Member)),
    ("/events/{id}/body", Some(Role::Viewer)),
    ("/live/deliveries", Some(Role::Viewer)),
    ("/settings/endpoints", Some(Role::Viewer)),
    ("/settings/endpoints/new", Some(Role::Admin)),
    ("/settings/endpoints/:id", Some(Role::Viewer)),
    ("/destinations", Some(Role::Viewer)),
    ("/destinations/new", Some(Role::Admin)),
    ("/destinations/condition", Some(Role::Member)),
    ("/destinations/:id/edit", Some(Role::Admin)),
    ("/destinations/:id", Some(Role::Viewer)),
    ("/alerts", Some(Role::Viewer)),
    ("/alerts/incidents/:id", Some(Role::Viewer)),
    ("/alerts/rules", Some(Role::Viewer)),
    ("/alerts/rules/new", Some(Role::Admin)),
    ("/alerts/rules/:id/edit", Some(Role::Admin)),
    ("/alerts/rules/:id", Some(Role::Viewer)),
    ("/alerts/channels", Some(Role::Viewer)),
    ("/alerts/channels/new", Some(Role::Admin)),
    ("/alerts/channels/:id/edit", Some(Role::Admin)),
    ("/alerts/channels/:id", Some(Role::Viewer)),
    ("/replay", Some(Role::Member)),
    ("/reverify", Some(Role::Member)),
    ("/jobs/:id", Some(Role::Viewer)),
    ("/tools/verify", Some(Role::Viewer)),
    ("/tools/send", Some(Role::Member)),
    ("/tools/types", Some(Role::Viewer)),
    ("/settings/tokens", Some(Role::Admin)),
    ("/settings/audit", Some(Role::Admin)),
    ("/settings/backups", Some(Role::Admin)),
    ("/settings/audit.jsonl", Some(Role::Admin)),
    ("/settings/team", Some(Role::Viewer)),
    ("/settings/account", Some(Role::Viewer)),
    ("/login", None),
    ("/setup/:token", None),
    ("/invite/:token", None),
    ("/no/such/page", Some(Role::Viewer)),
];

/// The weakest role that may call a server function.
const FUNCTIONS: &[(&str, Option<Role>)] = &[
    ("/do/login", None),
    ("/do/create_first_admin", None),
    ("/do/accept_invite", None),
    ("/do/change_password", Some(Role::Viewer)),
    ("/do/end_session", Some(Role::Viewer)),
    ("/do/invite_user", Some(Role::Admin)),
    ("/do/revoke_invite", Some(Role::Admin)),
    ("/do/change_role", Some(Role::Admin)),
    ("/do/confirm_clock", Some(Role::Admin)),
    ("/do/disable_user", Some(Role::Admin)),
    ("/do/unlock_user", Some(Role::Admin)),
    ("/do/create_endpoint", Some(Role::Admin)),
    ("/do/change_endpoint", Some(Role::Admin)),
    ("/do/enable_endpoint", Some(Role::Admin)),
    ("/do/change_endpoint_url", Some(Role::Admin)),
    ("/do/remove_endpoint", Some(Role::Admin)),
    ("/do/add_secret", Some(Role::Admin)),
    ("/do/add_test_secret", Some(Role::Admin)),
    ("/do/rotate_secret", Some(Role::Admin)),
    ("/do/extend_secret", Some(Role::Admin)),
    ("/do/revoke_secret", Some(Role::Admin)),
    ("/do/send_test_event", Some(Role::Member)),
    ("/do/send_event", Some(Role::Member)),
    ("/do/try_secret", Some(Role::Member)),
    ("/do/reverify", Some(Role::Member)),
    ("/do/start_reverify", Some(Role::Member)),
    ("/do/cancel_job", Some(Role::Member)),
    ("/do/pause_job", Some(Role::Member)),
    ("/do/start_replay", Some(Role::Member)),
    ("/do/add_destination", Some(Role::Admin)),
    ("/do/change_destination", Some(Role::Admin)),
    ("/do/rotate_destination", Some(Role::Admin)),
    ("/do/pause_destination", Some(Role::Admin)),
    ("/do/remove_destination", Some(Role::Admin)),
    ("/do/acknowledge_incident", Some(Role::Member)),
    ("/do/resolve_incident", Some(Role::Member)),
    ("/do/note_incident", Some(Role::Member)),
    ("/do/add_rule", Some(Role::Admin)),
    ("/do/change_rule", Some(Role::Admin)),
    ("/do/switch_rule", Some(Role::Admin)),
    ("/do/remove_rule", Some(Role::Admin)),
    ("/do/add_channel", Some(Role::Admin)),
    ("/do/change_channel", Some(Role::Admin)),
    ("/do/rotate_channel", Some(Role::Admin)),
    ("/do/pause_channel", Some(Role::Admin)),
    ("/do/remove_channel", Some(Role::Admin)),
    ("/do/test_channel", Some(Role::Member)),
    ("/do/replay", Some(Role::Member)),
    ("/do/replay_failed", Some(Role::Member)),
    ("/do/change_backups", Some(Role::Admin)),
    ("/do/back_up_now", Some(Role::Admin)),
    ("/do/add_token", Some(Role::Admin)),
    ("/do/revoke_token", Some(Role::Admin)),
    ("/do/retry_forward", Some(Role::Member)),
    // Last, for it ends the session.
    ("/do/logout", Some(Role::Viewer)),
];

/// A value for every argument that any function takes, so that it gets as far as its check of the role. The ids name
/// nothing, so nothing is changed.
const ARGUMENTS: &[(&str, &str)] = &[
    ("id", "01890000-0000-7000-8000-000000000000"),
    ("email", "x"),
    ("password", "x"),
    ("old_password", "x"),
    ("next", ""),
    ("token", "x"),
    ("role", "viewer"),
    ("disabled", "false"),
    ("enabled", "true"),
    ("name", ""),
    ("scheme", "openai"),
    ("secret", ""),
    ("secret_format", "prefixed"),
    ("label", ""),
    ("body_limit", ""),
    ("retention_days", "1"),
    ("event_type", "batch.completed"),
    ("typed_name", "x"),
    ("body", "{}"),
    ("delivery", "1"),
    ("fault", "none"),
    ("target", "x"),
    ("url", "x"),
    ("paused", "true"),
    ("mode", "fresh"),
    ("forward", "1"),
    ("filter", ""),
    ("secret_id", "01890000-0000-7000-8000-000000000000"),
    ("hours", "1"),
    ("sure", "true"),
    ("days", ""),
    ("which", "failed"),
    ("rate", "x"),
    ("overlap", "x"),
    ("kind", "x"),
];

const ROLES: [Option<Role>; 4] = [None, Some(Role::Viewer), Some(Role::Member), Some(Role::Admin)];

async fn visitor(app: &TestApp, role: Option<Role>) -> Browser {
    match role {
        Some(role) => app.browser(role).await,
        None => Browser::new(app),
    }
}

#[tokio::test]
async fn every_page_and_stream_asks_for_its_role() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", &event("x.y", "z")).send().await.unwrap();
    let delivery = app.last_delivery().await.summary.id;
    let routes = leptos_axum::generate_route_list(App);
    let known: BTreeSet<&str> = PAGES.iter().map(|(path, _)| *path).collect();
    for route in &routes {
        let path = route.path().replace('{', ":").replace('}', "");
        assert!(known.contains(path.as_str()), "{path} is not in the table");
    }
    for role in ROLES {
        let browser = visitor(&app, role).await;
        for &(path, needed) in PAGES {
            let of_endpoint = path.starts_with("/settings/endpoints/:id");
            let id = if of_endpoint { endpoint.id.to_string() } else { delivery.to_string() };
            let url = path.replace(":id", &id).replace("{id}", &id).replace(":token", "x");
            // A stream has no end: its head is enough.
            let answer = browser.request(reqwest::Method::GET, &url).header("accept", "text/html").send();
            let status = answer.await.unwrap().status().as_u16();
            let expected: &[u16] = match (needed, role) {
                (None, _) if path.contains("token") => &[404],
                // Who is logged in is sent on.
                (None, Some(_)) => &[302],
                (None, None) => &[200],
                (Some(_), None) => &[303],
                (Some(needed), Some(role)) if role < needed => &[403],
                _ if path.contains("no/such")
                    || path.starts_with("/jobs")
                    || path.starts_with("/alerts/incidents/:id")
                    || path.starts_with("/alerts/rules/:id")
                    || path.starts_with("/alerts/channels/:id")
                    || path.starts_with("/destinations/:id") =>
                {
                    &[404]
                }
                _ => &[200],
            };
            assert!(expected.contains(&status), "{path} as {role:?}: {status}, expected {expected:?}");
        }
    }
}

#[tokio::test]
async fn every_server_function_asks_for_its_role() {
    let app = TestApp::spawn().await;
    let known: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, _)| *path).collect();
    let registered: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert!(registered.len() >= 15, "{registered:?}");
    for path in &registered {
        assert!(known.contains(path), "{path} is not in the table");
    }
    for role in ROLES {
        let browser = visitor(&app, role).await;
        for (path, needed) in FUNCTIONS {
            assert!(registered.contains(path), "{path} is not registered");
            let request = browser
                .request(reqwest::Method::POST, path)
                .header("accept", "application/json")
                .header("origin", format!("http://{}", app.address))
                .form(ARGUMENTS);
            let answer = browser.send(request).await;
            let (status, text) = (answer.status, answer.text);
            match (needed, role) {
                (Some(_), None) => assert_eq!(status, 401, "{path} as nobody: {text}"),
                (Some(needed), Some(role)) if role < *needed => {
                    assert_eq!(status, 403, "{path} as {role:?}: {text}");
                }
                _ => assert!(![401, 403, 500].contains(&status), "{path} as {role:?}: {status} {text}"),
            }
        }
    }
}

#[tokio::test]
async fn malformed_calls_are_the_caller_s_fault() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    for (path, body) in [
        ("/do/change_role", "id=nonsense&role=viewer"),
        ("/do/change_role", ""),
        ("/do/create_endpoint", "name=%ff%fe"),
        ("/do/no_such_function", "x"),
        ("/do/login", "email=x"),
    ] {
        let request = admin
            .request(reqwest::Method::POST, path)
            .header("accept", "application/json")
            .header("origin", format!("http://{}", app.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = admin.send(request).await;
        assert!((400..500).contains(&answer.status), "{path} {body:?}: {} {}", answer.status, answer.text);
    }
    for path in ["/events/nonsense", "/events/99", "/settings/endpoints/nonsense", "/events/99/body"] {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
    for query in ["?after=soon", "?older=x", "?type=%00", "?verdict=nothing", "?before=9999999999999999d"] {
        let status = admin.get(&format!("/events{query}")).await.status;
        assert!([200, 422].contains(&status), "{query}: {status}");
    }
}

#[tokio::test]
async fn what_comes_from_elsewhere_changes_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let form = [("name", "x"), ("scheme", "none")];
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", ""),
        ("sec-fetch-site", ""),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-nothing", "said"),
    ] {
        let request =
            admin.request(reqwest::Method::POST, "/do/create_endpoint").header(header, value).form(&form);
        assert_eq!(admin.send(request).await.status, 403, "{header}: {value}");
    }
    let mut connection = app.state.db.read().await.unwrap();
    assert!(hookpost::db::endpoints::list(&mut connection).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_page_carries_the_security_headers() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    let mut nonces = BTreeSet::new();
    for path in ["/", "/events", "/login", "/no/such/page"] {
        let answer = viewer.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(answer.text.contains(&format!("nonce=\"{nonce}\"")), "{path}");
        assert!(!answer.text.contains("style=\""), "{path}: inline styles are blocked by the policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"));
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 4, "each page has its own nonce");
}
