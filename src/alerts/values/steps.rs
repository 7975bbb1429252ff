//! How many things are in a state, each from a time to a time.

use super::Value;

/// When things begin and end to be in the state, unix ms.
#[derive(Debug)]
pub struct Steps {
    begins: Vec<i64>,
    ends: Vec<i64>,
}

impl Steps {
    /// From when up to before when each is; empty stretches fall out.
    pub(super) fn new(stretches: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let (mut begins, mut ends): (Vec<_>, Vec<_>) =
            stretches.into_iter().filter(|(from, to)| from < to).unzip();
        begins.sort_unstable();
        ends.sort_unstable();
        Self { begins, ends }
    }

    pub(super) fn at(&self, now: i64) -> Value {
        let until = |times: &[i64]| times.partition_point(|at| *at <= now);
        Value::plain(until(&self.begins).saturating_sub(until(&self.ends)) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_count_from_their_beginning_up_to_before_their_end() {
        let steps = Steps::new([(10, 20), (15, 30), (40, 40), (50, 45)]);
        assert_eq!(
            [9, 10, 15, 19, 20, 29, 30, 60].map(|at| steps.at(at).value),
            [0.0, 1.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0]
        );
    }
}
