//! Streams without end, and programs that ask without end.

use crate::{api::Program, app::TestApp};
use hookpost::model::user::Role;
use reqwest::Method;

#[tokio::test]
async fn a_token_or_a_person_has_some_live_streams_and_cannot_take_every_connection() {
    let app = TestApp::spawn_with(&["--max-connections", "20"]).await;
    let program = Program::new(&app, Role::Viewer).await;
    let (mut open, mut refused) = (Vec::new(), 0);
    for _ in 0..20 {
        let answer = program.request(Method::GET, "/api/v1/stream").send().await.unwrap();
        if answer.status() == 200 {
            open.push(answer);
        } else {
            assert_eq!(answer.status(), 429);
            let text = answer.text().await.unwrap();
            assert!(text.contains("You already have 5 live streams open. Close one first."), "{text}");
            refused += 1;
        }
    }
    assert_eq!((open.len(), refused), (5, 15));
    let health = app.http.get(format!("{}/healthz", app.base_url)).send().await.unwrap();
    assert_eq!(health.status(), 200);
    let browser = app.browser(Role::Viewer).await;
    let mut watched = Vec::new();
    for expected in [200, 200, 200, 200, 200, 429] {
        let answer = browser.request(Method::GET, "/live/deliveries").send().await.unwrap();
        assert_eq!(answer.status(), expected);
        watched.push(answer);
    }
    // A place is free again when its stream ends.
    drop(open);
    let begun = std::time::Instant::now();
    while program.request(Method::GET, "/api/v1/stream").send().await.unwrap().status() != 200 {
        assert!(begun.elapsed().as_secs() < 10);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_token_beyond_its_rate_is_told_to_wait() {
    let app = TestApp::spawn_with(&["--api-rate-limit", "5"]).await;
    let (program, other) = (Program::new(&app, Role::Viewer).await, Program::new(&app, Role::Viewer).await);
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(program.request(Method::GET, "/api/v1/deliveries").send().await.unwrap());
    }
    assert_eq!(answers[0].status(), 200);
    let late = answers.into_iter().find(|answer| answer.status() == 429).expect("one is refused");
    assert_eq!(late.headers()["retry-after"], "1");
    let text = late.text().await.unwrap();
    assert!(text.contains("Too many requests with this token. Try again in 1 s."), "{text}");
    assert_eq!(other.get("/api/v1/deliveries").await.0, 200, "another token has its own rate");
}
