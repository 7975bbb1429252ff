//! `hookpost verify`: checks a request's signature and says why it holds or fails.

use super::{hmac::HmacArgs, output, scheme};
use crate::{
    model::{
        headers::HeaderList,
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
        verdict::{Cause, Owner, StepResult, StepView, Verdict},
    },
    runtime::clock::Clock,
    verify::{
        self, NamedSecret, Rules, Signed,
        autopsy::{Suspect, autopsy},
    },
};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{ffi::OsString, os::unix::ffi::OsStrExt, path::PathBuf, process::ExitCode};

use super::CliError;

const INVALID: u8 = 1;
const USAGE: u8 = 2;
/// Name of the secret in the steps.
const SECRET_NAME: &str = "the given secret";

/// Arguments of `hookpost verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Signature scheme
    #[arg(long, default_value = Scheme::OPENAI.as_str(), value_parser = scheme::words())]
    scheme: Scheme,
    /// Read the secret from standard input, byte for byte
    #[arg(long)]
    secret_stdin: bool,
    /// Format of the secret: prefixed (whsec_…), base64, or text (every byte counts, including a trailing line end). Default:
    /// the scheme's usual format
    #[arg(long)]
    secret_format: Option<SecretFormat>,
    /// Request header (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<OsString>,
    /// File with the exact body
    #[arg(long, value_name = "FILE")]
    body_file: PathBuf,
    /// Request URL, for schemes that sign it
    #[arg(long)]
    url: Option<String>,
    /// Time to compare the timestamp with, in unix seconds; default: now
    #[arg(long, value_name = "UNIX")]
    now: Option<i64>,
    /// Seconds by which the timestamp may differ, or `none` to skip the age check
    #[arg(long, default_value = "300", value_name = "SECONDS|none", value_parser = tolerance)]
    tolerance: Tolerance,
    #[command(flatten)]
    hmac: HmacArgs,
}

/// Seconds, or none: the age is not checked.
#[derive(Clone, Copy, Debug)]
struct Tolerance(Option<i64>);

fn tolerance(text: &str) -> Result<Tolerance, String> {
    if text == "none" {
        return Ok(Tolerance(None));
    }
    let seconds =
        text.parse::<u32>().map_err(|_| format!("`{text}` is neither a number of seconds nor `none`"))?;
    Ok(Tolerance(Some(seconds.into())))
}

/// Exit code 0: valid; 1: invalid; 2: called wrongly, which includes a secret that cannot be read.
pub fn run(args: VerifyArgs, as_json: bool) -> ExitCode {
    match check(args) {
        Ok((verdict, cause)) => print(&verdict, cause.as_ref(), as_json),
        Err(Failure { message, reason }) if as_json => {
            // With standard output gone there is nobody left to tell.
            let _nobody_reads = output::line(&json!({ "error": message, "reason": reason }).to_string());
            ExitCode::from(USAGE)
        }
        Err(Failure { message, .. }) => output::failure(&CliError::usage(message), false),
    }
}

struct Failure {
    message: String,
    reason: &'static str,
}

fn usage(message: impl Into<String>) -> Failure {
    Failure { message: message.into(), reason: "usage" }
}

fn check(args: VerifyArgs) -> Result<(Verdict, Option<Cause>), Failure> {
    let secret = secret(&args)?;
    let headers = headers(&args.headers)?;
    check_kind(secret.as_ref().map(|given| &given.named), &headers)?;
    let body = std::fs::read(&args.body_file)
        .map_err(|error| usage(format!("--body-file {}: {error}", args.body_file.display())))?;
    let request = Signed { headers: &headers, body: &body, url: args.url.as_deref() };
    let now = args.now.unwrap_or_else(|| Clock::system().now_ms() / 1_000);
    let clock = verify::AgeCheck { now, tolerance: args.tolerance.0 };
    let options = HmacOptions::from(args.hmac.clone());
    options.check().map_err(|(_, message)| usage(message))?;
    let rules = Rules { scheme: args.scheme, hmac: Some(&options) };
    let named = secret.as_ref().map(|given| &given.named);
    let verdict = verify::verify(rules, named.into_iter(), &request, &clock);
    let suspect = secret.as_ref().map(|given| Suspect {
        name: SECRET_NAME,
        text: given.text.expose_secret(),
        format: given.format,
        owner: &Owner::Current,
    });
    let cause = autopsy(rules, &request, &verdict, suspect.as_slice());
    Ok((verdict, cause))
}

