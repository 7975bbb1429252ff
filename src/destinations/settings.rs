//! How a destination is served, setting by setting. Forms, the command line, the audit log and the destination's page all
//! read this one list.

use crate::model::{
    destination::DeliveryPolicy,
    error::{AppError, invalid},
    time,
};
use std::collections::BTreeMap;

/// Settings as typed, by name.
pub type Typed = BTreeMap<String, String>;

/// One thing that a person sets.
pub struct Setting {
    /// In forms and, with dashes, on the command line.
    pub name: &'static str,
    /// The help of its flag.
    pub help: &'static str,
    /// What stands for its value there. Empty: it is a switch, typed as `true`.
    pub value_name: &'static str,
    /// Takes in what was typed, which is not empty. The sentence names the setting and what would be right.
    read: fn(&mut DeliveryPolicy, &str) -> Result<(), String>,
    /// As it is typed.
    write: fn(&DeliveryPolicy) -> String,
    /// What the audit log calls it.
    pub audited_as: &'static str,
    /// Its value in the audit log.
    pub audit: fn(&DeliveryPolicy) -> String,
    /// What the destination's page says of it.
    pub fact: fn(&DeliveryPolicy) -> Option<String>,
}

pub fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.name)
}

/// Every setting, in the order in which they are listed.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "timeout",
        help: "Timeout of a request in seconds",
        value_name: "S",
        read: |policy, text| {
            policy.timeout_ms = number("timeout", text)?.saturating_mul(1_000);
            Ok(())
        },
        write: |policy| (policy.timeout_ms / 1_000).to_string(),
        audited_as: "timeout",
        audit: |policy| format!("{} ms", policy.timeout_ms),
        fact: |policy| Some(format!("timeout {}", time::duration(policy.timeout_ms))),
    },
    Setting {
        name: "in_flight",
        help: "Concurrent requests",
        value_name: "N",
        read: |policy, text| {
            policy.in_flight = number("in_flight", text)?;
            Ok(())
        },
        write: |policy| policy.in_flight.to_string(),
        audited_as: "concurrent requests",
        audit: |policy| policy.in_flight.to_string(),
        fact: |policy| Some(format!("{} concurrent", policy.in_flight)),
    },
    Setting {
        name: "rate",
        help: "Requests per second; default: no limit",
        value_name: "N",
        read: |policy, text| {
            policy.rate = Some(number("rate", text)?);
            Ok(())
        },
        write: |policy| policy.rate.map(|rate| rate.to_string()).unwrap_or_default(),
        audited_as: "requests per second",
        audit: |policy| policy.rate.map_or_else(|| "no limit".to_owned(), |rate| rate.to_string()),
        fact: |policy| policy.rate.map(|rate| format!("{rate} per second")),
    },
    Setting {
        name: "waits",
        help: "Wait before each retry, such as `5s 30s 2m`, or none for no retries",
        value_name: "WAITS",
        read: |policy, text| {
            policy.waits = if text == "none" { Vec::new() } else { DeliveryPolicy::parse_waits(text)? };
            Ok(())
        },
        write: |policy| or_none(policy.waits_text()),
        audited_as: "waits",
        audit: |policy| or_none(policy.waits_text()),
        fact: |policy| {
            Some(match policy.waits.len() {
                0 => "no retries".to_owned(),
                _ => format!("retries after {}", policy.waits_text()),
            })
        },
    },
    Setting {
        name: "final_statuses",
        help: "Statuses that are not retried, such as `404 4xx`",
        value_name: "STATUSES",
        read: |policy, text| {
            policy.final_statuses = DeliveryPolicy::parse_statuses(text)?;
            Ok(())
        },
        write: |policy| policy.final_statuses.join(" "),
        audited_as: "statuses not retried",
        audit: |policy| or_none(policy.final_statuses.join(" ")),
        fact: |policy| {
            let all = &policy.final_statuses;
            (!all.is_empty()).then(|| format!("no retry after {}", all.join(", ")))
        },
    },
    Setting {
        name: "ordered",
        help: "Send events of the same resource one at a time, in order",
        value_name: "",
        read: |policy, _| {
            policy.ordered = true;
            Ok(())
        },
        write: |policy| ticked(policy.ordered),
        audited_as: "keep order",
        audit: |policy| yes(policy.ordered),
        fact: |policy| policy.ordered.then(|| "in order per resource".to_owned()),
    },
    Setting {
        name: "sender_headers",
        help: "Forward the sender's headers, except cookies and credentials",
        value_name: "",
        read: |policy, _| {
            policy.sender_headers = true;
            Ok(())
        },
        write: |policy| ticked(policy.sender_headers),
        audited_as: "sender's headers",
        audit: |policy| yes(policy.sender_headers),
        fact: |policy| policy.sender_headers.then(|| "sender's headers included".to_owned()),
    },
    Setting {
        name: "status_only",
        help: "Store only the status of answers",
        value_name: "",
        read: |policy, _| {
            policy.capture = 0;
            Ok(())
        },
        write: |policy| ticked(policy.capture == 0),
        audited_as: "bytes of answers stored",
        audit: |policy| policy.capture.to_string(),
        fact: |policy| (policy.capture == 0).then(|| "only statuses are stored".to_owned()),
    },
];

