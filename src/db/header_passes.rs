//! Sealing header values of stored requests after the fact: those from before values were sealed, and those from before a
//! name was added to its endpoint. In slices, so that deliveries go first, and from where it stood after a restart.

use super::{
    DbError,
    payloads::{self, Binding},
};
use crate::{
    crypto::DataKey,
    model::{
        headers::HeaderList,
        ids::{DeliveryId, EndpointId},
    },
};
use sqlx::{FromRow, SqliteConnection};

/// Requests that are looked at between two writes.
const SLICE: i64 = 500;
/// A slice ends when the bodies beside what it changes come to this: they are written again with it.
const SLICE_BYTES: i64 = 2 * 1024 * 1024;
/// A name that was added is known to every part of the server by then.
const KNOWN_AFTER_MS: i64 = 60_000;

/// Requests that are still to be looked at.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Pass {
    id: i64,
    /// None: those of all endpoints.
    endpoint_id: Option<EndpointId>,
    cursor: DeliveryId,
    up_to: DeliveryId,
    ends_at: i64,
}

/// What a slice comes to.
#[derive(Debug)]
pub struct Slice {
    pass: Pass,
    /// Everything up to here was looked at.
    cursor: DeliveryId,
    /// Whether there may be more right now.
    pub has_more: bool,
    changes: Vec<Change>,
}

struct Change {
    id: DeliveryId,
    before: Vec<u8>,
    headers: HeaderList,
    sealed: Vec<u8>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change([redacted])")
    }
}

/// Has the requests of an endpoint looked at from the beginning: a name was added.
pub async fn start(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
    now: i64,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO header_passes (endpoint_id, cursor, up_to, ends_at) VALUES ($1, 0, $2, $3) \
         ON CONFLICT (endpoint_id) WHERE endpoint_id IS NOT NULL DO UPDATE SET cursor = 0, \
         ends_at = max(excluded.ends_at, header_passes.ends_at + 1)",
    )
    .bind(endpoint_id)
    .bind(i64::MAX)
    .bind(now.saturating_add(KNOWN_AFTER_MS))
    .execute(connection)
    .await?;
    Ok(())
}

