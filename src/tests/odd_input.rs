//! Whatever bytes stand in a field, no request ends in a panic.

use crate::{app::TestApp, browser::Browser};
use hookpost::{
    alerts::channels,
    app::{BackupForm, DestinationForm, HmacForm, TokenForm},
    model::user::Role,
};

/// The text fields of each server function. One that is missing here fails the test.
const FIELDS: &[(&str, &[&str])] = &[
    ("/do/login", &["email", "password", "next"]),
    ("/do/create_first_admin", &["token", "email", "password"]),
    ("/do/accept_invite", &["token", "password"]),
    ("/do/change_password", &["old_password", "password"]),
    ("/do/end_session", &["id"]),
    ("/do/invite_user", &["email", "role"]),
    ("/do/revoke_invite", &["id"]),
    ("/do/change_role", &["id", "role"]),
    ("/do/disable_user", &["id", "disabled"]),
    ("/do/create_endpoint", &["name", "scheme", "secret", "secret_format", "reference", "secret_headers"]),
    ("/do/change_endpoint", &["id", "name", "body_limit", "retention_days", "secret_headers", "version"]),
    ("/do/enable_endpoint", &["id", "enabled"]),
    ("/do/change_endpoint_url", &["id", "sure"]),
    ("/do/remove_endpoint", &["id", "typed_name"]),
    ("/do/add_secret", &["id", "label", "secret", "secret_format", "reference"]),
    ("/do/add_test_secret", &["id"]),
    ("/do/rotate_secret", &["id", "label", "secret", "secret_format", "reference", "generate", "hours"]),
    ("/do/extend_secret", &["id", "secret_id", "hours"]),
    ("/do/revoke_secret", &["id", "secret_id", "sure"]),
    ("/do/send_test_event", &["id", "event_type"]),
    ("/do/send_event", &["target", "event_type", "body", "fault"]),
    ("/do/try_secret", &["delivery", "secret", "secret_format"]),
    ("/do/reverify", &["delivery"]),
    ("/do/start_reverify", &["filter"]),
    ("/do/cancel_job", &["id"]),
    ("/do/pause_job", &["id", "paused"]),
    ("/do/start_replay", &["filter", "which", "to[]", "mode", "rate"]),
    ("/do/add_destination", &["id"]),
    ("/do/change_destination", &["id"]),
    ("/do/rotate_destination", &["id", "overlap"]),
    ("/do/pause_destination", &["id", "paused"]),
    ("/do/remove_destination", &["id", "sure"]),
    ("/do/acknowledge_incident", &["id", "note"]),
    ("/do/resolve_incident", &["id", "note"]),
    ("/do/note_incident", &["id", "note"]),
    ("/do/add_rule", RULE),
    ("/do/change_rule", RULE),
    ("/do/switch_rule", &["id", "enabled"]),
    ("/do/remove_rule", &["id", "sure"]),
    ("/do/add_channel", CHANNEL),
    ("/do/change_channel", CHANNEL),
    ("/do/rotate_channel", &["id", "overlap"]),
    ("/do/pause_channel", &["id", "paused"]),
    ("/do/remove_channel", &["id", "sure"]),
    ("/do/test_channel", &["id"]),
    ("/do/replay", &["delivery", "to[]", "mode", "new_id", "times"]),
    ("/do/replay_failed", &["delivery", "list"]),
    ("/do/add_token", &[]),
    ("/do/revoke_token", &["id"]),
    ("/do/retry_forward", &["delivery", "forward"]),
    ("/do/unlock_user", &["id"]),
    ("/do/change_backups", &[]),
    ("/do/back_up_now", &[]),
    ("/do/confirm_clock", &[]),
    ("/do/logout", &[]),
];

const RULE: &[&str] = &[
    "id",
    "kind",
    "object",
    "threshold",
    "recovery",
    "window",
    "least",
    "cooldown",
    "severity",
    "remind",
    "event_type",
    "end_types",
    "quiet",
    "weekend",
    "zone",
    "tell",
    "channels[]",
    "version",
];
/// Those that every kind has; each kind's own are added from its spec.
const CHANNEL: &[&str] = &["id", "kind", "name", "min_severity", "version"];

