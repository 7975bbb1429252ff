//! Alert rules: what is watched. A kind of rule is one file below with one [`Spec`], and one line in [`ALL`]. Forms, pages,
//! checks, sentences and the rules that everything begins with walk it.

mod answer_time;
mod backups_failing;
mod clock_suspect;
mod dead_forwards;
mod destination_failing;
mod disk_full;
mod event_failures;
mod forward_time;
mod manage;
mod missing_end;
mod presets;
mod queue_age;
mod rule;
#[cfg(test)]
mod samples;
mod secret_expiring;
mod sender_retries;
mod silence;
mod spec;
mod verification_failures;
mod window_closing;

pub(crate) use backups_failing::watch_backups;
pub use manage::{NewRule, add, change, changed, draft, find, list, remove, switch};
pub use rule::Rule;
pub use silence::suggestion;
pub use spec::{Field, Figures, Spec, Usual, kind, known};

/// Every kind, in the order in which lists show them.
pub static ALL: &[&Spec] = &[
    &silence::SPEC,
    &verification_failures::SPEC,
    &event_failures::SPEC,
    &sender_retries::SPEC,
    &window_closing::SPEC,
    &answer_time::SPEC,
    &secret_expiring::SPEC,
    &missing_end::SPEC,
    &destination_failing::SPEC,
    &dead_forwards::SPEC,
    &forward_time::SPEC,
    &queue_age::SPEC,
    &disk_full::SPEC,
    &clock_suspect::SPEC,
    &backups_failing::SPEC,
];
