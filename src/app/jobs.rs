//! `/jobs/{id}`: how far work on many deliveries has come.

pub(crate) mod functions;
pub(crate) mod new_replay;
pub(crate) mod new_reverify;
mod progress;

use crate::{
    app::{
        jobs::functions::{CancelJob, PauseJob},
        kit::{prelude::*, reload},
    },
    jobs::run as jobs,
    model::{
        ids::JobId,
        job::{Job, JobKind, JobState},
    },
};

/// The page. While the job runs, browsers load it again each second, also without scripts.
#[component]
pub fn JobPage() -> impl IntoView {
    page_of(Role::Viewer, "job", |state, user, id: JobId| async move {
        let job = jobs::find(&state, id).await?;
        if matches!(job.state, JobState::Running | JobState::Stopping) {
            reload::in_a_second();
        }
        let now = state.clock.now_ms();
        let page =
            Page::new(Part::Events, title(job.kind)).under("Events", paths::EVENTS).beside(tag_of(job.state));
        Ok(match job.kind {
            JobKind::Reverify => page.body(view! {
                <Card title="Progress" class="narrow">{card(&job, &user, facts(&job, now), None)}</Card>
            }),
            JobKind::Replay => {
                let progress = db::forwards::progress(&mut state.db.read().await?, id).await?;
                let stopping = (job.state == JobState::Stopping).then(|| progress::stopping(&progress));
                page.heading("Bulk replay").body(view! {
                    <Card title="Progress">{card(&job, &user, facts(&job, now), stopping.map(IntoAny::into_any))}</Card>
                    {(!progress.is_empty()).then(|| progress::by_destination(&progress))}
                })
            }
        })
    })
}

fn title(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Reverify => "Re-verification",
        JobKind::Replay => "Replay",
    }
}

fn tag_of(state: JobState) -> impl IntoView {
    match state {
        JobState::Running => tag("warn", "Running"),
        JobState::Paused => tag("idle", "Paused"),
        JobState::Stopping => tag("warn", "Stopping"),
        JobState::Done => tag("ok", "Done"),
        JobState::Cancelled => tag("idle", "Stopped"),
        JobState::Failed => tag("bad", "Failed"),
    }
}

fn facts(job: &Job, now: i64) -> AnyView {
    let seen = format!("{} of {}", job.seen, job.total.max(job.seen));
    let mode = job.mode.as_str();
    let facts = match (job.kind, job.rate) {
        (JobKind::Reverify, _) => Facts::nested()
            .fact("Checked", seen)
            .fact("Accepted now", job.changed)
            .fact("Still rejected", job.seen - job.changed),
        (JobKind::Replay, rate) => {
            let how = match rate {
                Some(rate) => format!("{mode}, {rate} per minute"),
                None => format!("{mode}, no rate limit"),
            };
            Facts::nested().fact("Events", seen).fact("Replays queued", job.changed).fact("How", how)
        }
    };
    let actor = visible(&job.actor);
    facts.fact("Started", view! { <When at=job.created_at now/> " by " {actor} }).view()
}

/// How far it is, and what can be done about it.
fn card(job: &Job, user: &User, facts: AnyView, stopping: Option<AnyView>) -> impl IntoView + use<> {
    let id = ("id", job.id.to_string());
    let is_paused = job.state == JobState::Paused;
    let may = (is_paused || job.state == JobState::Running) && user.role >= Role::Member;
    let pause = (may && job.kind == JobKind::Replay).then(|| {
        let label = if is_paused { "Resume" } else { "Pause" };
        let with = [id.clone(), ("paused", (!is_paused).to_string())];
        view! { <PostButton to=PauseJob::PATH with label/> }
    });
    let stop =
        may.then(|| view! { <PostButton to=CancelJob::PATH with=[id] class="btn danger" label="Stop"/> });
    let list = match job.kind {
        JobKind::Reverify => "Show rejected deliveries",
        JobKind::Replay => "Show events",
    };
    view! {
        <div class="in form">
            <progress aria-label="Progress" max=job.total.max(1).to_string() value=job.seen.to_string()></progress>
            {facts}
            {stopping}
            {why(job)}
            <div class="actions">{pause}{stop}<a class="btn" href=paths::with_query(paths::EVENTS, &job.filter)>{list}</a></div>
        </div>
    }
}

/// Why it failed, in a sentence.
fn why(job: &Job) -> impl IntoView + use<> {
    let why =
        job.note.as_deref().map(visible).unwrap_or_else(|| "See the server's log for details.".to_owned());
    (job.state == JobState::Failed)
        .then(|| view! { <p class="bad-text">{format!("The job failed: {why} Completed work is kept.")}</p> })
}
