//! Statements on many rows at once, of which the hot paths keep one text for each number of rows: what stays the same stays
//! prepared.

use super::Connection;
use std::sync::OnceLock;

/// Rows per statement at most: see `STATEMENTS` in `src/db/sqlite/open.rs`.
const MOST_ROWS: usize = 64;

/// Cuts `rows` into pieces that there are texts for.
pub(in crate::db) fn chunks<T>(rows: &[T]) -> std::slice::Chunks<'_, T> {
    rows.chunks(MOST_ROWS)
}

/// Makes the text for a number of rows.
type Make = fn(&mut Values) -> String;

#[derive(Debug)]
pub(in crate::db) struct ByRows {
    sqlite: Texts,
    postgres: Texts,
}

#[derive(Debug)]
struct Texts {
    make: Make,
    made: OnceLock<Vec<String>>,
}

impl ByRows {
    /// A statement that both engines take.
    pub(in crate::db) const fn new(both: Make) -> Self {
        Self::apart(both, both)
    }

    /// One that they take in different words, with its values in the same order.
    pub(in crate::db) const fn apart(sqlite: Make, postgres: Make) -> Self {
        Self {
            sqlite: Texts { make: sqlite, made: OnceLock::new() },
            postgres: Texts { make: postgres, made: OnceLock::new() },
        }
    }

    /// The text for a chunk with this number of rows.
    pub(in crate::db) fn text(&'static self, connection: &Connection, rows: usize) -> &'static str {
        let (texts, last) = connection.choose((&self.sqlite, None), (&self.postgres, Some(0)));
        let make = |rows| (texts.make)(&mut Values { rows, last });
        &texts.made.get_or_init(|| (1..=MOST_ROWS).map(make).collect())[rows - 1]
    }
}

/// The places of the values in a text.
pub(in crate::db) struct Values {
    rows: usize,
    /// The last number given; none: SQLite looks up numbers by name, each through all that stand before, so there are none.
    last: Option<usize>,
}

impl Values {
    /// `VALUES (?, ?), (?, ?) …`, all the rows.
    pub(in crate::db) fn of(&mut self, columns: usize) -> String {
        let rows: Vec<String> = (0..self.rows)
            .map(|_| format!("({})", (0..columns).map(|_| self.next()).collect::<Vec<_>>().join(", ")))
            .collect();
        format!("VALUES {}", rows.join(", "))
    }

    fn next(&mut self) -> String {
        match &mut self.last {
            Some(last) => {
                *last += 1;
                format!("${last}")
            }
            None => "?".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_plain_or_numbered_on_through_a_text() {
        let both = |last| {
            let mut values = Values { rows: 2, last };
            [values.of(2), values.of(1)]
        };
        assert_eq!(both(None), ["VALUES (?, ?), (?, ?)", "VALUES (?), (?)"]);
        assert_eq!(both(Some(0)), ["VALUES ($1, $2), ($3, $4)", "VALUES ($5), ($6)"]);
    }

    #[test]
    fn every_row_is_in_a_chunk_that_there_is_a_text_for() {
        for count in 0..200 {
            let rows = vec![(); count];
            assert_eq!(chunks(&rows).map(<[()]>::len).sum::<usize>(), count);
            assert!(chunks(&rows).all(|chunk| (1..=MOST_ROWS).contains(&chunk.len())));
        }
    }
}
