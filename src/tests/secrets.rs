//! Secrets over their life: rotation with an overlap, revoking, references, the master key; and what the audit log says.

use crate::{
    app::{SECRET, TestApp, event, sign},
    process::Workspace,
};
use hookpost::{
    db,
    model::{
        audit::Entry,
        endpoint::{Endpoint, SecretState},
        ids::SecretId,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
};
use insta::assert_snapshot;

const NEW_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const HOUR_MS: i64 = 3_600_000;

async fn send_with(app: &TestApp, endpoint: &Endpoint, secret: &str, id: &str) -> u16 {
    let (now, body) = (app.now_ms() / 1_000, event("batch.completed", "batch_1"));
    let request = app
        .http
        .post(app.ingest_url(endpoint))
        .header("webhook-id", id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", sign(secret, id, now, &body))
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

async fn audit(app: &TestApp) -> Vec<Entry> {
    let newest = db::audit::AuditCursor::Before(i64::MAX);
    db::audit::page(&mut app.state.db.read().await.unwrap(), &Default::default(), newest, 100).await.unwrap()
}

async fn secret_ids(app: &TestApp, endpoint: &Endpoint) -> Vec<(SecretId, SecretState)> {
    let all = db::secrets::list(&mut app.state.db.read().await.unwrap(), endpoint.id).await.unwrap();
    all.iter().map(|secret| (secret.id, secret.state(app.now_ms()))).collect()
}

#[tokio::test]
async fn a_rotation_keeps_the_old_secret_for_its_time_and_counts_who_signs_with_which() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let admin = app.browser(Role::Admin).await;
    let page = format!("/settings/endpoints/{}", endpoint.id);
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_1").await, 200);
    let id = endpoint.id.to_string();
    let form = [("id", id.as_str()), ("secret", NEW_SECRET), ("label", "second"), ("hours", "24")];
    assert_eq!(admin.post("/do/rotate_secret", &form).await.location, page);
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_2").await, 200, "the old one stays");
    assert!(app.last_delivery().await.summary.old_secret);
    assert_eq!(send_with(&app, &endpoint, NEW_SECRET, "wh_3").await, 200);
    assert!(!app.last_delivery().await.summary.old_secret);
    let shown = admin.get(&page).await.text;
    assert!(
        shown.contains("33 % of deliveries in the last 24 h were signed with the new secret."),
        "{shown}"
    );
    assert!(!shown.contains(NEW_SECRET), "a pasted secret is never shown again");
    app.set_clock(app.now_ms() + 24 * HOUR_MS);
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_4").await, 400, "has expired");
    assert_eq!(send_with(&app, &endpoint, NEW_SECRET, "wh_5").await, 200);
}

#[tokio::test]
async fn a_generated_secret_is_shown_once_to_the_admin_who_asked() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("own", Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, Some(SECRET)).await;
    let admin = app.browser(Role::Admin).await;
    let (id, page) = (endpoint.id.to_string(), format!("/settings/endpoints/{}", endpoint.id));
    let form = [("id", id.as_str()), ("generate", "true"), ("hours", "0")];
    admin.post("/do/rotate_secret", &form).await;
    let first = admin.get(&page).await.text;
    let secret = first.split("whsec_").nth(1).map(|rest| format!("whsec_{}", &rest[..44])).unwrap();
    assert!(!admin.get(&page).await.text.contains(&secret), "only once");
    assert_eq!(send_with(&app, &endpoint, &secret, "wh_1").await, 200);
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_2").await, 400, "no overlap was wanted");
    let stored = std::fs::read(&app.state.settings.database).unwrap();
    assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "sealed at all times");
}

#[tokio::test]
async fn the_last_secret_in_use_goes_only_when_someone_is_sure() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let admin = app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    let secret = secret_ids(&app, &endpoint).await[0].0.to_string();
    let form = [("id", id.as_str()), ("secret_id", secret.as_str())];
    admin.post("/do/revoke_secret", &form).await;
    assert_eq!(secret_ids(&app, &endpoint).await[0].1, SecretState::Active, "it asked");
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_1").await, 200);
    admin.post("/do/revoke_secret", &[form[0], form[1], ("sure", "true")]).await;
    assert_eq!(secret_ids(&app, &endpoint).await[0].1, SecretState::Revoked);
    assert_eq!(send_with(&app, &endpoint, SECRET, "wh_2").await, 400);
    let extend = [form[0], form[1], ("hours", "5")];
    admin.post("/do/extend_secret", &extend).await;
    assert_eq!(secret_ids(&app, &endpoint).await[0].1, SecretState::Revoked, "revoked is for good");
}

