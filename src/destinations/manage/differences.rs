//! What the audit log says of a change: before and after of the filter and of how a destination is served. Of its URL and
//! headers, that they changed: never what they are.

use crate::{
    db::destinations::Target,
    destinations::{manage::origin, settings::SETTINGS},
    model::{destination::Destination, endpoint::Endpoint, ids::EndpointId, which::Which},
};

pub(crate) struct Names<'a>(pub(crate) &'a [Endpoint]);

impl Names<'_> {
    fn of(&self, destination: &Destination) -> String {
        match &destination.endpoints {
            Which::All => "every endpoint".to_owned(),
            Which::These(ids) if ids.is_empty() => "none".to_owned(),
            Which::These(ids) => {
                let name = |id: &EndpointId| {
                    self.0.iter().find(|endpoint| endpoint.id == *id).map_or("?", |one| &one.name)
                };
                ids.iter().map(name).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

pub(crate) fn described(added: &Destination, names: &Names<'_>) -> String {
    let mut parts = vec![added.origin.clone(), format!("source: {}", names.of(added))];
    parts.push(format!("types: {}", types(added)));
    parts.extend(added.condition.as_ref().map(|text| format!("condition: {text}")));
    parts.join("; ")
}

/// What was changed. Empty: nothing.
pub(crate) fn differences(
    (before, old): (&Destination, &Target),
    (after, new): (&Destination, &Target),
    names: &Names<'_>,
) -> String {
    let condition = |one: &Destination| one.condition.clone().unwrap_or_else(|| "none".to_owned());
    let mut all = vec![
        ("name", before.name.clone(), after.name.clone()),
        ("source", names.of(before), names.of(after)),
        ("types", types(before), types(after)),
        ("condition", condition(before), condition(after)),
    ];
    all.extend(SETTINGS.iter().map(|setting| {
        (setting.audited_as, (setting.audit)(&before.policy), (setting.audit)(&after.policy))
    }));
    let mut parts: Vec<String> = all
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| format!("{what}: {before} → {after}"))
        .collect();
    if old.url != new.url {
        parts.push(match (origin(&old.url), origin(&new.url)) {
            (before, after) if before == after => format!("URL: changed, still at {after}"),
            (before, after) => format!("URL: {before} → {after}"),
        });
    }
    if old.headers != new.headers {
        let count = |target: &Target| target.headers.lines().filter(|line| !line.trim().is_empty()).count();
        parts.push(format!("headers: {} → {}, changed", count(old), count(new)));
    }
    parts.join("; ")
}

fn types(destination: &Destination) -> String {
    if destination.types.is_empty() { "all".to_owned() } else { destination.types.join(" ") }
}
