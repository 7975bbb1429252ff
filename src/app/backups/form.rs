//! The form of the plan.

use crate::{
    app::{backups::functions::ChangeBackups, kit::prelude::*},
    model::backup::{BackupPlan, Rhythm},
};

/// When copies are made, where to, and how many stay.
#[component]
pub(crate) fn PlanForm(
    plan: BackupPlan,
    /// The folder that the operator allows.
    folder: String,
) -> impl IntoView {
    let (rhythm, hours, minute) = match plan.rhythm {
        Rhythm::Hours(hours) => ("hours", hours, 180),
        Rhythm::Daily(minute) => ("daily", 24, minute),
    };
    let passphrase_hint = if plan.encrypted {
        "Leave empty to keep the current one."
    } else {
        "At least 12 characters. Empty: backups are not encrypted. Store it in a safe place: without it, nobody can restore a backup."
    };
    let forget = plan.encrypted.then(|| {
        view! { <Tick name="forget" label="Remove the passphrase and stop encrypting backups"/> }
    });
    view! {
        <Card title="Plan" class="narrow">
            <PostForm to=ChangeBackups::PATH class="in form" submit="Save">
                <Tick name="enabled" ticked=plan.enabled label="Back up regularly"/>
                <fieldset class="field">
                    <legend>"When"</legend>
                    <Radio name="rhythm" value="daily" chosen={rhythm == "daily"} label="once a day"/>
                    <Radio name="rhythm" value="hours" chosen={rhythm == "hours"} label="every few hours"/>
                </fieldset>
                <div class="fields">
                    <Field name="time" label="Time of day (UTC)" required=false value=format!("{:02}:{:02}", minute / 60, minute % 60)/>
                    <Field name="hours" label="Interval (hours)" required=false value=hours.to_string()/>
                </div>
                <Field name="folder" label="Folder (optional)" hint=format!("Inside {}. Empty: that folder itself.", visible(&folder)) required=false value=plan.folder.clone()/>
                <div class="fields">
                    <Field name="keep_last" label="Keep the newest backups" value=plan.keep.last.to_string()/>
                    <Field name="keep_days" label="Daily backups to keep" value=plan.keep.days.to_string()/>
                    <Field name="keep_weeks" label="Weekly backups to keep" value=plan.keep.weeks.to_string()/>
                </div>
                <Field name="passphrase" label="Passphrase (optional)" kind="password" autocomplete="new-password" hint=passphrase_hint required=false/>
                {forget}
            </PostForm>
        </Card>
    }
}
