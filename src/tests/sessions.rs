//! How long sessions live, what ends them, and the forms of people who have none.

use crate::{app::TestApp, browser::Browser};
use hookpost::{db, model::user::Role};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// When the only session there is was used last.
async fn seen_at(app: &TestApp) -> i64 {
    let mut connection = app.state.db.read().await.unwrap();
    connection.sql("SELECT seen_at FROM sessions").scalar().await.unwrap()
}

/// How many secrets wait to be shown once.
async fn kept(app: &TestApp) -> i64 {
    let mut connection = app.state.db.read().await.unwrap();
    connection.sql("SELECT count(*) FROM shown_once").scalar().await.unwrap()
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_and_lives_on_when_it_is_used() {
    let app = TestApp::spawn_with(&["--session-idle-hours", "2"]).await;
    let browser = app.browser(Role::Viewer).await;
    for _ in 0..3 {
        app.set_clock(app.now_ms() + 2 * HOUR_MS - 1);
        assert_eq!(browser.get("/events").await.status, 200);
    }
    app.set_clock(app.now_ms() + 2 * HOUR_MS);
    assert_eq!(browser.get("/events").await.status, 303);
}

#[tokio::test]
async fn reading_pages_writes_the_session_every_few_minutes_only() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Viewer).await;
    let before = seen_at(&app).await;
    app.set_clock(app.now_ms() + 4 * MINUTE_MS);
    let answer = browser.get("/events").await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(seen_at(&app).await, before);
    app.set_clock(app.now_ms() + 2 * MINUTE_MS);
    browser.get("/events").await;
    assert_eq!(seen_at(&app).await, app.now_ms());
}

#[tokio::test]
async fn a_session_takes_nothing_over_from_the_one_before_it() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Admin).await;
    browser.post("/do/invite_user", &[("email", "new@example.com"), ("role", "admin")]).await;
    assert_eq!(kept(&app).await, 1);
    browser.post("/do/login", &[("email", "admin@example.com"), ("password", crate::app::PASSWORD)]).await;
    assert_eq!(kept(&app).await, 0);
}

#[tokio::test]
async fn people_see_their_own_sessions_and_end_them_but_nobody_elses() {
    let app = TestApp::spawn().await;
    let here = app.browser(Role::Viewer).await;
    let there = app.browser(Role::Viewer).await;
    let stranger = app.browser(Role::Admin).await;
    let page = here.get("/settings/account").await.text;
    assert!(page.contains("this session") && page.contains("127.0.0.1"));
    let ids: Vec<&str> = page
        .split("action=\"/do/end_session\"")
        .skip(1)
        .map(|form| form.split("value=\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    assert_eq!(ids.len(), 1, "the other session, not the one in use");
    stranger.post("/do/end_session", &[("id", ids[0])]).await;
    assert_eq!(there.get("/events").await.status, 200);
    here.post("/do/end_session", &[("id", ids[0])]).await;
    assert_eq!(there.get("/events").await.status, 303);
    assert_eq!(here.get("/events").await.status, 200);
    for nonsense in ["", "%%%", "AAAA"] {
        here.post("/do/end_session", &[("id", nonsense)]).await;
        assert!(here.get("/settings/account").await.text.contains("This session doesn't exist."));
    }
}

#[tokio::test]
async fn changing_the_password_changes_the_token() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Viewer).await;
    let first = browser.cookie("hookpost").unwrap();
    let form = [("old_password", crate::app::PASSWORD), ("password", "correct horse battery")];
    browser.post("/do/change_password", &form).await;
    assert_eq!(browser.get("/events").await.status, 200);
    assert_ne!(browser.cookie("hookpost").unwrap(), first);
    let thief = Browser::new(&app);
    thief.set_cookie("hookpost", &first);
    assert_eq!(thief.get("/events").await.status, 303);
}

#[tokio::test]
async fn who_is_logged_out_is_sent_to_log_in_and_then_on_to_the_page_asked_for() {
    let app = TestApp::spawn().await;
    app.user("ada@example.com", Role::Viewer).await;
    let browser = Browser::new(&app);
    let asked = browser.get("/events?type=a%20b").await.location;
    assert_eq!(asked, "/login?next=%2Fevents%3Ftype%3Da%2520b");
    let page = browser.get(&asked).await.text;
    assert!(page.contains("value=\"/events?type=a%20b\""), "{page}");
    let sent_late = browser.post("/do/send_test_event", &[("id", "x")]).await;
    assert_eq!(
        (sent_late.status, sent_late.location.as_str()),
        (303, "/login"),
        "a form of an ended session"
    );
    let log_in = |next: &'static str| {
        [("email", "ada@example.com"), ("password", crate::app::PASSWORD), ("next", next)]
    };
    assert_eq!(browser.post("/do/login", &log_in("/events?type=a%20b")).await.location, "/events?type=a%20b");
    assert_eq!(browser.get("/login").await.location, "/");
    for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        assert_eq!(browser.post("/do/login", &log_in(elsewhere)).await.location, "/", "{elsewhere}");
    }
    let answer = app.http.get(format!("{}/events", app.base_url)).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn the_invites_of_an_admin_go_with_the_role() {
    for end in [("/do/change_role", ("role", "member")), ("/do/disable_user", ("disabled", "true"))] {
        let app = TestApp::spawn().await;
        let boss = app.browser(Role::Admin).await;
        app.user("other@example.com", Role::Admin).await;
        let other = Browser::new(&app);
        let login = [("email", "other@example.com"), ("password", crate::app::PASSWORD)];
        other.post("/do/login", &login).await;
        other.post("/do/invite_user", &[("email", "back@example.com"), ("role", "admin")]).await;
        let page = other.get("/settings/team").await.text;
        let token = page.split("/invite/").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let guest = Browser::new(&app);
        assert_eq!(guest.get(&format!("/invite/{token}")).await.status, 200);
        let found =
            db::users::with_hash(&mut app.state.db.read().await.unwrap(), "other@example.com").await.unwrap();
        let id = found.unwrap().0.id.to_string();
        boss.post(end.0, &[("id", id.as_str()), end.1]).await;
        assert_eq!(guest.get(&format!("/invite/{token}")).await.status, 404, "{}", end.0);
    }
}

#[tokio::test]
async fn a_user_made_on_the_command_line_closes_the_set_up_link() {
    let app = TestApp::spawn().await;
    let link = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    app.user("ada@example.com", Role::Admin).await;
    let browser = Browser::new(&app);
    assert_eq!(browser.get(link.strip_prefix(&app.base_url).unwrap()).await.status, 404);
}

#[tokio::test]
async fn no_form_is_larger_than_forms_are() {
    let app = TestApp::spawn().await;
    let long = "x".repeat(70_000);
    let browser = Browser::new(&app);
    assert_eq!(browser.post("/do/login", &[("email", long.as_str()), ("password", "x")]).await.status, 413);
}

#[tokio::test]
async fn behind_tls_the_words_for_the_next_page_are_bound_to_the_host_too() {
    let app = TestApp::spawn_with(&["--public-url", "https://hooks.example.com"]).await;
    let answer = app
        .http
        .post(format!("http://{}/do/login", app.address))
        .header("accept", "text/html")
        .header("origin", "https://hooks.example.com")
        .form(&[("email", "ada@example.com"), ("password", "x")])
        .send()
        .await
        .unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-hookpost-flash=") && cookie.contains("; Secure"), "{cookie}");
}
