//! A channel as its form gives it.

use serde::{Deserialize, Serialize};

/// Each field as typed. Each kind has its own; the others are empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelForm {
    pub name: String,
    /// Word of the mildest severity that is sent.
    pub min_severity: String,
    /// Of Slack, Discord, Teams and programs: where messages go. Secret.
    pub url: String,
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: String,
    /// How the way there is kept private.
    pub tls: String,
    /// Whom we log in as there.
    pub username: String,
    /// With what. Secret.
    pub password: String,
    /// The sender.
    pub from: String,
    /// Who gets it: addresses separated by lines, commas or spaces.
    pub to: String,
    /// Integration key of PagerDuty. Secret.
    pub routing_key: String,
    /// Where PagerDuty takes events.
    pub events_url: String,
    /// The version that the form was made from.
    pub version: String,
}

mod server {
    use crate::app::alerts::channels::posted::ChannelForm;
    use crate::{
        alerts::channels::{NewChannel, Secrets},
        app::endpoints::done::optional_number,
        model::{
            channel::{Channel, ChannelSettings, EmailSettings, SmtpTls},
            error::{AppError, invalid},
            severity::Severity,
        },
    };

    impl ChannelForm {
        /// What was typed, by the name of its field; nothing secret.
        pub(crate) fn typed(&self) -> Vec<(&'static str, String)> {
            vec![
                ("name", self.name.clone()),
                ("min_severity", self.min_severity.clone()),
                ("host", self.host.clone()),
                ("port", self.port.clone()),
                ("tls", self.tls.clone()),
                ("username", self.username.clone()),
                ("from", self.from.clone()),
                ("to", self.to.clone()),
                ("events_url", self.events_url.clone()),
            ]
        }

        /// An empty form with the usual values.
        pub(crate) fn usual() -> Self {
            Self {
                min_severity: Severity::Info.to_string(),
                port: "587".to_owned(),
                tls: SmtpTls::StartTls.as_str().to_owned(),
                ..Self::default()
            }
        }

        /// A channel as its form shows it; its secrets stay where they are.
        pub(crate) fn of(channel: &Channel) -> Self {
            let form = Self {
                name: channel.name.clone(),
                min_severity: channel.min_severity.to_string(),
                ..Self::usual()
            };
            match &channel.settings {
                ChannelSettings::Email(mail) => Self {
                    host: mail.host.clone(),
                    port: mail.port.to_string(),
                    tls: mail.tls.as_str().to_owned(),
                    username: mail.username.clone(),
                    from: mail.from.clone(),
                    to: mail.to.join("\n"),
                    ..form
                },
                ChannelSettings::PagerDuty { url } => Self { events_url: url.clone(), ..form },
                ChannelSettings::Url { .. } | ChannelSettings::Signed { .. } => form,
            }
        }

        /// What it says. What is left empty has its usual value.
        ///
        /// # Errors
        /// A field cannot be read; the error names it.
        pub(crate) fn read(&self) -> Result<NewChannel, AppError> {
            let min_severity = match self.min_severity.trim() {
                "" => Severity::Info,
                word => word.parse().map_err(|_| {
                    invalid("min_severity", "min_severity: give info, warning or critical".to_owned())
                })?,
            };
            let tls = match self.tls.trim() {
                "" => SmtpTls::default(),
                word => word.parse().map_err(|sentence: String| invalid("tls", sentence))?,
            };
            let port = match self.port.trim() {
                "" => 587,
                text => text
                    .parse()
                    .map_err(|_| invalid("port", "port: give a whole number, usually 587 or 465"))?,
            };
            let mut secrets = Secrets::default();
            self.url.trim().clone_into(&mut secrets.url);
            self.password.clone_into(&mut secrets.password);
            self.routing_key.trim().clone_into(&mut secrets.routing_key);
            Ok(NewChannel {
                name: self.name.clone(),
                min_severity,
                mail: EmailSettings {
                    host: self.host.clone(),
                    port,
                    tls,
                    username: self.username.clone(),
                    from: self.from.clone(),
                    to: self.to.split([' ', ',', '\n', '\r']).map(str::to_owned).collect(),
                },
                events_url: self.events_url.clone(),
                secrets,
                version: optional_number("version", "version", &self.version)?,
            })
        }
    }
}