/// The fields that a function takes, those of its form's description among them.
fn fields(path: &str, own: &[&str]) -> Vec<String> {
    let of_kinds = || channels::ALL.iter().flat_map(|kind| kind.fields).map(|field| field.name).collect();
    let form = match path {
        "/do/add_channel" | "/do/change_channel" => of_kinds(),
        "/do/add_destination" | "/do/change_destination" => DestinationForm::fields(),
        "/do/change_backups" => BackupForm::fields(),
        "/do/add_token" => TokenForm::fields(),
        _ => Vec::new(),
    };
    let mut all: Vec<String> = own.iter().copied().chain(form).map(str::to_owned).collect();
    if path == "/do/create_endpoint" {
        all.extend(HmacForm::fields().into_iter().map(|field| format!("hmac[{field}]")));
    }
    all
}

/// Values for what has to be right before an odd one is looked at.
const RIGHT: &[(&str, &str)] = &[
    ("id", "01890000-0000-7000-8000-000000000000"),
    ("secret_id", "01890000-0000-7000-8000-000000000000"),
    ("delivery", "1"),
    ("forward", "1"),
    ("kind", "silence"),
    ("scheme", "hmac"),
    ("role", "viewer"),
    ("mode", "fresh"),
    ("which", "failed"),
    ("email", "odd@example.com"),
    ("name", "odd"),
    ("url", "https://hooks.example.com/x"),
    ("of", "all"),
    ("tell", "all"),
    ("retention_days", "1"),
    ("hours", "1"),
    ("overlap", "1"),
    ("disabled", "false"),
    ("enabled", "true"),
    ("paused", "true"),
    ("event_type", "a.b"),
    ("fault", "none"),
    ("secret_format", "text"),
    ("hmac[algorithm]", "sha256"),
    ("hmac[encoding]", "hex"),
    ("hmac[header]", "x-signature"),
    ("hmac[signed]", "{body}"),
];

/// Odd values, percent-encoded already.
fn odd() -> Vec<String> {
    let mut all: Vec<String> = [
        "%0A",
        "%0D%0A",
        "%C3%A9",
        "%250A",
        "%FF",
        "%FF%FE%C3",
        "%00",
        "%E2%80%AE",
        "%F0%9F%98%80",
        "%",
        "%zz",
        "a%0Ab",
        "%09",
        "%7F",
        "%C2%A0",
        "..%2F..%2Fx",
        "%2F%2Fevil.example",
        "%22%3E%3Cscript%3E",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "1e400",
        "NaN",
        "%5B%5D",
        "%7B%7D",
        "%27%27",
        "%24%7B7%7D",
        "+",
        "%26%3D",
        "curl+%24%27--%5Cxff%3D%27",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("x".repeat(20_000));
    all.push("%C3%A9".repeat(3_000));
    all.push("%0A".repeat(5_000));
    all
}

/// Right values for all fields of a function but one.
fn form(fields: &[String], wrong: &str, value: &str) -> String {
    let escape = |name: &str| name.replace('[', "%5B").replace(']', "%5D");
    let pairs = fields.iter().filter_map(|name| {
        if name == wrong {
            return Some(format!("{}={value}", escape(name)));
        }
        let (_, right) = RIGHT.iter().find(|(known, _)| known == name)?;
        let right: String = url::form_urlencoded::byte_serialize(right.as_bytes()).collect();
        Some(format!("{}={right}", escape(name)))
    });
    pairs.collect::<Vec<_>>().join("&")
}

async fn post(browser: &Browser, app: &TestApp, path: &str, accept: &str, body: String) -> u16 {
    let request = browser
        .request(reqwest::Method::POST, path)
        .header("accept", accept)
        .header("origin", format!("http://{}", app.address))
        .header("referer", format!("http://{}/\u{e9}", app.address).as_bytes())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    browser.send(request).await.status
}

/// Who may not do a thing is sent back, which is one path; so a few values do.
fn values(role: Role) -> Vec<String> {
    let all = odd();
    if role == Role::Admin { all } else { all.into_iter().take(10).collect() }
}

async fn try_all(role: Role) {
    let app = TestApp::spawn().await;
    app.openai().await;
    let known: Vec<&str> = FIELDS.iter().map(|(path, _)| *path).collect();
    let mut functions: Vec<(&str, Vec<String>)> =
        FIELDS.iter().map(|(path, own)| (*path, fields(path, own))).collect();
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        assert!(known.contains(&path), "{path} is not in the table");
    }
    // Last, for they end the session or change the password.
    functions.sort_by_key(|(path, _)| ["/do/logout", "/do/login", "/do/change_password"].contains(path));
    let mut browser = app.browser(role).await;
    for (path, fields) in functions {
        for field in fields.iter().map(String::as_str).chain(fields.is_empty().then_some("x")) {
            for (number, value) in values(role).into_iter().enumerate() {
                // Programs are answered otherwise than forms are.
                let accepts =
                    if number < 5 { &["text/html", "application/json"][..] } else { &["text/html"] };
                for accept in accepts {
                    let body = form(&fields, field, &value);
                    let status = post(&browser, &app, path, accept, body).await;
                    let short: String = value.chars().take(40).collect();
                    assert!(status < 500, "{path} {field}={short} as {role}, {accept}: {status}");
                }
                if path == "/do/logout" {
                    browser = Browser::new(&app);
                }
            }
        }
        // What a form said is read on the next page, whatever it was.
        assert!(browser.get("/login").await.status < 500, "{path}");
    }
}

