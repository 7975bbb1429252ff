//! What a person says of a channel, looked at.

use super::NewChannel;
use crate::{
    alerts::channels::{Secrets, email},
    model::{
        channel::{ChannelKind, ChannelSettings, EmailSettings},
        error::{AppError, invalid},
    },
    net::{AllowList, check_mail_server, check_url},
};
use url::Url;

/// Where PagerDuty takes events; accounts in Europe have `https://events.eu.pagerduty.com/v2/enqueue`.
pub const PAGERDUTY_URL: &str = "https://events.pagerduty.com/v2/enqueue";
/// Addresses that one channel writes to.
pub const MOST_RECIPIENTS: usize = 20;

/// Settings and secrets in the form in which they are stored. A secret that is left empty is the one in `kept`; but one
/// is not sent to another server than the one it was given for, so that nobody who may change a channel learns it.
pub(super) fn checked(
    kind: ChannelKind,
    allowed: &AllowList,
    new: NewChannel,
    kept: Option<(&ChannelSettings, &Secrets)>,
) -> Result<(ChannelSettings, Secrets), AppError> {
    let mut secrets = kept.map(|(_, secrets)| secrets.clone()).unwrap_or_default();
    let before = kept.map(|(settings, _)| settings);
    let settings = match kind {
        ChannelKind::Email => ChannelSettings::Email(mail(allowed, &new, before, &mut secrets)?),
        ChannelKind::Slack | ChannelKind::Discord | ChannelKind::Teams => {
            ChannelSettings::Url { origin: secret_url(allowed, &new, &mut secrets)? }
        }
        ChannelKind::Webhook => {
            let old_until = match before {
                Some(ChannelSettings::Signed { old_until, .. }) => *old_until,
                _ => None,
            };
            ChannelSettings::Signed { origin: secret_url(allowed, &new, &mut secrets)?, old_until }
        }
        ChannelKind::PagerDuty => {
            ChannelSettings::PagerDuty { url: pagerduty(allowed, &new, before, &mut secrets)? }
        }
    };
    Ok((settings, secrets))
}

/// Takes the URL over, and returns what may be seen of it.
fn secret_url(allowed: &AllowList, new: &NewChannel, secrets: &mut Secrets) -> Result<String, AppError> {
    let given = new.secrets.url.trim();
    if !given.is_empty() {
        given.clone_into(&mut secrets.url);
    }
    if secrets.url.is_empty() {
        return Err(invalid("url", "url: give the URL that takes the messages"));
    }
    Ok(reachable("url", &secrets.url, allowed)?.origin().ascii_serialization())
}

fn reachable(field: &str, text: &str, allowed: &AllowList) -> Result<Url, AppError> {
    let url: Url = text.parse().map_err(|error| invalid(field, format!("{field}: {error}")))?;
    check_url(&url, allowed)
        .map_err(|error| invalid(field, error.to_string().replacen("url:", &format!("{field}:"), 1)))?;
    Ok(url)
}

fn pagerduty(
    allowed: &AllowList,
    new: &NewChannel,
    before: Option<&ChannelSettings>,
    secrets: &mut Secrets,
) -> Result<String, AppError> {
    let given = new.events_url.trim();
    let url =
        reachable("events_url", if given.is_empty() { PAGERDUTY_URL } else { given }, allowed)?.to_string();
    let key = new.secrets.routing_key.trim();
    if !key.is_empty() {
        key.clone_into(&mut secrets.routing_key);
    } else if matches!(before, Some(ChannelSettings::PagerDuty { url: before }) if *before != url) {
        return Err(invalid(
            "routing_key",
            "routing_key: give it again, for it would go to another place than before",
        ));
    }
    let fits = |key: &str| (16..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric());
    if !fits(&secrets.routing_key) {
        let sentence = "routing_key: give the integration key of an integration of the type Events API v2, \
                        32 letters and digits";
        return Err(invalid("routing_key", sentence));
    }
    Ok(url)
}

fn mail(
    allowed: &AllowList,
    new: &NewChannel,
    before: Option<&ChannelSettings>,
    secrets: &mut Secrets,
) -> Result<EmailSettings, AppError> {
    let EmailSettings { host, port, tls, username, from, to } = new.mail.clone();
    if port == 0 {
        return Err(invalid("port", "port: give the port of the mail server, usually 587 or 465"));
    }
    let is_plain = tls == crate::model::channel::SmtpTls::None;
    let host = check_mail_server(&host, port, is_plain, allowed)
        .map_err(|(field, sentence)| invalid(field, sentence))?;
    let to: Vec<String> = to.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    if to.is_empty() || to.len() > MOST_RECIPIENTS {
        return Err(invalid("to", format!("to: give 1 to {MOST_RECIPIENTS} addresses, one a line")));
    }
    if let Some(wrong) = to.iter().find(|one| !email::is_address(one)) {
        return Err(invalid("to", format!("to: `{wrong}` is no address such as ops@example.com")));
    }
    let from = from.trim().to_owned();
    if !email::is_mailbox(&from) {
        let sentence =
            "from: give an address such as hookpost@example.com or Hookpost <hookpost@example.com>";
        return Err(invalid("from", sentence));
    }
    let mail = EmailSettings { host, port, tls, username: username.trim().to_owned(), from, to };
    password(&mail, new, before, secrets)?;
    Ok(mail)
}

fn password(
    mail: &EmailSettings,
    new: &NewChannel,
    before: Option<&ChannelSettings>,
    secrets: &mut Secrets,
) -> Result<(), AppError> {
    let given = new.secrets.password.as_str();
    if mail.username.is_empty() {
        if !given.is_empty() {
            return Err(invalid(
                "username",
                "username: say whose password it is, or leave the password empty",
            ));
        }
        secrets.password.clear();
        return Ok(());
    }
    let server = |mail: &EmailSettings| (mail.host.clone(), mail.port, mail.tls);
    if !given.is_empty() {
        given.clone_into(&mut secrets.password);
    } else if matches!(before, Some(ChannelSettings::Email(before)) if server(before) != server(mail)) {
        return Err(invalid(
            "password",
            "password: give it again, for it would go to another server than before",
        ));
    }
    if secrets.password.is_empty() {
        return Err(invalid(
            "password",
            "password: give the password of the user, or leave the user name empty",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
