//! Sending a delivery again.

use crate::{
    app::{
        destinations::functions::{Replay, ReplayFailed},
        kit::prelude::*,
    },
    forward::replay::MOST_TIMES,
    model::{
        destination::{Destination, ReplayMode},
        ids::{DeliveryId, DestinationId},
    },
};

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
        view! { <p class="bad-text">"This delivery was rejected. Its content can't be trusted."</p> }
    });
    let failed = (!failing.is_empty()).then(|| {
        view! {
            <form class="in form" method="post" action=ReplayFailed::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                <div class="actions"><button class="btn primary" data-key="r">"Replay to failed destinations " <kbd>"r"</kbd></button></div>
            </form>
        }
    });
    let modes = Choices::of(
        [
            (ReplayMode::Fresh.as_str(), "Fresh: new timestamp, signed by Hookpost"),
            (
                ReplayMode::Verbatim.as_str(),
                "Verbatim: the sender's headers; strict receivers may reject it as too old",
            ),
        ],
        "",
    );
    let chosen = failing.iter().map(ToString::to_string).collect();
    view! {
        <Card title="Replay">
            {failed}
            <form class="in form" method="post" action=Replay::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                {warning}
                <DestinationChoice destinations chosen/>
                <div class="fields">
                    <Select name="mode" label="How" choices=modes/>
                    <Times/>
                </div>
                <Tick name="new_id" label="New webhook-id, so the receiver treats it as another event"/>
                <div class="actions">
                    <button class="btn">"Replay"</button>
                    <a class="btn" href=paths::edit_delivery(id)>"Edit and replay…"</a>
                </div>
            </form>
        </Card>
    }
}

/// Which destinations: those that failed, or the only one, are chosen already.
#[component]
pub(in crate::app::delivery) fn DestinationChoice(
    destinations: Vec<Destination>,
    /// Their ids.
    chosen: Vec<String>,
) -> impl IntoView {
    let all = destinations.into_iter().map(|to| (to.id.to_string(), visible(&to.name)));
    let all: Vec<(String, String)> = all.collect();
    let chosen = match all.as_slice() {
        [(only, _)] => vec![only.clone()],
        _ => chosen,
    };
    let boxes = ticks("to[]", all, &chosen);
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
            <p class="hint">"Send it more than once to check that the receiver handles duplicates."</p>
        </div>
    }
}
