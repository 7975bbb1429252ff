//! Reading the bodies of requests. All of them together have one bound, taken piece by piece as they come and before
//! anything is known of their senders; each address has a share of it, so that one cannot take all. A body may take its
//! time as long as it comes on.

use crate::{
    net::client_addr::network,
    runtime::config::{LEAST_BODY_MEMORY, Settings},
};
use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Times of the setting after which a body must have come at [`SLOWEST`] on the average …
const GRACE: u32 = 3;
/// … in bytes a second.
const SLOWEST: f64 = 256.0;
/// No body may take longer, however steadily it comes: 64 MiB are through at 220 KiB a second.
const LONGEST: Duration = Duration::from_secs(300);
/// How long a body waits for room that others have.
const ROOM_WAIT: Duration = Duration::from_secs(1);
/// The room that a body of several pieces has at first.
const FIRST_ROOM: usize = 64 * 1024;
/// Number of addresses needed to occupy every slot with pending bodies …
const ADDRESSES: usize = 8;
/// … but each may have this number of requests in progress.
const LEAST_REQUESTS: usize = 64;
/// Parts of the table of addresses, so that requests seldom wait for one another.
const SHARDS: usize = 64;

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It is larger than the limit.
    TooLarge,
    /// It did not come on.
    Slow,
    /// The connection broke before it was complete.
    Broken,
    /// There was no memory left for it.
    NoRoom,
    /// Its address has too many requests under way.
    TooMany,
}

/// The room for bodies.
#[derive(Debug)]
pub struct Bodies {
    /// Bytes in all.
    most: usize,
    /// Bytes of one address.
    share: usize,
    /// Requests of one address of which the body is awaited or held.
    requests: usize,
    /// How long a sender may send nothing.
    timeout: Duration,
    used: AtomicUsize,
    /// Bodies that wait for room.
    waiting: AtomicUsize,
    freed: Notify,
    addresses: Box<[Mutex<HashMap<IpAddr, Share>>]>,
}

/// What an address has of the room.
#[derive(Debug, Default)]
struct Share {
    bytes: usize,
    requests: usize,
}

/// A body in memory. Its room is free again when this is dropped.
#[derive(Debug)]
pub struct Received<'b> {
    /// The bytes.
    pub bytes: Bytes,
    _held: Held<'b>,
}

/// Room that is taken.
#[derive(Debug)]
struct Held<'b> {
    bodies: &'b Bodies,
    address: IpAddr,
    bytes: usize,
}

impl Bodies {
    /// Room as the settings say.
    pub fn new(settings: &Settings) -> Self {
        let most = usize::try_from(settings.body_memory).unwrap_or(usize::MAX);
        let least = usize::try_from(LEAST_BODY_MEMORY).unwrap_or(usize::MAX);
        Self {
            most,
            share: (most / 2).max(least),
            // Even of one that sends as many at once as a large sender does.
            requests: (settings.max_connections as usize / ADDRESSES).max(LEAST_REQUESTS),
            timeout: settings.request_timeout(),
            used: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
            addresses: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Bytes that bodies hold now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Reads a body of at most `limit` bytes that comes from `client`.
    ///
    /// # Errors
    /// See [`Failed`].
    pub async fn read(&self, mut body: Body, limit: usize, client: IpAddr) -> Result<Received<'_>, Failed> {
        let pace = Pace { begun: Instant::now(), timeout: self.timeout };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(Failed::TooLarge);
        }
        let mut held = self.begin(client)?;
        // Most bodies come in one piece, which is kept as it is.
        let (mut only, mut all) = (Bytes::new(), BytesMut::new());
        loop {
            let frame = match tokio::time::timeout(pace.patience(), body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => return Err(Failed::Broken),
                Ok(None) => break,
                Err(_) => return Err(Failed::Slow),
            };
            // Trailers are nothing to us.
            let Ok(data) = frame.into_data() else { continue };
            let before = only.len() + all.len();
            let length = before.checked_add(data.len()).filter(|length| *length <= limit);
            let length = length.ok_or(Failed::TooLarge)?;
            if before == 0 {
                held.grow(length).await?;
                only = data;
            } else {
                if length > all.capacity() {
                    // Twice as much each time, so that little is copied, but not beyond what can come.
                    let known = if announced >= length { announced } else { limit };
                    let room = length.max(all.capacity().saturating_mul(2)).max(FIRST_ROOM).min(known);
                    held.grow(room.max(length)).await?;
                    enlarge(&mut all, room.max(length));
                }
                if all.is_empty() {
                    all.extend_from_slice(&std::mem::take(&mut only));
                }
                all.extend_from_slice(&data);
            }
            pace.check(length)?;
        }
        let bytes = if all.is_empty() { only } else { all.freeze() };
        Ok(Received { bytes, _held: held })
    }

