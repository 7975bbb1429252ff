//! What admins do about the server itself.

use leptos::prelude::*;

use crate::{
    app::{kit::form, login::functions::acting},
    db::{audit, retention},
    model::{audit::Action, error::AppError, time, user::Role},
};

/// Says that the clock is right, so that what is past its time may be deleted.
#[server(prefix = "/do", endpoint = "confirm_clock")]
pub async fn confirm_clock() -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let now = state.clock.now_ms();
        let entry = by.entry(Action::ClockConfirmed, "", "", time::full(now));
        state
            .db
            .write(move |c| {
                Box::pin(async move {
                    retention::note_clock(c, now).await?;
                    audit::insert(c, &entry).await
                })
            })
            .await?;
        state.clock.confirm();
        Ok(("/".to_owned(), "The clock is believed again.".to_owned()))
    };
    form::finish(work.await, "/").await
}
