use super::*;

const TOKEN: &str = "x-gitlab-token: in-clear\r\n";

/// An endpoint for whose requests these names of headers were added.
async fn endpoint(connection: &mut Connection, names: &[&str]) -> EndpointId {
    let id = EndpointId::new();
    connection
        .sql("INSERT INTO endpoints (id, name, key, scheme, created_at) VALUES ($1, 'a', 'k', 'none', 1)")
        .bind(id)
        .run()
        .await
        .unwrap();
    name(connection, id, names).await;
    id
}

async fn name(connection: &mut Connection, id: EndpointId, names: &[&str]) {
    connection.sql("UPDATE endpoints SET secret_headers = $1").bind(Json(names)).run().await.unwrap();
    start(connection, id, 1_000).await.unwrap();
}

async fn deliver(connection: &mut Connection, id: i64, endpoint: EndpointId, headers: &str, body: usize) {
    connection
        .sql(
            "INSERT INTO deliveries (id, endpoint_id, received_at, outcome, old_secret, try_number, client, body_size, \
             answer_status, answer_us) VALUES ($1, $2, 7, 'accepted', FALSE, 1, '::1', $3, 200, 1)",
        )
        .bind(id)
        .bind(endpoint)
        .bind(body as i64)
        .run()
        .await
        .unwrap();
    connection
        .sql("INSERT INTO payloads (delivery_id, headers, body, verdict) VALUES ($1, $2, $3, '{}')")
        .bind(id)
        .bind(headers.as_bytes())
        .bind(vec![b'x'; body])
        .run()
        .await
        .unwrap();
}

/// Runs the passes as the server does, up to their end. Says in how many slices.
async fn run(connection: &mut Connection, key: &DataKey, now: i64) -> usize {
    let mut slices = 0;
    while let Some(pass) = next(connection).await.unwrap() {
        let slice = look(connection, pass, key).await.unwrap();
        store(connection, &slice, now).await.unwrap();
        slices += 1;
        assert!(slices < 100);
    }
    slices
}

async fn headers(connection: &mut Connection) -> Vec<(String, bool)> {
    let rows: Vec<(Vec<u8>, bool)> = connection
        .sql("SELECT headers, sealed_headers IS NOT NULL FROM payloads ORDER BY delivery_id")
        .all()
        .await
        .unwrap();
    rows.into_iter().map(|(headers, sealed)| (String::from_utf8(headers).unwrap(), sealed)).collect()
}

#[tokio::test]
async fn rows_in_clear_are_sealed_in_slices_and_those_of_others_left_alone() {
    let mut connection = Connection::with_tables().await;
    let endpoint = endpoint(&mut connection, &[]).await;
    for id in 1..=1_100 {
        deliver(&mut connection, id, endpoint, "host: h\r\n", 2).await;
    }
    deliver(&mut connection, 1_101, endpoint, TOKEN, 3 * 1024 * 1024).await;
    deliver(&mut connection, 1_102, endpoint, TOKEN, 2).await;
    deliver(&mut connection, 1_103, EndpointId::new(), TOKEN, 2).await;
    let key = DataKey::from_bytes(&[1; 32]);
    assert_eq!(
        run(&mut connection, &key, 100_000).await,
        4,
        "500 rows at once, and less beside a large body"
    );
    let all = headers(&mut connection).await;
    assert!(all[..1_100].iter().all(|(headers, sealed)| headers == "host: h\r\n" && !sealed));
    let sealed = ("x-gitlab-token: (sealed)\u{7f}\r\n".to_owned(), true);
    assert_eq!(all[1_100..], [sealed.clone(), sealed, (TOKEN.to_owned(), false)]);
    let payload = payloads::payload(&mut connection, DeliveryId(1_101)).await.unwrap().unwrap();
    assert_eq!(payload.true_headers(&key).unwrap().as_wire(), TOKEN.as_bytes());
    assert_eq!(run(&mut connection, &key, 100_000).await, 0, "it is done once");
}

#[tokio::test]
async fn a_name_that_is_added_while_its_pass_runs_begins_it_again() {
    let mut connection = Connection::with_tables().await;
    let endpoint = endpoint(&mut connection, &["one"]).await;
    deliver(&mut connection, 1, endpoint, "one: 1\r\ntwo: 2\r\n", 2).await;
    let key = DataKey::from_bytes(&[1; 32]);
    let pass = next(&mut connection).await.unwrap().unwrap();
    let slice = look(&mut connection, pass, &key).await.unwrap();
    store(&mut connection, &slice, 1_000).await.unwrap();
    assert_eq!(headers(&mut connection).await[0].0, "one: (sealed)\u{7f}\r\ntwo: 2\r\n");
    assert!(next(&mut connection).await.unwrap().is_some(), "rows may still come that do not know the name");
    name(&mut connection, endpoint, &["one", "two"]).await;
    assert_eq!(run(&mut connection, &key, 100_000).await, 1);
    assert_eq!(headers(&mut connection).await[0].0, "one: (sealed)\u{7f}\r\ntwo: (sealed)\u{7f}\r\n");
    let payload = payloads::payload(&mut connection, DeliveryId(1)).await.unwrap().unwrap();
    assert_eq!(payload.true_headers(&key).unwrap().as_wire(), b"one: 1\r\ntwo: 2\r\n");
}
