//! `hookpost send URL`: signed events, as OpenAI or another sender sends them, perhaps with a fault.

use super::{CliError, hmac::HmacArgs, output, scheme, transport::check_secure};
use crate::{
    crypto::token,
    model::{
        catalogue,
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
    },
    net::operator_client,
    runtime::clock::Clock,
    verify::{
        self, ParsedSecret, Rules, made_event as event,
        made_event::{Built, Draft, Fault},
    },
};
use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::cell::Cell;
use url::Url;

/// What OpenAI's sender calls itself.
const USER_AGENT: &str = "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)";

/// Arguments of `hookpost send`.
#[derive(Args, Debug)]
pub struct SendArgs {
    /// URL to send to
    url: Url,
    /// Read the signing secret from standard input
    #[arg(long, required = true)]
    secret_stdin: bool,
    /// Format of the secret: prefixed (whsec_…), base64 or text. Default: the scheme's usual format
    #[arg(long)]
    secret_format: Option<SecretFormat>,
    /// Signature scheme
    #[arg(long, default_value = Scheme::OPENAI.as_str(), value_parser = scheme::words())]
    scheme: Scheme,
    /// Deliberate fault
    #[arg(long, default_value = "none", hide_default_value = true)]
    fault: Fault,
    /// Event type
    #[arg(long = "type", default_value = "batch.completed", value_name = "TYPE")]
    event_type: String,
    /// The event's `data`. Default: the catalogue's example for the type
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Number of events
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Allow sending a token such as GitLab's to another machine over plain http
    #[arg(long)]
    insecure_http: bool,
    #[command(flatten)]
    hmac: HmacArgs,
}

pub(super) async fn run(args: SendArgs, as_json: bool, clock: &Clock) -> Result<(), CliError> {
    if args.scheme.sends_secret {
        // The others send a signature, from which nobody comes to the secret.
        check_secure("url", &args.url, "the secret", args.insecure_http)?;
    }
    let text = output::secret_from_stdin()?;
    let format = args.secret_format.unwrap_or_else(|| args.scheme.secret_format);
    let (secret, warnings) = verify::parse_secret(args.scheme, format, text.expose_secret())
        .map_err(|error| CliError::usage(format!("secret: {error}")))?;
    for warning in warnings {
        tracing::warn!("secret: {warning}");
    }
    let options = HmacOptions::from(args.hmac.clone());
    options.check().map_err(|(_, message)| CliError::usage(message))?;
    let sender =
        Sender { data: data(&args)?, client: client()?, secret, options, args: &args, clock: clock.clone() };
    let (mut sent, mut refused) = (0, 0);
    for _ in 0..args.count {
        for built in sender.build()? {
            let answer = sender.send(built).await?;
            sent += 1;
            refused += u32::from(!answer.accepted);
            if as_json { output::json(&answer.line)? } else { output::line(&answer.text)? }
        }
    }
    if refused == 0 {
        Ok(())
    } else {
        Err(CliError::failed(format!("{refused} of {sent} events were not accepted")))
    }
}

fn client() -> Result<reqwest::Client, CliError> {
    operator_client().map_err(|error| CliError::failed(error.to_string()))
}

fn data(args: &SendArgs) -> Result<String, CliError> {
    match &args.data {
        Some(text) => serde_json::from_str::<Value>(text)
            .map(|_| text.clone())
            .map_err(|error| CliError::usage(format!("--data: not valid JSON: {error}"))),
        None => Ok(catalogue::find(&args.event_type)
            .map_or_else(|| json!({ "id": "example_1" }).to_string(), |entry| entry.example.to_string())),
    }
}

/// Everything that the events have in common.
struct Sender<'a> {
    args: &'a SendArgs,
    data: String,
    secret: ParsedSecret,
    options: HmacOptions,
    client: reqwest::Client,
    clock: Clock,
}

struct Answer {
    accepted: bool,
    line: Value,
    text: String,
}

impl Sender<'_> {
    fn build(&self) -> Result<Vec<Built>, CliError> {
        let now = self.clock.now_ms() / 1_000;
        let random = || token::<16>().map_err(|error| CliError::failed(error.to_string()));
        let (key, count) = (random()?, Cell::new(0));
        let body = catalogue::envelope(&self.args.event_type, &self.data, &format!("evt_{}", random()?), now);
        let draft = Draft {
            rules: Rules { scheme: self.args.scheme, hmac: Some(&self.options) },
            secret: Some(&self.secret),
            event_type: &self.args.event_type,
            body: &body,
            url: self.args.url.as_str(),
            now,
            fault: self.args.fault,
        };
        let id = || {
            count.set(count.get() + 1);
            format!("wh_{key}{}", count.get())
        };
        event::build(&draft, id).map_err(|(_, sentence)| CliError::usage(sentence))
    }

    async fn send(&self, built: Built) -> Result<Answer, CliError> {
        let event: Value = serde_json::from_str(&built.body).unwrap_or_default();
        let mut request = self
            .client
            .post(self.args.url.clone())
            .header("content-type", "application/json")
            .header("user-agent", USER_AGENT);
        for (name, value) in &built.headers {
            request = request.header(name, value);
        }
        let id = built.headers.iter().find(|(name, _)| name.ends_with("-id") || name.ends_with("-delivery"));
        let id = id.map(|(_, value)| value.clone()).unwrap_or_default();
        let answer = request
            .body(built.body)
            .send()
            .await
            .map_err(|error| CliError::failed(crate::telemetry::chain(&error)))?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        let shown: String = text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Answer {
            accepted: status.is_success(),
            text: format!("{} {id} {shown}", status.as_u16()),
            line: json!({ "webhook_id": id, "event_id": event["id"], "status": status.as_u16(), "answer": shown }),
        })
    }
}
