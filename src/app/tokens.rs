//! Settings → Tokens: what programs prove themselves with.

pub(crate) mod functions;

use crate::{
    app::{
        kit::prelude::*,
        tokens::functions::{AddToken, NEW_TOKEN, RevokeToken},
    },
    model::{
        ids::EndpointId,
        token::{ApiToken, Scope},
    },
};
use std::collections::HashMap;

/// The page at `/settings/tokens`.
#[component]
pub fn TokensPage() -> impl IntoView {
    page(Role::Admin, |state, _| async move {
        let mut connection = state.db.read().await?;
        let tokens = db::tokens::list(&mut connection).await?;
        let endpoints = db::endpoints::list(&mut connection).await?;
        drop(connection);
        let new = NEW_TOKEN.take_any(&state).await;
        let names: Names = endpoints.into_iter().map(|endpoint| (endpoint.id, endpoint.name)).collect();
        let list = list(&tokens, &names, state.clock.now_ms());
        let mut endpoints: Vec<String> = names.into_values().collect();
        endpoints.sort();
        Ok(Page::new(Part::Settings, "Tokens").tab(paths::TOKENS).body(view! {
            {new.map(|(name, text)| view! { <NewToken name text/> })}
            {list}
            <Form endpoints/>
        }))
    })
}

type Names = HashMap<EndpointId, String>;

#[component]
fn NewToken(name: String, text: String) -> impl IntoView {
    view! {
        <Card title=format!("Token {}, shown only once", visible(&name)) role="status">
            <div class="in">
                <Copyable id="new-token" text=text/>
                <p>"Send it as " <code>"Authorization: Bearer …"</code>". Anyone who has it can do what its scopes allow. It is revoked if your account is disabled."</p>
            </div>
        </Card>
    }
}

fn list(tokens: &[ApiToken], names: &Names, now: i64) -> AnyView {
    if tokens.is_empty() {
        return view! {
            <Empty title="No token yet">
                <p>"Scripts, workers and "<code>"hookpost listen"</code>" use the API with a token. The API is documented at "<a href="/api/v1/openapi.json" rel="external">"/api/v1/openapi.json"</a>"."</p>
            </Empty>
        }
        .into_any();
    }
    Table::of(tokens)
        .row("Name", "wrap name", |token| visible(&token.name))
        .col("Scopes", "wrap", may)
        .col("Endpoints", "wrap", |token| endpoints_of(token, names))
        .col("Owner", "wrap", owner_of)
        .col("Token", "mono", |token| format!("hkp_…{}", token.hint))
        .col("Created", "wrap", |token| {
            view! { <When at=token.created_at now/>" by "{visible(&token.created_by)} }
        })
        .col("Last used", "wrap", |token| {
            let from = token.last_used_from.as_deref().map(|from| format!(" from {}", visible(from)));
            view! { {when_or(token.last_used_at, now, "never")}<span class="mono dim">{from}</span> }
        })
        .col("State", "", |token| state(token, now))
        .actions("Revoke", |token| {
            let id = token.id.to_string();
            token.is_usable(now).then(|| {
                view! { <PostButton to=RevokeToken::PATH with=[("id", id)] class="btn small danger" label="Revoke"/> }
            })
        })
        .view()
}

fn state(token: &ApiToken, now: i64) -> AnyView {
    let usable = token.is_usable(now);
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => tag("idle", "Revoked").into_any(),
        (None, Some(at)) if at <= now => tag("idle", "Expired").into_any(),
        (None, Some(at)) if usable => {
            view! { <span class="tag ok" title=time::full(at)>{format!("Expires in {}", time::duration(at - now))}</span> }.into_any()
        }
        (None, None) if usable => tag("ok", "Active").into_any(),
        (None, _) => tag("idle", "Owner disabled").into_any(),
    }
}

fn may(token: &ApiToken) -> impl IntoView + use<> {
    // A role that its owner lost shows as what it is now.
    let role = match (token.role, token.role_now()) {
        (role, now) if role == now => format!("as {role}"),
        (role, now) => format!("as {now} (created as {role}; its owner is now {now})"),
    };
    view! { {Scope::words(&token.scopes)}" "<span class="dim">{role}</span> }
}

fn endpoints_of(token: &ApiToken, names: &Names) -> String {
    match &token.endpoints {
        None => "every endpoint".to_owned(),
        Some(ids) => {
            let left: Vec<String> =
                ids.iter().filter_map(|id| names.get(id)).map(|name| visible(name)).collect();
            if left.is_empty() { "none: its endpoints were removed".to_owned() } else { left.join(", ") }
        }
    }
}

fn owner_of(token: &ApiToken) -> AnyView {
    match &token.owner {
        Some(owner) => visible(&owner.email).into_any(),
        None if token.is_of_command_line() => view! { <span class="dim">"command line"</span> }.into_any(),
        None => view! {
            {tag("warn", "No owner")}" "
            <span class="dim">"Its creator's account no longer exists. Revoke it unless something still uses it."</span>
        }
        .into_any(),
    }
}

/// Days that a new token lives unless someone says otherwise.
const USUAL_DAYS: &str = "90";

#[component]
fn Form(endpoints: Vec<String>) -> impl IntoView {
    // At first the least is ticked.
    let least = [Scope::Read.as_str().to_owned()];
    let scopes = ticks("scopes[]", Scope::ALL.map(|scope| (scope.as_str(), scope.about())), &least);
    let endpoints = endpoints.into_iter().map(|name| (name.clone(), visible(&name)));
    let boxes = ticks("endpoints[]", endpoints, &[]);
    view! {
        <Card title="Create token" class="narrow">
            <PostForm to=AddToken::PATH class="in form" submit="Create token">
                <Field name="name" label="Name" hint="Its purpose, such as ci or anna's laptop."/>
                <fieldset class="field">
                    <legend>"Scopes"</legend>
                    {scopes}
                    {wrong("scopes")}
                    <p class="hint">"hookpost listen needs read, plus replay to report results to the team. The token belongs to you: it can never do more than you, and is revoked if your account is disabled."</p>
                </fieldset>
                <fieldset class="field">
                    <legend>"Endpoints (none ticked: every endpoint)"</legend>
                    {boxes}
                    {wrong("endpoints")}
                </fieldset>
                <Field name="days" label="Expires in (days, optional)" hint="Empty: never expires." required=false value=USUAL_DAYS/>
            </PostForm>
        </Card>
    }
}
