//! One run: a target with an empty database, a load, and what was seen.

use crate::{
    Options,
    latency::Percentiles,
    load::{Load, Pace},
    message::Messages,
    probe::DiskProbe,
    process::own_cpu,
    target::Kind,
};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::time::{Duration, Instant};

/// A run to make.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// What is measured.
    pub kind: Kind,
    /// With what.
    pub load: Load,
}

/// What a run showed.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// What was measured.
    pub target: Kind,
    /// Connections kept open.
    pub connections: usize,
    /// The fixed rate; none: as much as the target took.
    pub per_second: Option<u32>,
    /// Requests answered 2xx per second.
    pub requests_per_second: f64,
    /// How long they took.
    #[serde(flatten)]
    pub latency: Percentiles,
    /// Processor time of the target per request.
    pub cpu_us_per_request: Option<f64>,
    /// Share of one core that the load generator took: near 1, it is what limits the run.
    pub generator_cores: Option<f64>,
    /// Deliveries per commit.
    pub batch: Option<f64>,
    /// The disk before the run.
    pub probe_before: Option<DiskProbe>,
    /// The disk after it.
    pub probe_after: Option<DiskProbe>,
    /// Requests answered 2xx.
    pub acknowledged: u64,
    /// Requests answered otherwise.
    pub refused: u64,
    /// Requests not answered.
    pub errors: u64,
    /// Events found in the database afterwards.
    pub stored: Option<u64>,
}

impl Run {
    /// Its name in reports.
    pub fn name(&self) -> String {
        let Load { connections, pace, .. } = self.load;
        match pace {
            Pace::Saturating => format!("{}, {connections} connections", self.kind.name()),
            Pace::PerSecond(rate) => format!("{}, {connections} connections, {rate}/s", self.kind.name()),
        }
    }

    /// Makes it.
    pub fn carry_out(&self, options: &Options) -> Result<Figures> {
        self.measure(options).with_context(|| self.name())
    }

    fn measure(&self, options: &Options) -> Result<Figures> {
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&options.dir)?;
        let probe = || self.kind.is_durable().then(|| DiskProbe::take(folder.path())).transpose();
        let target = self.kind.start(options, folder.path())?;
        let messages = Messages::sign(&target.address.to_string(), &target.path, self.load.messages())?;
        let probe_before = probe()?;
        let (target_before, own_before, start) = (target.process.cpu(), own_cpu(), Instant::now());
        let answers = self.load.run(target.address, messages)?;
        let (target_cpu, own_cpu) =
            (since(target_before, target.process.cpu()), since(own_before, own_cpu()));
        let took = start.elapsed();
        let probe_after = probe()?;
        let left = target.stop(&options.python)?;
        if let Some(error) = answers.first_error {
            bail!("{} requests failed; the first: {error}", answers.errors);
        }
        let requests = (answers.acknowledged + answers.refused).max(1) as f64;
        Ok(Figures {
            target: self.kind,
            connections: self.load.connections,
            per_second: match self.load.pace {
                Pace::Saturating => None,
                Pace::PerSecond(rate) => Some(rate),
            },
            requests_per_second: answers.latencies.count() as f64 / answers.counted_for.as_secs_f64(),
            latency: answers.latencies.summary(),
            cpu_us_per_request: target_cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / requests),
            generator_cores: own_cpu.map(|cpu| cpu.as_secs_f64() / took.as_secs_f64()),
            batch: left.batch,
            probe_before,
            probe_after,
            acknowledged: answers.acknowledged,
            refused: answers.refused,
            errors: answers.errors,
            stored: left.stored,
        })
    }
}

fn since(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    Some(after?.saturating_sub(before?))
}
