//! How a destination is served, as flags: one for each setting.

use crate::{
    cli::CliError,
    destinations::settings::{self, SETTINGS, Setting, Typed},
    model::destination::DeliveryPolicy,
};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// What was given.
#[derive(Debug)]
pub(super) struct SettingArgs(Typed);

impl SettingArgs {
    /// What it says. What is not given is as usual.
    pub(super) fn read(&self) -> Result<DeliveryPolicy, CliError> {
        Ok(settings::read(&self.0)?)
    }
}

fn arg(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.name).long(setting.name.replace('_', "-")).help(setting.help);
    if setting.value_name.is_empty() {
        return arg.action(ArgAction::SetTrue);
    }
    arg.value_name(setting.value_name).value_parser(|text: &str| setting.given(text))
}

impl FromArgMatches for SettingArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| {
            let text = match setting.value_name {
                "" => matches.get_flag(setting.name).then(|| "true".to_owned()),
                _ => matches.get_one::<String>(setting.name).cloned(),
            };
            Some((setting.name.to_owned(), text?))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for SettingArgs {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().fold(command, |command, setting| command.arg(arg(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
