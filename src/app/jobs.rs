//! `/jobs/{id}`: how far work on many deliveries has come.

pub(crate) mod functions;
pub(crate) mod new_replay;
pub(crate) mod new_reverify;
pub(crate) mod progress;

use crate::{
    app::{
        jobs::functions::CancelJob,
        kit::{problem::Problem, reload, when::When},
        shell::layout::{Layout, Part},
    },
    auth,
    db::{self, forwards::Progress},
    jobs::run as jobs,
    model::{
        error::{AppError, not_found},
        ids::JobId,
        job::{Job, JobKind, JobState},
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
    server_fn::ServerFn,
};
use leptos_router::hooks::use_params_map;
use progress::ReplayJob;

/// The page. While the job runs, browsers load it again each second, also without scripts.
#[component]
pub fn JobPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok((user, job, progress, now)) => match job.kind {
                JobKind::Reverify => EitherOf3::A(view! { <ReverifyJob user job now/> }),
                JobKind::Replay => EitherOf3::B(view! { <ReplayJob user job progress now/> }),
            },
            Err(error) => EitherOf3::C(view! { <Problem error/> }),
        }
    })
}

async fn load(id: Option<String>) -> Result<(User, Job, Vec<Progress>, i64), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: JobId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("job"))?;
    let job = jobs::find(&state, id).await?;
    let progress = match job.kind {
        JobKind::Reverify => Vec::new(),
        JobKind::Replay => db::forwards::progress(&mut *state.db.read().await?, id).await?,
    };
    if matches!(job.state, JobState::Running | JobState::Stopping) {
        reload::in_a_second();
    }
    Ok((user, job, progress, state.clock.now_ms()))
}

/// How it stands, as a tag.
fn state_tag(state: JobState) -> impl IntoView {
    let (class, word) = match state {
        JobState::Running => ("tag warn", "Running"),
        JobState::Paused => ("tag idle", "Paused"),
        JobState::Stopping => ("tag warn", "Stopping"),
        JobState::Done => ("tag ok", "Done"),
        JobState::Cancelled => ("tag idle", "Stopped"),
        JobState::Failed => ("tag bad", "Failed"),
    };
    view! { <span class=class>{word}</span> }
}

/// Why it failed, in a sentence.
fn why(job: &Job) -> impl IntoView + use<> {
    let why = job.note.as_deref().map(visible).unwrap_or_else(|| "The log says why.".to_owned());
    (job.state == JobState::Failed).then(
        || view! { <p class="bad-text">{format!("It could not go on: {why} What was done stays done.")}</p> },
    )
}

/// For those who may: while there is something to stop.
fn stop(job: &Job, user: &User) -> impl IntoView + use<> {
    let can = matches!(job.state, JobState::Running | JobState::Paused) && user.role >= Role::Member;
    let id = job.id;
    if can {
        Either::Left(view! {
            <form method="post" action=CancelJob::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="btn danger">"Stop"</button>
            </form>
        })
    } else {
        Either::Right(())
    }
}

#[component]
fn ReverifyJob(user: User, job: Job, now: i64) -> impl IntoView {
    let still = job.seen - job.changed;
    let list = format!("/events?{}", job.filter);
    let (tag, stop, why) = (state_tag(job.state), stop(&job, &user), why(&job));
    view! {
        <Layout title="Re-verification" part=Part::Events user>
            <div class="top">
                <h1><span class="crumb"><a href="/events">"Events"</a>" / "</span>"Re-verification"</h1>
                {tag}
            </div>
            <section class="card narrow">
                <h2>"Progress"</h2>
                <div class="in form">
                    <progress aria-label="Progress" max=job.total.max(1).to_string() value=job.seen.to_string()></progress>
                    <dl class="facts">
                        <dt>"Looked at"</dt>
                        <dd>{format!("{} of {}", job.seen, job.total.max(job.seen))}</dd>
                        <dt>"Accepted now"</dt>
                        <dd>{job.changed}</dd>
                        <dt>"Still rejected"</dt>
                        <dd>{still}</dd>
                        <dt>"Started"</dt>
                        <dd><When at=job.created_at now/> " by " {visible(&job.actor)}</dd>
                    </dl>
                    {why}
                    <div class="actions">{stop}<a class="btn" href=list>"What is still rejected"</a></div>
                </div>
            </section>
        </Layout>
    }
}
