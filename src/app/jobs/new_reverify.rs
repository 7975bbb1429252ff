//! `/reverify?…`: what re-verifying all rejected deliveries of a filter would look at, before it is done.

use crate::{
    app::{
        delivery::functions::StartReverify,
        jobs::new_replay::{asked, narrowed, number},
        kit::prelude::*,
    },
    jobs::{reverify::bulk, selection::MOST_COUNTED},
};

#[component]
pub fn ReverifyPage() -> impl IntoView {
    page(Role::Member, |state, _| async move {
        let filter = asked();
        let count = bulk::count(&state, &filter).await?;
        let shown = number(count, MOST_COUNTED);
        let title = format!("{shown} rejected deliveries");
        let (query, list) = (filter.to_query(), paths::events(&filter));
        let start = (count > 0).then(|| {
            let label = format!("Re-verify {shown}");
            view! { <PostButton to=StartReverify::PATH with=[("filter", query)] class="btn primary" label/> }
        });
        Ok(Page::new(Part::Events, "Re-verify").under("Events", paths::EVENTS).body(view! {
            <Card title class="narrow">
                <div class="in form">
                    <p class="dim">{narrowed(&filter)}</p>
                    <p>"Each delivery is checked again with the current secrets. Its age is ignored. Deliveries that verify are accepted or become duplicates; the rest stay rejected. Every verdict is kept."</p>
                    <div class="actions">
                        {start}
                        <a class="btn" href=list>"Back to the list"</a>
                    </div>
                </div>
            </Card>
        }))
    })
}
