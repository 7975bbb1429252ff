//! Brings a letter to a mail server. The address is checked as those of destinations are, and no other is connected to;
//! TLS proves that the server there has the name that was given.

use super::{Account, PLAIN, TLS, letter::Letter};
use crate::{
    alerts::channels::{Refusal, message::cut},
    model::visible::visible,
    net::GuardedClient,
};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use std::{net::SocketAddr, time::Duration};
use url::{Host, Url};

/// For each answer of the server …
const STEP: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(15);
/// Characters of an answer that an error repeats.
const QUOTED: usize = 200;

/// Sends a letter. Returns who was refused when others were not.
pub(super) async fn send(
    guarded: &GuardedClient,
    base_url: &str,
    mail: &Account<'_>,
    password: &str,
    letter: &Letter,
) -> Result<Option<String>, Refusal> {
    let exchange = async {
        if mail.tls == PLAIN {
            guarded.permits_plain_mail(mail.host, mail.port).map_err(Refusal::passing)?;
        }
        let addresses = guarded.mail_server(mail.host, mail.port).await;
        let addresses =
            addresses.map_err(|error| Refusal::passing(error.to_string().replacen("url: ", "host: ", 1)))?;
        let mut connection = connect(&addresses, mail, &hello(base_url)).await?;
        if !mail.username.is_empty() {
            let credentials = Credentials::new(mail.username.to_owned(), password.to_owned());
            let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            answer.map_err(|error| refusal("the mail server rejected the login", &error))?;
        }
        let refused = hand_over(&mut connection, letter).await?;
        // It has the letter: how it says goodbye does not matter.
        let _said = connection.quit().await;
        Ok(refused)
    };
    let timed_out = |_| Refusal::passing(format!("the mail server took longer than {} s", WHOLE.as_secs()));
    tokio::time::timeout(WHOLE, exchange).await.map_err(timed_out)?
}

async fn connect(
    addresses: &[SocketAddr],
    mail: &Account<'_>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection, Refusal> {
    let tls = || {
        TlsParameters::new(mail.host.to_owned()).map_err(|error| refusal("TLS could not be set up", &error))
    };
    let wrapped = if mail.tls == TLS { Some(tls()?) } else { None };
    let connected = AsyncSmtpConnection::connect_tokio1(addresses, Some(STEP), hello, wrapped, None).await;
    let mut connection = connected.map_err(|error| refusal("no connection to the mail server", &error))?;
    if mail.tls != PLAIN && mail.tls != TLS {
        if !connection.can_starttls() {
            return Err(Refusal::lasting(
                "the mail server doesn't offer STARTTLS, which is required; choose tls if its port is 465",
            ));
        }
        let upgraded = connection.starttls(tls()?, hello).await;
        upgraded.map_err(|error| refusal("no TLS connection to the mail server", &error))?;
    }
    Ok(connection)
}

/// Gives the letter to every recipient whom the server accepts: one wrong address must not keep the news from the others.
async fn hand_over(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<Option<String>, Refusal> {
    let sender = connection.command(Mail::new(letter.envelope.from().cloned(), Vec::new())).await;
    sender.map_err(|error| refusal("the mail server rejected the sender", &error))?;
    let (mut accepted, mut refused, mut last) = (0, Vec::new(), None);
    for to in letter.envelope.to() {
        match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => accepted += 1,
            // Without a status the connection itself is lost.
            Err(error) if error.status().is_none() => {
                return Err(refusal("the mail server closed the connection", &error));
            }
            Err(error) => {
                let why = refusal(&format!("{to} was rejected"), &error);
                refused.push(why.why.clone());
                last = Some(why);
            }
        }
    }
    if let (0, Some(last)) = (accepted, last) {
        return Err(Refusal { why: cut(&refused.join("; "), 4 * QUOTED), ..last });
    }
    let data = connection.command(Data).await;
    data.map_err(|error| refusal("the mail server rejected the message", &error))?;
    let taken = connection.message(letter.text.as_bytes()).await;
    taken.map_err(|error| refusal("the mail server rejected the message", &error))?;
    Ok((!refused.is_empty()).then(|| cut(&refused.join("; "), 4 * QUOTED)))
}

/// As whom we greet the server: it wants a name or an address, and ours is the one in the public URL.
fn hello(base_url: &str) -> ClientId {
    let url = base_url.parse::<Url>().ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => ClientId::Domain(name.to_owned()),
        Some(Host::Ipv4(ip)) => ClientId::Ipv4(ip),
        Some(Host::Ipv6(ip)) => ClientId::Ipv6(ip),
        None => ClientId::Domain("localhost".to_owned()),
    }
}

/// What the server said is repeated as far as it is safe; 5xx lasts, anything else passes.
fn refusal(what: &str, error: &Error) -> Refusal {
    let mut last: &dyn std::error::Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    let said = last.to_string();
    let said = match error.status() {
        Some(status) => format!("{status} {said}"),
        None => said,
    };
    let hint =
        if said.contains("certificate") { "; to trust your own certificate, set SSL_CERT_FILE" } else { "" };
    let why = format!("{what}: {}{hint}", cut(&visible(said.trim()), QUOTED));
    if error.is_permanent() { Refusal::lasting(why) } else { Refusal::passing(why) }
}
