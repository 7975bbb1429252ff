//! What a rule would have done in the last seven days, as a picture and a list.

use crate::{
    alerts::preview::{DAYS, Preview, Would},
    app::{figures::zone::Zone, kit::chart::ValueChart},
    model::{alert::Rule, filter::DeliveryFilter, time},
};
use leptos::{either::Either, prelude::*};

/// Incidents that are listed.
const LISTED: usize = 20;

/// The look back.
#[component]
pub(crate) fn LookBack(rule: Rule, preview: Preview, zone: Zone) -> impl IntoView {
    let unit = rule.kind.unit();
    let count = preview.incidents.len();
    let said = match (count, preview.highest) {
        (_, None) => "There was nothing to go by: it would have stayed silent.".to_owned(),
        (0, Some(highest)) => {
            format!("It would have opened no incident. The highest value was {}.", unit.show(highest))
        }
        (1, Some(highest)) => {
            format!("It would have opened one incident. The highest value was {}.", unit.show(highest))
        }
        (count, Some(highest)) => {
            format!("It would have opened {count} incidents. The highest value was {}.", unit.show(highest))
        }
    };
    let present = match preview.now {
        Some(reading) => format!("Its value now: {}.", unit.show(reading.value)),
        None => "Now there is nothing to go by.".to_owned(),
    };
    let end = preview.to;
    let endpoint = rule.object.clone().filter(|_| rule.endpoint.is_some());
    let filter = DeliveryFilter { endpoint, ..DeliveryFilter::default() };
    let rows: Vec<_> =
        preview.incidents.iter().rev().take(LISTED).map(|would| row(&rule, *would, end, &zone)).collect();
    let more = count.saturating_sub(LISTED);
    let more = (more > 0).then(|| view! { <p class="in dim">{format!("and {more} earlier ones")}</p> });
    let list = if rows.is_empty() {
        Either::Left(())
    } else {
        Either::Right(view! { <ol class="in tl would">{rows}</ol> })
    };
    view! {
        <section class="card" id="preview">
            <h2>{format!("What it would have done in the last {DAYS} days")}</h2>
            <div class="in">
                <p>{said} " " <span class="dim">{present}</span></p>
                <ValueChart
                    values=preview.values
                    marks=preview.incidents.iter().map(|would| (would.from, would.to.unwrap_or(end))).collect()
                    threshold=rule.settings.threshold
                    unit
                    filter
                    zone
                />
            </div>
            {list}
            {more}
        </section>
    }
}

fn row(rule: &Rule, would: Would, end: i64, zone: &Zone) -> impl IntoView + use<> {
    let worst = rule.kind.unit().show(would.worst);
    let lasted = time::duration(would.to.unwrap_or(end) - would.from);
    let rest = match would.to {
        Some(_) => format!("lasted {lasted}, up to {worst}"),
        None if would.from == end => format!("would open now, at {worst}"),
        None => format!("would be open now, for {lasted}, up to {worst}"),
    };
    view! {
        <li>
            <time class="mono" datetime=time::rfc3339(would.from)>{zone.full(would.from)}</time>
            <span>{rest}</span>
        </li>
    }
}
