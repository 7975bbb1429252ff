use super::*;
use crate::{db::Connection, db::forwards::claims::LONGEST_LEASE_MS, model::destination::Attempt};
use std::sync::atomic::Ordering;
use uuid::Uuid;

const HERE: DestinationId = DestinationId(Uuid::from_u128(1));
const NOW: i64 = 1_000_000;

async fn database() -> Connection {
    filled(Connection::with_tables().await).await
}

async fn filled(mut connection: Connection) -> Connection {
    connection
        .sql(
            "INSERT INTO destinations (id, name, origin, endpoint_ids, types, policy, ordered, sealed, created_at, created_by) \
             VALUES ($1, 'here', '', '[]', '[]', '{}', TRUE, $2, 0, 'the test')",
        )
        .bind(HERE)
        .bind(&b""[..])
        .run()
        .await
    .unwrap();
    connection
}

/// Forwards with ids from `first` on, of one resource each or all of one.
async fn put(connection: &mut Connection, first: i64, count: i64, resource: Option<&str>) {
    connection
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $1 + $2 - 1) \
             INSERT INTO forwards (id, delivery_id, destination_id, kind, mode, state, resource, next_at, planned_at, created_at) \
             SELECT n, n, $3, 'forward', 'fresh', 'queued', coalesce($4, 'r' || n), $5, $5, $5 FROM n",
        )
        .bind(first)
        .bind(count)
        .bind(HERE)
        .bind(resource)
        .bind(NOW)
        .run()
        .await
    .unwrap();
}

async fn taken(connection: &mut Connection, limit: i64, now: i64) -> Vec<(i64, i64)> {
    let claimed = claim(connection, HERE, limit, false, now, now + 45_000).await.unwrap();
    claimed.iter().map(|one| (one.forward.id.0, one.claim)).collect()
}

/// Takes what is due, which must be this one; says its claim.
async fn taken_alone(connection: &mut Connection, id: i64, now: i64) -> i64 {
    let all = taken(connection, 10, now).await;
    assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [id]);
    all[0].1
}

fn done(id: i64, claim: i64, state: ForwardState) -> Finished {
    let attempt = Attempt {
        forward_id: ForwardId(id),
        at: NOW,
        status: Some(if state == ForwardState::Delivered { 200 } else { 500 }),
        error: None,
        message: None,
        ms: 1,
        request: String::new(),
        headers: String::new(),
        body: Vec::new(),
    };
    Finished { attempt, claim, destination: HERE, state, next_at: NOW + 5_000, now: NOW, circuit: None }
}

#[tokio::test]
async fn of_one_resource_only_the_first_goes_whatever_becomes_of_it() {
    let mut c = database().await;
    put(&mut c, 1, 4, Some("batch_1")).await;
    let claim = taken_alone(&mut c, 1, NOW).await;
    assert!(finish(&mut c, &done(1, claim, ForwardState::Queued)).await.unwrap());
    assert!(taken(&mut c, 10, NOW).await.is_empty(), "the others wait with it");
    let claim = taken_alone(&mut c, 1, NOW + 5_000).await;
    finish(&mut c, &done(1, claim, ForwardState::Dead)).await.unwrap();
    let claim = taken_alone(&mut c, 2, NOW).await;
    // One that is tried again by hand goes before them, but not beside the one that is under way.
    retry_now(&mut c, ForwardId(1), NOW).await.unwrap();
    assert!(taken(&mut c, 10, NOW).await.is_empty());
    skip(&mut c, ForwardId(2), claim, "no", false).await.unwrap();
    let claim = taken_alone(&mut c, 1, NOW).await;
    finish(&mut c, &done(1, claim, ForwardState::Delivered)).await.unwrap();
    c.sql("DELETE FROM forwards WHERE id = 3").run().await.unwrap();
    taken_alone(&mut c, 4, NOW).await;
}

