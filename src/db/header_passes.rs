//! Sealing header values of stored requests after the fact: those from before a name was added to their endpoint. In
//! slices, so that deliveries go first, and from where it stood after a restart.

use super::{
    Connection, DbError,
    payloads::{self, Binding},
};
use crate::{
    crypto::DataKey,
    model::{
        headers::{HeaderList, SEALED},
        ids::{DeliveryId, EndpointId},
        time::MINUTE_MS,
    },
};
use sqlx::{FromRow, types::Json};

/// Requests that are looked at between two writes.
const SLICE: i64 = 500;
/// A slice ends when the bodies beside what it changes come to this: they are written again with it.
const SLICE_BYTES: i64 = 2 * 1024 * 1024;
/// A name that was added is known to every part of the server by then.
const KNOWN_AFTER_MS: i64 = MINUTE_MS;

/// Requests that are still to be looked at.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Pass {
    endpoint_id: EndpointId,
    cursor: DeliveryId,
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
pub async fn start(connection: &mut Connection, endpoint_id: EndpointId, now: i64) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO header_passes (endpoint_id, cursor, ends_at) VALUES ($1, 0, $2) \
             ON CONFLICT (endpoint_id) DO UPDATE SET cursor = 0, ends_at = CASE \
             WHEN excluded.ends_at > header_passes.ends_at THEN excluded.ends_at ELSE header_passes.ends_at + 1 END",
        )
        .bind(endpoint_id)
        .bind(now.saturating_add(KNOWN_AFTER_MS))
        .run()
        .await?;
    Ok(())
}

/// A pass to go on with; none: everything is sealed.
pub async fn next(connection: &mut Connection) -> Result<Option<Pass>, DbError> {
    // Of several the one for which requests are there; those of one that waits for its end come in between.
    connection
        .sql(
            "SELECT endpoint_id, cursor, ends_at FROM header_passes p ORDER BY EXISTS (SELECT 1 FROM deliveries d \
             WHERE d.endpoint_id = p.endpoint_id AND d.id > p.cursor) DESC, ends_at LIMIT 1",
        )
        .optional()
        .await
}

/// Looks at the next requests of a pass and seals what is to be sealed, without writing.
///
/// # Errors
/// When the database fails or sealed values do not open.
pub async fn look(connection: &mut Connection, pass: Pass, key: &DataKey) -> Result<Slice, DbError> {
    #[derive(FromRow)]
    struct Row {
        id: DeliveryId,
        headers: Vec<u8>,
        sealed_headers: Option<Vec<u8>>,
        received_at: i64,
        body_size: i64,
    }
    let own: Option<Json<Vec<String>>> = connection
        .sql("SELECT secret_headers FROM endpoints WHERE id = $1")
        .bind(pass.endpoint_id)
        .optional_scalar()
        .await?;
    let is_credential = payloads::rule(own.map(|own| own.0).unwrap_or_default());
    let rows: Vec<Row> = connection
        .sql(
            "SELECT d.id, p.headers, p.sealed_headers, d.received_at, d.body_size \
             FROM deliveries d JOIN payloads p ON p.delivery_id = d.id \
             WHERE d.endpoint_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3",
        )
        .bind(pass.endpoint_id)
        .bind(pass.cursor)
        .bind(SLICE)
        .all()
        .await?;
    let is_last = (rows.len() as i64) < SLICE;
    let mut slice = Slice { pass, cursor: pass.cursor, has_more: !is_last, changes: Vec::new() };
    let mut bytes = 0;
    for row in rows {
        let stored = HeaderList::from_wire(row.headers);
        let is_open = |(name, value): (&str, &[u8])| is_credential(name) && value != SEALED;
        if stored.iter().any(is_open) {
            let bound_to = Binding::of(pass.endpoint_id, row.received_at);
            let sealed = row.sealed_headers;
            let whole = sealed
                .map_or_else(|| Ok(stored.clone()), |sealed| payloads::open(key, bound_to, &stored, &sealed));
            let Ok(whole) = whole else {
                tracing::error!(delivery = %row.id, "a delivery's encrypted header values can't be decrypted");
                slice.cursor = row.id;
                continue;
            };
            // Values that were sealed under a name that is no longer one stay sealed.
            let was_sealed = |name: &str| stored.get(name) == Some(SEALED);
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

/// Records what a slice came to, and ends its pass when nothing is left. A request that was changed or deleted
/// meanwhile stays as it is.
pub async fn store(connection: &mut Connection, slice: &Slice, now: i64) -> Result<(), DbError> {
    if !slice.changes.is_empty() {
        // What was there in clear is not to stay behind in free pages.
        connection.overwrite_deleted(true).await?;
    }
    for change in &slice.changes {
        connection
            .sql("UPDATE payloads SET headers = $2, sealed_headers = $3 WHERE delivery_id = $1 AND headers = $4")
            .bind(change.id)
            .bind(change.headers.as_wire())
            .bind(&change.sealed)
            .bind(&change.before)
            .run()
            .await?;
    }
    if !slice.changes.is_empty() {
        connection.overwrite_deleted(false).await?;
    }
    let Pass { endpoint_id, cursor, ends_at } = slice.pass;
    if !slice.has_more && now >= ends_at {
        // Unless it was begun again.
        connection
            .sql("DELETE FROM header_passes WHERE endpoint_id = $1 AND cursor = $2 AND ends_at = $3")
            .bind(endpoint_id)
            .bind(cursor)
            .bind(ends_at)
            .run()
            .await?;
    } else if slice.cursor != cursor {
        connection
            .sql("UPDATE header_passes SET cursor = $4 WHERE endpoint_id = $1 AND cursor = $2 AND ends_at = $3")
            .bind(endpoint_id)
            .bind(cursor)
            .bind(ends_at)
            .bind(slice.cursor)
            .run()
            .await?;
    }
    Ok(())
}

impl Slice {
    /// Whether there is anything to record at `now` (unix ms).
    pub fn has_news(&self, now: i64) -> bool {
        !self.changes.is_empty()
            || self.cursor != self.pass.cursor
            || (!self.has_more && now >= self.pass.ends_at)
    }
}

#[cfg(test)]
mod tests;
