//! A replay of many: how far it has come, and what became of it by destination.

use crate::{
    app::{
        jobs::{functions::PauseJob, state_tag, stop, why},
        kit::when::When,
        shell::layout::{Layout, Part},
    },
    db::forwards::Progress,
    model::{
        job::{Job, JobState},
        user::{Role, User},
        visible::visible,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The page of such a job.
#[component]
pub(crate) fn ReplayJob(user: User, job: Job, progress: Vec<Progress>, now: i64) -> impl IntoView {
    let list = format!("/events?{}", job.filter);
    let (tag, stop, why) = (state_tag(job.state), stop(&job, &user), why(&job));
    let stopping = (job.state == JobState::Stopping).then(|| stopping(&progress));
    let paused = job.state == JobState::Paused;
    let pause = ((paused || job.state == JobState::Running) && user.role >= Role::Member).then(|| {
        view! {
            <form method="post" action=PauseJob::PATH>
                <input type="hidden" name="id" value=job.id.to_string()/>
                <input type="hidden" name="paused" value=(!paused).to_string()/>
                <button class="btn">{if paused { "Resume" } else { "Pause" }}</button>
            </form>
        }
    });
    let how = match job.rate {
        Some(rate) => format!("{}, {rate} a minute", job.mode.as_str()),
        None => format!("{}, as fast as they go", job.mode.as_str()),
    };
    view! {
        <Layout title="Replay" part=Part::Events user>
            <div class="top">
                <h1><span class="crumb"><a href="/events">"Events"</a>" / "</span>"Replay of many"</h1>
                {tag}
            </div>
            <section class="card">
                <h2>"Progress"</h2>
                <div class="in form">
                    <progress aria-label="Progress" max=job.total.max(1).to_string() value=job.seen.to_string()></progress>
                    <dl class="facts">
                        <dt>"Events"</dt>
                        <dd>{format!("{} of {}", job.seen, job.total.max(job.seen))}</dd>
                        <dt>"Replays queued"</dt>
                        <dd>{job.changed}</dd>
                        <dt>"How"</dt>
                        <dd>{how}</dd>
                        <dt>"Started"</dt>
                        <dd><When at=job.created_at now/> " by " {visible(&job.actor)}</dd>
                    </dl>
                    {stopping}
                    {why}
                    <div class="actions">{pause}{stop}<a class="btn" href=list>"The events"</a></div>
                </div>
            </section>
            {(!progress.is_empty()).then(|| view! { <ByDestination progress/> })}
        </Layout>
    }
}

/// How far what was queued is taken back.
fn stopping(progress: &[Progress]) -> impl IntoView + use<> {
    let sum = |part: fn(&Progress) -> i64| progress.iter().map(part).sum::<i64>();
    let (taken_back, left) = (sum(|one| one.skipped), sum(|one| one.queued));
    view! {
        <div role="status">
            <progress
                aria-label="Taken back"
                max=(taken_back + left).max(1).to_string()
                value=taken_back.to_string()
            ></progress>
            <p class="dim">{format!(
                "It stops: of what nobody has tried yet {taken_back} are taken back and {left} are left. None of them is sent.",
            )}</p>
        </div>
    }
}

#[component]
fn ByDestination(progress: Vec<Progress>) -> impl IntoView {
    let rows = progress
        .into_iter()
        .map(|one| {
            view! {
                <tr>
                    <th scope="row" class="wrap name">{visible(&one.destination)}</th>
                    <td class="num" data-label="Delivered">{one.delivered}</td>
                    <td class="num" data-label="Queued">{one.queued}</td>
                    <td class="num" data-label="Retrying">{one.retrying}</td>
                    <td class="num" data-label="Dead">{one.dead}</td>
                    <td class="num" data-label="Not sent">{one.skipped}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Destination"</th>
                    <th scope="col" class="num">"Delivered"</th>
                    <th scope="col" class="num">"Queued"</th>
                    <th scope="col" class="num">"Retrying"</th>
                    <th scope="col" class="num">"Dead"</th>
                    <th scope="col" class="num">"Not sent"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
