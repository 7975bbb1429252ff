//! `/jobs/{id}`: how far a re-verification of many deliveries has come.

use crate::{
    app::{
        components::{problem::Problem, visible::visible, when::When},
        functions::review::CancelJob,
        layout::{Layout, Part},
    },
    auth,
    error::{AppError, not_found},
    model::{
        ids::JobId,
        job::{Job, JobState},
        user::{Role, User},
    },
    review::bulk,
    state::AppState,
};
use axum::http::{HeaderName, HeaderValue};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;

/// The page. While the job runs, browsers load it again each second, also without scripts.
#[component]
pub fn JobPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok((user, job, now)) => Either::Left(view! { <Progress user job now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load(id: Option<String>) -> Result<(User, Job, i64), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: JobId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("job"))?;
    let job = bulk::find(&state, id).await?;
    if job.state == JobState::Running
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.insert_header(HeaderName::from_static("refresh"), HeaderValue::from_static("1"));
    }
    Ok((user, job, state.clock.now_ms()))
}

#[component]
fn Progress(user: User, job: Job, now: i64) -> impl IntoView {
    let (class, word) = match job.state {
        JobState::Running => ("tag warn", "Running"),
        JobState::Done => ("tag ok", "Done"),
        JobState::Cancelled => ("tag idle", "Stopped"),
        JobState::Failed => ("tag bad", "Failed: the log says why"),
    };
    let still = job.seen - job.changed;
    let list = format!("/events?{}", job.filter);
    let running = job.state == JobState::Running && user.role >= Role::Member;
    let cancel = running.then(|| {
        view! {
            <form method="post" action=CancelJob::PATH>
                <input type="hidden" name="id" value=job.id.to_string()/>
                <button class="btn danger">"Stop"</button>
            </form>
        }
    });
    view! {
        <Layout title="Re-verification" part=Part::Events user>
            <div class="top">
                <h1><span class="crumb"><a href="/events">"Events"</a>" / "</span>"Re-verification"</h1>
                <span class=class>{word}</span>
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
                    <div class="actions">{cancel}<a class="btn" href=list>"What is still rejected"</a></div>
                </div>
            </section>
        </Layout>
    }
}
