//! What `hookpost channel add` can be told.

use crate::{
    alerts::channels::{NewChannel, Secrets},
    cli::{CliError, output},
    model::{
        channel::{ChannelKind, EmailSettings, SmtpTls},
        severity::Severity,
    },
};
use clap::Args;
use secrecy::ExposeSecret;

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Its name, such as on-call
    name: String,
    /// What it talks to: email, slack, discord, teams, pagerduty or webhook
    #[arg(long)]
    kind: ChannelKind,
    /// Read its secret from standard input: the URL (slack, discord, teams, webhook), the password (email) or the
    /// integration key (pagerduty)
    #[arg(long)]
    secret_stdin: bool,
    /// Mildest severity that is sent: info, warning or critical
    #[arg(long, default_value = "info")]
    min_severity: Severity,
    /// email: name or address of the mail server
    #[arg(long, default_value = "", value_name = "HOST")]
    host: String,
    /// email: its port
    #[arg(long, default_value_t = 587)]
    port: u16,
    /// email: starttls, tls, or none where HOOKPOST_ALLOW_OUTBOUND names the server
    #[arg(long, default_value = "starttls")]
    tls: SmtpTls,
    /// email: whom to log in as; default: nobody
    #[arg(long, default_value = "", value_name = "NAME")]
    username: String,
    /// email: the sender, such as `Hookpost <hookpost@example.com>`
    #[arg(long, default_value = "", value_name = "ADDRESS")]
    from: String,
    /// email: who gets it; may be given more than once
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// pagerduty: where events go; default: https://events.pagerduty.com/v2/enqueue
    #[arg(long, default_value = "", value_name = "URL")]
    events_url: String,
}

impl AddArgs {
    /// What they say, with the secret from standard input.
    ///
    /// # Errors
    /// Standard input cannot be read.
    pub(super) fn read(self) -> Result<(ChannelKind, NewChannel), CliError> {
        let mut secrets = Secrets::default();
        if self.secret_stdin {
            let given = output::line_from_stdin()?;
            let place = match self.kind {
                ChannelKind::Email => &mut secrets.password,
                ChannelKind::PagerDuty => &mut secrets.routing_key,
                _ => &mut secrets.url,
            };
            given.expose_secret().clone_into(place);
        }
        let new = NewChannel {
            name: self.name,
            min_severity: self.min_severity,
            mail: EmailSettings {
                host: self.host,
                port: self.port,
                tls: self.tls,
                username: self.username,
                from: self.from,
                to: self.to,
            },
            events_url: self.events_url,
            secrets,
            version: None,
        };
        Ok((self.kind, new))
    }
}
