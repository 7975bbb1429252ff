//! Every setting: a flag, a `HOOKPOST_…` variable and the line that documents it. This file is the manual.

pub(crate) mod allow_entry;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use secrecy::SecretString;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

use crate::{endpoints::reference, runtime::config::allow_entry::AllowEntry};

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

    /// Bytes that stay free on the disk of the database: with less, only verified webhooks are stored, and the pages say so.
    /// 0: no floor. Default: 268435456 or 2 % of the disk, whichever is less
    #[arg(long, env = "HOOKPOST_DISK_FLOOR", global = true, value_name = "BYTES")]
    pub disk_floor: Option<u64>,

    /// Bytes that no webhook may take: with less free, each is answered 503 until there is room. 0: none. Default: a
    /// quarter of --disk-floor
    #[arg(long, env = "HOOKPOST_DISK_RESERVE", global = true, value_name = "BYTES")]
    pub disk_reserve: Option<u64>,

    /// Folder below which admins may have copies of the database made regularly. Default: none may be made from the pages
    #[arg(long, env = "HOOKPOST_BACKUP_DIR", global = true, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

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

    /// Folders with files that may be named as signing secrets (`file:/run/secrets/openai`), separated by commas; empty:
    /// none. Default: /run/secrets, and the folder in CREDENTIALS_DIRECTORY, as systemd sets it
    #[arg(long, env = "HOOKPOST_SECRET_DIRS", value_delimiter = ',', global = true, value_name = "FOLDER", value_parser = secret_dir)]
    pub secret_dirs: Option<Vec<PathBuf>>,

    /// Environment variables that may be named as signing secrets (`env:OPENAI_WEBHOOK_SECRET`), separated by commas; `*` at
    /// the end of a name stands for any rest. Default: none
    #[arg(long, env = "HOOKPOST_SECRET_ENV", value_delimiter = ',', global = true, value_name = "NAME", value_parser = secret_env)]
    pub secret_env: Vec<String>,

    /// Seconds by which a webhook's timestamp may differ from our clock, either way
    #[arg(long, env = "HOOKPOST_TIMESTAMP_TOLERANCE", default_value_t = 300, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub timestamp_tolerance: u32,

    /// Rejected deliveries stored per endpoint and minute; beyond it they are answered 429 and only counted
    #[arg(long, env = "HOOKPOST_REJECTED_PER_MINUTE", default_value_t = 600, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub rejected_per_minute: u32,

    /// Bytes of rejected deliveries stored per endpoint and minute; beyond it they are answered 429 and only counted
    #[arg(long, env = "HOOKPOST_REJECTED_BYTES_PER_MINUTE", default_value_t = 8_388_608, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(65_536..))]
    pub rejected_bytes_per_minute: u32,

    /// Bytes of duplicate deliveries stored per endpoint and minute; beyond it they are answered 200 without their bodies
    /// being kept, and beyond twice as much without being stored
    #[arg(long, env = "HOOKPOST_DUPLICATE_BYTES_PER_MINUTE", default_value_t = 8_388_608, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(65_536..))]
    pub duplicate_bytes_per_minute: u32,

    /// Bytes stored per minute of an endpoint whose scheme is none; beyond it webhooks are answered 429. 0: no limit
    #[arg(
        long,
        env = "HOOKPOST_UNVERIFIED_BYTES_PER_MINUTE",
        default_value_t = 268_435_456,
        global = true,
        value_name = "BYTES"
    )]
    pub unverified_bytes_per_minute: u32,

    /// Bytes kept of the body of a rejected or duplicate delivery; of a larger one its size and SHA-256 are kept as well
    #[arg(long, env = "HOOKPOST_KEPT_BODY", default_value_t = 65_536, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(0..=67_108_864))]
    pub kept_body: u64,

    /// Bytes of memory for all bodies under way; beyond it requests wait a second and are then answered 503. One address may
    /// have half of it
    #[arg(long, env = "HOOKPOST_BODY_MEMORY", default_value_t = 268_435_456, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(crate::ingest::bodies::LEAST_MEMORY..=1_099_511_627_776))]
    pub body_memory: u64,

    /// Webhook requests per second from one address; beyond it they are answered 429. 0: no limit
    #[arg(long, env = "HOOKPOST_RATE_LIMIT", default_value_t = 0, global = true, value_name = "COUNT")]
    pub rate_limit: u32,

    /// Requests per second to the API with one token; beyond it they are answered 429. 0: no limit
    #[arg(long, env = "HOOKPOST_API_RATE_LIMIT", default_value_t = 200, global = true, value_name = "COUNT")]
    pub api_rate_limit: u32,

    /// Connections open at once, three quarters of them from one address. When there are more, the oldest on which nothing is
    /// under way are closed; when there are none, further ones wait
    #[arg(long, env = "HOOKPOST_MAX_CONNECTIONS", default_value_t = 4096, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Seconds a client may take to send a request's headers, and for which it may send nothing of a body or take nothing of
    /// an answer. A body that comes on may take longer: see docs/architecture.md
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

    /// What references to secrets may lead to.
    pub fn allowed_references(&self) -> reference::Allowed {
        let dirs = match &self.secret_dirs {
            Some(dirs) => dirs.iter().filter(|dir| !dir.as_os_str().is_empty()).cloned().collect(),
            None => {
                let of_systemd = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
                let of_systemd = of_systemd.filter(|dir| dir.is_absolute());
                std::iter::once(PathBuf::from("/run/secrets")).chain(of_systemd).collect()
            }
        };
        let env = self.secret_env.iter().filter(|name| !name.is_empty()).cloned().collect();
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        reference::Allowed {
            dirs,
            env,
            own: vec![absolute(self.database.clone()), absolute(self.key_file())],
        }
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

    /// The time a client may take to send headers, and may do nothing while its body or its taking an answer is awaited.
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

fn secret_dir(text: &str) -> Result<PathBuf, String> {
    let dir = PathBuf::from(text.trim());
    if text.trim().is_empty() || dir.is_absolute() {
        Ok(dir)
    } else {
        Err("give whole paths, such as /run/secrets".into())
    }
}

fn secret_env(text: &str) -> Result<String, String> {
    let name = text.trim();
    let letters = name.strip_suffix('*').unwrap_or(name);
    if letters.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(name.to_owned())
    } else {
        Err("give names of variables, such as OPENAI_WEBHOOK_SECRET or WEBHOOK_*".into())
    }
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
