//! The places for connections: a bound on all of them, a share for each address, and who has to go when there are too many.

use super::pulse::Pulse;
use crate::{net::client_addr::network, runtime::config::Settings};
use ipnet::IpNet;
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Connections that make room at once when the system has no more files to open.
const ROOM: usize = 16;

#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    /// Of one address. The rest stays free for others.
    share: usize,
    /// Behind these stand many senders, so they have no share.
    trusted: Vec<IpNet>,
    table: Mutex<Table>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    /// In the order in which they came.
    open: BTreeMap<u64, (IpAddr, Arc<Pulse>)>,
    by_address: HashMap<IpAddr, usize>,
}

impl Table {
    fn remove(&mut self, id: u64) -> Option<Arc<Pulse>> {
        let (address, pulse) = self.open.remove(&id)?;
        if let Some(count) = self.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
        Some(pulse)
    }

    fn count(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).copied().unwrap_or_default()
    }

    /// Closes the oldest that can be spared, of `address` or of whoever has most of them.
    fn dismiss(&mut self, address: Option<IpAddr>) -> bool {
        let oldest = |of: IpAddr| {
            let mut open = self.open.iter();
            open.find(|(_, (address, pulse))| *address == of && pulse.is_dispensable()).map(|(id, _)| *id)
        };
        let spare = match address {
            Some(address) => oldest(address),
            None => {
                // In a flood the first look finds one; only when that address has none to spare all are looked at.
                let most =
                    self.by_address.iter().max_by_key(|(_, count)| **count).map(|(address, _)| *address);
                most.and_then(oldest).or_else(|| self.any())
            }
        };
        let dismissed = spare.and_then(|id| self.remove(id));
        dismissed.inspect(|pulse| pulse.dismiss()).is_some()
    }

    /// The oldest that can be spared of those whose addresses have most.
    fn any(&self) -> Option<u64> {
        let all = self.open.iter().filter(|(_, (_, pulse))| pulse.is_dispensable());
        all.max_by_key(|(id, (of, _))| (self.count(*of), std::cmp::Reverse(**id))).map(|(id, _)| *id)
    }
}

/// What becomes of a connection that was just accepted.
pub(super) enum Entry {
    Place(Place),
    /// Its address has its share already, and all of it is in use.
    Refused,
    /// Every place is in use: wait for one.
    Full,
}

