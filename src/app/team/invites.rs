//! Inviting people.

use crate::{
    app::{
        kit::prelude::*,
        team::functions::{InviteUser, RevokeInvite},
    },
    model::invite::Invite,
};

/// The link of a new invite, shown this once.
#[component]
pub(crate) fn NewInvite(email: String, link: String) -> impl IntoView {
    view! {
        <Card title=format!("Invite for {email}") role="status">
            <div class="in">
                <p>"Send this link. It works once, for seven days, and is not shown again."</p>
                <Copyable id="invite-link" text=link/>
            </div>
        </Card>
    }
}

#[component]
pub(crate) fn InviteForm() -> impl IntoView {
    let roles = Choices::of(Role::ALL.map(|role| (role.as_str(), about(role))), "");
    view! {
        <Card title="Invite someone" class="narrow">
            <PostForm to=InviteUser::PATH class="in form" submit="Create invite link">
                <Field name="email" label="E-mail" kind="email"/>
                <Select name="role" label="Role" choices=roles/>
            </PostForm>
        </Card>
    }
}

fn about(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer: can read",
        Role::Member => "member: can also send test events, replay and re-verify",
        Role::Admin => "admin: can also change endpoints, secrets, destinations and the team",
    }
}

/// Those that nobody has taken yet.
pub(super) fn table(open: &[Invite], now: i64) -> impl IntoView + use<> {
    let table = Table::of(open)
        .plain("E-mail", |invite| view! { <span class="name">{invite.email.clone()}</span> })
        .col("Role", "", |invite| invite.role.as_str())
        .col("Expires", "dim", |invite| {
            let left = time::duration(invite.expires_at - now);
            view! { <span title=time::full(invite.expires_at)>{format!("{left} left")}</span> }
        })
        .actions("Change", |invite| {
            let id = invite.id.to_string();
            view! { <PostButton to=RevokeInvite::PATH with=[("id", id)] class="btn small danger" label="Withdraw"/> }
        });
    view! {
        <h2>"Open invites"</h2>
        {table.view()}
    }
}
