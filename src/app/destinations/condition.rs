//! Destinations → Try a condition: what it says of recent deliveries. Nothing is stored.

use crate::{
    app::{
        kit::{problem::Problem, query::query_value, text_area::TextArea, when::When},
        shell::layout::{Layout, Part},
    },
    auth,
    db::deliveries::{self, Cursor},
    destinations::{CONDITION_NAMES, Condition},
    model::{
        delivery::{Delivery, Outcome},
        error::AppError,
        filter::{DeliveryFilter, VerdictFilter},
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// Deliveries it is tried against.
const RECENT: i64 = 20;

/// The page at `/destinations/condition`.
#[component]
pub fn ConditionPage() -> impl IntoView {
    let condition = query_value("condition").unwrap_or_default();
    let event_type = query_value("type").unwrap_or_default();
    Suspend::new(async move {
        match load(&condition, &event_type).await {
            Ok((user, tried, now)) => Either::Left(view! { <Tester user condition event_type tried now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// Each delivery with what the condition says of it; or why it is no condition.
type Tried = Result<Vec<(Delivery, Result<bool, String>)>, String>;

async fn load(condition: &str, event_type: &str) -> Result<(User, Option<Tried>, i64), AppError> {
    let user = auth::require(Role::Member).await?;
    let state = expect_context::<AppState>();
    let now = state.clock.now_ms();
    if condition.trim().is_empty() {
        return Ok((user, None, now));
    }
    let filter = DeliveryFilter {
        verdict: Some(VerdictFilter::Outcome(Outcome::Accepted)),
        event_type: Some(event_type.trim().to_owned()).filter(|text| !text.is_empty()),
        ..DeliveryFilter::default()
    };
    let mut connection = state.db.read().await?;
    let rows = deliveries::page(&mut connection, &filter, (None, None), Cursor::Newest, RECENT).await?;
    let mut all = Vec::new();
    for row in rows {
        if let Some(payload) = deliveries::payload(&mut connection, row.summary.id).await? {
            all.push((row, payload));
        }
    }
    drop(connection);
    let text = condition.to_owned();
    // Bodies may be large; and should the interpreter of strangers ever panic, it ends with this.
    let tried = tokio::task::spawn_blocking(move || {
        let condition = Condition::parse(&text)?;
        let say = |(row, payload)| {
            let holds = condition.holds(&row, &payload);
            (row, holds)
        };
        Ok(all.into_iter().map(say).collect())
    });
    let tried = tried.await.unwrap_or_else(|_| Err("it cannot be told".to_owned()));
    Ok((user, Some(tried), now))
}

#[component]
fn Tester(
    user: User,
    condition: String,
    event_type: String,
    tried: Option<Tried>,
    now: i64,
) -> impl IntoView {
    let wrong = match &tried {
        Some(Err(message)) => Some(format!("condition: {message}")),
        _ => None,
    };
    let result = match tried {
        Some(Ok(rows)) => Either::Left(view! { <Results rows now/> }),
        _ => Either::Right(()),
    };
    view! {
        <Layout title="Try a condition" part=Part::Destinations user>
            <div class="top">
                <h1><span class="crumb"><a href="/destinations">"Destinations"</a>" / "</span>"Try a condition"</h1>
            </div>
            <form class="form" method="get" action="/destinations/condition">
                <div class="field">
                    <label for="condition">"Condition"</label>
                    <TextArea name="condition" text=condition rows="3" error=wrong placeholder="event.type == \"batch.failed\" && body.data.id != \"\""/>
                    <p class="hint">"In CEL ("<a href="https://cel.dev" rel="noreferrer">"cel.dev"</a>"), over "<code>{CONDITION_NAMES}</code>". What cannot be told counts as no."</p>
                </div>
                <div class="field">
                    <label for="type">"Event type (optional)"</label>
                    <input id="type" name="type" class="mono" value=event_type placeholder="any, or batch.*" autocomplete="off" spellcheck="false"/>
                </div>
                <div class="actions"><button class="btn primary">"Try"</button></div>
            </form>
            {result}
        </Layout>
    }
}

#[component]
fn Results(rows: Vec<(Delivery, Result<bool, String>)>, now: i64) -> impl IntoView {
    if rows.is_empty() {
        return Either::Left(view! { <p class="empty">"No accepted delivery of this type yet."</p> });
    }
    let rows = rows
        .into_iter()
        .map(|(row, holds)| {
            let (class, word, why) = match holds {
                Ok(true) => ("tag ok", "Yes", None),
                Ok(false) => ("tag idle", "No", None),
                Err(why) => ("tag warn", "Cannot be told", Some(visible(&why))),
            };
            let summary = row.summary;
            view! {
                <tr>
                    <td data-label="Received"><a href=format!("/events/{}", summary.id)><When at=summary.received_at now/></a></td>
                    <td class="mono" data-label="Type">{summary.event_type.as_deref().map(visible)}</td>
                    <td class="mono wrap" data-label="Resource">{summary.resource.as_deref().map(visible)}</td>
                    <td data-label="Holds"><span class=class>{word}</span> " " {why}</td>
                </tr>
            }
        })
        .collect_view();
    Either::Right(view! {
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Received"</th>
                    <th scope="col">"Type"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Holds"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}
