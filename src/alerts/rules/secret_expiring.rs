//! A secret ends soon, and the sender still signs with it.

use super::{
    Field, Spec, Usual,
    spec::{DAY, USUAL},
};
use crate::{
    alerts::{
        ranges::merged,
        values::{DAY_MS, HOUR_MS, Look, Values},
    },
    db::{DbError, rule_values},
};

pub(super) static SPEC: Spec = Spec {
    word: "secret-expiring",
    label: "Secret expiring in use",
    says: "Secrets expire soon, although the sender used them in the last 24 hours.",
    usual: Usual { window: 3 * DAY, ..USUAL.usual },
    fields: &[Field::Window { label: "Time before expiry", line: (", ", " before expiry"), below: None }],
    title: |object, _| format!("An active secret on {object} expires soon"),
    fact: |f| format!("{} used in the last 24 h and expiring within {}", f.value, f.window),
    values: |look| Box::pin(values(look)),
    ..USUAL
};

async fn values(look: Look<'_>) -> Result<Values, DbError> {
    let window = look.rule.settings.window_ms();
    let secrets = rule_values::expiring(look.connection, look.rule.endpoint, look.from).await?;
    Ok(Values::steps(secrets.iter().flat_map(|secret| {
        let from = secret.expires_at.saturating_sub(window);
        let used = secret.used.iter().map(|hour| {
            let begin = hour.saturating_mul(HOUR_MS);
            (begin, begin.saturating_add(HOUR_MS + DAY_MS))
        });
        merged(used.collect()).into_iter().map(move |(a, b)| (a.max(from), b.min(secret.expires_at)))
    })))
}