impl Setting {
    /// A text that was given on purpose, in the form that [`Self::take_in`] reads: an empty one is a value too.
    ///
    /// # Errors
    /// A sentence that names the setting and what would be right.
    pub fn given(&self, text: &str) -> Result<String, String> {
        let mut policy = DeliveryPolicy::default();
        (self.read)(&mut policy, text.trim())?;
        Ok((self.write)(&policy))
    }

    /// Takes in what was typed; of what is left empty, nothing.
    ///
    /// # Errors
    /// A sentence that names the setting and what would be right.
    pub fn take_in(&self, policy: &mut DeliveryPolicy, text: &str) -> Result<(), String> {
        match text.trim() {
            "" => Ok(()),
            text => (self.read)(policy, text),
        }
    }
}

/// What was typed. What is left empty has its usual value.
///
/// # Errors
/// A setting cannot be read; the error names it.
pub fn read(typed: &Typed) -> Result<DeliveryPolicy, AppError> {
    let mut policy = DeliveryPolicy::default();
    for setting in SETTINGS {
        let text = typed.get(setting.name).map_or("", String::as_str);
        setting.take_in(&mut policy, text).map_err(|sentence| invalid(setting.name, sentence))?;
    }
    Ok(policy)
}

pub fn write(policy: &DeliveryPolicy) -> Typed {
    SETTINGS.iter().map(|setting| (setting.name.to_owned(), (setting.write)(policy))).collect()
}

fn number(name: &str, text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("{name}: must be a whole number"))
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

fn ticked(is: bool) -> String {
    if is { "true".to_owned() } else { String::new() }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_the_same_once_they_were_written_and_read() {
        let unusual = DeliveryPolicy {
            timeout_ms: 3_000,
            in_flight: 1,
            rate: Some(7),
            waits: Vec::new(),
            final_statuses: vec!["404".to_owned(), "5xx".to_owned()],
            capture: 0,
            ordered: true,
            sender_headers: true,
        };
        for policy in [unusual, DeliveryPolicy::default()] {
            assert_eq!(read(&write(&policy)), Ok(policy));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (name, text) in [
            ("timeout", "soon"),
            ("in_flight", "1.5"),
            ("rate", "1e400"),
            ("waits", "5"),
            ("final_statuses", "200"),
        ] {
            let wrong = read(&Typed::from([(name.to_owned(), text.to_owned())])).unwrap_err();
            assert_eq!(wrong.field(), Some(name));
            assert!(wrong.to_string().starts_with(&format!("{name}: ")), "{wrong}");
        }
    }
}
