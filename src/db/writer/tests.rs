use super::*;
use crate::{
    crypto::MasterKey,
    db::{Db, key::KeySource},
    model::{endpoint::EndpointRef, ids::EndpointId},
};

const COUNT: &str = "SELECT count(*) FROM clock";

/// A database in a file, with one endpoint.
async fn database() -> (tempfile::TempDir, Db, Arc<EndpointRef>) {
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = MasterKey::from_file(&folder.path().join("key")).unwrap();
    let source = KeySource { key, file: None };
    let db = Db::open(&folder.path().join("test.db"), source, Clock::system()).await.unwrap();
    let id = EndpointId::new();
    let mut tx = db.begin().await.unwrap();
    tx.sql("INSERT INTO endpoints (id, name, key, scheme, created_at) VALUES ($1, 'a', 'k', 'none', 1)")
        .bind(id)
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (folder, db, Arc::new(EndpointRef { id, name: "a".into(), unverified: true }))
}

fn delivery(endpoint: &Arc<EndpointRef>) -> NewDelivery {
    NewDelivery {
        endpoint: endpoint.clone(),
        received_at: 1,
        started: Instant::now(),
        reason: None,
        secret_id: None,
        old_secret: false,
        only_time: None,
        event_key: None,
        event_type: None,
        event_id: None,
        resource: None,
        created_at: None,
        forward_to: Vec::new(),
        client: "::1".into(),
        headers: Default::default(),
        sealed_headers: None,
        body: "{}".into(),
        body_sha256: None,
        kept: Arc::default(),
        verdict: "{}".into(),
    }
}

/// Writes something, in a transaction that is still open.
async fn begun(db: &Db) -> Transaction {
    let mut tx = db.begin().await.unwrap();
    tx.sql("DELETE FROM clock").run().await.unwrap();
    tx.sql("INSERT INTO clock (singleton, seen_at) VALUES (1, 5)").run().await.unwrap();
    tx
}

async fn written(db: &Db) -> i64 {
    db.read().await.unwrap().sql(COUNT).scalar().await.unwrap()
}

#[tokio::test]
async fn what_is_committed_is_there_and_what_is_dropped_is_not() {
    let (_folder, db, _) = database().await;
    drop(begun(&db).await);
    // The next one is after it.
    assert_eq!(db.begin().await.unwrap().sql(COUNT).scalar::<i64>().await.unwrap(), 0);
    let panics = begun(&db).await;
    let fell = tokio::spawn(async move {
        let _tx = panics;
        panic!("in a transaction, as the test wants");
    });
    assert!(fell.await.is_err());
    let failed: Result<(), DbError> = async {
        let mut tx = begun(&db).await;
        tx.sql("INSERT INTO clock (singleton, seen_at) VALUES (1, 6)").run().await?;
        tx.commit().await
    }
    .await;
    assert!(failed.is_err_and(|error| error.breaks_unique("clock.singleton")));
    assert_eq!(written(&db).await, 0);
    begun(&db).await.commit().await.unwrap();
    assert_eq!(written(&db).await, 1);
    assert_eq!(db.writer.restarts(), 0);
    db.close().await;
}

#[tokio::test]
async fn one_that_is_given_up_in_the_middle_of_a_statement_leaves_the_connection_usable() {
    let (_folder, db, endpoint) = database().await;
    let endless = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000000) SELECT max(n) FROM n";
    let work = async {
        let mut tx = begun(&db).await;
        tx.sql(endless).scalar::<i64>().await.unwrap();
        tx.commit().await.unwrap();
    };
    assert!(timeout(Duration::from_millis(20), work).await.is_err());
    begun(&db).await.commit().await.unwrap();
    db.submit(delivery(&endpoint)).await.unwrap();
    // One that nobody waits for any more is passed over.
    let holds = begun(&db).await;
    assert!(timeout(Duration::from_millis(20), db.begin()).await.is_err());
    drop(holds);
    drop(db.begin().await.unwrap());
}

#[tokio::test]
async fn a_commit_that_fails_throws_the_connection_away_and_the_next_write_has_a_new_one() {
    let (_folder, db, endpoint) = database().await;
    let mut tx = begun(&db).await;
    tx.sql("PRAGMA defer_foreign_keys = ON").run().await.unwrap();
    tx.sql("CREATE TEMPORARY TABLE of_this_connection (a)").run().await.unwrap();
    let orphan = "INSERT INTO secrets (id, endpoint_id, label, hint, format, sealed, created_at) \
                  VALUES (x'00', x'00', '', '', 'text', x'00', 0)";
    tx.sql(orphan).run().await.unwrap();
    let refused = tx.commit().await.unwrap_err();
    assert!(matches!(refused, DbError::Sqlx(_)), "{refused:?}");
    assert_eq!(written(&db).await, 0);
    let mut tx = begun(&db).await;
    assert!(tx.sql("SELECT a FROM of_this_connection").run().await.is_err(), "it is another one");
    tx.commit().await.unwrap();
    db.submit(delivery(&endpoint)).await.unwrap();
}

#[tokio::test]
async fn deliveries_are_stored_between_transactions_and_after_one_that_takes_long() {
    let (_folder, db, endpoint) = database().await;
    let (sender, writer) = (db.clone(), db.clone());
    let sent = tokio::spawn(async move {
        for _ in 0..100 {
            sender.submit(delivery(&endpoint)).await.unwrap();
        }
        endpoint
    });
    let wrote = tokio::spawn(async move {
        for _ in 0..100 {
            begun(&writer).await.commit().await.unwrap();
        }
    });
    let endpoint = sent.await.unwrap();
    wrote.await.unwrap();
    let held = begun(&db).await;
    let (begun_at, sender) = (Instant::now(), db.clone());
    let waits = tokio::spawn(async move { sender.submit(delivery(&endpoint)).await.unwrap() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.commit().await.unwrap();
    waits.await.unwrap();
    assert!(begun_at.elapsed() >= Duration::from_millis(200));
    let rows: i64 = db.read().await.unwrap().sql("SELECT count(*) FROM deliveries").scalar().await.unwrap();
    assert_eq!(rows, 101);
}
