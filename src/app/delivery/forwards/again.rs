//! Sending a delivery again.

use crate::{
    app::destinations::functions::{Replay, ReplayFailed},
    forward::replay::MOST_TIMES,
    model::{
        destination::{Destination, ReplayMode},
        ids::{DeliveryId, DestinationId},
        visible::visible,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form, and one button for those that failed.
#[component]
pub(crate) fn Again(
    id: DeliveryId,
    destinations: Vec<Destination>,
    /// Those that did not take it.
    failing: Vec<DestinationId>,
    rejected: bool,
) -> impl IntoView {
    let warning = rejected.then(|| {
        view! { <p class="bad-text">"This delivery was rejected: nobody vouches for what it says."</p> }
    });
    let failed = (!failing.is_empty()).then(|| {
        view! {
            <form class="in form" method="post" action=ReplayFailed::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                <div class="actions"><button class="btn primary" data-key="r">"Replay to what failed " <kbd>"r"</kbd></button></div>
            </form>
        }
    });
    view! {
        <section class="card">
            <h2>"Replay"</h2>
            {failed}
            <form class="in form" method="post" action=Replay::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                {warning}
                <DestinationChoice destinations chosen=failing/>
                <div class="fields">
                    <div class="field">
                        <label for="mode">"How"</label>
                        <select id="mode" name="mode">
                            <option value=ReplayMode::Fresh.as_str()>"fresh: new timestamp, our signature"</option>
                            <option value=ReplayMode::Verbatim.as_str()>"verbatim: the sender's headers; strict receivers take it for old"</option>
                        </select>
                    </div>
                    <Times/>
                </div>
                <label class="check">
                    <input type="checkbox" name="new_id" value="true"/>
                    "New webhook-id: the receiver takes it for another event"
                </label>
                <div class="actions">
                    <button class="btn">"Replay"</button>
                    <a class="btn" href=format!("/events/{id}/edit")>"Edit and replay…"</a>
                </div>
            </form>
        </section>
    }
}

/// Which destinations: those that failed, or the only one, are chosen already.
#[component]
pub(in crate::app::delivery) fn DestinationChoice(
    destinations: Vec<Destination>,
    chosen: Vec<DestinationId>,
) -> impl IntoView {
    let only = destinations.len() == 1;
    let boxes = destinations
        .into_iter()
        .map(|to| {
            let checked = only || chosen.contains(&to.id);
            view! {
                <label class="check">
                    <input type="checkbox" name="to[]" value=to.id.to_string() checked=checked/>
                    {visible(&to.name)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>"To"</legend>
            {boxes}
        </fieldset>
    }
}

/// How many times.
#[component]
pub(in crate::app::delivery) fn Times() -> impl IntoView {
    view! {
        <div class="field">
            <label for="times">"Times"</label>
            <input id="times" name="times" type="number" min="1" max=MOST_TIMES.to_string() value="1"/>
            <p class="hint">"More than once shows whether the receiver tells repetitions apart."</p>
        </div>
    }
}
