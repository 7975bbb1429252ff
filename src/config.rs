//! Every setting: a flag, a `HOOKPOST_…` variable and the line that documents it. This file is the manual.

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use secrecy::SecretString;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

use crate::outbound::AllowEntry;

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Settings shared by all commands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address and port to listen on
    #[arg(
        long,
        env = "HOOKPOST_LISTEN",
        default_value = "127.0.0.1:3000",
        global = true,
        value_name = "ADDR:PORT"
    )]
    pub listen: SocketAddr,

    /// The database file; created when missing
    #[arg(
        long,
        env = "HOOKPOST_DATABASE",
        default_value = "./hookpost.db",
        global = true,
        value_name = "FILE"
    )]
    pub database: PathBuf,

    /// The URL under which browsers and senders reach the server, such as https://hooks.example.com;
    /// https makes cookies `Secure`. Default: http:// and the listen address
    #[arg(long, env = "HOOKPOST_PUBLIC_URL", global = true, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,

    /// Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges, separated by commas
    #[arg(long, env = "HOOKPOST_TRUSTED_PROXIES", value_delimiter = ',', global = true, value_name = "CIDR", value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// What destinations and channels may reach beyond the public Internet, and over plain http: 127.0.0.1:5000, 10.0.0.0/8,
    /// host or host:5000, separated by commas
    #[arg(long, env = "HOOKPOST_ALLOW_OUTBOUND", value_delimiter = ',', global = true, value_name = "ENTRY")]
    pub allow_outbound: Vec<AllowEntry>,

    /// Largest webhook body in bytes; an endpoint may set its own
    #[arg(long, env = "HOOKPOST_BODY_LIMIT", default_value_t = 1_048_576, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=67_108_864))]
    pub body_limit: u64,

    /// The master key that seals signing secrets: 32 bytes in base64. Default: the key file
    #[arg(
        long,
        env = "HOOKPOST_ENCRYPTION_KEY",
        global = true,
        value_name = "BASE64",
        hide_env_values = true,
        conflicts_with = "encryption_key_file"
    )]
    pub encryption_key: Option<SecretString>,

    /// File with the master key; created on first start. Back it up: without it no secret can be read.
    /// Default: the database's name with `.key` added
    #[arg(long, env = "HOOKPOST_ENCRYPTION_KEY_FILE", global = true, value_name = "FILE")]
    pub encryption_key_file: Option<PathBuf>,

    /// Seconds by which a webhook's timestamp may differ from our clock, either way
    #[arg(long, env = "HOOKPOST_TIMESTAMP_TOLERANCE", default_value_t = 300, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub timestamp_tolerance: u32,

    /// Rejected deliveries stored per endpoint and minute; beyond it they are answered 429 and only counted
    #[arg(long, env = "HOOKPOST_REJECTED_PER_MINUTE", default_value_t = 600, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub rejected_per_minute: u32,

    /// Webhook requests per second from one address; beyond it they are answered 429. 0: no limit
    #[arg(long, env = "HOOKPOST_RATE_LIMIT", default_value_t = 0, global = true, value_name = "COUNT")]
    pub rate_limit: u32,

    /// Connections open at once; further ones wait
    #[arg(long, env = "HOOKPOST_MAX_CONNECTIONS", default_value_t = 4096, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Seconds a client may take to send a request's headers, and again its body
    #[arg(long, env = "HOOKPOST_REQUEST_TIMEOUT", default_value_t = 10, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=300))]
    pub request_timeout: u64,

    /// Hours without a click after which a session ends
    #[arg(long, env = "HOOKPOST_SESSION_IDLE_HOURS", default_value_t = 12, global = true, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_idle_hours: u32,

    /// Hours after login at which a session ends in any case
    #[arg(long, env = "HOOKPOST_SESSION_HOURS", default_value_t = 168, global = true, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_hours: u32,

    /// With this token /metrics may be read from anywhere: `Authorization: Bearer …`. Without one only from this machine
    #[arg(long, env = "HOOKPOST_METRICS_TOKEN", global = true, value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,

    /// URL that is called while the server is healthy, so that somebody else notices when it is not. It is reached as
    /// destinations are: over https, unless `--allow-outbound` has it
    #[arg(long, env = "HOOKPOST_HEARTBEAT_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub heartbeat_url: Option<SecretString>,

    /// Seconds between two calls of the heartbeat URL
    #[arg(long, env = "HOOKPOST_HEARTBEAT_SECONDS", default_value_t = 60, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(10..=86_400))]
    pub heartbeat_seconds: u32,

    /// Collector of OpenTelemetry traces, by OTLP over HTTP, such as http://127.0.0.1:4318. Default: traces go nowhere
    #[arg(long, env = "HOOKPOST_OTLP_ENDPOINT", global = true, value_name = "URL", value_parser = otlp_endpoint)]
    pub otlp_endpoint: Option<Url>,

    /// Form of log lines
    #[arg(long, env = "HOOKPOST_LOG_FORMAT", default_value = "text", global = true, value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// What is logged: error, warn, info, debug, or a tracing filter
    #[arg(long, env = "HOOKPOST_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub log: String,
}

impl Settings {
    /// Where the master key lies when it is not given as a variable.
    pub fn key_file(&self) -> PathBuf {
        self.encryption_key_file.clone().unwrap_or_else(|| with_suffix(&self.database, ".key"))
    }

    /// The URL under which the server is reached, without a slash at its end. `bound` is the address that the
    /// listener got (its port differs from the setting when that is 0).
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(bound)),
        }
    }

    /// Whether browsers reach us over TLS, so that cookies may be `Secure` and HSTS makes sense.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// The time a client may take to send headers, and again to send a body.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }
}

/// An address that a browser on this machine can open: the unspecified one becomes loopback.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let loopback = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(loopback, bound.port())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn public_url(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|e| format!("{e}; write https://hooks.example.com"))?;
    match url.scheme() {
        "http" | "https" if url.path() == "/" && url.query().is_none() && url.fragment().is_none() => Ok(url),
        "http" | "https" => {
            Err("give scheme and host only: Hookpost serves from the root of its host".into())
        }
        other => Err(format!("`{other}` is not http or https")),
    }
}

fn otlp_endpoint(text: &str) -> Result<Url, String> {
    let mut url: Url = text.parse().map_err(|e| format!("{e}; write http://127.0.0.1:4318"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}` is not http or https", url.scheme()));
    }
    // As the specification of OTLP has it: the base is given, each signal has its path.
    if url.path() == "/" {
        url.set_path("/v1/traces");
    }
    Ok(url)
}

fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("`{text}` is neither an address nor a range such as 10.0.0.0/8"))
}