#[tokio::test]
async fn an_end_can_be_moved_and_taken_back() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let admin = app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    let secret = secret_ids(&app, &endpoint).await[0].0.to_string();
    let state = async || secret_ids(&app, &endpoint).await[0].1;
    let set = async |hours: &str| {
        admin
            .post("/do/extend_secret", &[("id", id.as_str()), ("secret_id", &secret), ("hours", hours)])
            .await
    };
    set("2").await;
    assert_eq!(state().await, SecretState::Expiring);
    app.set_clock(app.now_ms() + 3 * HOUR_MS);
    assert_eq!(state().await, SecretState::Expired);
    set("").await;
    assert_eq!(state().await, SecretState::Active);
    for hours in ["-1", "3000", "soon"] {
        set(hours).await;
        assert_eq!(state().await, SecretState::Active, "{hours}");
    }
}

#[tokio::test]
async fn a_secret_in_a_file_follows_the_file_and_a_missing_one_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let app = TestApp::spawn_with(&["--secret-dirs", dir.path().to_str().unwrap()]).await;
    let file = dir.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let admin = app.browser(Role::Admin).await;
    let reference = format!("file:{}", file.display());
    let form = [("name", "stored elsewhere"), ("scheme", "openai"), ("reference", reference.as_str())];
    let page = admin.post("/do/create_endpoint", &form).await.location;
    let all = db::endpoints::list(&mut app.state.db.read().await.unwrap()).await.unwrap();
    let endpoint = all.first().expect("it was made");
    assert_eq!(send_with(&app, endpoint, SECRET, "wh_1").await, 200);
    std::fs::write(&file, format!("{NEW_SECRET}\n\n").trim_end()).unwrap();
    let begun = std::time::Instant::now();
    while send_with(&app, endpoint, NEW_SECRET, "wh_2").await != 200 {
        assert!(begun.elapsed().as_secs() < 5, "the file was not read again");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    std::fs::remove_file(&file).unwrap();
    app.state.ingest.registry.reload(&app.state.db).await.unwrap();
    assert_eq!(send_with(&app, endpoint, NEW_SECRET, "wh_3").await, 400);
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("Unreadable") && shown.contains("the server can't use it"), "{shown}");
    assert!(shown.contains(&reference), "an admin sees where it is kept");
    let refused =
        admin.post("/do/create_endpoint", &[("name", "b"), form[1], ("reference", "file:/no/such")]).await;
    assert_eq!(refused.location, "/settings/endpoints/new");
}

#[tokio::test]
async fn the_audit_log_tells_who_changed_what_and_only_admins_read_it() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let form = [("name", "prod"), ("scheme", "openai"), ("secret", SECRET)];
    let page = admin.post("/do/create_endpoint", &form).await.location;
    let id = page.rsplit('/').next().unwrap().to_owned();
    let with_id = |more: &[(&'static str, &'static str)]| {
        let mut form = vec![("id", id.clone())];
        form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        form
    };
    admin
        .post(
            "/do/change_endpoint",
            &with_id(&[("name", "prod-2"), ("body_limit", "100"), ("retention_days", "9")]),
        )
        .await;
    admin.post("/do/enable_endpoint", &with_id(&[("enabled", "false")])).await;
    admin.post("/do/change_endpoint_url", &with_id(&[("sure", "true")])).await;
    admin.post("/do/add_secret", &with_id(&[("secret", NEW_SECRET), ("label", "two")])).await;
    admin
        .post("/do/rotate_secret", &with_id(&[("secret", SECRET), ("label", "three"), ("hours", "0")]))
        .await;
    admin.post("/do/invite_user", &[("email", "ada@example.com"), ("role", "viewer")]).await;
    app.user("bob@example.com", Role::Viewer).await;
    let bob = db::users::with_hash(&mut app.state.db.read().await.unwrap(), "bob@example.com")
        .await
        .unwrap()
        .unwrap()
        .0;
    let bob = bob.id.to_string();
    admin.post("/do/change_role", &[("id", bob.as_str()), ("role", "member")]).await;
    admin.post("/do/disable_user", &[("id", bob.as_str()), ("disabled", "true")]).await;
    admin.post("/do/remove_endpoint", &with_id(&[("typed_name", "prod-2")])).await;
    let mut entries = audit(&app).await;
    entries.reverse();
    let told: Vec<String> = entries
        .iter()
        .map(|e| format!("{} {} {} | {}", e.actor, e.action, e.object, e.detail).trim_end().to_owned())
        .collect();
    assert_snapshot!(told.join("\n"), @r"
    the test user.added admin@example.com | as admin
    admin@example.com login.succeeded admin@example.com | new browser
    admin@example.com endpoint.added prod | scheme openai
    admin@example.com endpoint.changed prod-2 | name: prod → prod-2; body limit: the server's → 100; days kept: 90 → 9
    admin@example.com endpoint.changed prod-2 | state: enabled → disabled
    admin@example.com endpoint.url-changed prod-2 |
    admin@example.com secret.added prod-2 | “two”
    admin@example.com secret.rotated prod-2 | “three” takes over; 2 older end at once
    admin@example.com invite.added ada@example.com | as viewer
    the test user.added bob@example.com | as viewer
    admin@example.com user.role-changed bob@example.com | to member
    admin@example.com user.disabled bob@example.com |
    admin@example.com endpoint.removed prod-2 |
    ");
    assert!(
        entries
            .iter()
            .skip(1)
            .filter(|e| e.actor != "the test")
            .all(|e| e.client.as_deref() == Some("127.0.0.1"))
    );
    let everything = told.join("\n");
    assert!(!everything.contains(&SECRET[10..]) && !everything.contains(&NEW_SECRET[10..]));
    assert!(admin.get("/settings/audit").await.text.contains("rotated the secret of prod-2"));
}

