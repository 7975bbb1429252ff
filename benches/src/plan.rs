//! Which runs are made, in which order.

use crate::{
    Options,
    load::{Load, Pace},
    machine::Machine,
    report::Report,
    run::Run,
    target::Kind,
    wasm::Wasm,
};
use anyhow::{Context, Result, bail};
use std::{fs, time::Duration};

/// The rate at which latency is asked for.
const RATE: Pace = Pace::PerSecond(5_000);

/// Makes every run, prints the report, and fails when a request was not answered as it should, or an acknowledged
/// delivery is not in the database. Slowness is no failure.
pub fn carry_out(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.dir).with_context(|| format!("{} cannot be made", options.dir.display()))?;
    let mut report = Report::new(Machine::this());
    for kind in [Kind::Bare, Kind::Hookpost, Kind::Before, Kind::Flask] {
        if let Some(why) = kind.missing(options) {
            report.skip(kind, why);
        }
    }
    let mut runs = order(options);
    runs.retain(|run| !report.is_skipped(run.kind));
    for run in runs {
        report.add(run.carry_out(options)?);
    }
    report.wasm = Wasm::measure(&options.site)?;
    report.print();
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let faults = report.faults();
    if faults.is_empty() { Ok(()) } else { bail!(faults.join("\n")) }
}

/// The runs of a round take turns: what the machine does besides then meets all of them alike.
fn order(options: &Options) -> Vec<Run> {
    let run = |kind, connections, pace| Run {
        kind,
        load: Load { connections, pace, time: Duration::from_secs(options.seconds) },
    };
    let round = [
        run(Kind::Bare, 64, Pace::Saturating),
        run(Kind::Hookpost, 64, Pace::Saturating),
        run(Kind::Before, 64, Pace::Saturating),
        run(Kind::Bare, 256, Pace::Saturating),
        run(Kind::Hookpost, 256, Pace::Saturating),
        run(Kind::Before, 256, Pace::Saturating),
        run(Kind::Hookpost, 64, RATE),
        run(Kind::Before, 64, RATE),
        run(Kind::Bare, 64, RATE),
        run(Kind::Flask, 64, Pace::Saturating),
    ];
    let wanted = |run: &&Run| {
        (run.kind != Kind::Before || options.before.is_some())
            && options.only.as_ref().is_none_or(|text| run.name().contains(text))
    };
    (0..options.rounds).flat_map(|_| round.iter().filter(wanted).copied()).collect()
}