#[tokio::test]
async fn a_hundred_thousand_events_behind_one_that_fails_cost_a_claim_nothing() {
    let mut c = filled(Connection::in_memory().await).await;
    put(&mut c, 1, 100_000, Some("batch_1")).await;
    put(&mut c, 200_000, 3, None).await;
    let claim = taken(&mut c, 1, NOW).await[0].1;
    finish(&mut c, &done(1, claim, ForwardState::Queued)).await.unwrap();
    let steps = c.count_steps().await;
    let owed = due(&mut c, NOW + 1).await.unwrap();
    assert_eq!((owed.len(), owed[0].due), (1, 3));
    assert_eq!(taken(&mut c, 8, NOW + 1).await.len(), 3);
    assert!(steps.load(Ordering::Relaxed) < 3_000, "{} steps of SQLite", steps.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_hundred_thousand_replays_of_a_paused_job_cost_a_claim_nothing_once_they_know() {
    let mut c = filled(Connection::in_memory().await).await;
    let job = JobId::new();
    c.sql(
        "INSERT INTO jobs (id, kind, filter, before_id, cursor, state, total, actor, created_at) \
             VALUES ($1, 'replay', '', 0, 0, 'paused', 0, '', 0)",
    )
    .bind(job)
    .run()
    .await
    .unwrap();
    put(&mut c, 1, 100_000, None).await;
    c.sql("UPDATE forwards SET job_id = $1, resource = NULL").bind(job).run().await.unwrap();
    assert!(taken(&mut c, 8, NOW).await.is_empty(), "at once");
    while tell(&mut c, job, Tell::Hold, 500).await.unwrap() == 500 {}
    let steps = c.count_steps().await;
    assert!(due(&mut c, NOW).await.unwrap().is_empty());
    assert!(steps.load(Ordering::Relaxed) < 1_000, "{} steps of SQLite", steps.load(Ordering::Relaxed));
    while tell(&mut c, job, Tell::Stay, 500).await.unwrap() == 500 {}
    assert!(!has_untried(&mut c, job).await.unwrap());
}

#[tokio::test]
async fn what_was_claimed_anew_is_written_down_once_and_by_the_newest() {
    let mut c = database().await;
    put(&mut c, 1, 1, None).await;
    let older = taken(&mut c, 1, NOW).await[0].1;
    assert!(taken(&mut c, 1, NOW + 40_000).await.is_empty());
    let again = claim(&mut c, HERE, 1, false, NOW + 50_000, NOW + 95_000).await.unwrap();
    assert_eq!((again[0].lost, again[0].forward.attempts), (1, 0));
    assert_ne!(again[0].claim, older);
    assert!(!finish(&mut c, &done(1, older, ForwardState::Dead)).await.unwrap(), "the older one comes late");
    release(&mut c, ForwardId(1), older, 0, false).await.unwrap();
    skip(&mut c, ForwardId(1), older, "no", false).await.unwrap();
    assert_eq!(state_of(&mut c, ForwardId(1)).await.unwrap(), Some((ForwardState::Queued, 0)));
    assert!(finish(&mut c, &done(1, again[0].claim, ForwardState::Delivered)).await.unwrap());
    let kept: i64 = c.sql("SELECT count(*) FROM attempts").scalar().await.unwrap();
    assert_eq!(
        (kept, state_of(&mut c, ForwardId(1)).await.unwrap()),
        (1, Some((ForwardState::Delivered, 1)))
    );
}

#[tokio::test]
async fn an_attempt_whose_forward_was_deleted_writes_nothing_to_the_one_that_has_its_id_now() {
    let mut c = database().await;
    put(&mut c, 1, 1, None).await;
    let gone = taken(&mut c, 1, NOW).await[0].1;
    c.sql("DELETE FROM forwards").run().await.unwrap();
    put(&mut c, 1, 1, None).await;
    let fresh = taken(&mut c, 1, NOW).await[0];
    assert_eq!(fresh.0, 1, "the id is given again");
    assert!(!finish(&mut c, &done(1, gone, ForwardState::Delivered)).await.unwrap());
    assert!(finish(&mut c, &done(1, fresh.1, ForwardState::Delivered)).await.unwrap());
}

#[tokio::test]
async fn a_lease_of_a_clock_that_was_ahead_holds_nobody_up() {
    let mut c = database().await;
    put(&mut c, 1, 1, None).await;
    taken(&mut c, 1, NOW + 86_400_000).await;
    assert_eq!(taken(&mut c, 1, NOW).await.len(), 1);
    assert!(taken(&mut c, 1, NOW + LONGEST_LEASE_MS / 4).await.is_empty());
}

#[tokio::test]
async fn forwards_that_a_clock_ahead_has_planned_come_back() {
    let mut c = database().await;
    put(&mut c, 1, 3, None).await;
    let ahead = NOW + 3 * 365 * 86_400_000;
    for (id, wait, planned) in [(1, 60_000, ahead), (2, 60_000, NOW), (3, 0, ahead)] {
        c.sql("UPDATE forwards SET planned_at = $2, next_at = $2 + $3 WHERE id = $1")
            .bind(id)
            .bind(planned)
            .bind(wait)
            .run()
            .await
            .unwrap();
    }
    let all = astray(&mut c, HERE, NOW + 1_000).await.unwrap();
    assert_eq!(all.len(), 2);
    bring_back(&mut c, &all, NOW + 1_000).await.unwrap();
    let next: Vec<i64> = c.sql("SELECT next_at FROM forwards ORDER BY id").scalars().await.unwrap();
    assert_eq!(next, [NOW + 61_000, NOW + 60_000, NOW + 1_000]);
    assert!(astray(&mut c, HERE, NOW + 1_000).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_waits_for_a_forward_gets_it_first_and_through_an_open_circuit_once() {
    let mut c = database().await;
    put(&mut c, 1, 5, None).await;
    c.sql("UPDATE destinations SET failures = 10, open_until = $1").bind(NOW + 30_000).run().await.unwrap();
    assert!(due(&mut c, NOW).await.unwrap().is_empty());
    for id in [4, 5] {
        assert!(retry_now(&mut c, ForwardId(id), NOW).await.unwrap());
    }
    let owed = due(&mut c, NOW).await.unwrap();
    assert_eq!((owed[0].due, owed[0].urgent), (0, 2));
    let claimed = claim(&mut c, HERE, 1, true, NOW, NOW + 45_000).await.unwrap();
    assert_eq!(claimed[0].forward.id, ForwardId(4));
    let failed = Finished {
        circuit: Some((11, Some(NOW + 60_000))),
        ..done(4, claimed[0].claim, ForwardState::Queued)
    };
    finish(&mut c, &failed).await.unwrap();
    assert!(due(&mut c, NOW).await.unwrap().is_empty(), "the answer is known");
    let jumped = NOW - 86_400_000;
    c.sql("UPDATE forwards SET next_at = $1").bind(jumped).run().await.unwrap();
    assert_eq!(due(&mut c, jumped).await.unwrap()[0].due, 5, "a circuit is never open for a day");
}

#[tokio::test]
async fn an_edit_is_kept_once_and_as_long_as_a_forward_has_it() {
    let mut c = database().await;
    let edit = Edit { headers: "a: b".into(), body: b"body".to_vec() };
    let id = insert_edit(&mut c, &edit).await.unwrap();
    let mut all = Vec::new();
    for _ in 0..2 {
        let new = NewReplay {
            delivery: DeliveryId(1),
            destination: HERE,
            mode: ReplayMode::Edited,
            webhook_id: None,
            edit: Some(id),
            job: None,
            actor: String::new(),
            at: NOW,
        };
        all.push(queue_replay(&mut c, &new).await.unwrap().unwrap());
    }
    assert_eq!(edit_of(&mut c, all[1]).await.unwrap(), Some(edit));
    for (forward, left) in [(all[0], 1), (all[1], 0)] {
        c.sql("DELETE FROM forwards WHERE id = $1").bind(forward).run().await.unwrap();
        let count: i64 = c.sql("SELECT count(*) FROM edits").scalar().await.unwrap();
        assert_eq!(count, left);
    }
}

#[tokio::test]
async fn lists_are_cut_at_the_old_end_and_what_fails_is_found_beyond_them() {
    let mut c = database().await;
    put(&mut c, 1, 250, None).await;
    c.sql("UPDATE forwards SET delivery_id = 7, resource = NULL, state = 'delivered', blocked = FALSE")
        .run()
        .await
        .unwrap();
    c.sql("UPDATE forwards SET state = 'dead' WHERE id = 250").run().await.unwrap();
    let listed = of_delivery(&mut c, DeliveryId(7)).await.unwrap();
    assert_eq!((listed.len(), listed[0].id.0, listed[199].id.0), (200, 51, 250));
    assert_eq!(failing(&mut c, DeliveryId(7)).await.unwrap(), [HERE]);
    c.sql("UPDATE forwards SET state = 'dead' WHERE id < 250").run().await.unwrap();
    c.sql("UPDATE forwards SET state = 'delivered' WHERE id = 250").run().await.unwrap();
    assert!(failing(&mut c, DeliveryId(7)).await.unwrap().is_empty());
}
