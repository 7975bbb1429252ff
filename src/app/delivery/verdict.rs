//! A verdict: its reason, its cause and its steps.

use crate::{
    app::kit::prelude::*,
    model::verdict::{Cause, Reason, StepResult, Verdict},
};

/// Reason, cause and steps of a verdict whose secrets are named as they are.
#[component]
pub fn VerdictCards(
    verdict: Verdict,
    /// Why it is a rejection, where that was shown.
    cause: Option<Cause>,
) -> impl IntoView {
    let accepted = verdict.is_accepted().then(|| {
        view! { <Banner kind="ok" title="Valid" role="status"><p>"The signature matches."</p></Banner> }
    });
    let reason = verdict.reason().map(|reason| view! { <ReasonCard code=reason.as_str().to_owned() cause/> });
    view! {
        {accepted}
        {reason}
        <Steps verdict name=str::to_owned/>
    }
}

/// Why it was rejected, and the probable cause where one was shown.
#[component]
pub fn ReasonCard(
    /// As stored; a later version may know more of them.
    code: String,
    /// The probable cause, where one was shown.
    cause: Option<Cause>,
) -> impl IntoView {
    let (label, sentence) = match code.parse::<Reason>() {
        Ok(reason) => (reason.label().to_owned(), reason.sentence().to_owned()),
        Err(_) => (visible(&code), "Unknown reason.".to_owned()),
    };
    let cause = cause.map(|cause| {
        view! {
            <p class="found" data-cause=cause.code()>
                <b>"Probable cause: "</b>
                {visible(&cause.sentence())}
                " "
                <span>{cause.remedy()}</span>
            </p>
        }
    });
    view! {
        <div class="cause" role="note">
            <p><b>{label}</b></p>
            <p>{sentence}</p>
            {cause}
        </div>
    }
}

/// The steps that led to a verdict.
#[component]
pub fn Steps<F: Fn(&str) -> String + 'static>(
    verdict: Verdict,
    /// What people call the secret with an id.
    name: F,
) -> impl IntoView {
    let steps = verdict
        .steps(name)
        .into_iter()
        .map(|step| {
            let (class, sign, word) = mark(step.result);
            view! {
                <li>
                    <span class=format!("mark {class}")>
                        <span aria-hidden="true">{sign}</span>
                        <span class="visually-hidden">{word}</span>
                    </span>
                    <span>{step.title} <small>{visible(&step.detail)}</small></span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title="Verification, step by step">
            <ol class="in steps">{steps}</ol>
        </Card>
    }
}

/// Class, sign, and the word for those who do not see it.
fn mark(result: StepResult) -> (&'static str, &'static str, &'static str) {
    match result {
        StepResult::Ok => ("ok", "✓", "passed: "),
        StepResult::Failed => ("bad", "✗", "failed: "),
        StepResult::Skipped => ("skip", "·", "skipped: "),
    }
}
