//! The database is not backed up.

use super::{Rule, Spec, spec::USUAL};
use crate::{
    alerts::values::Values,
    db::{Connection, DbError, alert_rules, backups},
    model::alert::About,
};

pub(super) static SPEC: Spec = Spec {
    word: "backups-failing",
    label: "Backups failing",
    says: "Regular backups failed or did not run. A good one ends the incident.",
    about: About::Server,
    // It comes with the first plan.
    preset: false,
    title: |_, _| "The database is not backed up".to_owned(),
    fact: |f| format!("{} in a row failed or did not run; see Settings → Backups", f.value),
    values: |look| {
        Box::pin(async move { Ok(Values::steps(backups::wanting(look.connection, backups::LISTED).await?)) })
    },
    ..USUAL
};

/// Adds the rule, unless there is one.
pub(crate) async fn watch_backups(connection: &mut Connection, now: i64) -> Result<(), DbError> {
    if !alert_rules::list(connection).await?.iter().any(|rule| rule.kind == SPEC.word) {
        alert_rules::insert(connection, &Rule::usual(&SPEC, None, None, now)).await?;
    }
    Ok(())
}
