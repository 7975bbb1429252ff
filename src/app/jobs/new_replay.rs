//! `/replay?…`: what sending all events of a filter again would do, before it is done.

use crate::{
    app::{jobs::functions::StartReplay, kit::prelude::*},
    db::forwards::Standing,
    jobs::{replay, selection::MOST_COUNTED},
    model::{
        destination::{Destination, ForwardMark, ReplayMode},
        filter::DeliveryFilter,
    },
};

/// Requests a minute that are proposed: ten a second.
const USUAL_RATE: &str = "600";

#[component]
pub fn ReplayPage() -> impl IntoView {
    page(Role::Member, |state, _| async move {
        let filter = asked();
        let (count, standings) = replay::preview(&state, &filter).await?;
        let destinations = db::destinations::list(&mut state.db.read().await?).await?;
        let number = number(count, MOST_COUNTED);
        let content = match (count, destinations.is_empty()) {
            (0, _) => view! { <Say>"No accepted deliveries match this filter."</Say> }.into_any(),
            (_, true) => view! { <Say>"There are no destinations yet. "<a href=paths::DESTINATIONS>"Create one"</a></Say> }.into_any(),
            _ => {
                let failing = filter.forward == Some(ForwardMark::Failing);
                let (query, number) = (filter.to_query(), number.clone());
                view! { <Form query destinations standings number failing/> }.into_any()
            }
        };
        let replay = Page::new(Part::Events, "Bulk replay").under("Events", paths::events(&filter));
        Ok(replay.body(view! {
            <Card title=format!("{number} events")>
                <div class="in form">
                    <p class="dim">{narrowed(&filter)}</p>
                    {content}
                </div>
            </Card>
        }))
    })
}

/// The filter in the page's URL.
pub(super) fn asked() -> DeliveryFilter {
    let pairs = query_pairs();
    DeliveryFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
}

/// What a filter lets through, in words.
pub(super) fn narrowed(filter: &DeliveryFilter) -> String {
    let parts = filter.to_pairs().into_iter().map(|(name, value)| format!("{name}: {}", visible(&value)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "all endpoints".to_owned() } else { parts.join(" · ") }
}

/// A count that ends at the most that are counted.
pub(super) fn number(count: i64, most: i64) -> String {
    if count >= most { format!("{count} or more") } else { count.to_string() }
}

#[component]
fn Form(
    query: String,
    destinations: Vec<Destination>,
    standings: Vec<Standing>,
    number: String,
    /// The filter asks for those that fail.
    failing: bool,
) -> impl IntoView {
    let count = |to: &Destination, part: fn(&Standing) -> i64| {
        standings.iter().find(|one| one.destination_id == to.id).map_or(0, part)
    };
    let table = Table::of(&destinations)
        .row("Destination", "wrap", |to| {
            view! { <Tick name="to[]" value=to.id.to_string() label=visible(&to.name)/> }
        })
        .num("Delivered", |to| count(to, |one| one.delivered))
        .num("Failing", |to| count(to, |one| one.failing))
        .num("Queued", |to| count(to, |one| one.queued))
        .view();
    let modes = Choices::of(
        [
            (ReplayMode::Fresh.as_str(), "Fresh: new timestamp, signed by Hookpost"),
            (ReplayMode::Verbatim.as_str(), "Verbatim: the sender's headers"),
        ],
        "",
    );
    view! {
        <PostForm to=StartReplay::PATH with=[("filter", query)] submit=format!("Replay {number}")>
            <fieldset class="field">
                <legend>"To"</legend>
                <Radio name="which" value="failed" chosen=failing label="each event's failed destinations"/>
                <Radio name="which" value="chosen" chosen=!failing label="the destinations chosen here, regardless of earlier results"/>
            </fieldset>
            {table}
            <p class="dim">"Current state per destination, for up to the newest 10,000 of these events."</p>
            <div class="fields">
                <Select name="mode" label="How" choices=modes/>
                <Field name="rate" label="Requests per minute" value=USUAL_RATE hint="Empty: no limit." required=false/>
            </div>
        </PostForm>
    }
}
