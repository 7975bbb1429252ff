//! How much an incident matters.

use super::words::words;

words! {
    /// How much an incident matters, by the person who set its rule up.
    #[derive(PartialOrd, Ord)]
    pub enum Severity("severity") {
        /// Worth knowing.
        Info = "info";
        /// Look at it today.
        Warning = "warning";
        /// Look at it now.
        Critical = "critical";
    }
}

impl Severity {
    /// Its place in [`Self::ALL`], as the database keeps it.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// The severity with this rank; what a later version wrote counts as critical.
    pub fn of_rank(rank: i64) -> Self {
        usize::try_from(rank).ok().and_then(|rank| Self::ALL.get(rank).copied()).unwrap_or(Self::Critical)
    }
}

impl From<i64> for Severity {
    fn from(rank: i64) -> Self {
        Self::of_rank(rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_severity_is_read_back_by_word_and_rank() {
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
            assert_eq!(Severity::of_rank(severity.rank()), severity);
        }
        assert_eq!([Severity::of_rank(9), Severity::of_rank(-1)], [Severity::Critical; 2]);
    }
}
