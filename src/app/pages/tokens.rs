//! Settings → Tokens: what programs prove themselves with.

use crate::{
    app::{
        components::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
            visible::visible,
            when::When,
        },
        form::Field,
        functions::tokens::{AddToken, NEW_TOKEN, RevokeToken},
        islands::copy_button::CopyButton,
        layout::{Layout, Part},
    },
    auth, db,
    error::AppError,
    model::{
        time,
        token::ApiToken,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/settings/tokens`.
#[component]
pub fn TokensPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, tokens, new, now)) => Either::Left(view! { <Tokens user tokens new now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

type Loaded = (User, Vec<ApiToken>, Option<(String, String)>, i64);

async fn load() -> Result<Loaded, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let tokens = db::tokens::list(&mut *state.db.read().await?).await?;
    let mut new = None;
    for token in tokens.iter().filter(|token| token.last_used_at.is_none()) {
        if let Some(text) = NEW_TOKEN.take(&state, &token.name).await {
            new = Some((token.name.clone(), text));
        }
    }
    Ok((user, tokens, new, state.clock.now_ms()))
}

#[component]
fn Tokens(user: User, tokens: Vec<ApiToken>, new: Option<(String, String)>, now: i64) -> impl IntoView {
    let new = new.map(|(name, text)| {
        view! {
            <section class="card" role="status">
                <h2>{format!("Token {}, shown this once", visible(&name))}</h2>
                <div class="in">
                    <p class="copyable"><code id="new-token">{text}</code><CopyButton from="new-token".to_owned() label="Copy".to_owned()/></p>
                    <p>"Programs send it as " <code>"Authorization: Bearer …"</code>". Who has it can do what its role may."</p>
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
        let rows = tokens.into_iter().map(|token| view! { <Row token now/> }).collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Role"</th>
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
            <Form/>
        </Layout>
    }
}

#[component]
fn Row(token: ApiToken, now: i64) -> impl IntoView {
    let usable = token.is_usable(now);
    let state = match (token.revoked_at, token.expires_at) {
        (Some(_), _) => view! { <span class="tag idle">"Revoked"</span> }.into_any(),
        (None, Some(at)) if at <= now => view! { <span class="tag idle">"Expired"</span> }.into_any(),
        (None, Some(at)) => {
            view! { <span class="tag ok" title=time::full(at)>{format!("Expires in {}", time::duration(at - now))}</span> }
                .into_any()
        }
        (None, None) => view! { <span class="tag ok">"Active"</span> }.into_any(),
    };
    let used = match token.last_used_at {
        Some(at) => view! { <When at now/> }.into_any(),
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
    view! {
        <tr>
            <th scope="row" class="wrap name">{visible(&token.name)}</th>
            <td data-label="Role">{token.role.as_str()}</td>
            <td class="mono" data-label="Token">{format!("hkp_…{}", token.hint)}</td>
            <td data-label="Created"><When at=token.created_at now/>" by "{visible(&token.created_by)}</td>
            <td data-label="Last used">{used}</td>
            <td data-label="State">{state}</td>
            <td>{revoke}</td>
        </tr>
    }
}

#[component]
fn Form() -> impl IntoView {
    let about = |role| match role {
        Role::Viewer => "viewer: reads and follows deliveries",
        Role::Member => "member: also replays, hands in events and reports local results",
        Role::Admin => "admin",
    };
    let roles = Role::ALL
        .map(
            |role| view! { <option value=role.as_str() selected=role == Role::Member>{about(role)}</option> },
        )
        .collect_view();
    view! {
        <section class="card narrow">
            <h2>"Make a token"</h2>
            <form class="in form" method="post" action=AddToken::PATH>
                <Field name="name" label="Name" hint="What it is for, such as ci or anna's laptop."/>
                <div class="field">
                    <label for="role">"Role"</label>
                    <select id="role" name="role">{roles}</select>
                </div>
                <Field name="days" label="Expires in days (optional)" hint="Empty: it does not expire." required=false/>
                <div class="actions"><button class="btn primary">"Make a token"</button></div>
            </form>
        </section>
    }
}
