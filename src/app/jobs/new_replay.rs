//! `/replay?…`: what sending all events of a filter again would do, before it is done.

use crate::{
    app::{
        jobs::functions::StartReplay,
        kit::{
            form::{Field, take_flash},
            problem::Problem,
            query::query_pairs,
        },
        shell::layout::{Layout, Part},
    },
    auth,
    db::{self, forwards::Standing},
    jobs::replay::{self, MOST_COUNTED as MOST_COUNTED_IN_BULK},
    model::{
        destination::{Destination, ForwardMark, ReplayMode},
        error::AppError,
        filter::DeliveryFilter,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// Requests a minute that are proposed: ten a second.
const USUAL_RATE: &str = "600";

#[component]
pub fn ReplayPage() -> impl IntoView {
    let pairs = query_pairs();
    let filter = DeliveryFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref())));
    Suspend::new(async move {
        match load(&filter).await {
            Ok(shown) => Either::Left(view! { <Preview shown filter/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownPreview {
    user: User,
    count: i64,
    destinations: Vec<(Destination, Option<Standing>)>,
}

async fn load(filter: &DeliveryFilter) -> Result<ShownPreview, AppError> {
    let user = auth::require(Role::Member).await?;
    let state = expect_context::<AppState>();
    let (count, standings) = replay::preview(&state, filter).await?;
    let all = db::destinations::list(&mut *state.db.read().await?).await?;
    let standing = |to: &Destination| standings.iter().find(|one| one.destination_id == to.id).copied();
    let destinations = all
        .into_iter()
        .map(|to| {
            let one = standing(&to);
            (to, one)
        })
        .collect();
    Ok(ShownPreview { user, count, destinations })
}

#[component]
fn Preview(shown: ShownPreview, filter: DeliveryFilter) -> impl IntoView {
    let ShownPreview { user, count, destinations } = shown;
    let query = filter.to_query();
    let parts: Vec<String> =
        filter.to_pairs().into_iter().map(|(name, value)| format!("{name}: {}", visible(&value))).collect();
    let narrowed = if parts.is_empty() { "of all endpoints".to_owned() } else { parts.join(" · ") };
    let number = if count >= MOST_COUNTED_IN_BULK { format!("{count} or more") } else { count.to_string() };
    let back = format!("/events?{query}");
    let content = match (count, destinations.is_empty()) {
        (0, _) => Either::Left(view! { <p class="empty">"No accepted delivery is in this filter."</p> }),
        (_, true) => Either::Left(
            view! { <p class="empty">"There is no destination yet. "<a href="/destinations">"Make one"</a></p> },
        ),
        _ => Either::Right(
            view! { <Form query destinations number=number.clone() failing=filter.forward == Some(ForwardMark::Failing)/> },
        ),
    };
    view! {
        <Layout title="Replay many" part=Part::Events user>
            <div class="top">
                <h1><span class="crumb"><a href=back>"Events"</a>" / "</span>"Replay many"</h1>
            </div>
            <section class="card">
                <h2>{format!("{number} events")}</h2>
                <div class="in form">
                    <p class="dim">{narrowed}</p>
                    {content}
                </div>
            </section>
        </Layout>
    }
}

#[component]
fn Form(
    query: String,
    destinations: Vec<(Destination, Option<Standing>)>,
    number: String,
    /// The filter asks for those that fail.
    failing: bool,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let failed = flash.kept("which").map_or(failing, |which| which == "failed");
    let rows = destinations
        .into_iter()
        .map(|(to, standing)| {
            let count = |part: fn(&Standing) -> i64| standing.as_ref().map_or(0, part);
            view! {
                <tr>
                    <th scope="row" class="wrap">
                        <label class="check"><input type="checkbox" name="to[]" value=to.id.to_string()/>{visible(&to.name)}</label>
                    </th>
                    <td class="num" data-label="Delivered">{count(|s| s.delivered)}</td>
                    <td class="num" data-label="Failing">{count(|s| s.failing)}</td>
                    <td class="num" data-label="Queued">{count(|s| s.queued)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <form class="form" method="post" action=StartReplay::PATH>
            <input type="hidden" name="filter" value=query/>
            <fieldset class="field">
                <legend>"To"</legend>
                <label class="check"><input type="radio" name="which" value="failed" checked=failed/>"the destinations that did not take each"</label>
                <label class="check"><input type="radio" name="which" value="chosen" checked=!failed/>"those chosen here, whatever they made of it before"</label>
            </fieldset>
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Destination"</th>
                        <th scope="col" class="num">"Delivered"</th>
                        <th scope="col" class="num">"Failing"</th>
                        <th scope="col" class="num">"Queued"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="dim">"How the newest 10,000 of these events stand at each now."</p>
            <div class="fields">
                <div class="field">
                    <label for="mode">"How"</label>
                    <select id="mode" name="mode">
                        <option value=ReplayMode::Fresh.as_str()>"fresh: new timestamp, our signature"</option>
                        <option value=ReplayMode::Verbatim.as_str()>"verbatim: the sender's headers"</option>
                    </select>
                </div>
                <Field name="rate" label="Requests a minute" value=USUAL_RATE hint="Empty: as fast as they go." required=false/>
            </div>
            <div class="actions"><button class="btn primary">{format!("Replay {number}")}</button></div>
        </form>
    }
}
