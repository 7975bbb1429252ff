use super::*;

#[tokio::test]
async fn what_cannot_be_read_of_a_limit_opens_nothing() {
    let mut connection = Connection::in_memory().await;
    connection
        .sql(
            "INSERT INTO tokens (id, name, hash, hint, role, scopes, endpoint_ids, created_at, created_by) \
             VALUES (x'00000000000000000000000000000011', 'a', x'11', 'aaaa', 'admin', 'read later-word', 'nonsense', 1, 'x')",
        )
        .run()
        .await
    .unwrap();
    let token = list(&mut connection).await.unwrap().remove(0);
    assert_eq!((token.scopes, token.endpoints), (vec![Scope::Read], Some(Vec::new())));
}
