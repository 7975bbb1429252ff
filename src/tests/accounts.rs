//! Logging in while somebody guesses, passwords that may be chosen, and sessions under requests at once.

use crate::{
    app::{PASSWORD, TestApp},
    browser::Browser,
    process::Workspace,
};
use hookpost::{
    auth::accounts,
    db,
    model::{audit::Actor, user::Role},
};
use reqwest::Method;
use std::time::{Duration, Instant};

const ADA: &str = "ada@example.com";

/// A server behind a proxy, so that a test comes from where it likes.
async fn behind_a_proxy() -> TestApp {
    let app = TestApp::spawn_with(&["--trusted-proxies", "127.0.0.1"]).await;
    app.user(ADA, Role::Admin).await;
    app
}

/// Tries a password from an address; says where it leads.
async fn log_in(browser: &Browser, from: &str, email: &str, password: &str) -> String {
    let request = browser
        .request(Method::POST, "/do/login")
        .header("x-forwarded-for", from)
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/html");
    browser.send(request.form(&[("email", email), ("password", password)])).await.location
}

async fn user(app: &TestApp, email: &str) -> hookpost::model::user::User {
    let mut connection = app.state.db.read().await.unwrap();
    db::users::with_hash(&mut connection, email).await.unwrap().unwrap().0
}

#[tokio::test]
async fn whoever_guesses_from_elsewhere_keeps_the_owner_out_at_no_moment() {
    let app = behind_a_proxy().await;
    let guesser = Browser::new(&app);
    let addresses: Vec<String> = (0..80).map(|n| format!("203.0.113.{}", n / 2)).collect();
    let guesses = addresses.iter().map(|from| log_in(&guesser, from, ADA, "a wrong password"));
    futures::future::join_all(guesses).await;
    let begun = Instant::now();
    assert_eq!(log_in(&Browser::new(&app), "198.51.100.7", ADA, PASSWORD).await, "/", "the owner, elsewhere");
    assert!(begun.elapsed() < Duration::from_secs(10), "after a short wait: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_known_browser_gets_in_even_from_the_network_of_the_guesser() {
    let app = behind_a_proxy().await;
    let (known, guesser) = (Browser::new(&app), Browser::new(&app));
    assert_eq!(log_in(&known, "203.0.113.1", ADA, PASSWORD).await, "/");
    assert!(known.cookie("hookpost-device").is_some());
    known.post::<&str>("/do/logout", &[]).await;
    for _ in 0..40 {
        log_in(&guesser, "203.0.113.1", ADA, "a wrong password").await;
    }
    assert_eq!(log_in(&guesser, "203.0.113.1", ADA, PASSWORD).await, "/login", "an unknown one there waits");
    let begun = Instant::now();
    assert_eq!(log_in(&known, "203.0.113.1", ADA, PASSWORD).await, "/");
    assert!(begun.elapsed() < Duration::from_secs(2), "without the wait of strangers: {:?}", begun.elapsed());
    // The cookie opens nothing, and helps with no other account.
    app.user("bo@example.com", Role::Viewer).await;
    known.post::<&str>("/do/logout", &[]).await;
    assert_eq!(known.get("/events").await.status, 303);
    for _ in 0..6 {
        log_in(&known, "203.0.113.9", "bo@example.com", "a wrong password").await;
    }
    assert_eq!(log_in(&known, "203.0.113.9", "bo@example.com", PASSWORD).await, "/login");
}

#[tokio::test]
async fn a_guesser_with_a_whole_ipv6_network_is_slowed_down_there() {
    let app = behind_a_proxy().await;
    let guesser = Browser::new(&app);
    let addresses: Vec<String> = (0..30).map(|n| format!("2001:db8:1:{n:x}::1")).collect();
    let guesses = addresses.iter().map(|from| log_in(&guesser, from, ADA, "a wrong password"));
    futures::future::join_all(guesses).await;
    assert_eq!(
        log_in(&guesser, "2001:db8:1:ffff::1", ADA, PASSWORD).await,
        "/login",
        "a fresh /64 of it waits too"
    );
    assert_eq!(log_in(&Browser::new(&app), "2001:db8:2::1", ADA, PASSWORD).await, "/");
}

#[tokio::test]
async fn guesses_at_the_login_do_not_get_in_the_way_of_a_change_of_the_password() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    let guesser = Browser::new(&app);
    for _ in 0..8 {
        guesser.post("/do/login", &[("email", "viewer@example.com"), ("password", "a wrong password")]).await;
    }
    for _ in 0..6 {
        viewer
            .post("/do/change_password", &[("old_password", "wrong"), ("password", "four odd blue lamps")])
            .await;
    }
    assert!(
        viewer.get("/settings/account").await.text.contains("Too many attempts"),
        "it is slowed down itself"
    );
    app.set_clock(app.now_ms() + 60_000);
    viewer
        .post("/do/change_password", &[("old_password", PASSWORD), ("password", "four odd blue lamps")])
        .await;
    assert!(viewer.get("/settings/account").await.text.contains("Your password was changed"));
}

