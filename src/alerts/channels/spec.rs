//! What a kind of channel says of itself.

use super::{
    ALL, Secrets,
    check::{Draft, ORIGIN},
    send::{Outgoing, Sent},
};
use crate::model::{
    channel::{Channel, Values},
    error::{AppError, invalid},
    words::unknown,
};

/// A kind of channel.
#[derive(Debug)]
pub struct Spec {
    /// In the database, in URLs and on the command line.
    pub word: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// Where a person finds what the fields ask for.
    pub steps: &'static str,
    /// For people, many messages at once become one digest. Programs get each message.
    pub for_people: bool,
    /// What a person sets, in the order of the form.
    pub fields: &'static [Field],
    /// The field that says where it leads.
    pub place: &'static str,
    /// Looks at what the kinds of the fields do not look at by themselves.
    pub check: fn(&mut Draft<'_>) -> Result<(), AppError>,
    /// Carries a message, once.
    pub send: for<'a> fn(Outgoing<'a>) -> Sent<'a>,
}

/// One thing that a person sets.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// In forms, on the command line (with dashes), and where it is stored.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// A line below it, and the help of its flag.
    pub hint: &'static str,
    /// Decides how the field is shown and checked.
    pub kind: FieldKind,
    /// What it is when it is left empty.
    pub usual: &'static str,
    /// Sealed and never shown again; left empty in a change, it stays.
    pub secret: bool,
    /// The browser asks for it.
    pub required: bool,
    /// It stands beside the field before it.
    pub beside: bool,
    /// Of a secret: the fields that say where it is sent. When one of them changes it must be given again, so that nobody
    /// who may change a channel learns it.
    pub goes_to: &'static [&'static str],
}

/// What is typed into a field, and how it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Kept as typed, blanks at its ends too.
    Password,
    /// A URL that may be reached. Of a secret one the origin may be seen.
    Url,
    /// 1 to 65535.
    Port,
    /// One of these words; with what people read.
    Choice(&'static [(&'static str, &'static str)]),
    /// One a line.
    Lines,
    /// A signing secret that Hookpost makes, shows once and can change.
    Made,
}

impl Field {
    pub(super) const TEXT: Self = Self {
        name: "",
        label: "",
        hint: "",
        kind: FieldKind::Text,
        usual: "",
        secret: false,
        required: false,
        beside: false,
        goes_to: &[],
    };
    /// The URL that takes the messages. Whoever knows it can post, so it is secret.
    pub(super) const SECRET_URL: Self =
        Self { name: "url", label: "URL", kind: FieldKind::Url, secret: true, required: true, ..Self::TEXT };

    /// What was typed into it, as it counts: blanks alone are nothing, but in a password.
    pub(super) fn typed<'a>(&self, all: &'a Secrets) -> &'a str {
        let text = all.get(self.name);
        if self.kind == FieldKind::Password { text } else { text.trim() }
    }

    /// What may be seen of it, for people; none where nothing may.
    pub fn seen(&self, settings: &Values) -> Option<String> {
        let text = |name: &str| settings.get(name).cloned().unwrap_or_default();
        Some(match self.kind {
            FieldKind::Url if self.secret => text(ORIGIN),
            _ if self.secret => return None,
            FieldKind::Choice(all) => {
                let word = text(self.name);
                all.iter().find(|(one, _)| *one == word).map_or(word, |(_, label)| (*label).to_owned())
            }
            FieldKind::Lines => text(self.name).replace('\n', ", "),
            _ => text(self.name),
        })
    }
}

impl Spec {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether Hookpost makes a secret with which messages are signed.
    pub fn signs(&self) -> bool {
        self.fields.iter().any(|field| field.kind == FieldKind::Made)
    }
}

/// The kind with this word.
///
/// # Errors
/// A sentence that lists those there are.
pub fn kind(word: &str) -> Result<&'static Spec, AppError> {
    ALL.iter().copied().find(|spec| spec.word == word).ok_or_else(|| {
        let words: Vec<&str> = ALL.iter().map(|spec| spec.word).collect();
        invalid("kind", unknown("kind", word, &words))
    })
}

/// The kind of a channel; none: a later version wrote it.
pub fn known(channel: &Channel) -> Option<&'static Spec> {
    ALL.iter().copied().find(|spec| spec.word == channel.kind)
}

/// What people read of its kind.
pub fn label(channel: &Channel) -> String {
    known(channel).map_or_else(|| channel.kind.clone(), |spec| spec.label.to_owned())
}

/// Where a channel leads, in a line, with nothing secret.
pub fn place(channel: &Channel) -> String {
    let field = known(channel).and_then(|spec| spec.field(spec.place));
    let seen = field.and_then(|field| field.seen(&channel.settings)).unwrap_or_default();
    match seen.split_once(", ") {
        Some((first, rest)) => format!("{first} and {} more", rest.split(", ").count()),
        None => seen,
    }
}

/// There is nothing more to look at.
pub(super) fn unchecked(_: &mut Draft<'_>) -> Result<(), AppError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_back_by_its_word_and_says_all_that_forms_need() {
        for spec in ALL {
            assert!(std::ptr::eq(kind(spec.word).unwrap(), *spec), "{}", spec.word);
            assert!(spec.field(spec.place).is_some(), "{}: no field says where it leads", spec.word);
            for field in spec.fields {
                assert!(!field.name.is_empty() && !field.label.is_empty(), "{}: {field:?}", spec.word);
                let goes_to = |name: &&str| spec.field(name).is_some_and(|field| !field.secret);
                assert!(field.goes_to.iter().all(goes_to), "{}: {field:?}", spec.word);
                if let FieldKind::Choice(all) = field.kind {
                    assert!(all.iter().any(|(word, _)| *word == field.usual), "{}: {field:?}", spec.word);
                }
            }
        }
        // What was typed into a field that is not secret is shown again.
        let all = || ALL.iter().flat_map(|spec| spec.fields);
        assert!(all().all(|one| all().all(|other| one.name != other.name || one.secret == other.secret)));
        let sentence = kind("pager").unwrap_err().to_string();
        assert!(sentence.starts_with("kind: `pager` is none of email, slack, discord, "), "{sentence}");
    }
}
