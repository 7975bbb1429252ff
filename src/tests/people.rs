//! Logging in, one-time links, sessions: through the same requests that a browser makes.

use crate::{app::TestApp, browser::Browser};
use hookpost::model::user::Role;

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn the_set_up_link_makes_the_first_admin_and_closes_for_ever() {
    let app = TestApp::spawn().await;
    let link = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    let token = link.rsplit_once('/').unwrap().1.to_owned();
    let browser = Browser::new(&app);
    assert!(browser.get("/login").await.text.contains("set-up link"));
    let form = [("token", token.as_str()), ("email", " Ada@Example.com "), ("password", PASSWORD)];
    let made = browser.post("/do/create_first_admin", &form).await;
    assert_eq!((made.status, made.location.as_str()), (302, "/"));
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("ada@example.com") && page.text.contains("admin"));

    let other = Browser::new(&app);
    assert_eq!(other.get(&format!("/setup/{token}")).await.status, 404);
    other.post("/do/create_first_admin", &form).await;
    assert_eq!(other.get("/").await.location, "/login");
    assert_eq!(hookpost::auth::setup::announce(&app.state.auth).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_at_once_one_becomes_the_first_admin() {
    let app = TestApp::spawn().await;
    let link = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    let token = link.rsplit_once('/').unwrap().1.to_owned();
    let (one, two) = (Browser::new(&app), Browser::new(&app));
    let form = |email: &'static str| {
        [("token", token.clone()), ("email", email.into()), ("password", PASSWORD.into())]
    };
    let (a, b) = (form("a@example.com"), form("b@example.com"));
    tokio::join!(one.post("/do/create_first_admin", &a), two.post("/do/create_first_admin", &b));
    let mut connection = app.state.db.read().await.unwrap();
    assert_eq!(hookpost::db::users::list(&mut connection).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_set_up_link_expires_and_a_restart_replaces_it() {
    let app = TestApp::spawn().await;
    let first = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    let second = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    let browser = Browser::new(&app);
    let path = |link: &str| link.strip_prefix(&app.base_url).unwrap().to_owned();
    assert_eq!(browser.get(&path(&first)).await.status, 404);
    assert_eq!(browser.get(&path(&second)).await.status, 200);
    app.set_clock(app.now_ms() + 24 * 3_600_000);
    assert_eq!(browser.get(&path(&second)).await.status, 404);
}

#[tokio::test]
async fn a_wrong_password_says_the_same_as_an_unknown_user() {
    let app = TestApp::spawn().await;
    app.user("ada@example.com", Role::Admin).await;
    let mut said = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let browser = Browser::new(&app);
        let answer = browser.post("/do/login", &[("email", email), ("password", "wrong wrong wrong")]).await;
        assert_eq!(answer.location, "/login");
        let page = browser.get("/login").await.text;
        assert!(page.contains(email), "what was typed is kept");
        assert!(!page.contains("wrong wrong"), "but never a password");
        said.push(
            page.replace(email, "").split("main>").next().unwrap().split("<main").nth(1).unwrap().to_owned(),
        );
    }
    assert!(said[0].contains("E-mail or password is wrong."));
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_success_clears_it() {
    let app = TestApp::spawn().await;
    app.user("ada@example.com", Role::Admin).await;
    let browser = Browser::new(&app);
    for _ in 0..6 {
        browser.post("/do/login", &[("email", "ada@example.com"), ("password", "wrong wrong wrong")]).await;
    }
    let right = [("email", "ada@example.com"), ("password", crate::app::PASSWORD)];
    browser.post("/do/login", &right).await;
    assert!(browser.get("/login").await.text.contains("Too many attempts"));
    app.set_clock(app.now_ms() + 5_000);
    assert_eq!(browser.post("/do/login", &right).await.location, "/");
}

#[tokio::test]
async fn logging_in_changes_the_token_and_logging_out_kills_it() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Viewer).await;
    let first = browser.cookie("hookpost").unwrap();
    let login = [("email", "viewer@example.com"), ("password", crate::app::PASSWORD)];
    browser.post("/do/login", &login).await;
    let second = browser.cookie("hookpost").unwrap();
    assert_ne!(first, second);
    let thief = Browser::new(&app);
    thief.set_cookie("hookpost", &first);
    assert_eq!(thief.get("/events").await.status, 303, "the old token is dead");
    thief.set_cookie("hookpost", &second);
    assert_eq!(thief.get("/events").await.status, 200);
    browser.post::<&str>("/do/logout", &[]).await;
    assert_eq!(thief.get("/events").await.status, 303, "logging out ends it on the server");
}

