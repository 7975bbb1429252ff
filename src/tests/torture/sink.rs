//! A destination: it remembers which events it answered, and may be slow, or refuse.

use crate::{http::read_head, process::Workspace, server::ALLOW, stored::FORWARDED};
use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// A running destination. Its thread ends with the test's process.
pub struct Sink {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Requests that were answered with 200, by event.
    taken: Mutex<HashMap<String, u32>>,
    /// Requests that were read and not answered yet.
    under_way: AtomicU32,
    slow_ms: AtomicU64,
    status: AtomicU16,
}

impl Sink {
    /// One that takes everything at once.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { status: AtomicU16::new(200), ..Shared::default() });
        let of_thread = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = of_thread.clone();
                // The other side may go away at any time.
                thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { port, shared }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Makes it a destination of the events that are to be forwarded.
    pub fn add_to(&self, workspace: &Workspace, more: &[&str]) {
        let url = self.url();
        let add = ["destination", "add", "sink", "--url", &url, "--type", FORWARDED, "--json"];
        workspace.json(&[&add[..], &ALLOW, more].concat(), b"");
    }

    /// How long it takes to answer from now on.
    pub fn slow(&self, time: Duration) {
        self.shared.slow_ms.store(time.as_millis() as u64, Ordering::Relaxed);
    }

    /// What it answers from now on.
    pub fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::Relaxed);
    }

    /// How often it took this event.
    pub fn taken(&self, id: &str) -> u32 {
        self.shared.taken.lock().unwrap().get(id).copied().unwrap_or(0)
    }

    /// Requests that it has read and not answered yet.
    pub fn under_way(&self) -> u32 {
        self.shared.under_way.load(Ordering::Relaxed)
    }

    /// Requests that it took in all.
    pub fn count(&self) -> u32 {
        self.shared.taken.lock().unwrap().values().sum()
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (_, headers) = read_head(&mut stream)?;
        let value = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let mut body = vec![0; value("content-length").and_then(|n| n.parse().ok()).unwrap_or(0)];
        stream.read_exact(&mut body)?;
        shared.under_way.fetch_add(1, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(shared.slow_ms.load(Ordering::Relaxed)));
        let status = shared.status.load(Ordering::Relaxed);
        if status == 200 {
            *shared.taken.lock().unwrap().entry(value("webhook-id").unwrap_or_default()).or_default() += 1;
        }
        let answer = format!("HTTP/1.1 {status} As Told\r\ncontent-length: 5\r\n\r\ntaken");
        let written = stream.get_mut().write_all(answer.as_bytes());
        shared.under_way.fetch_sub(1, Ordering::Relaxed);
        written?;
    }
}
