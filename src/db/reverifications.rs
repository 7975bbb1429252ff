//! Later verdicts on stored deliveries.

use super::{
    Connection, DbError,
    counts::{Changes, Counted},
    forwards,
};
use crate::model::{
    delivery::Outcome,
    ids::{DeliveryId, DestinationId, EndpointId, SecretId},
};

/// A verdict that was reached again.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// When it was received, unix ms.
    pub received_at: i64,
    /// Its event key.
    pub event_key: Option<String>,
    /// Its event type.
    pub event_type: Option<String>,
    /// When the sender made the event, unix ms.
    pub created_at: Option<i64>,
    /// Why it was rejected.
    pub was: Option<String>,
    /// Our clock minus its timestamp, when that alone stood in the way.
    pub only_time: Option<i64>,
    /// The secret that matched now, and whether it is expiring; none: it is still rejected.
    pub matched: Option<(SecretId, bool)>,
    /// Where it goes when it makes its event.
    pub forward_to: Vec<DestinationId>,
    /// As JSON.
    pub verdict: String,
    /// Who asked.
    pub actor: String,
    /// Unix ms.
    pub at: i64,
}

/// Writes it down, and takes the delivery into its event when it was verified. Says what became of it; none: it had
/// been accepted already, and nothing was changed.
pub async fn record(connection: &mut Connection, new: &NewVerdict) -> Result<Option<Outcome>, DbError> {
    let rejected: bool = connection
        .sql("SELECT EXISTS (SELECT 1 FROM deliveries WHERE id = $1 AND outcome = 'rejected')")
        .bind(new.delivery_id)
        .scalar()
        .await?;
    if !rejected {
        return Ok(None);
    }
    connection
        .sql("INSERT INTO reverifications (delivery_id, at, actor, verdict) VALUES ($1, $2, $3, $4)")
        .bind(new.delivery_id)
        .bind(new.at)
        .bind(&new.actor)
        .bind(&new.verdict)
        .run()
        .await?;
    match new.matched {
        Some((secret_id, old_secret)) => accept(connection, new, secret_id, old_secret).await.map(Some),
        None => Ok(Some(Outcome::Rejected)),
    }
}

async fn accept(
    connection: &mut Connection,
    new: &NewVerdict,
    secret_id: SecretId,
    old_secret: bool,
) -> Result<Outcome, DbError> {
    let has_event: bool = connection
        .sql(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE endpoint_id = $1 AND event_key = $2 \
             AND event_key IS NOT NULL AND outcome = 'accepted')",
        )
        .bind(new.endpoint_id)
        .bind(&new.event_key)
        .scalar()
        .await?;
    let outcome = if has_event { Outcome::Duplicate } else { Outcome::Accepted };
    connection
        .sql(
            "UPDATE deliveries SET outcome = $2, reason = NULL, secret_id = $3, old_secret = $4, reverified_at = $5 \
             WHERE id = $1",
        )
        .bind(new.delivery_id)
        .bind(outcome)
        .bind(secret_id)
        .bind(old_secret)
        .bind(new.at)
        .run()
        .await?;
    // The counts follow the rows: they always say what a full count would.
    let mut changes = Changes::default();
    let was = Counted {
        endpoint_id: new.endpoint_id,
        received_at: new.received_at,
        outcome: Outcome::Rejected,
        reason: new.was.as_deref(),
        only_time: new.only_time,
        event_type: new.event_type.as_deref(),
        created_at: new.created_at,
    };
    changes.outcome(&was, -1);
    changes.outcome(&Counted { outcome, ..was }, 1);
    changes.verified(secret_id, new.received_at);
    changes.write(connection).await?;
    if outcome == Outcome::Accepted {
        let wanted: Vec<_> = new.forward_to.iter().map(|to| (new.delivery_id, *to)).collect();
        forwards::queue(connection, &wanted, new.at).await?;
    }
    Ok(outcome)
}

/// A later verdict, as it was recorded.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reverification {
    /// Unix ms.
    pub at: i64,
    /// Who asked.
    pub actor: String,
    /// As JSON.
    pub verdict: String,
}

/// The later verdicts on a delivery, oldest first: the newest 100, the last of which is in force.
pub async fn of_delivery(
    connection: &mut Connection,
    id: DeliveryId,
) -> Result<Vec<Reverification>, DbError> {
    let mut rows: Vec<Reverification> = connection
        .sql("SELECT at, actor, verdict FROM reverifications WHERE delivery_id = $1 ORDER BY id DESC LIMIT 100")
        .bind(id)
        .all()
        .await?;
    rows.reverse();
    Ok(rows)
}
