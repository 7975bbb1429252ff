//! A real mail server (aiosmtpd), and what it was given.

use crate::interop::python;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::mpsc,
    time::Duration,
};

const SCRIPT: &str = "
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
mode, certificate, key = sys.argv[1:]
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody@'): return '550 5.1.1 no such user'
        envelope.rcpt_tos.append(address)
        return '250 OK'
    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({
            'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'user': session.auth_data and session.auth_data.login.decode(),
            'tls': session.ssl is not None or mode == 'tls',
            'headers': {name: str(value) for name, value in letter.items()}, 'text': letter.get_content(),
        }), flush=True)
        return '250 taken'
def authenticate(server, session, envelope, mechanism, data):
    ok = (data.login, data.password) == (b'hookpost', b'right')
    return AuthResult(success=ok, handled=False, auth_data=data)
def smtp():
    return SMTP(Handler(), hostname='localhost', authenticator=authenticate, auth_require_tls=mode == 'starttls',
        tls_context=context if mode == 'starttls' else None, require_starttls=mode == 'starttls', enable_SMTPUTF8=True)
context = None
if mode != 'plain':
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
async def main():
    server = await asyncio.get_running_loop().create_server(
        smtp, '127.0.0.1', 0, ssl=context if mode == 'tls' else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())";

const PATIENCE: Duration = Duration::from_secs(20);

/// A running mail server, which knows the user `hookpost` with the password `right` and nobody called `nobody`; ends when
/// dropped.
pub struct MailServer {
    child: Child,
    lines: mpsc::Receiver<String>,
    pub port: u16,
}

impl MailServer {
    /// One without TLS.
    pub fn plain() -> Self {
        Self::start("plain", Path::new(""), Path::new(""))
    }

    /// One with this certificate; `mode` is `starttls` or `tls`.
    pub fn start(mode: &str, certificate: &Path, key: &Path) -> Self {
        let mut child = python()
            .args(["-c", SCRIPT, mode])
            .args([certificate, key])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // The test may be over.
                let _nobody_reads = sender.send(line);
            }
        });
        let port = lines.recv_timeout(PATIENCE).expect("aiosmtpd starts").parse().unwrap();
        Self { child, lines, port }
    }

    /// The next letter that arrives.
    pub fn letter(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).expect("a letter")).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
