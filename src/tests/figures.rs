//! Overview and Health: what they count, for which time, in whose zone.

use crate::{
    app::{NOW_MS, TestApp, event},
    browser::Browser,
};
use hookpost::model::{
    endpoint::Endpoint,
    scheme::{Scheme, SecretFormat},
    user::Role,
};

const HOUR_MS: i64 = 3_600_000;

/// An event of this type that arrived so many hours ago.
async fn deliver(app: &TestApp, endpoint: &Endpoint, id: &str, event_type: &str, hours_ago: i64) {
    app.set_clock(NOW_MS - hours_ago * HOUR_MS);
    let answer = app.webhook(endpoint, id, &event(event_type, &format!("of_{id}"))).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    app.set_clock(NOW_MS);
}

async fn reject(app: &TestApp, endpoint: &Endpoint) {
    let answer = app.webhook_at(endpoint, "wh_late", NOW_MS / 1_000 - 4_000, "{}").send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

/// The text of an element's tags and what lies between, from the first that contains `mark` to its end tag.
fn part<'t>(text: &'t str, mark: &str, end: &str) -> &'t str {
    let start = text.find(mark).unwrap_or_else(|| panic!("no {mark} in {text}"));
    &text[start..start + text[start..].find(end).unwrap()]
}

async fn page(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.text.replace("<!>", "").replace("&#x27;", "'")
}

#[tokio::test]
async fn the_time_that_is_picked_decides_what_is_counted_and_compared() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for (id, hours) in [("wh_1", 0), ("wh_2", 2), ("wh_3", 30), ("wh_4", 31), ("wh_5", 24 * 20)] {
        deliver(&app, &endpoint, id, "batch.completed", hours).await;
    }
    let browser = app.browser(Role::Viewer).await;
    let accepted = async |query: &str| {
        let text = page(&browser, &format!("/?{query}")).await;
        part(part(&text, "class=\"strip\"", "</a>"), "<b", "</b>").split('>').next_back().unwrap().to_owned()
    };
    assert_eq!(accepted("range=1h").await, "1");
    assert_eq!(accepted("").await, "2");
    assert_eq!(accepted("range=7d").await, "4");
    assert_eq!(accepted("range=30d").await, "5");
    assert_eq!(accepted("from=40h&to=20h").await, "2");
    // 24 hours before: two as well.
    let text = page(&browser, "/?range=24h&compare=1").await;
    assert!(part(&text, "class=\"strip\"", "</a>").contains("no change"), "{text}");
    assert!(text.contains("2 in the previous period"), "{text}");
    assert!(!page(&browser, "/?range=24h").await.contains("in the period before</span>"));
}

#[tokio::test]
async fn every_bar_leads_to_the_deliveries_that_it_counts() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    deliver(&app, &endpoint, "wh_1", "batch.completed", 3).await;
    deliver(&app, &endpoint, "wh_2", "batch.completed", 0).await;
    let browser = app.browser(Role::Viewer).await;
    for range in ["1h", "24h", "7d", "30d"] {
        let text = page(&browser, &format!("/?range={range}&endpoint=prod-openai")).await;
        let last = text.rfind("tabindex=\"-1\"").unwrap();
        let link = &text[text[..last].rfind("<a href=\"").unwrap() + 9..last - 2];
        let list = page(&browser, &link.replace("&amp;", "&")).await;
        assert!(list.contains("of_wh_2"), "{range}: {link}");
        assert_eq!(list.contains("of_wh_1"), range == "30d", "{range}: {link}");
    }
}

#[tokio::test]
async fn days_are_those_of_the_viewer_s_zone() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    // 02:00 UTC on the 23rd: still the 22nd in New York.
    deliver(&app, &endpoint, "wh_1", "batch.completed", 10).await;
    let browser = app.browser(Role::Viewer).await;
    assert!(page(&browser, "/?range=30d").await.contains("<title>Mon 11-23: 1 accepted"));
    let there = browser.request(reqwest::Method::GET, "/?range=30d");
    let cookies =
        there.try_clone().unwrap().build().unwrap().headers()["cookie"].to_str().unwrap().to_owned();
    let request =
        there.header("accept", "text/html").header("cookie", format!("{cookies}; tz=America%2FNew_York"));
    let text = browser.send(request).await.text;
    assert!(text.contains("<title>Sun 11-22: 1 accepted"), "{text}");
    assert!(text.replace("<!>", "").contains("Time zone: America/New_York"));
}