#[tokio::test]
async fn an_admin_unlocks_a_user_with_a_button() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    app.user("bo@example.com", Role::Viewer).await;
    let bo = Browser::new(&app);
    for _ in 0..7 {
        bo.post("/do/login", &[("email", "bo@example.com"), ("password", "a wrong password")]).await;
    }
    let right = [("email", "bo@example.com"), ("password", PASSWORD)];
    assert_eq!(bo.post("/do/login", &right).await.location, "/login");
    app.set_clock(app.now_ms() + 1);
    let id = user(&app, "bo@example.com").await.id.to_string();
    admin.post("/do/unlock_user", &[("id", id.as_str())]).await;
    assert!(admin.get("/settings/team").await.text.contains("bo@example.com was unlocked"));
    assert_eq!(bo.post("/do/login", &right).await.location, "/");
}

#[tokio::test]
async fn the_command_line_unlocks_a_user_of_a_running_server() {
    let workspace = Workspace::new();
    let add = ["user", "add", "--email", ADA, "--role", "admin", "--password-stdin", "--json"];
    workspace.json(&add, b"correct horse battery");
    let server = workspace.serve(&[]);
    let http = hookpost::net::operator_client().unwrap();
    let log_in = async |password: &str| {
        let request = http.post(format!("{}/do/login", server.base_url)).header("accept", "text/html");
        let request = request.header("origin", &server.base_url);
        let answer = request.form(&[("email", ADA), ("password", password)]).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    for _ in 0..9 {
        log_in("a wrong password").await;
    }
    assert_eq!(log_in("correct horse battery").await, "/login");
    assert_eq!(workspace.json(&["user", "unlock", ADA, "--json"], b"")["email"], ADA);
    assert_eq!(log_in("correct horse battery").await, "/");
    let missing = workspace.run(&["user", "unlock", "no@example.com"], b"");
    assert_eq!(missing.status.code(), Some(1));
    server.stop();
}

#[tokio::test]
async fn what_is_guessed_first_is_refused_wherever_a_password_is_chosen() {
    let app = TestApp::spawn_with(&["--public-url", "https://hooks.engine.example"]).await;
    let weak = [
        "hookpost12345",
        "Sommer2024!!x",
        "password1234",
        "qwertyuiop123",
        "engine-engine-1",
        "ada.ada.2024",
    ];
    let link = hookpost::auth::setup::announce(&app.state.auth).await.unwrap().unwrap();
    let token = link.rsplit_once('/').unwrap().1.to_owned();
    let post = async |path: &str, form: &[(&str, &str)]| {
        let request =
            app.http.post(format!("http://{}{path}", app.address)).header("accept", "application/json");
        let answer =
            request.header("origin", "https://hooks.engine.example").form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for password in weak {
        let form = [("token", token.as_str()), ("email", ADA), ("password", password)];
        let (status, said) = post("/do/create_first_admin", &form).await;
        assert_eq!(status, 422, "{password}: {said}");
        assert!(said.contains("too easy to guess") && !said.contains(password), "{said}");
    }
    let form = [("token", token.as_str()), ("email", ADA), ("password", "correct horse battery")];
    assert_eq!(post("/do/create_first_admin", &form).await.0, 200);
    let by = Actor::user(&user(&app, ADA).await, "127.0.0.1", app.now_ms());
    let link =
        hookpost::auth::invites::create(&app.state.auth, &by, "bo@example.com", Role::Viewer).await.unwrap();
    let invite = link.rsplit_once('/').unwrap().1;
    for password in ["hookpost12345", "bo@example.com!"] {
        let (status, said) = post("/do/accept_invite", &[("token", invite), ("password", password)]).await;
        assert_eq!(status, 422, "{password}: {said}");
    }
}

#[test]
fn the_command_line_refuses_what_is_guessed_first_too() {
    let workspace = Workspace::new();
    let add = ["user", "add", "--email", ADA, "--role", "admin", "--password-stdin"];
    for weak in ["hookpost12345", "password1234", "Sommer2024!!x"] {
        let output = workspace.run(&add, weak.as_bytes());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{weak}: {said}");
        assert!(said.contains("too easy to guess") && !said.contains(weak), "{said}");
    }
    assert!(workspace.run(&add, b"correct horse battery").status.success());
    let set = ["user", "set-password", "--email", ADA, "--password-stdin"];
    assert_eq!(workspace.run(&set, b"qwertyuiop123").status.code(), Some(2));
    let public = [&set[..], &["--public-url", "https://hooks.engine.example"]].concat();
    assert_eq!(
        workspace.run(&public, b"engine-12345-engine").status.code(),
        Some(2),
        "words of the server's name"
    );
}

#[tokio::test]
async fn no_login_with_the_old_password_survives_its_change() {
    let app = TestApp::spawn().await;
    app.user(ADA, Role::Admin).await;
    let ada = user(&app, ADA).await;
    let passwords =
        ["four odd blue lamps", "seven wet green hats", "nine cold iron doors", "two loud paper boats"];
    let mut old = PASSWORD;
    for new in passwords {
        let browser = Browser::new(&app);
        let form = [("email", ADA), ("password", old)];
        let (db, hasher, by) = (&app.state.db, &app.state.auth.hasher, app.actor());
        let change = accounts::set_password(db, hasher, &by, &ada, new.to_owned().into());
        let (_, changed) = tokio::join!(browser.post("/do/login", &form), change);
        changed.unwrap();
        assert_eq!(browser.get("/events").await.status, 303, "the session of the old password is over");
        old = new;
    }
    let browser = Browser::new(&app);
    assert_eq!(browser.post("/do/login", &[("email", ADA), ("password", old)]).await.location, "/");
}

#[tokio::test]
async fn requests_at_once_neither_lose_a_secret_that_is_shown_once_nor_show_it_twice() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    for n in 0..5 {
        // Each page writes down that the session is used.
        app.set_clock(app.now_ms() + 10 * 60_000);
        let name = format!("t{n}");
        let form = [("name", name.as_str()), ("role", "viewer")];
        tokio::join!(
            admin.get("/events"),
            admin.post("/do/add_token", &form),
            admin.get("/"),
            admin.get("/settings/account"),
        );
        app.set_clock(app.now_ms() + 10 * 60_000);
        let pages = tokio::join!(
            admin.get("/settings/tokens"),
            admin.get("/events"),
            admin.get("/settings/tokens"),
            admin.get("/settings/tokens"),
        );
        let shown =
            [pages.0, pages.2, pages.3].iter().filter(|page| page.text.contains("id=\"new-token\"")).count();
        assert_eq!(shown, 1, "round {n}");
        assert!(
            !admin.get("/settings/tokens").await.text.contains("id=\"new-token\""),
            "it never comes back"
        );
    }
}

#[tokio::test]
async fn the_link_of_an_invite_lies_in_the_database_sealed() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    admin.post("/do/invite_user", &[("email", "new@example.com"), ("role", "admin")]).await;
    let stored: Vec<u8> = {
        let mut connection = app.state.db.read().await.unwrap();
        connection.sql("SELECT sealed FROM shown_once").scalar().await.unwrap()
    };
    assert!(!stored.windows(7).any(|window| window == b"/invite"));
    let page = admin.get("/settings/team").await.text;
    let token = page.split("/invite/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let database = &app.state.settings.database;
    let wal = std::fs::read(format!("{}-wal", database.display())).unwrap();
    let bytes = [std::fs::read(database).unwrap(), wal].concat();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[tokio::test]
async fn pages_that_look_again_by_themselves_keep_no_session_alive() {
    let app = TestApp::spawn_with(&["--session-idle-hours", "1"]).await;
    let browser = app.browser(Role::Viewer).await;
    for _ in 0..6 {
        app.set_clock(app.now_ms() + 10 * 60_000);
        let stream = browser.request(Method::GET, "/live/deliveries").send().await.unwrap();
        let expected = if app.now_ms() < crate::app::NOW_MS + 3_600_000 { 200 } else { 401 };
        assert_eq!(stream.status(), expected);
        browser.get("/events?auto=1").await;
        browser.send(browser.request(Method::GET, "/").header("hookpost-refresh", "1")).await;
    }
    assert_eq!(browser.get("/events").await.status, 303, "an hour without a person");
}

#[test]
fn cookies_of_strangers_leave_no_line_in_the_log() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let url = format!("{}/login", server.base_url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let http = hookpost::net::operator_client().unwrap();
        for n in 0..100 {
            for cookie in
                [format!("hookpost=nonsense{n}"), format!("hookpost={n:022}"), "hookpost=".to_owned()]
            {
                let answer =
                    http.get(&url).header("accept", "text/html").header("cookie", cookie).send().await;
                assert_eq!(answer.unwrap().status(), 200);
            }
        }
    });
    let log = server.stop_and_read();
    let told: Vec<_> =
        log.iter().filter(|line| line.contains("WARN") || line.contains("suspicious")).collect();
    assert!(told.len() < 5 && log.len() < 40, "{told:#?}");
}

