//! The table of runs, in Markdown with even columns.

use crate::{probe::DiskProbe, run::Figures, target::Kind};

/// Names of the columns.
pub const HEAD: &str = "\
| target     | conns | fixed | requests/s |  p50 ms |  p99 ms |  max ms | CPU µs/req | generator | batch | syncs/s before, after |
| ---------- | ----: | ----: | ---------: | ------: | ------: | ------: | ---------: | --------: | ----: | --------------------: |";

/// A run.
pub fn row(run: &Figures) -> String {
    format!(
        "| {:10} | {:5} | {:>5} | {:10.0} | {:>7} | {:>7} | {:>7} | {:>10} | {:>9} | {:>5} | {:>21} |",
        run.target.name(),
        run.connections,
        run.per_second.map_or("–".to_owned(), |rate| rate.to_string()),
        run.requests_per_second,
        ms(run.latency.p50_us),
        ms(run.latency.p99_us),
        ms(run.latency.max_us),
        run.cpu_us_per_request.map_or("–".to_owned(), |us| format!("{us:.1}")),
        run.generator_cores.map_or("–".to_owned(), |cores| format!("{:.0} %", cores * 100.0)),
        run.batch.map_or("–".to_owned(), |batch| format!("{batch:.1}")),
        probes(run),
    )
}

/// A target that cannot be measured.
pub fn skipped(kind: Kind, why: &str) -> String {
    format!("| {:10} | skipped: {why} |", kind.name())
}

/// Microseconds as milliseconds.
pub fn ms(us: u32) -> String {
    format!("{:.2}", f64::from(us) / 1e3)
}

fn probes(run: &Figures) -> String {
    let rate = |probe: Option<DiskProbe>| probe.map(|probe| format!("{:.0}", probe.syncs_per_second));
    match (rate(run.probe_before), rate(run.probe_after)) {
        (Some(before), Some(after)) => format!("{before}, {after}"),
        _ => "–".to_owned(),
    }
}