impl Places {
    pub(super) fn new(settings: &Settings) -> Arc<Self> {
        let most = settings.max_connections as usize;
        Arc::new(Self {
            most,
            share: most - most / 4,
            trusted: settings.trusted_proxies.clone(),
            table: Mutex::default(),
            freed: Notify::new(),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from this address. The oldest that can be spared makes room for it.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr, pulse: &Arc<Pulse>) -> Entry {
        let peer = peer.to_canonical();
        let is_trusted = self.trusted.iter().any(|net| net.contains(&peer));
        let address = network(peer);
        let mut table = self.table();
        if !is_trusted && table.count(address) >= self.share && !table.dismiss(Some(address)) {
            return Entry::Refused;
        }
        if table.open.len() >= self.most && !table.dismiss(None) {
            return Entry::Full;
        }
        let id = table.next;
        table.next += 1;
        table.open.insert(id, (address, pulse.clone()));
        *table.by_address.entry(address).or_default() += 1;
        Entry::Place(Place { places: self.clone(), id })
    }

    /// Waits until a place may be free.
    pub(super) async fn freed(&self) {
        // Also looked for now and then: a connection that becomes idle does not say so.
        let _or_now =
            tokio::time::timeout(std::time::Duration::from_millis(100), self.freed.notified()).await;
    }

    /// Closes some that can be spared.
    pub(super) fn make_room(&self) {
        let mut table = self.table();
        for _ in 0..ROOM {
            if !table.dismiss(None) {
                return;
            }
        }
    }

    /// Closes all on which nothing is under way.
    pub(super) fn dismiss_idle(&self) {
        let table = self.table();
        table
            .open
            .values()
            .filter(|(_, pulse)| pulse.is_dispensable())
            .for_each(|(_, pulse)| pulse.dismiss());
    }

    /// Closes those that only wait for their clients to close.
    pub(super) fn dismiss_lingering(&self) {
        self.table()
            .open
            .values()
            .filter(|(_, pulse)| pulse.lingers())
            .for_each(|(_, pulse)| pulse.dismiss());
    }
}

/// The place of one connection; its drop frees it.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.table().remove(self.id);
        self.places.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(most: usize, trusted: &[&str]) -> Arc<Places> {
        Arc::new(Places {
            most,
            share: most - most / 4,
            trusted: trusted.iter().map(|net| net.parse().unwrap()).collect(),
            table: Mutex::default(),
            freed: Notify::new(),
        })
    }

    fn enter(places: &Arc<Places>, address: &str) -> Entry {
        places.enter(address.parse().unwrap(), &Pulse::new())
    }

    fn is_dismissed(pulse: &Pulse) -> bool {
        futures::FutureExt::now_or_never(pulse.dismissed()).is_some()
    }

    #[test]
    fn an_address_has_three_quarters_and_its_own_oldest_idle_connection_makes_room() {
        let places = places(8, &[]);
        let pulses: Vec<_> = (0..6).map(|_| Pulse::new()).collect();
        let peer: IpAddr = "192.0.2.1".parse().unwrap();
        let mut held: Vec<_> = pulses.iter().map(|pulse| places.enter(peer, pulse)).collect();
        assert!(pulses.iter().all(|pulse| !is_dismissed(pulse)));
        held.push(enter(&places, "192.0.2.1"));
        assert!(is_dismissed(&pulses[0]), "the oldest");
        let _busy: Vec<_> = pulses.iter().map(|pulse| pulse.begin(false)).collect();
        // The newest is the only one that is idle.
        held.push(enter(&places, "192.0.2.1"));
        assert!(matches!(held.last(), Some(Entry::Place(_))));
        let busy = Pulse::new();
        let _request = busy.begin(false);
        held.push(places.enter(peer, &busy));
        assert!(matches!(enter(&places, "192.0.2.1"), Entry::Refused));
        assert!(matches!(enter(&places, "192.0.2.2"), Entry::Place(_)), "another address has its own share");
    }

    #[test]
    fn who_has_most_connections_makes_room_and_requests_under_way_never_do() {
        let places = places(4, &["10.0.0.0/8"]);
        let (flood, sender) = (Pulse::new(), Pulse::new());
        let mut held = vec![places.enter("198.51.100.1".parse().unwrap(), &sender)];
        held.push(places.enter("192.0.2.1".parse().unwrap(), &flood));
        held.push(enter(&places, "192.0.2.1"));
        held.push(enter(&places, "192.0.2.1"));
        held.push(enter(&places, "203.0.113.1"));
        assert!(is_dismissed(&flood) && !is_dismissed(&sender));
        drop(held);
        let pulses: Vec<_> = (0..4).map(|_| Pulse::new()).collect();
        let requests: Vec<_> = pulses.iter().map(|pulse| pulse.begin(false)).collect();
        // A trusted proxy may have them all.
        let held: Vec<_> = pulses.iter().map(|p| places.enter("10.0.0.1".parse().unwrap(), p)).collect();
        assert!(held.iter().all(|entry| matches!(entry, Entry::Place(_))));
        assert!(matches!(enter(&places, "203.0.113.1"), Entry::Full));
        drop(requests);
        assert!(matches!(enter(&places, "203.0.113.1"), Entry::Place(_)));
    }

    #[test]
    fn places_are_free_again_when_connections_end() {
        let places = places(2, &[]);
        let (first, second) = (enter(&places, "2001:db8::1"), enter(&places, "2001:db8::2"));
        assert_eq!(places.table().by_address.len(), 1, "one subscriber");
        drop((first, second));
        assert!(places.table().open.is_empty() && places.table().by_address.is_empty());
    }
}
