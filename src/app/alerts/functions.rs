//! What people do about alerts: members look after incidents, admins change rules.

use crate::{
    alerts::{incidents, rules},
    app::{
        alerts::rules::posted::RuleForm,
        kit::{
            act::{Done, Form, act, must_be_sure},
            number::optional_number,
            paths,
        },
    },
    model::{
        error::AppError,
        ids::{IncidentId, RuleId},
        user::Role,
    },
};
use leptos::prelude::*;

/// Says that someone looks after an incident.
#[server(prefix = "/do", endpoint = "acknowledge_incident")]
pub async fn acknowledge_incident(
    id: IncidentId,
    /// What they say; may be empty.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::incident(id)).keeping("note", &note);
    act(Role::Member, back, async move |state, by| {
        incidents::acknowledge(&state.alerts, &by, id, &note).await?;
        Ok(Done::here("Acknowledged. Reminders stop."))
    })
    .await
}

/// Closes an incident.
#[server(prefix = "/do", endpoint = "resolve_incident")]
pub async fn resolve_incident(
    id: IncidentId,
    /// What it was; may be empty.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::incident(id)).keeping("note", &note);
    act(Role::Member, back, async move |state, by| {
        incidents::resolve(&state.alerts, &by, id, &note).await?;
        Ok(Done::here("Closed. The rule can open another incident after the cooldown."))
    })
    .await
}

/// Writes something down about an incident.
#[server(prefix = "/do", endpoint = "note_incident")]
pub async fn note_incident(
    id: IncidentId,
    /// What is recorded.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::incident(id)).keeping("note", &note);
    act(Role::Member, back, async move |state, by| {
        incidents::note(&state.alerts, &by, id, &note).await?;
        Ok(Done::here("Noted."))
    })
    .await
}

#[server(prefix = "/do", endpoint = "add_rule")]
pub async fn add_rule(#[server(flatten)] form: RuleForm) -> Result<(), AppError> {
    let kind = rules::kind(form.get("kind"));
    let back = match &kind {
        Ok(kind) => format!("{}?kind={}", paths::NEW_RULE, kind.word),
        Err(_) => paths::NEW_RULE.to_owned(),
    };
    let back = Form::on(back).keeping_all(form.kept());
    act(Role::Admin, back, async move |state, by| {
        let rule = rules::add(&state.db, &by, form.read_new(kind?)?).await?;
        Ok(Done::at(paths::rule(rule.id), "Rule created."))
    })
    .await
}

/// Changes when a rule holds, and what follows.
#[server(prefix = "/do", endpoint = "change_rule")]
pub async fn change_rule(id: RuleId, #[server(flatten)] form: RuleForm) -> Result<(), AppError> {
    let back = Form::on(paths::edit_rule(id)).keeping_all(form.kept());
    act(Role::Admin, back, async move |state, by| {
        let rule = rules::find(&state.db, id).await?;
        let mut settings = form.read(rule.kind)?;
        if form.told()?.is_none() {
            // What a form says nothing of stays; it does not widen.
            settings.channels = rule.settings.channels.clone();
        }
        let version = optional_number("version", "version", form.get("version"))?;
        rules::change(&state.db, &by, id, settings, version).await?;
        Ok(Done::at(paths::rule(id), "Saved."))
    })
    .await
}

/// Switches a rule on or off.
#[server(prefix = "/do", endpoint = "switch_rule")]
pub async fn switch_rule(id: RuleId, enabled: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::rule(id), async move |state, by| {
        rules::switch(&state.db, &by, id, enabled).await?;
        let said = if enabled { "Rule switched on." } else { "Rule switched off." };
        Ok(Done::here(said))
    })
    .await
}

/// Removes a rule; its incidents stay.
#[server(prefix = "/do", endpoint = "remove_rule")]
pub async fn remove_rule(id: RuleId, #[server(default)] sure: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::rule(id), async move |state, by| {
        must_be_sure(sure, "a removed rule is not created again")?;
        rules::remove(&state.db, &by, id).await?;
        Ok(Done::at(paths::RULES, "Rule removed."))
    })
    .await
}
