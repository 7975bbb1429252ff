//! What `hookpost channel add` can be told: a flag for each field of each kind.

use crate::{
    alerts::channels::{self, ALL, Field, FieldKind, NewChannel, Secrets, Spec},
    cli::{CliError, output},
    model::severity::Severity,
};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, builder::PossibleValuesParser};
use secrecy::ExposeSecret;

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Channel name, such as on-call
    name: String,
    /// What it talks to
    #[arg(long, value_parser = PossibleValuesParser::new(ALL.iter().map(|kind| kind.word)))]
    kind: String,
    #[arg(long, help = secret_help())]
    secret_stdin: bool,
    /// Minimum severity: info, warning or critical
    #[arg(long, default_value = "info")]
    min_severity: Severity,
    #[command(flatten)]
    fields: Fields,
}

impl AddArgs {
    /// The channel described by the arguments, with the secrets from standard input.
    ///
    /// # Errors
    /// Standard input cannot be read.
    pub(super) fn read(self) -> Result<(&'static Spec, NewChannel), CliError> {
        let kind = channels::kind(&self.kind)?;
        let mut typed = Secrets::default();
        for (name, text) in &self.fields.0 {
            typed.set(name, text);
        }
        if self.secret_stdin {
            let text = output::line_from_stdin()?;
            let mut lines = text.expose_secret().lines();
            let secrets = kind.fields.iter().filter(|field| is_given_secret(field));
            for (field, line) in secrets.zip(lines.by_ref()) {
                typed.set(field.name, line);
            }
            if lines.next().is_some() {
                return Err(CliError::failed("standard input: has more lines than the channel has secrets"));
            }
        }
        Ok((kind, NewChannel { name: self.name, min_severity: self.min_severity, typed, version: None }))
    }
}

fn is_given_secret(field: &Field) -> bool {
    field.secret && field.kind != FieldKind::Made
}

/// Each field for which this holds, once by its name, with the words of the kinds that have it.
fn fields(holds: fn(&Field) -> bool) -> Vec<(Field, String)> {
    let mut all: Vec<(Field, String)> = Vec::new();
    for kind in ALL {
        for field in kind.fields.iter().filter(|field| holds(field)) {
            match all.iter_mut().find(|(known, _)| known.name == field.name) {
                Some((_, words)) => words.push_str(&format!(", {}", kind.word)),
                None => all.push((*field, kind.word.to_owned())),
            }
        }
    }
    all
}

fn secret_help() -> String {
    let all = fields(is_given_secret).into_iter().map(|(field, words)| format!("{} ({words})", field.label));
    format!("Read its secrets from standard input, one per line: {}", all.collect::<Vec<_>>().join("; "))
}

/// The fields that were given, as typed.
#[derive(Debug)]
struct Fields(Vec<(&'static str, String)>);

impl FromArgMatches for Fields {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = fields(|field| !field.secret).into_iter().filter_map(|(field, _)| {
            let texts: Vec<&str> = matches.get_many::<String>(field.name)?.map(String::as_str).collect();
            Some((field.name, texts.join("\n")))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Fields {
    fn augment_args(command: Command) -> Command {
        fields(|field| !field.secret).into_iter().fold(command, |command, (field, words)| {
            let mut help = format!("{words}: {}", field.label);
            if !field.hint.is_empty() {
                help.push_str(&format!(". {}", field.hint.trim_end_matches('.')));
            }
            if !field.usual.is_empty() {
                help.push_str(&format!(" [default: {}]", field.usual));
            }
            let arg = Arg::new(field.name).long(field.name.replace('_', "-")).help(help);
            command.arg(match field.kind {
                FieldKind::Lines => arg.action(ArgAction::Append),
                FieldKind::Choice(all) => {
                    arg.value_parser(PossibleValuesParser::new(all.iter().map(|(word, _)| *word)))
                }
                _ => arg,
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
