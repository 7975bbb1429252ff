//! What a person says of a channel, looked at.

use super::{Field, FieldKind, Secrets, Spec};
use crate::{
    model::{
        channel::Values,
        error::{AppError, invalid},
        words::unknown,
    },
    net::{AllowList, check_url},
};
use url::Url;

/// Where the origin of a secret URL stands among the settings.
pub(super) const ORIGIN: &str = "origin";
/// Where it stands until when (unix ms) the signing secret before signs too.
pub const OLD_UNTIL: &str = "old_until";

/// A channel as it would be.
pub struct Draft<'a> {
    /// What may be reached besides public addresses.
    pub(super) allowed: &'a AllowList,
    /// What may be seen.
    pub(super) settings: Values,
    /// What may not: given now, or kept.
    pub(super) secrets: Secrets,
    /// Each field as typed.
    pub(super) typed: &'a Secrets,
}

impl Draft<'_> {
    fn read(&mut self, field: &Field) -> Result<(), AppError> {
        let (name, typed) = (field.name, field.typed(self.typed));
        let wrong = |sentence: String| Err(invalid(name, format!("{name}: {sentence}")));
        if field.secret {
            if !typed.is_empty() && field.kind != FieldKind::Made {
                self.secrets.set(name, typed);
            }
            if field.kind == FieldKind::Url {
                let url = self.secrets.get(name);
                if url.is_empty() {
                    return wrong("enter the URL that receives the messages".to_owned());
                }
                let origin = reachable(name, url, self.allowed)?.origin().ascii_serialization();
                self.settings.insert(ORIGIN.to_owned(), origin);
            }
            return Ok(());
        }
        let text = if typed.is_empty() { field.usual } else { typed };
        let value = match field.kind {
            FieldKind::Url => reachable(name, text, self.allowed)?.to_string(),
            FieldKind::Port => match text.parse::<u16>() {
                Ok(port) if port > 0 => port.to_string(),
                _ => return wrong("must be a number, usually 587 or 465".to_owned()),
            },
            FieldKind::Choice(all) if all.iter().all(|(word, _)| *word != text) => {
                let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
                return Err(invalid(name, unknown(name, text, &words)));
            }
            FieldKind::Lines => text
                .split([' ', ',', '\n', '\r'])
                .filter(|one| !one.is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
            _ => text.to_owned(),
        };
        self.settings.insert(name.to_owned(), value);
        Ok(())
    }
}

/// Settings and secrets in the form in which they are stored, over what they were `before`.
pub(super) fn checked(
    spec: &Spec,
    allowed: &AllowList,
    typed: &Secrets,
    before: Option<(&Values, &Secrets)>,
) -> Result<(Values, Secrets), AppError> {
    let (settings, secrets) =
        before.map(|(settings, secrets)| (settings.clone(), secrets.clone())).unwrap_or_default();
    let mut draft = Draft { allowed, settings, secrets, typed };
    for field in spec.fields {
        draft.read(field)?;
    }
    (spec.check)(&mut draft)?;
    for field in spec.fields {
        let is_kept = field.typed(typed).is_empty() && !draft.secrets.get(field.name).is_empty();
        let moved =
            |name: &&str| before.is_some_and(|(before, _)| before.get(*name) != draft.settings.get(*name));
        if is_kept && field.goes_to.iter().any(moved) {
            let name = field.name;
            let sentence = format!("{name}: enter it again, because it would be sent to a different server");
            return Err(invalid(name, sentence));
        }
    }
    Ok((draft.settings, draft.secrets))
}

fn reachable(field: &str, text: &str, allowed: &AllowList) -> Result<Url, AppError> {
    let url: Url = text.parse().map_err(|error| invalid(field, format!("{field}: {error}")))?;
    check_url(&url, allowed)
        .map_err(|error| invalid(field, error.to_string().replacen("url:", &format!("{field}:"), 1)))?;
    Ok(url)
}

#[cfg(test)]
mod tests;