#[tokio::test]
async fn a_session_ends_at_its_time_whatever_its_use() {
    let app = TestApp::spawn_with(&["--session-hours", "48", "--session-idle-hours", "100"]).await;
    let browser = app.browser(Role::Viewer).await;
    for _ in 0..5 {
        app.set_clock(app.now_ms() + 9 * 3_600_000);
        assert_eq!(browser.get("/events").await.status, 200);
    }
    app.set_clock(app.now_ms() + 3 * 3_600_000);
    assert_eq!(browser.get("/events").await.status, 303);
}

#[tokio::test]
async fn the_cookie_of_a_site_behind_tls_is_bound_to_it() {
    let app = TestApp::spawn_with(&["--public-url", "https://hooks.example.com"]).await;
    app.user("ada@example.com", Role::Admin).await;
    let answer = app
        .http
        .post(format!("http://{}/do/login", app.address))
        .header("accept", "text/html")
        .header("origin", "https://hooks.example.com")
        .form(&[("email", "ada@example.com"), ("password", crate::app::PASSWORD)])
        .send()
        .await
        .unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-hookpost="), "{cookie}");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn an_invite_makes_one_user_with_its_role() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    admin.post("/do/invite_user", &[("email", "new@example.com"), ("role", "member")]).await;
    let page = admin.get("/settings/team").await.text;
    let link = page.split("/invite/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!admin.get("/settings/team").await.text.contains(&link), "the link is shown once");
    let guest = Browser::new(&app);
    assert!(guest.get(&format!("/invite/{link}")).await.text.contains("new@example.com"));
    let short = guest.post("/do/accept_invite", &[("token", link.as_str()), ("password", "short")]).await;
    assert_eq!(short.location, format!("/invite/{link}"));
    assert!(guest.get(&short.location).await.text.contains("12 to 256 characters"));
    guest.post("/do/accept_invite", &[("token", link.as_str()), ("password", PASSWORD)]).await;
    assert!(guest.get("/").await.text.contains("member"));
    assert_eq!(Browser::new(&app).get(&format!("/invite/{link}")).await.status, 404, "it works once");
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_the_last_admin_is_protected() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let viewer = app.browser(Role::Viewer).await;
    let id = |email: &'static str| {
        let state = app.state.clone();
        async move {
            let mut connection = state.db.read().await.unwrap();
            hookpost::db::users::with_hash(&mut connection, email).await.unwrap().unwrap().0.id.to_string()
        }
    };
    let (admin_id, viewer_id) = (id("admin@example.com").await, id("viewer@example.com").await);
    admin.post("/do/disable_user", &[("id", viewer_id.as_str()), ("disabled", "true")]).await;
    assert_eq!(viewer.get("/events").await.status, 303);
    for form in [("/do/disable_user", ("disabled", "true")), ("/do/change_role", ("role", "viewer"))] {
        admin.post(form.0, &[("id", admin_id.as_str()), form.1]).await;
        assert!(admin.get("/settings/team").await.text.contains("This is the only admin"), "{}", form.0);
    }
    admin.post("/do/disable_user", &[("id", viewer_id.as_str()), ("disabled", "false")]).await;
    admin.post("/do/change_role", &[("id", viewer_id.as_str()), ("role", "admin")]).await;
    admin.post("/do/change_role", &[("id", admin_id.as_str()), ("role", "viewer")]).await;
    assert!(!admin.get("/settings/team").await.text.contains("Invite someone"), "the role acts at once");
}

#[tokio::test]
async fn changing_the_password_asks_the_old_one_and_ends_other_sessions() {
    let app = TestApp::spawn().await;
    let here = app.browser(Role::Viewer).await;
    let there = Browser::new(&app);
    there.post("/do/login", &[("email", "viewer@example.com"), ("password", crate::app::PASSWORD)]).await;
    here.post("/do/change_password", &[("old_password", "wrong"), ("password", PASSWORD)]).await;
    assert!(here.get("/settings/account").await.text.contains("current password: wrong"));
    assert_eq!(there.get("/events").await.status, 200);
    let form = [("old_password", crate::app::PASSWORD), ("password", PASSWORD)];
    here.post("/do/change_password", &form).await;
    assert_eq!(here.get("/events").await.status, 200);
    assert_eq!(there.get("/events").await.status, 303);
}

#[tokio::test]
async fn sessions_are_kept_by_their_hash_only() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Viewer).await;
    let token = browser.cookie("hookpost").unwrap();
    let file = std::fs::read(&app.state.settings.database).unwrap();
    let wal = std::fs::read(format!("{}-wal", app.state.settings.database.display())).unwrap();
    let found = [file, wal].concat().windows(token.len()).any(|window| window == token.as_bytes());
    assert!(!found);
}