/// A pass to go on with; none: everything is sealed.
pub async fn next(connection: &mut SqliteConnection) -> Result<Option<Pass>, DbError> {
    // Of several the one for which requests are there; those of one that waits for its end come in between.
    let pass = sqlx::query_as(
        "SELECT id, endpoint_id, cursor, up_to, ends_at FROM header_passes p ORDER BY CASE \
         WHEN endpoint_id IS NULL THEN EXISTS (SELECT 1 FROM deliveries d WHERE d.id > p.cursor AND d.id <= p.up_to) \
         ELSE EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint_id = p.endpoint_id AND d.id > p.cursor) END DESC, \
         ends_at LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(pass)
}

/// Looks at the next requests of a pass and seals what is to be sealed, without writing.
///
/// # Errors
/// When the database fails or sealed values do not open.
pub async fn look(connection: &mut SqliteConnection, pass: Pass, key: &DataKey) -> Result<Slice, DbError> {
    #[derive(FromRow)]
    struct Row {
        id: DeliveryId,
        headers: Vec<u8>,
        endpoint_id: EndpointId,
        received_at: i64,
        body_size: i64,
        secret_headers: Option<String>,
    }
    const ALL: &str = "SELECT d.id, p.headers, d.endpoint_id, d.received_at, d.body_size, e.secret_headers \
         FROM deliveries d JOIN payloads p ON p.delivery_id = d.id LEFT JOIN endpoints e ON e.id = d.endpoint_id \
         WHERE d.id > $1 AND d.id <= $2 ORDER BY d.id LIMIT $3";
    const OF_ENDPOINT: &str = "SELECT d.id, p.headers, d.endpoint_id, d.received_at, d.body_size, e.secret_headers \
         FROM deliveries d JOIN payloads p ON p.delivery_id = d.id LEFT JOIN endpoints e ON e.id = d.endpoint_id \
         WHERE d.endpoint_id = $4 AND d.id > $1 AND d.id <= $2 ORDER BY d.id LIMIT $3";
    let text = if pass.endpoint_id.is_some() { OF_ENDPOINT } else { ALL };
    let mut query = sqlx::query_as(text).bind(pass.cursor).bind(pass.up_to).bind(SLICE);
    if let Some(endpoint_id) = pass.endpoint_id {
        query = query.bind(endpoint_id);
    }
    let rows: Vec<Row> = query.fetch_all(&mut *connection).await?;
    let is_last = (rows.len() as i64) < SLICE;
    let mut slice = Slice { pass, cursor: pass.cursor, has_more: !is_last, changes: Vec::new() };
    let mut bytes = 0;
    for row in rows {
        let is_credential = payloads::rule(row.secret_headers.as_deref())?;
        let stored = HeaderList::from_wire(row.headers);
        let is_open =
            |(name, value): (&str, &[u8])| is_credential(name) && value != crate::model::headers::SEALED;
        if stored.iter().any(is_open) {
            let bound_to = Binding::of(row.endpoint_id, row.received_at);
            let sealed: Option<Vec<u8>> =
                sqlx::query_scalar("SELECT sealed_headers FROM payloads WHERE delivery_id = $1")
                    .bind(row.id)
                    .fetch_one(&mut *connection)
                    .await?;
            let whole = sealed
                .map_or_else(|| Ok(stored.clone()), |sealed| payloads::open(key, bound_to, &stored, &sealed));
            let Ok(whole) = whole else {
                tracing::error!(delivery = %row.id, "sealed header values of a delivery do not open");
                slice.cursor = row.id;
                continue;
            };
            // Values that were sealed under a name that is no longer one stay sealed.
            let was_sealed = |name: &str| stored.get(name) == Some(crate::model::headers::SEALED);
            let again =
                payloads::seal(key, bound_to, &whole, |name| is_credential(name) || was_sealed(name))?;
            if let Some((headers, sealed)) = again {
                slice.changes.push(Change { id: row.id, before: stored.into_wire(), headers, sealed });
                bytes += row.body_size;
            }
        }
        slice.cursor = row.id;
        if bytes >= SLICE_BYTES {
            slice.has_more = true;
            break;
        }
    }
    Ok(slice)
}

/// Writes down what a slice came to, and ends its pass when nothing is left. A request that was changed or deleted
/// meanwhile stays as it is.
pub async fn store(connection: &mut SqliteConnection, slice: &Slice, now: i64) -> Result<(), DbError> {
    if !slice.changes.is_empty() {
        // What was there in clear is not to stay behind in free pages.
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    }
    for change in &slice.changes {
        sqlx::query(
            "UPDATE payloads SET headers = $2, sealed_headers = $3 WHERE delivery_id = $1 AND headers = $4",
        )
        .bind(change.id)
        .bind(change.headers.as_wire())
        .bind(&change.sealed)
        .bind(&change.before)
        .execute(&mut *connection)
        .await?;
    }
    if !slice.changes.is_empty() {
        sqlx::query("PRAGMA secure_delete = FAST").execute(&mut *connection).await?;
    }
    let Pass { id, cursor, ends_at, .. } = slice.pass;
    if !slice.has_more && now >= ends_at {
        // Unless it was begun again.
        sqlx::query("DELETE FROM header_passes WHERE id = $1 AND cursor = $2 AND ends_at = $3")
            .bind(id)
            .bind(cursor)
            .bind(ends_at)
            .execute(connection)
            .await?;
    } else if slice.cursor != cursor {
        sqlx::query("UPDATE header_passes SET cursor = $4 WHERE id = $1 AND cursor = $2 AND ends_at = $3")
            .bind(id)
            .bind(cursor)
            .bind(ends_at)
            .bind(slice.cursor)
            .execute(connection)
            .await?;
    }
    Ok(())
}

impl Slice {
    /// Whether there is anything to write down at `now` (unix ms).
    pub fn has_news(&self, now: i64) -> bool {
        !self.changes.is_empty()
            || self.cursor != self.pass.cursor
            || (!self.has_more && now >= self.pass.ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    const TOKEN: &str = "x-gitlab-token: in-clear\r\n";

    async fn deliver(
        connection: &mut SqliteConnection,
        id: i64,
        endpoint: &[u8],
        headers: &str,
        body: usize,
    ) {
        sqlx::query(
            "INSERT INTO deliveries (id, endpoint_id, received_at, outcome, old_secret, try_number, client, body_size, \
             answer_status, answer_us) VALUES ($1, $2, 7, 'accepted', 0, 1, '::1', $3, 200, 1)",
        )
        .bind(id)
        .bind(endpoint)
        .bind(body as i64)
        .execute(&mut *connection)
        .await
        .unwrap();
        sqlx::query("INSERT INTO payloads (delivery_id, headers, body, verdict) VALUES ($1, $2, $3, '{}')")
            .bind(id)
            .bind(headers.as_bytes())
            .bind(vec![b'x'; body])
            .execute(connection)
            .await
            .unwrap();
    }

    /// Runs the passes as the server does, up to their end. Says in how many slices.
    async fn run(connection: &mut SqliteConnection, key: &DataKey, now: i64) -> usize {
        let mut slices = 0;
        while let Some(pass) = next(connection).await.unwrap() {
            let slice = look(connection, pass, key).await.unwrap();
            store(connection, &slice, now).await.unwrap();
            slices += 1;
            assert!(slices < 100);
        }
        slices
    }

    async fn headers(connection: &mut SqliteConnection) -> Vec<(String, bool)> {
        let rows: Vec<(Vec<u8>, bool)> =
            sqlx::query_as("SELECT headers, sealed_headers IS NOT NULL FROM payloads ORDER BY delivery_id")
                .fetch_all(connection)
                .await
                .unwrap();
        rows.into_iter().map(|(headers, sealed)| (String::from_utf8(headers).unwrap(), sealed)).collect()
    }

    #[tokio::test]
    async fn rows_from_before_the_migration_are_sealed_with_those_whose_endpoint_is_gone() {
        let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
        let migrations = sqlx::migrate!();
        let (before, after): (Vec<_>, Vec<_>) =
            migrations.iter().partition(|migration| migration.version < 12);
        for migration in before {
            sqlx::raw_sql(migration.sql.clone()).execute(&mut connection).await.unwrap();
        }
        let endpoint = EndpointId::new();
        sqlx::query(
            "INSERT INTO endpoints (id, name, key, scheme, created_at) VALUES ($1, 'a', 'k', 'gitlab', 1)",
        )
        .bind(endpoint)
        .execute(&mut connection)
        .await
        .unwrap();
        let own = endpoint.0.as_bytes().to_vec();
        for id in 1..=1_100 {
            deliver(&mut connection, id, &own, "host: h\r\n", 2).await;
        }
        deliver(&mut connection, 1_101, &own, TOKEN, 3 * 1024 * 1024).await;
        deliver(&mut connection, 1_102, b"an endpoint gone", TOKEN, 2).await;
        for migration in after {
            sqlx::raw_sql(migration.sql.clone()).execute(&mut connection).await.unwrap();
        }
        let key = DataKey::from_bytes(&[1; 32]);
        assert_eq!(run(&mut connection, &key, 10).await, 4, "500 rows at once, and less beside a large body");
        let all = headers(&mut connection).await;
        assert!(all[..1_100].iter().all(|(headers, sealed)| headers == "host: h\r\n" && !sealed));
        let sealed = ("x-gitlab-token: (sealed)\u{7f}\r\n".to_owned(), true);
        assert_eq!(all[1_100..], [sealed.clone(), sealed]);
        let payload = payloads::payload(&mut connection, DeliveryId(1_101)).await.unwrap().unwrap();
        assert_eq!(payload.true_headers(&key).unwrap().as_wire(), TOKEN.as_bytes());
        assert_eq!(run(&mut connection, &key, 10).await, 0, "it is done once");
    }

    #[tokio::test]
    async fn a_name_that_is_added_while_its_pass_runs_begins_it_again() {
        let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
        sqlx::migrate!().run(&mut connection).await.unwrap();
        let endpoint = EndpointId::new();
        let own = endpoint.0.as_bytes().to_vec();
        let name = async |connection: &mut SqliteConnection, names: &str| {
            sqlx::query("UPDATE endpoints SET secret_headers = $1")
                .bind(names.to_owned())
                .execute(&mut *connection)
                .await
                .unwrap();
            start(connection, endpoint, 1_000).await.unwrap();
        };
        sqlx::query(
            "INSERT INTO endpoints (id, name, key, scheme, created_at) VALUES ($1, 'a', 'k', 'none', 1)",
        )
        .bind(endpoint)
        .execute(&mut connection)
        .await
        .unwrap();
        deliver(&mut connection, 1, &own, "one: 1\r\ntwo: 2\r\n", 2).await;
        let key = DataKey::from_bytes(&[1; 32]);
        name(&mut connection, r#"["one"]"#).await;
        let pass = next(&mut connection).await.unwrap().unwrap();
        let slice = look(&mut connection, pass, &key).await.unwrap();
        store(&mut connection, &slice, 1_000).await.unwrap();
        assert_eq!(headers(&mut connection).await[0].0, "one: (sealed)\u{7f}\r\ntwo: 2\r\n");
        assert!(
            next(&mut connection).await.unwrap().is_some(),
            "rows may still come that do not know the name"
        );
        name(&mut connection, r#"["one", "two"]"#).await;
        assert_eq!(run(&mut connection, &key, 100_000).await, 1);
        assert_eq!(headers(&mut connection).await[0].0, "one: (sealed)\u{7f}\r\ntwo: (sealed)\u{7f}\r\n");
        let payload = payloads::payload(&mut connection, DeliveryId(1)).await.unwrap().unwrap();
        assert_eq!(payload.true_headers(&key).unwrap().as_wire(), b"one: 1\r\ntwo: 2\r\n");
    }
}
