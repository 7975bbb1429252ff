//! Series by name, with what they mean.

use prometheus::{
    Counter, Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry,
    TextEncoder, core::Collector,
};

/// A registry, and how series get into it. An error says that two have one name: a mistake of ours.
#[derive(Clone, Debug, Default)]
pub struct Families(Registry);

impl Families {
    fn add<C: Collector + Clone + 'static>(&self, series: C) -> prometheus::Result<C> {
        self.0.register(Box::new(series.clone()))?;
        Ok(series)
    }

    /// Counters that are added to, by label.
    pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
        self.add(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    /// A counter that stands at a value.
    pub fn counter(&self, name: &str, help: &str, value: u64) -> prometheus::Result<IntCounter> {
        let counter = self.add(IntCounter::with_opts(Opts::new(name, help))?)?;
        counter.inc_by(value);
        Ok(counter)
    }

    /// The same for what is not a whole number.
    pub fn sum(&self, name: &str, help: &str, value: f64) -> prometheus::Result<()> {
        self.add(Counter::with_opts(Opts::new(name, help))?)?.inc_by(value);
        Ok(())
    }

    /// A gauge that stands at a value.
    pub fn gauge(&self, name: &str, help: &str, value: f64) -> prometheus::Result<Gauge> {
        let gauge = self.add(Gauge::with_opts(Opts::new(name, help))?)?;
        gauge.set(value);
        Ok(gauge)
    }

    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
        self.add(GaugeVec::new(Opts::new(name, help), labels)?)
    }

    /// Histograms by label, with the upper bounds of their buckets.
    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        bounds: &[f64],
    ) -> prometheus::Result<HistogramVec> {
        self.add(HistogramVec::new(HistogramOpts::new(name, help).buckets(bounds.to_vec()), labels)?)
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.0.gather())
    }
}
