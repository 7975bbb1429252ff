//! The form of a rule, new or changed. Its two buttons look back with what is typed, or save it.

use crate::{
    alerts::quiet::is_zone,
    app::{
        alerts::rules::posted::{RuleForm, TELL_ALL, TELL_THESE},
        figures::zone::Zone,
        kit::form::{Field, take_flash},
    },
    model::{
        alert::{About, RuleKind, Unit},
        severity::Severity,
        visible::visible,
    },
};
use leptos::{either::Either, prelude::*};

/// What there is to choose from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    /// Names of endpoints or destinations, whichever the kind is about; none where it cannot be chosen.
    pub(crate) objects: Option<Vec<String>>,
    /// Ids and names of the channels.
    pub(crate) channels: Vec<(String, String)>,
    /// What is usual, for who sets a silence.
    pub(crate) suggestion: Option<String>,
}

/// The fields, up to the buttons. What was typed before wins over `form`.
#[component]
pub(crate) fn Fields(kind: RuleKind, form: RuleForm, choices: Choices) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let kept = |field: &str, value: &str| flash.kept(field).unwrap_or_else(|| value.to_owned());
    let unit = match kind.unit() {
        Unit::Minutes => "such as 30m, 2h or 1d".to_owned(),
        unit => unit.word().to_owned(),
    };
    let threshold_hint = match &choices.suggestion {
        Some(suggestion) => format!("{unit}. {suggestion}"),
        None => unit.clone(),
    };
    let object = kept("object", &form.object);
    let objects = choices.objects.clone().map(|names| view! { <ObjectChoice kind names chosen=object/> });
    let event_type = kind.type_label().map(|label| {
        let required = kind == RuleKind::MissingEnd;
        let label = if required { label.to_owned() } else { format!("{label} (optional)") };
        view! { <TypeField label value=form.event_type.clone() required/> }
    });
    let end_types = (kind == RuleKind::MissingEnd).then(|| {
        view! {
            <Field name="end_types" label="Types that tell of its end (optional)" hint="Separated by spaces. Empty: every type of the same subject that says completed, succeeded, failed, expired, incomplete or cancelled." required=false value=form.end_types.clone()/>
        }
    });
    let window = kind.has_window().then(|| {
        view! { <Field name="window" label=kind.window_label() hint="Such as 30m, 2h or 1d." required=false value=form.window.clone()/> }
    });
    let least = kind.has_least().then(|| {
        view! { <Field name="least" label="At least" hint="Fewer than this say nothing." required=false value=form.least.clone()/> }
    });
    let quiet = (kind == RuleKind::Silence).then(|| view! { <QuietFields form=form.clone()/> });
    let severity = kept("severity", &form.severity);
    view! {
        <input type="hidden" name="kind" value=kind.as_str()/>
        {objects}
        {event_type}
        {end_types}
        <div class="fields">
            <Field name="threshold" label="Above" hint=threshold_hint required=false value=form.threshold.clone()/>
            {window}
            {least}
            <Field name="recovery" label="Over at or below" hint=unit required=false value=form.recovery.clone()/>
        </div>
        {quiet}
        <div class="fields">
            <SeverityChoice chosen=severity/>
            <Field name="cooldown" label="Cooldown" hint="After an incident none opens for so long." required=false value=form.cooldown.clone()/>
            <Field name="remind" label="Remind every (optional)" hint="While nobody has acknowledged. Empty: never." required=false value=form.remind.clone()/>
        </div>
        <ChannelBoxes tell=kept("tell", &form.tell) channels=choices.channels chosen=kept("channels", &form.channels.join(" "))/>
    }
}

#[component]
fn ObjectChoice(kind: RuleKind, names: Vec<String>, chosen: String) -> impl IntoView {
    let (label, all) = match kind.about() {
        About::Destination => ("Destination", "All destinations together"),
        _ => ("Endpoint", "All endpoints together"),
    };
    let options = names
        .into_iter()
        .map(|name| {
            let (selected, shown) = (name == chosen, visible(&name));
            view! { <option value=name selected=selected>{shown}</option> }
        })
        .collect_view();
    let error = take_flash().and_then(|flash| flash.error("object"));
    view! {
        <div class="field">
            <label for="object">{label}</label>
            <select id="object" name="object">
                <option value="">{all}</option>
                {options}
            </select>
            {error.map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
}

/// [`Field`] takes fixed labels only.
#[component]
fn TypeField(label: String, value: String, required: bool) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let value = flash.kept("event_type").unwrap_or(value);
    let error = flash.error("event_type");
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for="event_type">{label}</label>
            <input id="event_type" name="event_type" class="mono" value=value required=required autocomplete="off" spellcheck="false" placeholder="batch.completed" aria-invalid=invalid/>
            {error.map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
}

#[component]
fn QuietFields(form: RuleForm) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let weekend = flash.kept("weekend").unwrap_or_else(|| form.weekend.clone());
    let own = Zone::of_request().name().to_owned();
    let zone = if is_zone(&form.zone) { form.zone.clone() } else { own };
    view! {
        <div class="fields">
            <Field name="quiet" label="Quiet hours (optional)" hint="Such as 22:00-06:00: their minutes do not count as silence." required=false value=form.quiet/>
            <Field name="zone" label="Time zone of quiet hours" required=false value=zone/>
            <label class="check"><input type="checkbox" name="weekend" value="true" checked=!weekend.is_empty()/>"Saturdays and Sundays are quiet"</label>
        </div>
    }
}

#[component]
fn SeverityChoice(chosen: String) -> impl IntoView {
    let options = Severity::ALL
        .map(|severity| {
            let word = severity.as_str();
            view! { <option value=word selected=word == chosen>{word}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for="severity">"Severity"</label>
            <select id="severity" name="severity">{options}</select>
            <p class="hint">"Channels may take only what is grave enough."</p>
        </div>
    }
}

#[component]
fn ChannelBoxes(tell: String, channels: Vec<(String, String)>, chosen: String) -> impl IntoView {
    let error = take_flash().and_then(|flash| flash.error("channels"));
    let boxes = if channels.is_empty() {
        Either::Left(
            view! { <p class="hint">"There is no channel yet. "<a href="/alerts/channels/new">"Add one"</a></p> },
        )
    } else {
        let boxes = channels
            .into_iter()
            .map(|(id, name)| {
                let checked = chosen.split(' ').any(|one| one == id);
                view! {
                    <label class="check"><input type="checkbox" name="channels[]" value=id checked=checked/>{visible(&name)}</label>
                }
            })
            .collect_view();
        Either::Right(boxes)
    };
    view! {
        <fieldset class="field">
            <legend>"Tell"</legend>
            <label class="check"><input type="radio" name="tell" value=TELL_ALL checked=tell == TELL_ALL required/>"every channel, also those that come later"</label>
            <label class="check"><input type="radio" name="tell" value=TELL_THESE checked=tell == TELL_THESE required/>"only these:"</label>
            <div class="nested">{boxes}</div>
            {error.map(|error| view! { <p class="error">{error}</p> })}
        </fieldset>
    }
}
