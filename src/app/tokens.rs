//! Settings → Tokens: what programs prove themselves with.

pub(crate) mod functions;

use crate::{
    app::{
        islands::copy_button::CopyButton,
        kit::{
            form::{Field, take_flash},
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
            when::When,
        },
        shell::layout::{Layout, Part},
        tokens::functions::{AddToken, NEW_TOKEN, RevokeToken},
    },
    auth, db,
    model::{
        error::AppError,
        ids::EndpointId,
        time,
        token::{ApiToken, Scope},
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use std::{collections::HashMap, sync::Arc};

/// The page at `/settings/tokens`.
#[component]
pub fn TokensPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok(loaded) => Either::Left(view! { <Tokens loaded/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// Names of the endpoints there are.
type Names = Arc<HashMap<EndpointId, String>>;

#[derive(Clone)]
struct Loaded {
    user: User,
    tokens: Vec<ApiToken>,
    /// Name and text of one that was just made.
    new: Option<(String, String)>,
    names: Names,
    now: i64,
}

async fn load() -> Result<Loaded, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let tokens = db::tokens::list(&mut connection).await?;
    let endpoints = db::endpoints::list(&mut connection).await?;
    drop(connection);
    let new = NEW_TOKEN.take_any(&state).await;
    let names = endpoints.into_iter().map(|endpoint| (endpoint.id, endpoint.name)).collect();
    Ok(Loaded { user, tokens, new, names: Arc::new(names), now: state.clock.now_ms() })
}

#[component]
fn Tokens(loaded: Loaded) -> impl IntoView {
    let Loaded { user, tokens, new, names, now } = loaded;
    let mut endpoints: Vec<String> = names.values().cloned().collect();
    endpoints.sort();
    let new = new.map(|(name, text)| {
        view! {
            <section class="card" role="status">
                <h2>{format!("Token {}, shown this once", visible(&name))}</h2>
                <div class="in">
                    <p class="copyable"><code id="new-token">{text}</code><CopyButton from="new-token".to_owned() label="Copy".to_owned()/></p>
                    <p>"Programs send it as " <code>"Authorization: Bearer …"</code>". Who has it can do what its scopes allow. It ends when you are disabled."</p>
                </div>
            </section>
        }
    });
    let list = if tokens.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <h2>"No token yet"</h2>
                <p>"Scripts, workers and "<code>"hookpost listen"</code>" use the API with a token. The API is described at "<a href="/api/v1/openapi.json" rel="external">"/api/v1/openapi.json"</a>"."</p>
            </div>
        })
    } else {
        let rows =
            tokens.into_iter().map(|token| view! { <Row token names=names.clone() now/> }).collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"May"</th>
                        <th scope="col">"Endpoints"</th>
                        <th scope="col">"Owner"</th>
                        <th scope="col">"Token"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"State"</th>
                        <th scope="col"><span class="hush">"Revoke"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    view! {
        <Layout title="Tokens" part=Part::Settings user>
            <div class="top"><h1>"Tokens"</h1></div>
            <SettingsNav current=SettingsTab::Tokens/>
            {new}
            {list}
            <Form endpoints/>
        </Layout>
    }
}

#[component]
fn Row(token: ApiToken, names: Names, now: i64) -> impl IntoView {
    let usable = token.is_usable(now);
    let state = match (token.revoked_at, token.expires_at) {
        (Some(_), _) => view! { <span class="tag idle">"Revoked"</span> }.into_any(),
        (None, Some(at)) if at <= now => view! { <span class="tag idle">"Expired"</span> }.into_any(),
        (None, Some(at)) if usable => {
            view! { <span class="tag ok" title=time::full(at)>{format!("Expires in {}", time::duration(at - now))}</span> }
                .into_any()
        }
        (None, None) if usable => view! { <span class="tag ok">"Active"</span> }.into_any(),
        (None, _) => view! { <span class="tag idle">"Owner disabled"</span> }.into_any(),
    };
    let used = match token.last_used_at {
        Some(at) => {
            let from = token.last_used_from.as_deref().map(|from| format!(" from {}", visible(from)));
            view! { <When at now/><span class="mono dim">{from}</span> }.into_any()
        }
        None => view! { <span class="dim">"never"</span> }.into_any(),
    };
    let revoke = usable.then(|| {
        view! {
            <form class="inline" method="post" action=RevokeToken::PATH>
                <input type="hidden" name="id" value=token.id.to_string()/>
                <button class="btn small danger">"Revoke"</button>
            </form>
        }
    });
    let may = Scope::words(&token.scopes);
    // A role that its owner lost shows as what it is now.
    let role = match (token.role, token.role_now()) {
        (role, now) if role == now => format!("as {role}"),
        (role, now) => format!("as {now} (made as {role}; its owner is {now} now)"),
    };
    view! {
        <tr>
            <th scope="row" class="wrap name">{visible(&token.name)}</th>
            <td class="wrap" data-label="May">{may}" "<span class="dim">{role}</span></td>
            <td class="wrap" data-label="Endpoints">{endpoints_of(&token, &names)}</td>
            <td class="wrap" data-label="Owner">{owner_of(&token)}</td>
            <td class="mono" data-label="Token">{format!("hkp_…{}", token.hint)}</td>
            <td class="wrap" data-label="Created"><When at=token.created_at now/>" by "{visible(&token.created_by)}</td>
            <td class="wrap" data-label="Last used">{used}</td>
            <td data-label="State">{state}</td>
            <td>{revoke}</td>
        </tr>
    }
}

fn endpoints_of(token: &ApiToken, names: &Names) -> String {
    match &token.endpoints {
        None => "every endpoint".to_owned(),
        Some(ids) => {
            let left: Vec<String> =
                ids.iter().filter_map(|id| names.get(id)).map(|name| visible(name)).collect();
            if left.is_empty() { "none: those it had were removed".to_owned() } else { left.join(", ") }
        }
    }
}

fn owner_of(token: &ApiToken) -> AnyView {
    match &token.owner {
        Some(owner) => visible(&owner.email).into_any(),
        None if token.is_of_command_line() => view! { <span class="dim">"command line"</span> }.into_any(),
        None => view! {
            <span class="tag warn">"No owner"</span>" "
            <span class="dim">"Who made it is not a user any more. Revoke it unless something still needs it."</span>
        }
        .into_any(),
    }
}

/// Days that a new token lives unless somebody says otherwise.
const USUAL_DAYS: &str = "90";

#[component]
fn Form(endpoints: Vec<String>) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    // At first the least is ticked.
    let ticked: Vec<String> = match flash.kept("scopes") {
        Some(kept) => kept.split(' ').map(str::to_owned).collect(),
        None => vec![Scope::Read.as_str().to_owned()],
    };
    let scopes = Scope::ALL
        .map(|scope| {
            let checked = ticked.iter().any(|word| word == scope.as_str());
            view! {
                <label class="check"><input type="checkbox" name="scopes[]" value=scope.as_str() checked=checked/>{scope.about()}</label>
            }
        })
        .collect_view();
    let chosen: Vec<String> =
        flash.kept("endpoints").map(|kept| kept.lines().map(str::to_owned).collect()).unwrap_or_default();
    let boxes = endpoints
        .into_iter()
        .map(|name| {
            let (checked, label) = (chosen.contains(&name), visible(&name));
            view! {
                <label class="check"><input type="checkbox" name="endpoints[]" value=name checked=checked/>{label}</label>
            }
        })
        .collect_view();
    let error = |field| flash.error(field).map(|error| view! { <p class="error">{error}</p> });
    view! {
        <section class="card narrow">
            <h2>"Make a token"</h2>
            <form class="in form" method="post" action=AddToken::PATH>
                <Field name="name" label="Name" hint="What it is for, such as ci or anna's laptop."/>
                <fieldset class="field">
                    <legend>"What it may"</legend>
                    {scopes}
                    {error("scopes")}
                    <p class="hint">"hookpost listen needs read, and replay so that the team sees what became of events. The token belongs to you: it can never do more than you, and ends when you are disabled."</p>
                </fieldset>
                <fieldset class="field">
                    <legend>"Endpoints that it sees (none ticked: every endpoint)"</legend>
                    {boxes}
                    {error("endpoints")}
                </fieldset>
                <Field name="days" label="Expires in days (optional)" hint="Empty: it does not expire." required=false value=USUAL_DAYS/>
                <div class="actions"><button class="btn primary">"Make a token"</button></div>
            </form>
        </section>
    }
}
