//! Sending again: edited, many times, under a new id, to what failed; and what came of it against before.

use crate::{
    app::{TestApp, event},
    receiver::{Answer, Receiver},
};
use hookpost::{
    db::forwards,
    destinations::{self, NewDestination},
    model::{destination::Destination, user::Role},
};
use std::{collections::BTreeSet, time::Duration};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

async fn destination(app: &TestApp, receiver: &Receiver) -> Destination {
    let new = NewDestination {
        name: format!("to {}", receiver.port),
        url: receiver.url(),
        headers: "x-api-key: k3y".into(),
        ..NewDestination::default()
    };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

async fn settled(app: &TestApp, destination: &Destination) {
    let begun = std::time::Instant::now();
    loop {
        let depth = forwards::depth(&mut app.state.db.read().await.unwrap(), destination.id).await.unwrap();
        if depth.queued == depth.retrying {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{depth:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_edited_delivery_is_sent_signed_and_marked_and_the_stored_one_stays() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{\"a\": 1}\n").header("x-own", "kept").send().await.unwrap();
    let made = destination(&app, &receiver).await;
    let member = app.browser(Role::Member).await;
    let delivery = app.last_delivery().await.summary.id;
    let page = format!("/events/{delivery}/edit");
    let shown = member.get(&page).await.text;
    assert!(
        shown.contains("x-own: kept") && shown.contains("{&quot;a&quot;: 1}") || shown.contains("{\"a\": 1}"),
        "{shown}"
    );
    assert!(!shown.contains("webhook-signature: "), "a signature over another body is wrong");
    let to = made.id.to_string();
    // A mistake loses nothing of what was typed.
    let wrong = [("headers", "no colon"), ("body", "{\"a\":\r\n<2>}"), ("to[]", to.as_str())];
    let answer = member.post(&page, &wrong).await;
    assert!(
        answer.text.contains("headers: line 1 has no colon") && answer.text.contains("&lt;2&gt;"),
        "{}",
        answer.text
    );
    let nowhere = [("headers", ""), ("body", "{}")];
    assert!(member.post(&page, &nowhere).await.text.contains("destination: choose at least one"));
    assert!(receiver.received().is_empty());
    let form = [
        ("headers", "x-own: changed"),
        ("body", "{\"a\":\r\n2}"),
        ("to[]", &to),
        ("times", "2"),
        ("new_id", "true"),
    ];
    let answer = member.post(&page, &form).await;
    assert_eq!(answer.location, format!("/events/{delivery}?tab=forwards"));
    let received = receiver.wait_for(2).await;
    let ids: BTreeSet<_> = received.iter().map(|r| r.header("webhook-id")).collect();
    assert!(ids.len() == 2 && !ids.contains("wh_1"), "{ids:?}");
    assert_eq!((received[0].header("x-own"), &received[0].body[..]), ("changed".into(), &b"{\"a\":\n2}"[..]));
    assert_eq!(received[0].header("x-hookpost-edited"), "true");
    settled(&app, &made).await;
    let shown = member.get(&format!("/events/{delivery}?tab=forwards")).await.text;
    assert!(shown.contains("x-api-key: (hidden)") && !shown.contains("k3y"), "{shown}");
    let body = member.get(&format!("/events/{delivery}/body")).await.text;
    assert_eq!(body, "{\"a\": 1}\n");
}

#[tokio::test]
async fn what_failed_is_sent_again_with_one_click_and_the_page_says_what_changed() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (good, bad) = (Receiver::start().await, Receiver::start().await);
    let endpoint = app.openai().await;
    let (_, to_bad) = (destination(&app, &good).await, destination(&app, &bad).await);
    bad.answer(&[Answer::Status(500), Answer::Status(500)]);
    app.webhook(&endpoint, "wh_1", &event("batch.failed", "batch_1")).send().await.unwrap();
    good.wait_for(1).await;
    bad.wait_for(1).await;
    settled(&app, &to_bad).await;
    let member = app.browser(Role::Member).await;
    let delivery = app.last_delivery().await.summary.id.to_string();
    let list = member.get("/events?forward=failing").await.text;
    assert!(list.contains("Failing") && list.contains(&format!("/events/{delivery}")), "{list}");
    assert!(!member.get("/events?forward=delivered").await.text.contains(&format!("/events/{delivery}\"")));
    let viewer = app.browser(Role::Viewer).await.get("/events").await.text;
    assert!(viewer.contains("Failing") && !viewer.contains("/do/replay_failed"));
    let click = async || {
        let form = [("delivery", delivery.as_str()), ("list", "forward=failing")];
        member.post("/do/replay_failed", &form).await
    };
    assert_eq!(click().await.location, "/events?forward=failing");
    bad.wait_for(2).await;
    settled(&app, &to_bad).await;
    let page = format!("/events/{delivery}?tab=forwards");
    assert!(member.get(&page).await.text.contains("still failing"));
    click().await;
    bad.wait_for(3).await;
    settled(&app, &to_bad).await;
    assert!(member.get(&page).await.text.contains(">fixed<"));
    assert_eq!(good.received().len(), 1, "only to what failed");
    let nothing = click().await;
    assert!(member.get(&nothing.location).await.text.contains("no destination failed"));
    assert!(member.get("/events?forward=delivered").await.text.contains(&format!("/events/{delivery}\"")));
}