#[test]
fn the_master_key_changes_beside_a_running_server_and_after_a_crash_at_any_point() {
    let workspace = Workspace::new();
    workspace.json(&["endpoint", "add", "prod", "--secret-stdin", "--json"], SECRET.as_bytes());
    let key = |name: &str| std::fs::read_to_string(workspace.path(name)).unwrap_or_default();
    let before = key("hookpost.db.key");
    let mut server = workspace.serve(&[]);
    let said = workspace.json(&["key", "rotate", "--json"], b"");
    assert_eq!(said["rotated"], true);
    let after = key("hookpost.db.key");
    assert!(after != before && key("hookpost.db.key.old") == before && key("hookpost.db.key.new").is_empty());
    // The running server takes the new key: an endpoint that is sealed with it verifies within a second.
    let made = workspace.json(&["endpoint", "add", "later", "--secret-stdin", "--json"], SECRET.as_bytes());
    let path = made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    let url = format!("{}/in/{path}", server.base_url);
    let begun = std::time::Instant::now();
    while !workspace.run(&["send", &url, "--secret-stdin"], SECRET.as_bytes()).status.success() {
        assert!(begun.elapsed().as_secs() < 5, "{:?}", server.log);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    server.signal("TERM");
    server.wait_for("stopped");
    drop(server);
    // A crash after the transaction and before the files were changed: the new key lies beside the old one.
    std::fs::rename(workspace.path("hookpost.db.key"), workspace.path("hookpost.db.key.new")).unwrap();
    std::fs::write(workspace.path("hookpost.db.key"), &before).unwrap();
    assert_eq!(workspace.json(&["endpoint", "list", "--json"], b"").as_array().unwrap().len(), 2);
    assert_eq!(key("hookpost.db.key"), after, "the next start brought it to its end");
    // A crash before the transaction: the key beside is of no use and in nobody's way.
    std::fs::write(workspace.path("hookpost.db.key.new"), &before).unwrap();
    assert_eq!(workspace.json(&["key", "rotate", "--json"], b"")["rotated"], true);
    assert!(key("hookpost.db.key") != after);
}

#[test]
fn a_master_key_in_a_variable_is_changed_for_one_that_is_given() {
    let workspace = Workspace::new();
    let old = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let new = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=";
    let run = |key: &str, args: &[&str], stdin: &str| {
        let mut all = vec!["--encryption-key", key];
        all.extend(args);
        workspace.run(&all, stdin.as_bytes())
    };
    assert!(run(old, &["endpoint", "add", "a", "--secret-stdin"], SECRET).status.success());
    let asked = run(old, &["key", "rotate"], "");
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("--new-key-stdin"));
    assert_eq!(run(old, &["key", "rotate", "--new-key-stdin"], "short").status.code(), Some(2));
    assert!(run(old, &["key", "rotate", "--new-key-stdin"], new).status.success());
    assert!(!run(old, &["endpoint", "list"], "").status.success(), "the old key opens it no more");
    assert!(run(new, &["endpoint", "show", "a"], "").status.success());
}
