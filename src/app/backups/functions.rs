//! What admins do about regular copies of the database.

use crate::{
    app::{
        backups::posted::BackupForm,
        kit::{
            act::{Done, Form, act},
            paths,
        },
    },
    jobs::backup::plan,
    model::{error::AppError, user::Role},
};
use leptos::prelude::*;

/// Changes when copies are made and how many stay.
#[server(prefix = "/do", endpoint = "change_backups")]
pub async fn change_backups(#[server(flatten)] form: BackupForm) -> Result<(), AppError> {
    let back = Form::on(paths::BACKUPS).keeping_all(form.typed());
    act(Role::Admin, back, async move |state, by| {
        let (plan, passphrase) = form.read()?;
        plan::change(&state, &by, plan, passphrase).await?;
        Ok(Done::here("Saved."))
    })
    .await
}

/// Has a copy made now.
#[server(prefix = "/do", endpoint = "back_up_now")]
pub async fn back_up_now() -> Result<(), AppError> {
    act(Role::Admin, paths::BACKUPS, async move |state, by| {
        plan::ask(&state, &by).await?;
        Ok(Done::here("Backup requested. It starts in a moment."))
    })
    .await
}
