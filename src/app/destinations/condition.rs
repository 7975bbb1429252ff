//! Destinations → Try a condition: what it says of recent deliveries. Nothing is stored.

use crate::{
    app::kit::prelude::*,
    db::deliveries::{self, Cursor},
    destinations::{CONDITION_NAMES, Condition},
    model::{
        delivery::{Delivery, Outcome},
        filter::{DeliveryFilter, VerdictFilter},
    },
};

/// Deliveries it is tried against.
const RECENT: i64 = 20;

/// The page at `/destinations/condition`.
#[component]
pub fn ConditionPage() -> impl IntoView {
    page(Role::Member, |state, _| async move {
        let condition = query_value("condition").unwrap_or_default();
        let event_type = query_value("type").unwrap_or_default();
        let tried = match condition.trim() {
            "" => None,
            _ => Some(try_on_recent(&state, &condition, &event_type).await?),
        };
        let (results, wrong) = match tried {
            Some(Ok(rows)) => (Some(results(&rows, state.clock.now_ms())), None),
            Some(Err(message)) => (None, Some(format!("condition: {message}"))),
            None => (None, None),
        };
        let tester =
            Page::new(Part::Destinations, "Try a condition").under("Destinations", paths::DESTINATIONS);
        Ok(tester.body(view! {
            <form class="form" method="get" action=paths::TRY_CONDITION>
                <div class="field">
                    <label for="condition">"Condition"</label>
                    <TextArea name="condition" text=condition rows="3" error=wrong placeholder="event.type == \"batch.failed\" && body.data.id != \"\""/>
                    <p class="hint">"In CEL ("<a href="https://cel.dev" rel="noreferrer">"cel.dev"</a>"). Available names: "<code>{CONDITION_NAMES}</code>". If a condition can't be evaluated, the event is not sent."</p>
                </div>
                <div class="field">
                    <label for="type">"Event type (optional)"</label>
                    <input id="type" name="type" class="mono" value=event_type placeholder="any, or batch.*" autocomplete="off" spellcheck="false"/>
                </div>
                <div class="actions"><button class="btn primary">"Try"</button></div>
            </form>
            {results}
        }))
    })
}

/// Each delivery with what the condition says of it; or why it is not a condition.
type Tried = Result<Vec<(Delivery, Result<bool, String>)>, String>;

async fn try_on_recent(state: &AppState, condition: &str, event_type: &str) -> Result<Tried, AppError> {
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
    Ok(tried.await.unwrap_or_else(|_| Err("it can't be evaluated".to_owned())))
}

fn results(rows: &[(Delivery, Result<bool, String>)], now: i64) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="empty">"No accepted deliveries of this type yet."</p> }.into_any();
    }
    Table::of(rows)
        .col("Received", "", |(row, _)| {
            view! { <a href=paths::delivery(row.summary.id)><When at=row.summary.received_at now/></a> }
        })
        .col("Type", "mono", |(row, _)| row.summary.event_type.as_deref().map(visible))
        .col("Resource", "mono wrap", |(row, _)| row.summary.resource.as_deref().map(visible))
        .col("Matches", "", |(_, holds)| match holds {
            Ok(true) => tag("ok", "Yes").into_any(),
            Ok(false) => tag("idle", "No").into_any(),
            Err(why) => view! { {tag("warn", "Can't be evaluated")} " " {visible(why)} }.into_any(),
        })
        .view()
}
