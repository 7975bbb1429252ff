//! The clock, as a value: tests hand in their own.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// Tells the time in unix milliseconds.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until its handle is stored to. For tests.
    pub fn manual(now_ms: i64) -> (Self, Arc<AtomicI64>) {
        let handle = Arc::new(AtomicI64::new(now_ms));
        (Self(Some(handle.clone())), handle)
    }

    /// Unix milliseconds. A machine clock before 1970 counts as 0.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(handle) => handle.load(Ordering::Relaxed),
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|d| i64::try_from(d.as_millis()).ok())
                .unwrap_or(0),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(manual)" } else { "Clock(system)" })
    }
}