/// The one secret.
struct Given {
    named: NamedSecret,
    text: SecretString,
    format: SecretFormat,
}

fn secret(args: &VerifyArgs) -> Result<Option<Given>, Failure> {
    if !args.scheme.verifies {
        return Ok(None);
    }
    if !args.secret_stdin {
        return Err(usage("--secret-stdin is required, with the secret on standard input"));
    }
    let text = output::secret_from_stdin().map_err(|CliError { message, .. }| usage(message))?;
    let format = args.secret_format.unwrap_or_else(|| args.scheme.secret_format);
    let (secret, warnings) = verify::parse_secret(args.scheme, format, text.expose_secret())
        .map_err(|error| Failure { message: format!("secret: {error}"), reason: error.code() })?;
    for warning in warnings {
        tracing::warn!("secret: {warning}");
    }
    Ok(Some(Given { named: NamedSecret { id: SECRET_NAME.into(), secret }, text, format }))
}

/// A public key where a secret is expected could verify nothing of the request.
fn check_kind(secret: Option<&NamedSecret>, headers: &HeaderList) -> Result<(), Failure> {
    let is_ed25519 = |value: &[u8]| value.windows(4).any(|window| window == b"v1a,");
    let public = secret.is_some_and(|named| named.secret.is_public_key());
    if !public || headers.iter().any(|(name, value)| name.ends_with("-signature") && is_ed25519(value)) {
        return Ok(());
    }
    Err(Failure {
        message:
            "secret: this is an ed25519 key, which only checks `v1a` signatures, and the request has none"
                .into(),
        reason: "secret-not-symmetric",
    })
}

fn headers(given: &[OsString]) -> Result<HeaderList, Failure> {
    let mut list = HeaderList::default();
    for header in given {
        let bytes = header.as_bytes();
        let colon = bytes.iter().position(|&b| b == b':').filter(|&at| at > 0);
        let name = colon.and_then(|at| std::str::from_utf8(&bytes[..at]).ok()).map(str::trim);
        let (Some(at), Some(name)) = (colon, name.filter(|name| is_name(name))) else {
            return Err(usage(format!("--header {}: write it as `name: value`", header.display())));
        };
        let value = &bytes[at + 1..];
        list.push(name, value.strip_prefix(b" ").unwrap_or(value));
    }
    Ok(list)
}

/// A line end in a name would make two headers of one.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn print(verdict: &Verdict, cause: Option<&Cause>, as_json: bool) -> ExitCode {
    let steps = verdict.steps(str::to_owned);
    let word = if verdict.is_accepted() { "valid" } else { "invalid" };
    let text = if as_json {
        let cause = cause.map(
            |cause| json!({ "code": cause.code(), "sentence": cause.sentence(), "remedy": cause.remedy() }),
        );
        json!({
            "verdict": word,
            "reason": verdict.reason,
            "cause": cause,
            "unverified": verdict.unverified,
            "steps": steps,
        })
        .to_string()
    } else {
        let lines: Vec<String> = steps.iter().map(step_line).collect();
        let cause =
            cause.map(|cause| format!("\n{} {}", cause.sentence(), cause.remedy())).unwrap_or_default();
        format!("{}\n{word}{cause}", lines.join("\n"))
    };
    let printed = output::line(&text);
    if verdict.is_accepted() && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(INVALID) }
}

fn step_line(step: &StepView) -> String {
    let mark = match step.result {
        StepResult::Ok => "✓",
        StepResult::Failed => "✗",
        StepResult::Skipped => "·",
    };
    let detail = if step.detail.is_empty() { String::new() } else { format!(": {}", step.detail) };
    format!("{mark} {}{detail}", step.title)
}
