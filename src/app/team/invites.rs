//! Inviting people.

use crate::{
    app::{
        islands::copy_button::CopyButton,
        kit::form::Field,
        team::functions::{InviteUser, RevokeInvite},
    },
    model::{invite::Invite, time, user::Role},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The link of a new invite, shown this once.
#[component]
pub(crate) fn NewInvite(email: String, link: String) -> impl IntoView {
    view! {
        <section class="card" role="status">
            <h2>{format!("Invite for {email}")}</h2>
            <div class="in">
                <p>"Send this link. It works once, for seven days, and is not shown again."</p>
                <p class="copyable"><code id="invite-link">{link}</code><CopyButton from="invite-link".to_owned() label="Copy".to_owned()/></p>
            </div>
        </section>
    }
}

#[component]
pub(crate) fn InviteForm() -> impl IntoView {
    let roles =
        Role::ALL.map(|role| view! { <option value=role.as_str()>{about(role)}</option> }).collect_view();
    view! {
        <section class="card narrow">
            <h2>"Invite someone"</h2>
            <form class="in form" method="post" action=InviteUser::PATH>
                <Field name="email" label="E-mail" kind="email"/>
                <div class="field">
                    <label for="role">"Role"</label>
                    <select id="role" name="role">{roles}</select>
                </div>
                <div class="actions"><button class="btn primary">"Make an invite link"</button></div>
            </form>
        </section>
    }
}

fn about(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer: reads",
        Role::Member => "member: also sends test events and re-verifies",
        Role::Admin => "admin: also changes endpoints, secrets and the team",
    }
}

#[component]
pub(crate) fn OpenInvites(open: Vec<Invite>, now: i64) -> impl IntoView {
    let rows = open
        .into_iter()
        .map(|invite| {
            let left = time::duration(invite.expires_at - now);
            view! {
                <tr>
                    <td><span class="name">{invite.email.unwrap_or_default()}</span></td>
                    <td data-label="Role">{invite.role.as_str()}</td>
                    <td class="dim" data-label="Expires" title=time::full(invite.expires_at)>{format!("{left} left")}</td>
                    <td>
                        <form class="inline" method="post" action=RevokeInvite::PATH>
                            <input type="hidden" name="id" value=invite.id.to_string()/>
                            <button class="btn small danger">"Withdraw"</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2>"Open invites"</h2>
        <table class="cards">
            <thead>
                <tr><th>"E-mail"</th><th>"Role"</th><th>"Expires"</th><th><span class="hush">"Change"</span></th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
