//! Killed or stopped with messages in the queue, and started again.

use super::{content, queue};
use crate::{
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    crypto::MasterKey,
    db::{Db, key::KeySource},
    model::{ids::IncidentId, notice::NoticeKind, severity::Severity},
    runtime::clock::Clock,
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_queue_every_message_still_arrives_under_its_own_id() {
    const MESSAGES: usize = 60;
    let receiver = Receiver::start().await;
    receiver.answer(&vec![Answer::Slow(Duration::from_millis(50)); MESSAGES]);
    let (workspace, allow) = (Workspace::new(), ["--allow-outbound", "127.0.0.1/32"]);
    let server = workspace.serve(&allow);
    let add = ["channel", "add", "program", "--kind", "webhook", "--secret-stdin", "--json"];
    let made = workspace.json(&[&add[..], &allow].concat(), receiver.url().as_bytes());
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let file = workspace.path("hookpost.db.key");
    let source = KeySource { key: MasterKey::read(&file).unwrap().unwrap(), file: Some(file) };
    let db = Db::open(&workspace.path("hookpost.db"), source, Clock::system()).await.unwrap();
    let one = |n| content(IncidentId::new(), &format!("number {n}"), Severity::Info);
    let all = (0..MESSAGES).map(|n| (NoticeKind::Opened, one(n), Vec::new())).collect();
    assert_eq!(queue(&db, Clock::system().now_ms(), all).await, vec![1; MESSAGES]);
    db.close().await;
    receiver.wait_for(5).await;
    server.signal("KILL");
    drop(server);
    let at_the_kill = receiver.received().len();
    assert!(at_the_kill < MESSAGES - 5, "{at_the_kill} had arrived already");
    let server = workspace.serve(&allow);
    let ids = || -> BTreeSet<String> {
        receiver.received().iter().map(|received| received.header("webhook-id")).collect()
    };
    let begun = Instant::now();
    while ids().len() < MESSAGES {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} of {MESSAGES}", ids().len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let repeated = receiver.received().len() - MESSAGES;
    assert!(repeated <= 1, "only what was under way comes twice, not {repeated}");
    server.stop();
}
