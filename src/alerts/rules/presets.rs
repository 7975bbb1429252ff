//! The rules that every endpoint, every destination and the server itself begin with. They do nothing until there is a
//! channel; what a person removes does not come back.

use super::{ALL, Rule};
use crate::{
    db::{
        Connection, Db, DbError,
        alert_presets::{self, Missing, SERVER},
        alert_rules,
    },
    model::{
        alert::About,
        ids::{DestinationId, EndpointId},
    },
};

/// Gives those their rules that never got any.
pub(super) async fn give(db: &Db, now: i64) -> Result<(), DbError> {
    let Missing { endpoints, destinations, server } = alert_presets::missing(&mut db.read().await?).await?;
    if endpoints.is_empty() && destinations.is_empty() && !server {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    // Read again: another may have been first.
    let Missing { endpoints, destinations, server } = alert_presets::missing(&mut tx).await?;
    for id in endpoints {
        insert(&mut tx, About::Endpoint, (Some(id), None), now).await?;
        alert_presets::mark(&mut tx, id.0).await?;
    }
    for id in destinations {
        insert(&mut tx, About::Destination, (None, Some(id)), now).await?;
        alert_presets::mark(&mut tx, id.0).await?;
    }
    if server {
        insert(&mut tx, About::Server, (None, None), now).await?;
        alert_presets::mark(&mut tx, SERVER).await?;
    }
    tx.commit().await
}

async fn insert(
    connection: &mut Connection,
    about: About,
    (endpoint, destination): (Option<EndpointId>, Option<DestinationId>),
    now: i64,
) -> Result<(), DbError> {
    for kind in ALL.iter().filter(|kind| kind.preset && kind.about == about) {
        alert_rules::insert(connection, &Rule::usual(kind, endpoint, destination, now)).await?;
    }
    Ok(())
}
