//! How many live streams are open: each holds a connection, so a person or a token may have some of them and all together
//! may have a part of the connections.

use crate::{
    model::{
        error::AppError,
        ids::{TokenId, UserId},
    },
    runtime::config::Settings,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Streams of one person, or of one token.
const MOST_EACH: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Watcher {
    /// A person with a browser.
    User(UserId),
    /// A program.
    Token(TokenId),
}

/// The places for streams.
#[derive(Debug)]
pub struct Places {
    most: usize,
    each: usize,
    open: Mutex<HashMap<Watcher, usize>>,
}

impl Places {
    /// Half of the connections are for streams, and a quarter at most for those of one watcher.
    pub(super) fn new(settings: &Settings) -> Arc<Self> {
        let connections = settings.max_connections as usize;
        Arc::new(Self {
            most: (connections / 2).max(1),
            each: (connections / 4).clamp(1, MOST_EACH),
            open: Mutex::default(),
        })
    }

    /// A place for one more stream.
    ///
    /// # Errors
    /// [`AppError::TooManyStreams`] when there is none.
    pub fn enter(self: &Arc<Self>, watcher: Watcher) -> Result<Place, AppError> {
        let mut open = self.open();
        let own = open.get(&watcher).copied().unwrap_or_default();
        if own >= self.each {
            return Err(AppError::TooManyStreams { own: true, most: self.each });
        }
        if open.values().sum::<usize>() >= self.most {
            return Err(AppError::TooManyStreams { own: false, most: self.most });
        }
        *open.entry(watcher).or_default() += 1;
        Ok(Place { places: self.clone(), watcher })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Watcher, usize>> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one stream; its drop frees it.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    watcher: Watcher,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open();
        if let Some(count) = open.get_mut(&self.watcher) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.watcher);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watcher_has_some_streams_and_all_together_have_a_bound() {
        let places = Arc::new(Places { most: 3, each: 2, open: Mutex::default() });
        let (one, other) = (Watcher::User(UserId::new()), Watcher::Token(TokenId::new()));
        let first = places.enter(one).unwrap();
        let _second = places.enter(one).unwrap();
        assert_eq!(places.enter(one).unwrap_err(), AppError::TooManyStreams { own: true, most: 2 });
        let _third = places.enter(other).unwrap();
        assert_eq!(places.enter(other).unwrap_err(), AppError::TooManyStreams { own: false, most: 3 });
        drop(first);
        assert!(places.enter(other).is_ok());
        assert_eq!(places.open().len(), 2);
    }
}
