//! No number that a form, a setting or a stored row may hold ends the watch.

use crate::app::{NOW_MS, TestApp, event};
use hookpost::{
    alerts::{evaluate::Evaluator, rules},
    db,
    model::user::Role,
};

const ABSURD: &str = "9000000000000000";

#[tokio::test]
async fn a_number_out_of_bounds_is_refused_by_every_form_also_where_its_kind_does_not_look_at_it() {
    let app = TestApp::spawn().await;
    app.openai().await;
    let admin = app.browser(Role::Admin).await;
    for kind in rules::ALL.iter().map(|kind| kind.word) {
        for field in ["threshold", "recovery", "window", "least", "cooldown", "remind"] {
            for number in
                [ABSURD, "-1", "9223372036854775807", "-9223372036854775808", "1e308", "99999999999999999999"]
            {
                let form = [("kind", kind), ("event_type", "a.submitted"), ("tell", "all"), (field, number)];
                let answer = admin.post("/do/add_rule", &form).await;
                assert_eq!(answer.status, 302, "{kind:?} {field}={number}: {}", answer.text);
                assert!(
                    answer.location.starts_with("/alerts/rules/new"),
                    "{kind:?} {field}={number} was taken"
                );
                // The form with its look back, as it is typed.
                let query = format!("/alerts/rules/new?kind={kind}&threshold=1&{field}={number}");
                assert_eq!(admin.get(&query).await.status, 200, "{query}");
            }
        }
    }
}

#[tokio::test]
async fn absurd_rows_of_before_break_neither_a_page_nor_the_watch() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
    let endpoint = app.openai().await;
    crate::channels::webhook(&app, "team", "http://127.0.0.1:9/nobody").await;
    app.webhook(&endpoint, "wh_1", &event("batch.completed", "b")).send().await.unwrap();
    let mut evaluator = Evaluator::new(&app.state.alerts).await.unwrap();
    let rules = async || rules::list(&app.state.db, app.now_ms()).await.unwrap();
    let all = rules().await;
    let silence = all.iter().find(|rule| rule.kind.word == "silence").unwrap();
    let admin = app.browser(Role::Admin).await;
    for number in [ABSURD, "-9000000000000000", "9223372036854775807", "-9223372036854775808", "1e308"] {
        let whole = if number == "1e308" { "0" } else { number };
        let settings = format!(
            r#"{{"threshold": {number}, "recovery": {number}, "window": {whole}, "least": {whole}, "cooldown": {whole},
            "remind": {whole}, "severity": "info", "channels": "all", "event_type": "batch.completed",
            "quiet": {{"from": -32768, "to": 32767, "days": "weekend", "zone": "Europe/Berlin"}}}}"#
        );
        let mut tx = app.state.db.begin().await.unwrap();
        tx.sql("UPDATE alert_rules SET settings = $1 WHERE kind <> 'silence' OR endpoint_id IS NULL")
            .bind(settings)
            .run()
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for rule in &all {
            for path in [format!("/alerts/rules/{}", rule.id), format!("/alerts/rules/{}/edit", rule.id)] {
                let answer = admin.get(&path).await;
                assert_eq!(answer.status, 200, "{number} {path}: {}", answer.text);
            }
        }
        for path in ["/alerts", "/alerts/rules", "/"] {
            assert_eq!(admin.get(path).await.status, 200, "{number} {path}");
        }
        evaluator.look(&app.state.alerts).await.unwrap();
        let incidents = db::incidents::all_open(&mut app.state.db.read().await.unwrap()).await.unwrap();
        for incident in incidents {
            let path = format!("/alerts/incidents/{}", incident.id);
            assert_eq!(admin.get(&path).await.status, 200, "{number} {path}");
        }
    }
    // The rule that is in order still opens its incident.
    for minute in 1..=25 * 60 {
        app.set_clock(NOW_MS + minute * 60_000);
        evaluator.look(&app.state.alerts).await.unwrap();
    }
    let open = db::incidents::all_open(&mut app.state.db.read().await.unwrap()).await.unwrap();
    assert!(
        open.iter().any(|incident| incident.rule == silence.id),
        "the rule that is in order is still watched"
    );
}
