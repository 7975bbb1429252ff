//! The full disk: a small file system in memory, filled up under load at each moment at which it can hurt.

mod floors;
mod running;
mod small;
mod start;
mod temporary;
mod wal_index;

use crate::{
    harness::until,
    sender::{Endpoint, Ledger},
    server::Server,
    sink::Sink,
};
use small::SmallDisk;
use std::time::{Duration, Instant};

/// Within this everything goes on by itself once there is room.
const RECOVERY: Duration = Duration::from_secs(5);

/// While the disk is full: refusals that say when to try again, a `/readyz` that names the disk, a process that lives.
fn is_refused(server: &Server, ledger: &Ledger, for_: Duration) {
    let before = ledger.refused();
    until("webhooks are refused", Duration::from_secs(10), || ledger.refused() > before + 5);
    let (begun, mut named) = (Instant::now(), false);
    while begun.elapsed() < for_ || !named {
        let (status, found) = server.ready();
        named |= status == 503 && found["checks"]["disk"] != "ok";
        assert!(
            begun.elapsed() < for_ + Duration::from_secs(5),
            "/readyz never names the disk: {status} {found}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.get("/healthz").status, 200);
}

/// Once there is room: webhooks, log-ins, forwards and readiness, of the same process. Says how long the last of them took.
fn recovers(server: &mut Server, endpoint: &Endpoint, sink: &Sink, round: usize) -> Duration {
    let begun = Instant::now();
    let id = format!("wh_after_{round}_0");
    let left = || RECOVERY.saturating_sub(begun.elapsed());
    until("a webhook is stored", left(), || {
        endpoint.send(&server.address, &id).is_ok_and(|answer| answer.status == 200)
    });
    until("somebody can log in", left(), || server.log_in().is_ok());
    until("what was just stored is forwarded", left(), || sink.taken(&id) > 0);
    until("/readyz is 200 again", left(), || {
        let (status, found) = server.ready();
        if status != 200 {
            eprintln!("after {:?}: {found}", begun.elapsed());
        }
        status == 200
    });
    assert!(server.is_running(), "{}", server.log());
    begun.elapsed()
}
