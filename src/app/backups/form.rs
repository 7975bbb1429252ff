//! The form of the plan.

use crate::{
    app::{
        backups::functions::ChangeBackups,
        kit::form::{Field, take_flash},
    },
    model::{
        backup::{BackupPlan, Rhythm},
        visible::visible,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// When copies are made, where to, and how many stay.
#[component]
pub(crate) fn PlanForm(
    /// The plan as it is.
    plan: BackupPlan,
    /// The folder that the operator allows.
    folder: String,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let kept = |field: &str, value: String| flash.kept(field).unwrap_or(value);
    let enabled = kept("enabled", if plan.enabled { "true" } else { "" }.to_owned());
    let (rhythm, hours, minute) = match plan.rhythm {
        Rhythm::Hours(hours) => ("hours", hours, 180),
        Rhythm::Daily(minute) => ("daily", 24, minute),
    };
    let rhythm = kept("rhythm", rhythm.to_owned());
    let passphrase_hint = if plan.encrypted {
        "There is one. Leave it empty to keep it."
    } else {
        "At least 12 characters. Empty: copies are not encrypted. Keep it elsewhere too: nobody can read a copy without it."
    };
    let forget = plan.encrypted.then(|| {
        view! { <label class="check"><input type="checkbox" name="forget" value="true"/>"Forget the passphrase: copies are not encrypted any more"</label> }
    });
    view! {
        <section class="card narrow">
            <h2>"Plan"</h2>
            <form class="in form" method="post" action=ChangeBackups::PATH>
                <label class="check"><input type="checkbox" name="enabled" value="true" checked=!enabled.is_empty()/>"Make backups regularly"</label>
                <fieldset class="field">
                    <legend>"When"</legend>
                    <label class="check"><input type="radio" name="rhythm" value="daily" checked=rhythm != "hours"/>"once a day"</label>
                    <label class="check"><input type="radio" name="rhythm" value="hours" checked=rhythm == "hours"/>"every few hours"</label>
                </fieldset>
                <div class="fields">
                    <Field name="time" label="Time of the day (UTC)" required=false value=format!("{:02}:{:02}", minute / 60, minute % 60)/>
                    <Field name="hours" label="Hours between two" required=false value=hours.to_string()/>
                </div>
                <Field name="folder" label="Folder (optional)" hint=format!("Below {}. Empty: that folder itself.", visible(&folder)) required=false value=plan.folder.clone()/>
                <div class="fields">
                    <Field name="keep_last" label="Keep the newest" value=plan.keep.last.to_string()/>
                    <Field name="keep_days" label="and one a day, days" value=plan.keep.days.to_string()/>
                    <Field name="keep_weeks" label="and one a week, weeks" value=plan.keep.weeks.to_string()/>
                </div>
                <Field name="passphrase" label="Passphrase (optional)" kind="password" autocomplete="new-password" hint=passphrase_hint required=false/>
                {forget}
                <div class="actions"><button class="btn primary">"Save"</button></div>
            </form>
        </section>
    }
}