    fn shares(&self, address: IpAddr) -> MutexGuard<'_, HashMap<IpAddr, Share>> {
        let shard = match address {
            IpAddr::V4(v4) => v4.to_bits() as usize,
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as usize,
        };
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.addresses[shard % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, client: IpAddr) -> Result<Held<'_>, Failed> {
        let address = network(client);
        let mut shares = self.shares(address);
        let share = shares.entry(address).or_default();
        if share.requests >= self.requests {
            return Err(Failed::TooMany);
        }
        share.requests += 1;
        drop(shares);
        Ok(Held { bodies: self, address, bytes: 0 })
    }

    fn take(&self, address: IpAddr, bytes: usize) -> bool {
        let mut shares = self.shares(address);
        let share = shares.entry(address).or_default();
        if share.bytes.saturating_add(bytes) > self.share {
            return false;
        }
        let fits = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.most);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if taken {
            share.bytes += bytes;
        }
        taken
    }
}

impl Held<'_> {
    /// Takes more room, up to `bytes` in all; waits for it a little.
    async fn grow(&mut self, bytes: usize) -> Result<(), Failed> {
        let more = bytes.saturating_sub(self.bytes);
        if !self.bodies.take(self.address, more) && !self.wait_for(more).await {
            return Err(Failed::NoRoom);
        }
        self.bytes += more;
        Ok(())
    }

    async fn wait_for(&self, bytes: usize) -> bool {
        let bodies = self.bodies;
        bodies.waiting.fetch_add(1, Ordering::Relaxed);
        let taken = tokio::time::timeout(ROOM_WAIT, async {
            loop {
                let freed = bodies.freed.notified();
                let mut freed = std::pin::pin!(freed);
                // Before the look, so that what is freed in between is heard of.
                freed.as_mut().enable();
                if bodies.take(self.address, bytes) {
                    return;
                }
                freed.await;
            }
        });
        let taken = taken.await.is_ok();
        bodies.waiting.fetch_sub(1, Ordering::Relaxed);
        taken
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut shares = self.bodies.shares(self.address);
        if let Some(share) = shares.get_mut(&self.address) {
            share.bytes -= self.bytes;
            share.requests -= 1;
            if share.requests == 0 {
                shares.remove(&self.address);
            }
        }
        drop(shares);
        self.bodies.used.fetch_sub(self.bytes, Ordering::Relaxed);
        if self.bodies.waiting.load(Ordering::Relaxed) > 0 {
            self.bodies.freed.notify_waiters();
        }
    }
}

/// Reserves exactly this capacity. A vector that grows by itself would use more than is accounted for.
fn enlarge(bytes: &mut BytesMut, capacity: usize) {
    let mut larger = BytesMut::with_capacity(capacity);
    larger.extend_from_slice(bytes);
    *bytes = larger;
}

/// Whether a body comes on.
struct Pace {
    begun: Instant,
    timeout: Duration,
}

impl Pace {
    /// How long the next piece is waited for.
    fn patience(&self) -> Duration {
        self.timeout.min(LONGEST.saturating_sub(self.begun.elapsed()))
    }

