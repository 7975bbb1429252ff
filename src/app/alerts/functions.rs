//! What people do about alerts: members look after incidents, admins change rules.

use leptos::prelude::*;

use crate::{
    alerts::{
        incidents,
        rules::{self, NewRule},
    },
    app::{
        alerts::rules::posted::RuleForm, endpoints::done::optional_number, kit::form,
        login::functions::acting,
    },
    model::{
        error::{AppError, invalid},
        ids::{IncidentId, RuleId},
        user::Role,
    },
};

fn page_of(id: IncidentId) -> String {
    format!("/alerts/incidents/{id}")
}

fn rule_page(id: RuleId) -> String {
    format!("/alerts/rules/{id}")
}

/// Says that somebody looks after an incident.
#[server(prefix = "/do", endpoint = "acknowledge_incident")]
pub async fn acknowledge_incident(
    id: IncidentId,
    /// What they say; may be empty.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        incidents::acknowledge(&state, &by, id, &note).await?;
        Ok((page_of(id), "Acknowledged: nobody is reminded of it any more.".to_owned()))
    };
    form::finish_keeping(work.await, &page_of(id), &[("note", &note)]).await
}

/// Closes an incident.
#[server(prefix = "/do", endpoint = "resolve_incident")]
pub async fn resolve_incident(
    id: IncidentId,
    /// What it was; may be empty.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        incidents::resolve(&state, &by, id, &note).await?;
        Ok((page_of(id), "Closed. Its rule may open another when the cooldown is over.".to_owned()))
    };
    form::finish_keeping(work.await, &page_of(id), &[("note", &note)]).await
}

/// Writes something down about an incident.
#[server(prefix = "/do", endpoint = "note_incident")]
pub async fn note_incident(
    id: IncidentId,
    /// What is written down.
    #[server(default)]
    note: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        incidents::note(&state, &by, id, &note).await?;
        Ok((page_of(id), "Noted.".to_owned()))
    };
    form::finish_keeping(work.await, &page_of(id), &[("note", &note)]).await
}

/// Adds a rule.
#[server(prefix = "/do", endpoint = "add_rule")]
pub async fn add_rule(#[server(flatten)] form: RuleForm) -> Result<(), AppError> {
    let typed = form.typed();
    let back = match form.kind.parse::<crate::model::alert::RuleKind>() {
        Ok(kind) => format!("/alerts/rules/new?kind={}", kind.as_str()),
        Err(_) => "/alerts/rules/new".to_owned(),
    };
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let kind = form.read_kind()?;
        let object = Some(form.object.clone()).filter(|name| !name.is_empty());
        let rule = rules::add(&state.db, &by, NewRule { kind, object, settings: form.read(kind)? }).await?;
        Ok((rule_page(rule.id), "The rule is watched from now on.".to_owned()))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &back, &kept).await
}

/// Changes when a rule holds, and what follows.
#[server(prefix = "/do", endpoint = "change_rule")]
pub async fn change_rule(id: RuleId, #[server(flatten)] form: RuleForm) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let rule = rules::find(&state.db, id).await?;
        let mut settings = form.read(rule.kind)?;
        if form.read_channels()?.is_none() {
            // What a form says nothing of stays; it does not widen.
            settings.channels = rule.settings.channels;
        }
        rules::change(&state.db, &by, id, settings, optional_number("version", "version", &form.version)?)
            .await?;
        Ok((rule_page(id), "Saved.".to_owned()))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &format!("/alerts/rules/{id}/edit"), &kept).await
}

/// Switches a rule on or off.
#[server(prefix = "/do", endpoint = "switch_rule")]
pub async fn switch_rule(id: RuleId, enabled: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        rules::switch(&state.db, &by, id, enabled).await?;
        let said = if enabled { "The rule is watched again." } else { "The rule is off." };
        Ok((rule_page(id), said.to_owned()))
    };
    form::finish(work.await, &rule_page(id)).await
}

/// Removes a rule; its incidents stay.
#[server(prefix = "/do", endpoint = "remove_rule")]
pub async fn remove_rule(id: RuleId, #[server(default)] sure: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if !sure {
            return Err(invalid("sure", "sure: tick the box; the rule does not come back by itself"));
        }
        rules::remove(&state.db, &by, id).await?;
        Ok(("/alerts/rules".to_owned(), "The rule is removed.".to_owned()))
    };
    form::finish(work.await, &rule_page(id)).await
}
