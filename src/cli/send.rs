//! `hookpost send URL`: signed events, as OpenAI sends them.

use super::{CliError, output};
use crate::{
    clock::Clock,
    crypto::token,
    model::{
        catalogue,
        scheme::{Scheme, SecretFormat},
    },
    outbound::operator_client,
    verify::{self, ParsedSecret},
};
use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

/// What OpenAI's sender calls itself.
const USER_AGENT: &str = "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)";

/// Arguments of `hookpost send`.
#[derive(Args, Debug)]
pub struct SendArgs {
    /// Where to send to
    url: Url,
    /// Read the signing secret from standard input
    #[arg(long, required = true)]
    secret_stdin: bool,
    /// How the secret's text is read: prefixed (whsec_…), base64 or text
    #[arg(long, default_value = "prefixed")]
    secret_format: SecretFormat,
    /// The event's type
    #[arg(long = "type", default_value = "batch.completed", value_name = "TYPE")]
    event_type: String,
    /// The event's `data`. Default: the catalogue's example for the type
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// How many events
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
}

pub(super) async fn run(args: SendArgs, as_json: bool, clock: &Clock) -> Result<(), CliError> {
    let text = output::secret_from_stdin()?;
    let (secret, warnings) =
        verify::parse_secret(Scheme::StandardWebhooks, args.secret_format, text.expose_secret())
            .map_err(|error| CliError::usage(format!("secret: {error}")))?;
    for warning in warnings {
        tracing::warn!("secret: {warning}");
    }
    let data = data(&args)?;
    let client = operator_client().map_err(|error| CliError::failed(error.to_string()))?;
    let mut refused = 0;
    for _ in 0..args.count {
        let sent = send(&client, &args, &data, &secret, clock).await?;
        refused += u32::from(!sent.accepted);
        if as_json { output::json(&sent.line)? } else { output::line(&sent.text)? }
    }
    if refused == 0 {
        Ok(())
    } else {
        Err(CliError::failed(format!("{refused} of {} were not accepted", args.count)))
    }
}

fn data(args: &SendArgs) -> Result<String, CliError> {
    match &args.data {
        Some(text) => serde_json::from_str::<Value>(text)
            .map(|_| text.clone())
            .map_err(|error| CliError::usage(format!("--data: not JSON: {error}"))),
        None => Ok(catalogue::find(&args.event_type).map_or_else(
            || json!({ "id": "example_1" }).to_string(),
            |entry| entry.data_example.to_string(),
        )),
    }
}

struct Sent {
    accepted: bool,
    line: Value,
    text: String,
}

async fn send(
    client: &reqwest::Client,
    args: &SendArgs,
    data: &str,
    secret: &ParsedSecret,
    clock: &Clock,
) -> Result<Sent, CliError> {
    let now = clock.now_ms() / 1_000;
    let random = || token::<16>().map_err(|error| CliError::failed(error.to_string()));
    let (id, event_id) = (format!("wh_{}", random()?), format!("evt_{}", random()?));
    let body = catalogue::envelope(&args.event_type, data, &event_id, now);
    let signature = verify::sign_standard(secret, &id, now, body.as_bytes())
        .map_err(|error| CliError::usage(format!("secret: {error}")))?;
    let answer = client
        .post(args.url.clone())
        .header("content-type", "application/json")
        .header("user-agent", USER_AGENT)
        .header("webhook-id", &id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", signature)
        .body(body)
        .send()
        .await
        .map_err(|error| CliError::failed(crate::db::error::chain(&error)))?;
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let shown: String = text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    Ok(Sent {
        accepted: status.is_success(),
        line: json!({ "webhook_id": id, "event_id": event_id, "status": status.as_u16(), "answer": shown }),
        text: format!("{} {id} {shown}", status.as_u16()),
    })
}
