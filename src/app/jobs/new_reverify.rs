//! `/reverify?…`: what re-verifying all rejected deliveries of a filter would look at, before it is done.

use crate::{
    app::{
        delivery::functions::StartReverify,
        kit::{problem::Problem, query::query_pairs},
        shell::layout::{Layout, Part},
    },
    auth,
    jobs::reverify::bulk,
    model::{
        error::AppError,
        filter::DeliveryFilter,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

#[component]
pub fn ReverifyPage() -> impl IntoView {
    let pairs = query_pairs();
    let filter = DeliveryFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref())));
    Suspend::new(async move {
        match load(&filter).await {
            Ok((user, count)) => Either::Left(view! { <Preview user count filter/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load(filter: &DeliveryFilter) -> Result<(User, i64), AppError> {
    let user = auth::require(Role::Member).await?;
    let count = bulk::count(&expect_context::<AppState>(), filter).await?;
    Ok((user, count))
}

#[component]
fn Preview(user: User, count: i64, filter: DeliveryFilter) -> impl IntoView {
    let query = filter.to_query();
    let parts: Vec<String> =
        filter.to_pairs().into_iter().map(|(name, value)| format!("{name}: {}", visible(&value))).collect();
    let narrowed = if parts.is_empty() { "of all endpoints".to_owned() } else { parts.join(" · ") };
    let shown = if count >= bulk::MOST_COUNTED { format!("{count} or more") } else { count.to_string() };
    let form = (count > 0).then(|| {
        view! {
            <form method="post" action=StartReverify::PATH>
                <input type="hidden" name="filter" value=query.clone()/>
                <button class="btn primary">{format!("Re-verify {shown}")}</button>
            </form>
        }
    });
    view! {
        <Layout title="Re-verify" part=Part::Events user>
            <div class="top">
                <h1><span class="crumb"><a href="/events">"Events"</a>" / "</span>"Re-verify"</h1>
            </div>
            <section class="card narrow">
                <h2>{format!("{shown} rejected deliveries")}</h2>
                <div class="in form">
                    <p class="dim">{narrowed}</p>
                    <p>"Each is verified again with the secrets that are in use now. Its age is not checked. What holds now is accepted into its event, or becomes a duplicate; the rest stays rejected. Every verdict is kept."</p>
                    <div class="actions">
                        {form}
                        <a class="btn" href=format!("/events?{query}")>"Back to the list"</a>
                    </div>
                </div>
            </section>
        </Layout>
    }
}
