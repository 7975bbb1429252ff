//! What a rule would have done in the last seven days, as a picture and a list.

use crate::{
    alerts::{
        preview::{DAYS, Preview, Would},
        rules::Rule,
    },
    app::{
        figures::zone::Zone,
        kit::{chart::ValueChart, prelude::*},
    },
    model::filter::DeliveryFilter,
};

/// Incidents that are listed.
const LISTED: usize = 20;

/// A rule as it would be, with what it would have done; or why there is no such rule.
pub(super) type LookedBack = Result<(Rule, Preview), AppError>;

/// What came of a look back.
pub(super) fn look_back(looked_back: LookedBack, zone: &Zone) -> AnyView {
    match looked_back {
        Ok((rule, preview)) => would_have(&rule, preview, zone),
        Err(error) => view! {
            <Card title="Preview" id="preview">
                <p class="in bad-text" role="alert">{error.to_string()}</p>
            </Card>
        }
        .into_any(),
    }
}

pub(super) fn would_have(rule: &Rule, preview: Preview, zone: &Zone) -> AnyView {
    let unit = rule.kind.unit;
    let count = preview.incidents.len();
    let said = match preview.highest.map(|highest| unit.show(highest)) {
        None => "There was not enough data, so no incident would have opened.".to_owned(),
        Some(highest) => {
            let opened = match count {
                0 => "No incident".to_owned(),
                1 => "One incident".to_owned(),
                many => format!("{many} incidents"),
            };
            format!("{opened} would have opened. The highest value was {highest}.")
        }
    };
    let present = match preview.now {
        Some(now) => format!("Current value: {}.", unit.show(now.value)),
        None => "There is not enough data at the moment.".to_owned(),
    };
    let end = preview.to;
    let endpoint = rule.object.clone().filter(|_| rule.endpoint.is_some());
    let filter = DeliveryFilter { endpoint, ..DeliveryFilter::default() };
    let marks = preview.incidents.iter().map(|would| (would.from, would.to.unwrap_or(end))).collect();
    let rows: Vec<_> =
        preview.incidents.iter().rev().take(LISTED).map(|would| row(rule, *would, end, zone)).collect();
    let list = (!rows.is_empty()).then(|| view! { <ol class="in tl would">{rows}</ol> });
    let more = count.saturating_sub(LISTED);
    let more = (more > 0).then(|| view! { <p class="in dim">{format!("and {more} earlier ones")}</p> });
    let (zone, threshold) = (zone.clone(), rule.settings.threshold);
    view! {
        <Card title=format!("What this rule would have done in the last {DAYS} days") id="preview">
            <div class="in">
                <p>{said} " " <span class="dim">{present}</span></p>
                <ValueChart values=preview.values marks threshold unit filter zone/>
            </div>
            {list}
            {more}
        </Card>
    }
    .into_any()
}

fn row(rule: &Rule, would: Would, end: i64, zone: &Zone) -> impl IntoView + use<> {
    let worst = rule.kind.unit.show(would.worst);
    let lasted = time::duration(would.to.unwrap_or(end) - would.from);
    let rest = match would.to {
        Some(_) => format!("{lasted}, peak {worst}"),
        None if would.from == end => format!("would open now at {worst}"),
        None => format!("would still be open after {lasted}, peak {worst}"),
    };
    view! {
        <li>
            <time class="mono" datetime=time::rfc3339(would.from)>{zone.full(would.from)}</time>
            <span>{rest}</span>
        </li>
    }
}
