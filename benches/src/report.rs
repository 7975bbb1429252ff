//! What is printed: one line per run as it ends, then what follows from them.

mod table;

use crate::{machine::Machine, run::Figures, target::Kind, wasm::Wasm};
use serde::Serialize;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    runs: Vec<Figures>,
    skipped: Vec<(Kind, String)>,
    /// The UI's size, when it was built.
    pub wasm: Option<Wasm>,
}

impl Report {
    /// Starts it.
    pub fn new(machine: Machine) -> Self {
        println!("{}, {} cores, {}\n", machine.processor, machine.cores, machine.system);
        println!("{}", table::HEAD);
        Self { machine, runs: Vec::new(), skipped: Vec::new(), wasm: None }
    }

    /// Notes that a target cannot be measured.
    pub fn skip(&mut self, kind: Kind, why: String) {
        println!("{}", table::skipped(kind, &why));
        self.skipped.push((kind, why));
    }

    /// Whether it cannot be measured.
    pub fn is_skipped(&self, kind: Kind) -> bool {
        self.skipped.iter().any(|(skipped, _)| *skipped == kind)
    }

    /// Takes in a run and prints it.
    pub fn add(&mut self, figures: Figures) {
        println!("{}", table::row(&figures));
        self.runs.push(figures);
    }

    /// Prints what follows from the runs.
    pub fn print(&self) {
        println!();
        self.print_ratio("Hookpost / bare route, 64 connections (aim: 0.4)", Kind::Bare, 64);
        self.print_ratio("Hookpost / bare route, 256 connections (aim: 0.4)", Kind::Bare, 256);
        if self.runs.iter().any(|run| run.target == Kind::Before) {
            self.print_ratio("Hookpost / before, 64 connections", Kind::Before, 64);
            self.print_ratio("Hookpost / before, 256 connections", Kind::Before, 256);
        }
        self.print_ratio("Hookpost / Flask, 64 connections (aim: 60)", Kind::Flask, 64);
        self.print_p99("Hookpost's p99, 64 connections (aim: 10 ms)", 64, None);
        self.print_p99("Hookpost's p99, 5,000/s (aim: 5 ms)", 64, Some(5_000));
        match &self.wasm {
            Some(Wasm { brotli_bytes, bytes }) => println!(
                "WASM of the UI (aim: 100 kB): {:.1} kB in brotli, {:.1} kB as compiled",
                *brotli_bytes as f64 / 1e3,
                *bytes as f64 / 1e3
            ),
            None => println!("WASM of the UI: not built, run `make build`"),
        }
        self.print_stored();
    }

    /// What is wrong, not slow.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for run in &self.runs {
            let name = run.target.name();
            if run.refused > 0 {
                faults.push(format!("{name} refused {} genuine requests", run.refused));
            }
            if run.stored.is_some_and(|stored| stored != run.acknowledged) {
                let stored = run.stored.unwrap_or_default();
                faults.push(format!("{name} acknowledged {} events, and stored {stored}", run.acknowledged));
            }
        }
        faults
    }

    fn of(&self, kind: Kind, connections: usize, per_second: Option<u32>) -> Vec<&Figures> {
        let is_it =
            |run: &&Figures| (run.target, run.connections, run.per_second) == (kind, connections, per_second);
        self.runs.iter().filter(is_it).collect()
    }

    fn print_ratio(&self, title: &str, other: Kind, connections: usize) {
        let rate = |kind| mean(&self.of(kind, connections, None), |run| run.requests_per_second);
        match (rate(Kind::Hookpost), rate(other)) {
            (Some(hookpost), Some(other)) => println!("{title}: {:.2}", hookpost / other),
            _ => println!("{title}: not measured"),
        }
    }

    fn print_p99(&self, title: &str, connections: usize, per_second: Option<u32>) {
        let runs = self.of(Kind::Hookpost, connections, per_second);
        let each: Vec<_> = runs.iter().map(|run| table::ms(run.latency.p99_us)).collect();
        if each.is_empty() {
            println!("{title}: not measured");
        } else {
            println!("{title}: {} ms", each.join(" and "));
        }
    }

    fn print_stored(&self) {
        let durable: Vec<_> = self.runs.iter().filter(|run| run.stored.is_some()).collect();
        let sum = |what: fn(&Figures) -> u64| durable.iter().map(|run| what(run)).sum::<u64>();
        println!(
            "Events acknowledged by durable targets: {}; found in their databases afterwards: {}",
            sum(|run| run.acknowledged),
            sum(|run| run.stored.unwrap_or_default())
        );
    }
}

fn mean(runs: &[&Figures], what: impl Fn(&Figures) -> f64) -> Option<f64> {
    let sum: f64 = runs.iter().map(|run| what(run)).sum();
    (!runs.is_empty()).then(|| sum / runs.len() as f64)
}