#[tokio::test]
async fn what_cannot_be_shown_is_said_and_the_last_day_shown() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    deliver(&app, &endpoint, "wh_1", "batch.completed", 1).await;
    let browser = app.browser(Role::Viewer).await;
    for path in ["/", "/health"] {
        let text = page(&browser, &format!("{path}?from=2026-11-02T00:00&to=2026-11-01T00:00")).await;
        assert!(text.contains("from: must be before the end and in the past"), "{text}");
        let text = page(&browser, &format!("{path}?range=%3Cscript%3E")).await;
        assert!(text.contains("range: must be 1h, 24h, 7d or 30d"), "{text}");
        assert_eq!(browser.get(&format!("{path}?endpoint=gone")).await.status, 404);
    }
}

#[tokio::test]
async fn health_tells_what_failed_how_often_and_how_long_things_took() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let open = app.endpoint("other", Scheme::NONE, SecretFormat::Text, None).await;
    for (id, event_type) in [
        ("wh_1", "batch.completed"),
        ("wh_2", "batch.completed"),
        ("wh_3", "batch.completed"),
        ("wh_4", "batch.failed"),
    ] {
        deliver(&app, &endpoint, id, event_type, 1).await;
    }
    reject(&app, &endpoint).await;
    deliver(&app, &open, "wh_9", "response.failed", 1).await;
    let browser = app.browser(Role::Viewer).await;
    let text = page(&browser, "/health?endpoint=prod-openai").await;
    let outcomes = part(&text, "id=\"outcomes\"", "</section>");
    assert!(outcomes.contains("25.0 %") && outcomes.contains("type=batch.failed"), "{outcomes}");
    let reasons = part(&text, "id=\"reasons\"", "</section>");
    assert!(reasons.contains("verdict=timestamp-too-old") && reasons.contains("20.0 %"), "{reasons}");
    let failing = part(&text, "id=\"failing\"", "</section>");
    assert!(failing.contains("of_wh_4") && !failing.contains("of_wh_9"), "{failing}");
    assert!(text.contains("Lag by half hour: p50 ≤ "), "{text}");
    assert!(text.contains("Answer time by half hour: p50 ≤ "));
    assert!(page(&browser, "/health").await.contains("of_wh_9"));
}

#[tokio::test]
async fn health_of_nothing_says_so() {
    let app = TestApp::spawn().await;
    app.openai().await;
    let text = page(&app.browser(Role::Viewer).await, "/health").await;
    for said in [
        "No events were accepted in this period.",
        "No deliveries were rejected in this period.",
        "No data in this period.",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_silent_for_longer_than_usual_is_marked() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for n in 0..8 {
        app.set_clock(NOW_MS - (8 - n) * 10 * 60_000);
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    let browser = app.browser(Role::Viewer).await;
    let quiet = async |minutes: i64| {
        app.set_clock(NOW_MS + minutes * 60_000);
        let text = page(&browser, "/").await;
        assert!(text.contains("usually within 10 min"), "{text}");
        text.contains(">quiet<")
    };
    assert!(!quiet(5).await);
    assert!(quiet(60).await);
}

#[tokio::test]
async fn a_page_that_looks_again_by_itself_does_not_keep_its_session() {
    let app = TestApp::spawn_with(&["--session-idle-hours", "1"]).await;
    let browser = app.browser(Role::Viewer).await;
    for minutes in [20, 40, 59] {
        app.set_clock(NOW_MS + minutes * 60_000);
        let request = browser.request(reqwest::Method::GET, "/").header("hookpost-refresh", "1");
        assert_eq!(browser.send(request).await.status, 200);
    }
    app.set_clock(NOW_MS + 61 * 60_000);
    assert_eq!(browser.get("/").await.status, 303);
}
