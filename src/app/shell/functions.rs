//! What admins do about the server itself.

use leptos::prelude::*;

use crate::{
    app::kit::act::{Done, act},
    db::{audit, retention},
    model::{audit::Action, error::AppError, time, user::Role},
};

/// Says that the clock is right, so that what is past its time may be deleted.
#[server(prefix = "/do", endpoint = "confirm_clock")]
pub async fn confirm_clock() -> Result<(), AppError> {
    act(Role::Admin, "/", async move |state, by| {
        let now = state.clock.now_ms();
        let entry = by.entry(Action::ClockConfirmed, "", "", time::full(now));
        let mut tx = state.db.begin().await?;
        retention::note_clock(&mut tx, now).await?;
        audit::insert(&mut tx, &entry).await?;
        tx.commit().await?;
        state.clock.confirm();
        Ok(Done::here("Clock confirmed."))
    })
    .await
}