    fn check(&self, received: usize) -> Result<(), Failed> {
        let elapsed = self.begun.elapsed();
        if elapsed < self.timeout {
            return Ok(());
        }
        let owed = elapsed.saturating_sub(self.timeout * GRACE).as_secs_f64() * SLOWEST;
        if elapsed > LONGEST || (received as f64) < owed { Err(Failed::Slow) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures::stream;
    use std::convert::Infallible;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn room(most: usize, share: usize) -> Bodies {
        Bodies {
            most,
            share,
            requests: 3,
            timeout: Duration::from_millis(200),
            used: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
            addresses: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    fn pieces(pieces: &[&'static [u8]]) -> Body {
        let pieces: Vec<_> =
            pieces.iter().map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece))).collect();
        Body::from_stream(stream::iter(pieces))
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test]
    async fn a_body_is_put_together_and_its_room_is_free_again_afterwards() {
        let bodies = room(1_000_000, 1_000_000);
        for (sent, expected) in [
            (pieces(&[b"one"]), &b"one"[..]),
            (pieces(&[b"one", b"", b"two", b"three"]), b"onetwothree"),
            (pieces(&[]), b""),
            (pieces(&[b"", b"late"]), b"late"),
        ] {
            let read = bodies.read(sent, 100, HERE).await.unwrap();
            assert_eq!(read.bytes, expected);
            assert!(bodies.used() >= expected.len());
        }
        assert_eq!(bodies.used(), 0);
        assert!(bodies.addresses.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }

    #[tokio::test]
    async fn a_body_at_its_limit_is_taken_and_one_byte_more_is_not() {
        let bodies = room(1_000_000, 1_000_000);
        assert!(bodies.read(pieces(&[b"12345", b"67890"]), 10, HERE).await.is_ok());
        let failed = bodies.read(pieces(&[b"12345", b"678901"]), 10, HERE).await.unwrap_err();
        assert_eq!(failed, Failed::TooLarge);
        assert_eq!(bodies.read(Body::from("12345678901"), 10, HERE).await.unwrap_err(), Failed::TooLarge);
        assert_eq!(bodies.used(), 0);
    }

    #[tokio::test]
    async fn an_address_has_a_share_and_all_together_have_a_bound() {
        let bodies = room(100, 60);
        let first = bodies.read(pieces(&[&[1; 50]]), 1_000, address(1)).await.unwrap();
        let beyond = bodies.read(pieces(&[&[1; 20]]), 1_000, address(1)).await.unwrap_err();
        assert_eq!(beyond, Failed::NoRoom, "its share");
        let other = bodies.read(pieces(&[&[1; 50]]), 1_000, address(2)).await.unwrap();
        let full = bodies.read(pieces(&[&[1; 20]]), 1_000, address(3)).await.unwrap_err();
        assert_eq!(full, Failed::NoRoom, "the bound of all");
        // Who waits gets what is freed meanwhile.
        let (waited, ()) = tokio::join!(bodies.read(pieces(&[&[1; 20]]), 1_000, address(3)), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(other);
        });
        assert!(waited.is_ok());
        drop((first, waited));
        assert_eq!(bodies.used(), 0);
    }

    #[tokio::test]
    async fn an_address_has_so_many_requests_under_way_and_no_more() {
        let bodies = room(1_000, 1_000);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(bodies.read(pieces(&[b"x"]), 10, HERE).await.unwrap());
        }
        assert_eq!(bodies.read(pieces(&[b"x"]), 10, HERE).await.unwrap_err(), Failed::TooMany);
        held.pop();
        assert!(bodies.read(pieces(&[b"x"]), 10, HERE).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_comes_on_gets_longer_than_one_that_does_not() {
        let bodies = room(1_000_000, 1_000_000);
        let every = |pause: u64, count: usize| {
            Body::from_stream(stream::unfold(0, move |n| async move {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                (n < count).then(|| (Ok::<_, Infallible>(Bytes::from_static(b"piece")), n + 1))
            }))
        };
        let silent = bodies.read(every(600, 1), 1_000, HERE).await.unwrap_err();
        assert_eq!(silent, Failed::Slow);
        let read = bodies.read(every(100, 4), 1_000, HERE).await.unwrap();
        assert_eq!(read.bytes.len(), 20);
        let trickling = bodies.read(every(100, 100), 1_000, HERE).await.unwrap_err();
        assert_eq!(trickling, Failed::Slow);
    }

    #[test]
    fn the_slowest_pace_is_asked_for_after_a_while_only() {
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
        let pace = |seconds| Pace { begun: ago(seconds), timeout: Duration::from_secs(10) };
        assert_eq!(pace(29).check(1), Ok(()));
        assert_eq!(pace(31).check(100), Err(Failed::Slow));
        assert_eq!(pace(40).check(11 * 256), Ok(()));
        assert_eq!(pace(301).check(usize::MAX), Err(Failed::Slow));
    }
}
