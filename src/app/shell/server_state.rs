//! What everybody should know of the server itself, on each page: that its disk is nearly full, that its clock is doubted.

use crate::{
    app::shell::functions::ConfirmClock,
    db::disk::Room,
    model::{
        time,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The banners that apply; nothing when all is well.
#[component]
pub fn ServerState(
    /// Who looks.
    user: User,
) -> impl IntoView {
    let state = use_context::<AppState>();
    let disk = state.as_ref().and_then(|state| disk(state.disk.told(), state.disk.free()));
    let clock = state.filter(|state| state.clock.is_doubted()).map(|state| {
        let (now, is_admin) = (time::full(state.clock.now_ms()), user.role >= Role::Admin);
        view! { <ClockDoubt now is_admin/> }
    });
    (disk, clock)
}

fn disk(room: Room, free: u64) -> Option<impl IntoView> {
    let left = time::size(i64::try_from(free).unwrap_or(i64::MAX));
    let (class, title, text) = match room {
        Room::Ample => return None,
        Room::Low => (
            "banner warn",
            "The disk is nearly full",
            format!("{left} left. Only verified webhooks are stored; others get a 503 so that senders retry. Free up disk space on the server."),
        ),
        Room::Gone => (
            "banner",
            "The database file is missing",
            "It was removed or replaced while the server was running. Webhooks get a 503 so that senders retry. Put the file back, or restart the server to use the file that is there now.".to_owned(),
        ),
        Room::Full => (
            "banner",
            "The disk is full",
            format!("{left} left. Webhooks get a 503 so that senders retry. Free up disk space on the server; operation then resumes automatically."),
        ),
    };
    Some(view! {
        <div class=class role="alert">
            <p>
                <b>{title}</b>
            </p>
            <p>{text}</p>
        </div>
    })
}

#[component]
fn ClockDoubt(now: String, is_admin: bool) -> impl IntoView {
    let confirm = if is_admin {
        Either::Left(view! {
            <form method="post" action=ConfirmClock::PATH>
                <button class="btn small">"Confirm the clock"</button>
            </form>
        })
    } else {
        Either::Right(view! { <p>"An admin can confirm it."</p> })
    };
    view! {
        <div class="banner warn" role="alert">
            <p>
                <b>"Is the server's clock correct?"</b>
            </p>
            <p>
                {format!("It shows {now}, days after Hookpost last ran. Retention is suspended until a signed webhook or an admin confirms the time.")}
            </p>
            {confirm}
        </div>
    }
}
