//! A handler as teams write it: Flask, with the official SDK of OpenAI.

use crate::interop::python;
use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

const SCRIPT: &str = "
import sys, threading
from flask import Flask, request
from openai import OpenAI
from werkzeug.serving import make_server
secret = {}
app = Flask(__name__)
@app.post('/hook')
def hook():
    event = OpenAI(api_key='unused', webhook_secret=secret['it']).webhooks.unwrap(request.get_data(), request.headers)
    print(type(event).__name__, event.data.id, flush=True)
    return 'ok'
server = make_server('127.0.0.1', 0, app)
print(server.port, flush=True)
secret['it'] = sys.stdin.readline().strip()
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.readline()";

/// A running handler; ends when dropped.
pub struct Flask {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it takes webhooks.
    pub url: String,
}

impl Flask {
    /// One that waits to be told its secret.
    pub fn start() -> Self {
        let mut child = python()
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = format!("http://127.0.0.1:{}/hook", lines.next().unwrap().unwrap());
        Self { stdin: child.stdin.take(), child, lines, url }
    }

    /// Tells it its secret; from then on it answers.
    pub fn verify_with(&mut self, secret: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{secret}").unwrap();
    }

    /// Class and resource of the next event that the SDK unwrapped.
    pub fn unwrapped(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Flask {
    fn drop(&mut self) {
        self.stdin.take();
        // It may have ended already.
        let _ended = self.child.wait();
    }
}
