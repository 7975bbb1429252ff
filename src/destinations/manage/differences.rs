//! What the audit log says of a change: before and after of the filter and of how a destination is served. Of its URL and
//! headers, that they changed: never what they are.

use crate::{
    db::destinations::Target,
    destinations::manage::origin,
    model::{
        destination::{Destination, Serving},
        endpoint::Endpoint,
        ids::EndpointId,
        which::Which,
    },
};

/// The endpoints there are, for their names.
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

/// A destination that was added.
pub(crate) fn described(added: &Destination, names: &Names<'_>) -> String {
    let mut parts = vec![added.origin.clone(), format!("events of: {}", names.of(added))];
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
        ("events of", names.of(before), names.of(after)),
        ("types", types(before), types(after)),
        ("condition", condition(before), condition(after)),
    ];
    all.extend(
        served(&before.serving)
            .into_iter()
            .zip(served(&after.serving))
            .map(|((what, before), (_, after))| (what, before, after)),
    );
    let mut parts: Vec<String> = all
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| format!("{what}: {before} → {after}"))
        .collect();
    if old.url != new.url {
        parts.push(match (origin(&old.url), origin(&new.url)) {
            (before, after) if before == after => format!("URL: another one at {after}"),
            (before, after) => format!("URL: {before} → {after}"),
        });
    }
    if old.headers != new.headers {
        let count = |target: &Target| target.headers.lines().filter(|line| !line.trim().is_empty()).count();
        parts.push(format!("headers: {} → {}, other ones", count(old), count(new)));
    }
    parts.join("; ")
}

fn types(destination: &Destination) -> String {
    if destination.types.is_empty() { "all".to_owned() } else { destination.types.join(" ") }
}

/// How it is served, in words.
fn served(serving: &Serving) -> [(&'static str, String); 8] {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let list = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    [
        ("timeout", format!("{} ms", serving.timeout_ms)),
        ("at once", serving.in_flight.to_string()),
        ("a second", serving.rate.map_or_else(|| "no limit".to_owned(), |rate| rate.to_string())),
        ("waits", list(serving.waits_text())),
        ("not tried again after", list(serving.final_statuses.join(" "))),
        ("bytes of answers kept", serving.capture.to_string()),
        ("in order", yes(serving.ordered)),
        ("sender's headers", yes(serving.sender_headers)),
    ]
}
