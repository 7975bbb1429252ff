use super::*;
use sqlx::Connection;

/// What a database of before has of people and programs.
const BEFORE: &str = "
INSERT INTO users (id, email, password_hash, role, disabled_at, created_at) VALUES
    (x'00000000000000000000000000000001', 'ada@example.com', 'h', 'admin', NULL, 1),
    (x'00000000000000000000000000000002', 'bo@example.com', 'h', 'member', 77, 1);
INSERT INTO sessions (token_hash, user_id, data, expires_at) VALUES
    (x'01', x'00000000000000000000000000000001',
     '{\"since\":1000,\"seen\":2000,\"from\":\"192.0.2.1\",\"new_invite\":[\"x@example.com\",\"http://h/invite/t\"]}', 9999),
    (x'02', NULL, '{}', 9999);
INSERT INTO tokens (id, name, hash, hint, role, created_at, created_by) VALUES
    (x'00000000000000000000000000000011', 'of ada', x'11', 'aaaa', 'member', 1, 'ada@example.com'),
    (x'00000000000000000000000000000012', 'of bo', x'12', 'bbbb', 'viewer', 1, 'bo@example.com'),
    (x'00000000000000000000000000000013', 'of nobody', x'13', 'cccc', 'admin', 1, 'gone@example.com'),
    (x'00000000000000000000000000000014', 'of the machine', x'14', 'dddd', 'admin', 1, 'command line (root)');
";

#[tokio::test]
async fn tokens_and_sessions_of_before_live_on_with_their_owners() {
    let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
    let migrations = sqlx::migrate!();
    let (before, after): (Vec<_>, Vec<_>) = migrations.iter().partition(|migration| migration.version < 9);
    for migration in before {
        sqlx::raw_sql(migration.sql.clone()).execute(&mut connection).await.unwrap();
    }
    sqlx::raw_sql(BEFORE).execute(&mut connection).await.unwrap();
    for migration in after {
        sqlx::raw_sql(migration.sql.clone()).execute(&mut connection).await.unwrap();
    }
    let told: Vec<String> = list(&mut connection)
        .await
        .unwrap()
        .iter()
        .map(|token| {
            let owner = token.owner.as_ref().map(|owner| owner.email.as_str());
            let (scopes, usable) = (Scope::words(&token.scopes), token.is_usable(100));
            format!("{}: {owner:?}, {scopes}, usable {usable}, {:?}", token.name, token.endpoints)
        })
        .collect();
    assert_eq!(
        told,
        [
            "of ada: Some(\"ada@example.com\"), read replay ingest, usable true, None",
            "of nobody: None, read replay ingest admin, usable true, None",
            "of the machine: None, read replay ingest admin, usable true, None",
            "of bo: Some(\"bo@example.com\"), read, usable false, None",
        ]
    );
    let sessions: Vec<(Vec<u8>, i64, i64, String)> =
        sqlx::query_as("SELECT token_hash, began_at, seen_at, client FROM sessions")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(sessions, [(vec![1], 1_000, 2_000, "192.0.2.1".to_owned())], "those that are logged in");
}

#[tokio::test]
async fn what_cannot_be_read_of_a_limit_opens_nothing() {
    let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
    sqlx::migrate!().run(&mut connection).await.unwrap();
    sqlx::query(
        "INSERT INTO tokens (id, name, hash, hint, role, scopes, endpoint_ids, created_at, created_by) \
         VALUES (x'00000000000000000000000000000011', 'a', x'11', 'aaaa', 'admin', 'read later-word', 'nonsense', 1, 'x')",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let token = list(&mut connection).await.unwrap().remove(0);
    assert_eq!((token.scopes, token.endpoints), (vec![Scope::Read], Some(Vec::new())));
}