#[tokio::test]
async fn the_cookie_of_a_known_browser_is_bound_to_the_host_behind_tls() {
    let app = TestApp::spawn_with(&["--public-url", "https://hooks.example.com"]).await;
    app.user(ADA, Role::Admin).await;
    let request = app.http.post(format!("http://{}/do/login", app.address)).header("accept", "text/html");
    let request = request.header("origin", "https://hooks.example.com");
    let answer = request.form(&[("email", ADA), ("password", PASSWORD)]).send().await.unwrap();
    let cookies: Vec<_> =
        answer.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    let device = cookies.iter().find(|cookie| cookie.starts_with("__Host-hookpost-device=")).unwrap();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(device.contains(part), "{device}");
    }
}

#[tokio::test]
async fn a_flood_of_logins_starves_neither_webhooks_nor_those_who_are_known() {
    let app = behind_a_proxy().await;
    let endpoint = app.openai().await;
    let (known, guesser) = (Browser::new(&app), Browser::new(&app));
    assert_eq!(log_in(&known, "198.51.100.7", ADA, PASSWORD).await, "/");
    known.post::<&str>("/do/logout", &[]).await;
    let accounts: Vec<(String, String)> =
        (0..150).map(|n| (format!("203.0.113.{n}"), format!("{n}@example.com"))).collect();
    let flood = accounts.iter().map(|(from, email)| log_in(&guesser, from, email, "a wrong password"));
    let flood = async { futures::future::join_all(flood).await };
    let others = async {
        for n in 0..20 {
            let begun = Instant::now();
            let answer = app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "webhook {n}: {:?}", begun.elapsed());
        }
        let begun = Instant::now();
        assert_eq!(log_in(&known, "198.51.100.7", ADA, PASSWORD).await, "/");
        assert!(begun.elapsed() < Duration::from_secs(4), "the known browser: {:?}", begun.elapsed());
    };
    tokio::join!(flood, others);
}
