//! The form of a channel, new or changed: one input for each field that its kind names.

use crate::{
    alerts::channels::{ALL, Field as Setting, FieldKind, NewChannel, Secrets, Spec},
    app::kit::{number::optional_number, prelude::*},
    model::{channel::Values, severity::Severity},
};

/// What was typed, by the name of its field; nothing secret.
pub(crate) fn kept(typed: &Secrets) -> Vec<(&'static str, String)> {
    let own = ALL.iter().flat_map(|kind| kind.fields).filter(|field| !field.secret).map(|field| field.name);
    let names = ["name", "min_severity"].into_iter().chain(own);
    names.filter_map(|name| Some((name, typed.find(name)?.to_owned()))).collect()
}

/// What a form says.
///
/// # Errors
/// A field that every kind has cannot be read; the error names it.
pub(crate) fn read(typed: Secrets) -> Result<NewChannel, AppError> {
    let min_severity = match typed.get("min_severity").trim() {
        "" => Severity::Info,
        word => word
            .parse()
            .map_err(|_| invalid("min_severity", "min_severity: must be info, warning or critical"))?,
    };
    let version = optional_number("version", "version", typed.get("version"))?;
    Ok(NewChannel { name: typed.get("name").to_owned(), min_severity, typed, version })
}

/// What the operator allows to be reached besides public addresses.
pub(super) fn allowed(state: &AppState) -> Vec<String> {
    state.settings.allow_outbound.iter().map(ToString::to_string).collect()
}

/// The fields, up to the buttons. What was typed before wins over `settings`.
#[component]
pub(crate) fn Fields(
    kind: &'static Spec,
    /// None: it is a new channel, whose secrets must be given; otherwise one that is left empty stays.
    settings: Option<Values>,
    #[prop(optional)] name: String,
    #[prop(default = Severity::Info)] min_severity: Severity,
    /// See [`allowed`].
    allowed: Vec<String>,
) -> impl IntoView {
    let own = kind.fields.iter().filter(|field| field.kind != FieldKind::Made).collect::<Vec<_>>();
    let own = own
        .chunk_by(|_, next| next.beside)
        .map(|row| {
            let inputs = row.iter().map(|field| input(field, settings.as_ref(), &allowed)).collect_view();
            if row.len() > 1 {
                view! { <div class="fields">{inputs}</div> }.into_any()
            } else {
                inputs.into_any()
            }
        })
        .collect_view();
    view! {
        <p>{kind.steps}</p>
        <Field name="name" label="Name" hint="A name your team will recognize, such as on-call." value=name/>
        {own}
        {least_severity(min_severity)}
    }
}

fn input(field: &'static Setting, settings: Option<&Values>, allowed: &[String]) -> AnyView {
    let Setting { name, label, hint, required, .. } = *field;
    let value = match settings {
        Some(settings) => settings.get(name).cloned().unwrap_or_default(),
        None if required => field.usual.to_owned(),
        None => String::new(),
    };
    let is_optional = !required && field.usual.is_empty();
    let label = if is_optional { format!("{label} (optional)") } else { label.to_owned() };
    if field.secret {
        // What was typed never comes back.
        let kept = if settings.is_some() {
            "Leave empty to keep the current one."
        } else {
            "Stored encrypted and never shown again."
        };
        let reach = (field.kind == FieldKind::Url).then(|| reach(allowed));
        let hint = [Some(kept.to_owned()), reach].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let required = required && settings.is_none();
        return view! { <Field name label kind="password" required hint/> }.into_any();
    }
    match field.kind {
        FieldKind::Choice(all) => {
            view! { <Select name label choices=Choices::of(all.iter().copied(), value)/> }.into_any()
        }
        FieldKind::Lines => {
            let flash = take_flash().unwrap_or_default();
            let text = flash.kept(name).unwrap_or(value);
            view! {
                <div class="field">
                    <label for=name>{label}</label>
                    <TextArea name text rows="3" required error=flash.error(name)/>
                    <p class="hint">{hint}</p>
                </div>
            }
            .into_any()
        }
        kind => {
            let kind = if kind == FieldKind::Url { "url" } else { "text" };
            view! { <Field name label kind required hint value/> }.into_any()
        }
    }
}

fn least_severity(chosen: Severity) -> impl IntoView + use<> {
    let all =
        [("info", "Info and above"), ("warning", "Warning and critical"), ("critical", "Critical only")];
    view! { <Select name="min_severity" label="Minimum severity" choices=Choices::of(all, chosen.to_string())/> }
}

fn reach(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "Only public https addresses are allowed. The operator can allow others with HOOKPOST_ALLOW_OUTBOUND."
            .to_owned()
    } else {
        format!("Public https addresses are allowed, and those the operator added: {}.", allowed.join(", "))
    }
}
