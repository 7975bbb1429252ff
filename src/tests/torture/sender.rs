//! A genuine sender: signed webhooks, and what was answered to each.

use crate::{
    http::{Answer, Connection, request},
    process::Workspace,
    stored::{FORWARDED, Stored, body_of, is_forwarded},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The signing secret of every endpoint here.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How an endpoint's requests are signed.
#[derive(Clone, Copy)]
pub enum Signing {
    /// By Standard Webhooks; the sender's clock is ahead by so many seconds.
    Standard(i64),
    /// As GitHub does, without a time.
    GitHub(&'static str),
}

/// An endpoint to send to.
#[derive(Clone)]
pub struct Endpoint {
    /// Its ingest path.
    pub path: String,
    pub signing: Signing,
}

impl Endpoint {
    /// Makes one, as a person would.
    pub fn add(workspace: &Workspace, name: &str) -> Self {
        Self::added(workspace, &["endpoint", "add", name], Signing::Standard(0))
    }

    /// The same of GitHub's scheme.
    pub fn add_github(workspace: &Workspace, name: &str) -> Self {
        Self::added(workspace, &["endpoint", "add", name, "--scheme", "github"], Signing::GitHub(SECRET))
    }

    fn added(workspace: &Workspace, add: &[&str], signing: Signing) -> Self {
        let made = workspace.json(&[add, &["--secret-stdin", "--json"]].concat(), SECRET.as_bytes());
        let url = made["ingest_url"].as_str().unwrap();
        let key = url.rsplit_once('/').unwrap().1;
        Self { path: format!("/in/{key}"), signing }
    }

    /// A signed request with this event.
    pub fn webhook(&self, id: &str, body: &[u8]) -> Vec<u8> {
        match self.signing {
            Signing::Standard(ahead) => self.standard(id, body, ahead),
            Signing::GitHub(secret) => self.github(id, body, secret),
        }
    }

    fn standard(&self, id: &str, body: &[u8], ahead: i64) -> Vec<u8> {
        #[expect(clippy::disallowed_methods, reason = "a sender goes by the machine's clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64 + ahead;
        let at = now.to_string();
        let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
        let mac = hmac(&key, &[id.as_bytes(), b".", at.as_bytes(), b".", body]);
        let signature = format!("v1,{}", STANDARD.encode(mac));
        let headers = [
            ("content-type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", &at),
            ("webhook-signature", &signature),
        ];
        request("POST", &self.path, &headers, body)
    }

    fn github(&self, id: &str, body: &[u8], secret: &str) -> Vec<u8> {
        let hex: String = hmac(secret.as_bytes(), &[body]).iter().map(|byte| format!("{byte:02x}")).collect();
        let signature = format!("sha256={hex}");
        let headers = [
            ("content-type", "application/json"),
            ("x-github-event", if is_forwarded(id) { FORWARDED } else { "push" }),
            ("x-github-delivery", id),
            ("x-hub-signature-256", &signature),
        ];
        request("POST", &self.path, &headers, body)
    }

    /// Sends one small event on a connection of its own.
    pub fn send(&self, address: &str, id: &str) -> io::Result<Answer> {
        Connection::open(address)?.exchange(&self.webhook(id, &body_of(id, 0)))
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// What was answered to one event.
#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    /// Requests that were sent, or begun.
    tries: u32,
    accepted: u32,
    duplicate: u32,
    size: usize,
}

/// What a sender knows: all that was answered, and what it still has to send.
#[derive(Default)]
pub struct Ledger(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    events: HashMap<String, Answers>,
    /// Sent without an answer, or refused: to be sent again, as senders do.
    open: VecDeque<String>,
    refusals: BTreeMap<u16, u64>,
    /// Answers that must not be.
    wrong: Vec<String>,
}

/// What was seen, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Events that were acknowledged.
    pub acknowledged: usize,
    /// Events that are stored; more, where an answer was lost.
    pub stored: usize,
    /// Answers 503 and 429.
    pub refused: u64,
}

impl Ledger {
    /// The event that is to be sent next.
    fn next(&self, sizes: &[usize]) -> (String, usize) {
        let mut entries = self.0.lock().unwrap();
        let id = entries.open.pop_front().unwrap_or_else(|| format!("wh_{}", entries.events.len()));
        let size = sizes[entries.events.len() % sizes.len()];
        let event = entries.events.entry(id.clone()).or_insert(Answers { size, ..Answers::default() });
        event.tries += 1;
        let size = event.size;
        (id, size)
    }

    fn note(&self, id: &str, answer: io::Result<Answer>) -> bool {
        let mut entries = self.0.lock().unwrap();
        let Ok(answer) = answer else {
            entries.open.push_back(id.to_owned());
            return false;
        };
        let event = entries.events.get_mut(id).unwrap();
        match (answer.status, answer.text().as_str()) {
            (200, r#"{"status":"accepted"}"#) => event.accepted += 1,
            (200, r#"{"status":"duplicate"}"#) => event.duplicate += 1,
            (status @ (429 | 503), _) if answer.header("retry-after").parse::<u32>().is_ok() => {
                *entries.refusals.entry(status).or_default() += 1;
                entries.open.push_back(id.to_owned());
            }
            (status, text) => entries.wrong.push(format!("{id}: {status} {text}")),
        }
        answer.status == 200
    }

    /// How many events were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.0.lock().unwrap().events.values().filter(|e| e.accepted + e.duplicate > 0).count()
    }

    /// How many answers were 503 or 429 so far.
    pub fn refused(&self) -> u64 {
        self.0.lock().unwrap().refusals.values().sum()
    }

    /// Ids of the events that were acknowledged.
    pub fn ids(&self) -> Vec<String> {
        let entries = self.0.lock().unwrap();
        let told = entries.events.iter().filter(|(_, e)| e.accepted + e.duplicate > 0);
        told.map(|(id, _)| id.clone()).collect()
    }

    /// How many of the events that were acknowledged are stored, where some may have been lost with the disk.
    pub fn kept(&self, stored: &Stored) -> usize {
        self.check_bodies(stored);
        self.ids().iter().filter(|id| stored.accepted.contains_key(*id)).count()
    }

    /// What is stored is what was sent, byte for byte.
    fn check_bodies(&self, stored: &Stored) {
        for (id, event) in &self.0.lock().unwrap().events {
            if let Some(found) = stored.accepted.get(id) {
                assert!(found.body == body_of(id, event.size), "{id} is stored otherwise than sent");
            }
        }
    }

    /// Holds what was answered against what is stored: nothing that was acknowledged is lost or differs by a byte, and no
    /// event is taken for a first one twice.
    pub fn verify(&self, database: &Path) -> Seen {
        let stored = Stored::read(database);
        self.check_bodies(&stored);
        let entries = self.0.lock().unwrap();
        assert!(entries.wrong.is_empty(), "answers that must not be: {:#?}", entries.wrong);
        let mut acknowledged = 0;
        let (mut lost, mut twice) = (Vec::new(), Vec::new());
        for (id, event) in &entries.events {
            let rows = stored.accepted.get(id).map_or(0, |event| event.rows);
            let said = event.accepted + event.duplicate > 0;
            acknowledged += usize::from(said);
            if said && rows == 0 {
                lost.push(id);
            }
            // The one answer to an event that was sent once says "accepted"; after an unread answer it may say either.
            let first_time = event.tries == 1 && event.duplicate > 0;
            if rows > 1 || event.accepted > 1 || first_time {
                twice.push((id, event, rows));
            }
        }
        assert!(
            lost.is_empty(),
            "{acknowledged} acknowledged, {} lost, such as {:?}",
            lost.len(),
            &lost[..lost.len().min(5)]
        );
        assert!(twice.is_empty(), "taken for the first twice, or for a duplicate at first: {twice:?}");
        assert_eq!(stored.integrity, "ok");
        Seen { acknowledged, stored: stored.accepted.len(), refused: entries.refusals.values().sum() }
    }
}

/// Senders at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// How they send.
#[derive(Clone, Copy)]
pub struct Pace {
    /// How many at once, each with a connection of its own.
    pub senders: usize,
    /// Bytes that bodies are filled with, in turn.
    pub sizes: &'static [usize],
    /// Between an answer and the next request.
    pub pause: Duration,
}

impl Pace {
    /// Small events, as fast as they are taken.
    pub const FAST: Self = Self { senders: 8, sizes: &[0, 0, 0, 1_000], pause: Duration::ZERO };
    /// A quiet sender.
    pub const CALM: Self = Self { senders: 2, sizes: &[0, 1_000], pause: Duration::from_millis(10) };
}

impl Load {
    /// Sends until it is stopped, whatever happens to the server: what was not acknowledged is sent again.
    pub fn start(address: &str, endpoint: &Endpoint, ledger: &Arc<Ledger>, pace: Pace) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let work = |_| {
            let (address, endpoint) = (address.to_owned(), endpoint.clone());
            let (ledger, stop) = (ledger.clone(), stop.clone());
            thread::spawn(move || send_until(&stop, &address, &endpoint, &ledger, pace))
        };
        Self { threads: (0..pace.senders).map(work).collect(), stop }
    }

    /// Stops it: what is under way is waited for.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "a sender panicked");
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.end();
    }
}

fn send_until(stop: &AtomicBool, address: &str, endpoint: &Endpoint, ledger: &Ledger, pace: Pace) {
    let mut connection = None;
    while !stop.load(Ordering::Relaxed) {
        let Some(open) = connection.as_mut() else {
            connection = Connection::open(address).ok();
            if connection.is_none() {
                thread::sleep(Duration::from_millis(10));
            }
            continue;
        };
        let (id, size) = ledger.next(pace.sizes);
        let answer = open.exchange(&endpoint.webhook(&id, &body_of(&id, size)));
        let goes_on = answer.as_ref().is_ok_and(|answer| answer.header("connection") != "close");
        if !ledger.note(&id, answer) {
            thread::sleep(Duration::from_millis(20));
        }
        if !goes_on {
            connection = None;
        }
        thread::sleep(pace.pause);
    }
}
