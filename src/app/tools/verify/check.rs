//! What the form asks, answered.

use crate::{
    app::{endpoints::hmac_form::HmacForm, kit::posted::Posted},
    model::{
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
        verdict::{Cause, Owner, Verdict},
    },
    verify::{
        self, AgeCheck, NamedSecret, ParsedSecret, Rules, Signed,
        autopsy::{Suspect, autopsy},
        pasted as request,
        pasted::PastedRequest,
    },
};

/// What came out.
pub(crate) struct Checked {
    pub(crate) verdict: Verdict,
    pub(crate) cause: Option<Cause>,
    /// Said when it verifies with other line ends than the form carried.
    pub(crate) line_ends: Option<&'static str>,
    /// What is odd about the secret.
    pub(crate) warnings: Vec<String>,
}

/// Field and sentence of what cannot be read.
type Wrong = (String, String);

pub(crate) async fn check(posted: &Posted, now_ms: i64) -> Result<Checked, Wrong> {
    let question = Question::read(posted, now_ms)?;
    // A megabyte of body, dozens of times: not on a thread that serves requests.
    tokio::task::spawn_blocking(move || question.answer())
        .await
        .map_err(|_| ("request".to_owned(), "request: could not be checked".to_owned()))
}

struct Question {
    request: PastedRequest,
    scheme: Scheme,
    hmac: Option<HmacOptions>,
    text: String,
    format: SecretFormat,
    secret: ParsedSecret,
    warnings: Vec<String>,
    clock: AgeCheck,
}

impl Question {
    fn read(posted: &Posted, now_ms: i64) -> Result<Self, Wrong> {
        let wrong = |field: &str, error: String| (field.to_owned(), format!("{field}: {error}"));
        let field = |name: &str| posted.get(name).unwrap_or_default();
        let mut request = request::parse(field("request")).map_err(|error| wrong("request", error))?;
        let scheme: Scheme = field("scheme").parse().map_err(|error| ("scheme".to_owned(), error))?;
        let format = match field("secret_format") {
            "" => scheme.secret_format,
            word => word.parse().map_err(|error| ("secret_format".to_owned(), error))?,
        };
        let hmac = if scheme == Scheme::HMAC { Some(options(posted)?) } else { None };
        let text = field("secret").to_owned();
        let (secret, warnings) = verify::parse_secret(scheme, format, &text)
            .map_err(|error| wrong("secret", error.to_string()))?;
        if !field("url").trim().is_empty() {
            request.url = Some(field("url").trim().to_owned());
        }
        let tolerance = (field("age") == "now").then_some(300);
        let clock = AgeCheck { now: now_ms.div_euclid(1_000), tolerance };
        let warnings = warnings.iter().map(ToString::to_string).collect();
        Ok(Self { request, scheme, hmac, text, format, secret, warnings, clock })
    }

    fn answer(self) -> Checked {
        let Self { request, scheme, hmac, text, format, secret, warnings, clock } = self;
        let named = NamedSecret { id: "the given secret".into(), secret };
        let rules = Rules { scheme, hmac: hmac.as_ref() };
        let verdict = |body: &[u8]| {
            let signed = Signed { headers: &request.headers, body, url: request.url.as_deref() };
            verify::verify(rules, [&named].into_iter(), &signed, &clock)
        };
        let first = verdict(&request.body);
        // A form does not tell how lines ended: the body is tried both ways.
        let crlf = String::from_utf8_lossy(&request.body).replace('\n', "\r\n");
        if !first.is_accepted() && request.body.contains(&b'\n') && verdict(crlf.as_bytes()).is_accepted() {
            let line_ends = Some(
                "The signature matches if the body's lines end in CR LF. Pasted text doesn't preserve line endings.",
            );
            return Checked { verdict: verdict(crlf.as_bytes()), cause: None, line_ends, warnings };
        }
        let signed = Signed { headers: &request.headers, body: &request.body, url: request.url.as_deref() };
        let suspect = Suspect { name: "you gave", text: &text, format, owner: &Owner::Current };
        let cause = autopsy(rules, &signed, &first, &[suspect]);
        Checked { verdict: first, cause, line_ends: None, warnings }
    }
}

fn options(posted: &Posted) -> Result<HmacOptions, Wrong> {
    let field = |name: &str| posted.get(name).unwrap_or_default().to_owned();
    let form = HmacForm {
        header: field("hmac[header]"),
        algorithm: field("hmac[algorithm]"),
        encoding: field("hmac[encoding]"),
        prefix: field("hmac[prefix]"),
        signed: field("hmac[signed]"),
        timestamp_header: field("hmac[timestamp_header]"),
        id_header: field("hmac[id_header]"),
    };
    let options = form.options().map_err(|error| ("hmac[header]".to_owned(), error.to_string()))?.normal();
    options.check().map_err(|(field, text)| (field.to_owned(), text))?;
    Ok(options)
}
