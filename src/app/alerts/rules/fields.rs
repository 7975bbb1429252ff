//! The form of a rule, new or changed. Its two buttons look back with what is typed, or save it.

use crate::{
    alerts::{
        quiet::is_zone,
        rules::{self, Spec},
    },
    app::{
        alerts::rules::posted::{RuleForm, TELL_ALL, TELL_THESE},
        figures::zone::Zone,
        kit::prelude::*,
    },
    model::{
        alert::{About, Unit},
        severity::Severity,
    },
};

#[derive(Clone, Debug, Default)]
pub(super) struct Choose {
    /// Names of endpoints or destinations, whichever the kind is about; none where it cannot be chosen.
    pub(super) objects: Option<Vec<String>>,
    /// Ids and names of the channels.
    pub(super) channels: Vec<(String, String)>,
    /// What is usual, for who sets a silence.
    pub(super) suggestion: Option<String>,
}

/// The fields, up to the buttons. What was typed before wins over `form`.
#[component]
pub(super) fn Fields(kind: &'static Spec, form: RuleForm, choices: Choose) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let value = |field: &str| form.get(field).to_owned();
    let tell = flash.kept("tell").unwrap_or_else(|| value("tell"));
    let unit = match kind.unit {
        Unit::Minutes => "for example, 30m, 2h or 1d".to_owned(),
        unit => unit.word().to_owned(),
    };
    let threshold_hint = match &choices.suggestion {
        Some(suggestion) => format!("{unit}. {suggestion}"),
        None => unit.clone(),
    };
    let objects = choices.objects.map(|names| object_choice(kind, names, value("object")));
    let event_type = kind.event_type().map(|(label, required)| {
        let label = if required { label.to_owned() } else { format!("{label} (optional)") };
        view! { <Field name="event_type" label class="mono" placeholder="batch.completed" required value=value("event_type")/> }
    });
    let end_types = kind.has(rules::Field::EndTypes).then(|| {
        view! {
            <Field name="end_types" label="End types (optional)" hint="Separated by spaces. Default: every type with the same subject that ends in completed, succeeded, failed, expired, incomplete or cancelled." required=false value=value("end_types")/>
        }
    });
    let window = kind.window().map(|(label, _)| {
        view! { <Field name="window" label hint="For example, 30m, 2h or 1d." required=false value=value("window")/> }
    });
    let least = kind.has_least().then(|| {
        view! { <Field name="least" label="At least" hint="Below this number the rule is not evaluated." required=false value=value("least")/> }
    });
    let quiet = kind.has(rules::Field::Quiet).then(|| quiet_fields(&form));
    let severities = Choices::of(Severity::ALL.map(|one| (one.as_str(), one.as_str())), value("severity"));
    let chosen = flash.kept("channels").unwrap_or_else(|| form.channels.join(" "));
    view! {
        <input type="hidden" name="kind" value=kind.word/>
        {objects}
        {event_type}
        {end_types}
        <div class="fields">
            <Field name="threshold" label="Above" hint=threshold_hint required=false value=value("threshold")/>
            {window}
            {least}
            <Field name="recovery" label="Recovers at or below" hint=unit required=false value=value("recovery")/>
        </div>
        {quiet}
        <div class="fields">
            <Select name="severity" label="Severity" choices=severities hint="Channels can require a minimum severity."/>
            <Field name="cooldown" label="Cooldown" hint="Time after an incident before another can open." required=false value=value("cooldown")/>
            <Field name="remind" label="Remind every (optional)" hint="Until someone acknowledges. Empty: no reminders." required=false value=value("remind")/>
        </div>
        {channel_boxes(&tell, choices.channels, &chosen)}
    }
}

fn object_choice(kind: &Spec, names: Vec<String>, chosen: String) -> AnyView {
    let (label, all) = match kind.about {
        About::Destination => ("Destination", "All destinations combined"),
        _ => ("Endpoint", "All endpoints combined"),
    };
    let names = names.into_iter().map(|name| {
        let shown = visible(&name);
        (name, shown)
    });
    view! { <Select name="object" label choices=Choices::of(names, chosen).or(all)/> }.into_any()
}

fn quiet_fields(form: &RuleForm) -> AnyView {
    let flash = take_flash().unwrap_or_default();
    let weekend = flash.kept("weekend").unwrap_or_else(|| form.get("weekend").to_owned());
    let zone = Some(form.get("zone")).filter(|zone| is_zone(zone)).map(str::to_owned);
    let zone = zone.unwrap_or_else(|| Zone::of_request().name().to_owned());
    view! {
        <div class="fields">
            <Field name="quiet" label="Quiet hours (optional)" hint="For example, 22:00-06:00. These minutes don't count as silence." required=false value=form.get("quiet")/>
            <Field name="zone" label="Time zone of quiet hours" required=false value=zone/>
            <Tick name="weekend" label="Also quiet on Saturdays and Sundays" ticked=!weekend.is_empty()/>
        </div>
    }
    .into_any()
}

fn channel_boxes(tell: &str, channels: Vec<(String, String)>, chosen: &str) -> AnyView {
    let error = take_flash().and_then(|flash| flash.error("channels"));
    let boxes = if channels.is_empty() {
        view! { <p class="hint">"There are no channels yet. "<a href=paths::NEW_CHANNEL>"Add one"</a></p> }
            .into_any()
    } else {
        let boxes = channels.into_iter().map(|(id, name)| {
            let ticked = chosen.split(' ').any(|one| one == id);
            view! { <Tick name="channels[]" value=id label=visible(&name) ticked/> }
        });
        boxes.collect_view().into_any()
    };
    view! {
        <fieldset class="field">
            <legend>"Tell"</legend>
            <Radio name="tell" value=TELL_ALL label="every channel, including future ones" chosen=tell == TELL_ALL/>
            <Radio name="tell" value=TELL_THESE label="only these channels:" chosen=tell == TELL_THESE/>
            <div class="nested">{boxes}</div>
            {error.map(|error| view! { <p class="error">{error}</p> })}
        </fieldset>
    }
    .into_any()
}
