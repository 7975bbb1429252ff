//! Spans for who collects traces: one per webhook and one per request to a destination, with ids and without contents.

/// Their target. They are at level `trace`, so that the log does without them, and cost nothing while nobody collects.
pub const EXPORTED: &str = "hookpost::exported";