#[tokio::test]
async fn odd_bytes_in_any_field_as_a_viewer_end_in_no_panic() {
    try_all(Role::Viewer).await;
}

#[tokio::test]
async fn odd_bytes_in_any_field_as_a_member_end_in_no_panic() {
    try_all(Role::Member).await;
}

#[tokio::test]
async fn odd_bytes_in_any_field_as_an_admin_end_in_no_panic() {
    try_all(Role::Admin).await;
}

#[tokio::test]
async fn odd_bytes_in_any_query_end_in_no_panic() {
    let app = TestApp::spawn().await;
    app.openai().await;
    let admin = app.browser(Role::Admin).await;
    let pages = [
        (
            "/events",
            &[
                "endpoint", "type", "verdict", "forward", "after", "before", "older", "newer", "id",
                "resource",
            ][..],
        ),
        ("/", &["range", "from", "to", "zone"]),
        ("/health", &["range", "from", "to", "endpoint"]),
        ("/replay", &["endpoint", "type", "verdict", "which"]),
        ("/reverify", &["endpoint", "type", "verdict"]),
        ("/destinations/condition", &["condition", "type"]),
        ("/alerts", &["state"]),
        ("/alerts/rules/new", &["kind", "threshold", "window", "object", "quiet", "zone"]),
        ("/alerts/channels/new", &["kind"]),
        ("/tools/send", &["target", "type"]),
        ("/settings/audit", &["before", "after", "actor", "action"]),
        ("/login", &["next"]),
    ];
    for (path, fields) in pages {
        for field in fields {
            for value in odd().into_iter().filter(|value| value.len() < 6_000) {
                let answer = admin.get(&format!("{path}?{field}={value}")).await;
                assert!(answer.status < 500, "{path}?{field}={value}: {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn a_pasted_request_of_odd_bytes_is_answered_with_a_page() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    for pasted in [
        r"curl $'--\xff='",
        r"curl $'--\xff\xfe=\xff'",
        r"curl $'-H\xff: \xff' $'-d\xff'",
        "curl '--\u{fffd}='",
        "curl --é=x -Hé:x",
        "{\"headers\":[{\"name\":\"é\",\"value\":\"\\u0000\"}]}",
        "é: é\n\né",
    ] {
        let form =
            [("request", pasted), ("scheme", "openai"), ("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
        let answer = viewer.post("/tools/verify", &form).await;
        assert_eq!(answer.status, 200, "{pasted}: {}", answer.text);
    }
}
