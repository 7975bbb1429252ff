//! Every setting: a flag, a `HOOKPOST_…` variable and the line that documents it. This file is the manual.

pub(crate) mod allow_entry;
mod allowed_references;

pub use allowed_references::AllowedReferences;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use secrecy::SecretString;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

use crate::{model::endpoint::MOST_BODY_BYTES, runtime::config::allow_entry::AllowEntry};

/// What a body at the largest setting needs, in a share as well: 64 MiB and some. Bytes.
pub const LEAST_BODY_MEMORY: u64 = 72 * 1024 * 1024;

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

    /// Database file; created if missing
    #[arg(
        long,
        env = "HOOKPOST_DATABASE",
        default_value = "./hookpost.db",
        global = true,
        value_name = "FILE"
    )]
    pub database: PathBuf,

    /// Free bytes on the database's disk below which only verified webhooks are stored. 0: no floor. Default: 268435456 or
    /// 2 % of the disk, whichever is less
    #[arg(long, env = "HOOKPOST_DISK_FLOOR", global = true, value_name = "BYTES")]
    pub disk_floor: Option<u64>,

    /// Free bytes on the database's disk below which all webhooks get a 503 until there is room. 0: none. Default: a
    /// quarter of --disk-floor
    #[arg(long, env = "HOOKPOST_DISK_RESERVE", global = true, value_name = "BYTES")]
    pub disk_reserve: Option<u64>,

    /// Folder in which admins can schedule backups. Default: none, so no backups from the web interface
    #[arg(long, env = "HOOKPOST_BACKUP_DIR", global = true, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// URL at which browsers and senders reach the server, such as https://hooks.example.com. With https, cookies are
    /// `Secure`. Default: http:// and the listen address
    #[arg(long, env = "HOOKPOST_PUBLIC_URL", global = true, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,

    /// Proxies whose X-Forwarded-For header is trusted: addresses or CIDR ranges, separated by commas
    #[arg(long, env = "HOOKPOST_TRUSTED_PROXIES", value_delimiter = ',', global = true, value_name = "CIDR", value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Non-public addresses that destinations and channels may reach, also over plain http: 127.0.0.1:5000, 10.0.0.0/8, host
    /// or host:5000, separated by commas
    #[arg(long, env = "HOOKPOST_ALLOW_OUTBOUND", value_delimiter = ',', global = true, value_name = "ENTRY")]
    pub allow_outbound: Vec<AllowEntry>,

    /// Largest webhook body in bytes; endpoints can set their own limit
    #[arg(long, env = "HOOKPOST_BODY_LIMIT", default_value_t = 1_048_576, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=MOST_BODY_BYTES.unsigned_abs()))]
    pub body_limit: u64,

    /// Master key that encrypts stored secrets: 32 bytes in base64. Default: read from the key file
    #[arg(
        long,
        env = "HOOKPOST_ENCRYPTION_KEY",
        global = true,
        value_name = "BASE64",
        hide_env_values = true,
        conflicts_with = "encryption_key_file"
    )]
    pub encryption_key: Option<SecretString>,

    /// File with the master key; created on first start. Back it up: without it, stored secrets can't be read. Default: the
    /// database file's name plus `.key`
    #[arg(long, env = "HOOKPOST_ENCRYPTION_KEY_FILE", global = true, value_name = "FILE")]
    pub encryption_key_file: Option<PathBuf>,

    /// Folders whose files can be used as signing secrets (`file:/run/secrets/openai`), separated by commas. Empty: none.
    /// Default: /run/secrets and the folder in CREDENTIALS_DIRECTORY (set by systemd)
    #[arg(long, env = "HOOKPOST_SECRET_DIRS", value_delimiter = ',', global = true, value_name = "FOLDER", value_parser = secret_dir)]
    pub secret_dirs: Option<Vec<PathBuf>>,

    /// Environment variables that can be used as signing secrets (`env:OPENAI_WEBHOOK_SECRET`), separated by commas. A name
    /// can end in `*` to match a prefix. Default: none
    #[arg(long, env = "HOOKPOST_SECRET_ENV", value_delimiter = ',', global = true, value_name = "NAME", value_parser = secret_env)]
    pub secret_env: Vec<String>,

    /// Seconds by which a webhook's timestamp may differ from the server's clock, in either direction
    #[arg(long, env = "HOOKPOST_TIMESTAMP_TOLERANCE", default_value_t = 300, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub timestamp_tolerance: u32,

    /// Rejected deliveries stored per endpoint and minute; further ones get a 429 and are only counted
    #[arg(long, env = "HOOKPOST_REJECTED_PER_MINUTE", default_value_t = 600, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub rejected_per_minute: u32,

    /// Bytes of rejected deliveries stored per endpoint and minute; further ones get a 429 and are only counted
    #[arg(long, env = "HOOKPOST_REJECTED_BYTES_PER_MINUTE", default_value_t = 8_388_608, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(65_536..))]
    pub rejected_bytes_per_minute: u32,

    /// Bytes of duplicate deliveries stored per endpoint and minute. Further ones get a 200 but are stored without their
    /// bodies, and beyond twice this limit not at all
    #[arg(long, env = "HOOKPOST_DUPLICATE_BYTES_PER_MINUTE", default_value_t = 8_388_608, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(65_536..))]
    pub duplicate_bytes_per_minute: u32,

    /// Bytes stored per minute for an endpoint with the scheme none; further webhooks get a 429. 0: no limit
    #[arg(
        long,
        env = "HOOKPOST_UNVERIFIED_BYTES_PER_MINUTE",
        default_value_t = 268_435_456,
        global = true,
        value_name = "BYTES"
    )]
    pub unverified_bytes_per_minute: u32,

    /// Bytes stored of a rejected or duplicate delivery's body; for larger bodies, the size and SHA-256 are stored as well
    #[arg(long, env = "HOOKPOST_KEPT_BODY", default_value_t = 65_536, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(0..=MOST_BODY_BYTES.unsigned_abs()))]
    pub kept_body: u64,

    /// Bytes of memory for all bodies being received. When it is used up, requests wait a second and then get a 503. One
    /// address can use at most half
    #[arg(long, env = "HOOKPOST_BODY_MEMORY", default_value_t = 268_435_456, global = true, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(LEAST_BODY_MEMORY..=1_099_511_627_776))]
    pub body_memory: u64,

    /// Webhook requests per second from one address; further ones get a 429. 0: no limit
    #[arg(long, env = "HOOKPOST_RATE_LIMIT", default_value_t = 0, global = true, value_name = "COUNT")]
    pub rate_limit: u32,

    /// API requests per second with one token; further ones get a 429. 0: no limit
    #[arg(long, env = "HOOKPOST_API_RATE_LIMIT", default_value_t = 200, global = true, value_name = "COUNT")]
    pub api_rate_limit: u32,

    /// Concurrent connections, at most three quarters of them from one address. At the limit, the oldest idle connections are
    /// closed; if none are idle, new ones wait
    #[arg(long, env = "HOOKPOST_MAX_CONNECTIONS", default_value_t = 4096, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Seconds in which a client must send its request headers, and the longest pause while it sends a body or reads an
    /// answer. A body that keeps arriving may take longer: see docs/architecture.md
    #[arg(long, env = "HOOKPOST_REQUEST_TIMEOUT", default_value_t = 10, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=300))]
    pub request_timeout: u64,

    /// Hours of inactivity after which a session ends
    #[arg(long, env = "HOOKPOST_SESSION_IDLE_HOURS", default_value_t = 12, global = true, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_idle_hours: u32,

    /// Hours after login when a session ends, even if active
    #[arg(long, env = "HOOKPOST_SESSION_HOURS", default_value_t = 168, global = true, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_hours: u32,

    /// Token that opens /metrics from anywhere (`Authorization: Bearer …`). Without one, only this machine can read them
    #[arg(long, env = "HOOKPOST_METRICS_TOKEN", global = true, value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,

    /// URL to call while the server is healthy, so that an external monitor notices when it is not. Must be https and public
    /// unless `--allow-outbound` lists it
    #[arg(long, env = "HOOKPOST_HEARTBEAT_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub heartbeat_url: Option<SecretString>,

    /// Seconds between heartbeat calls
    #[arg(long, env = "HOOKPOST_HEARTBEAT_SECONDS", default_value_t = 60, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(10..=86_400))]
    pub heartbeat_seconds: u32,

    /// OpenTelemetry collector for traces (OTLP over HTTP), such as http://127.0.0.1:4318. Default: no traces
    #[arg(long, env = "HOOKPOST_OTLP_ENDPOINT", global = true, value_name = "URL", value_parser = otlp_endpoint)]
    pub otlp_endpoint: Option<Url>,

    /// Format of log lines
    #[arg(long, env = "HOOKPOST_LOG_FORMAT", default_value = "text", global = true, value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// Log level (error, warn, info or debug) or a tracing filter
    #[arg(long, env = "HOOKPOST_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub log: String,
}

impl Settings {
    /// Where the master key lies when it is not given as a variable.
    pub fn key_file(&self) -> PathBuf {
        self.encryption_key_file.clone().unwrap_or_else(|| with_suffix(&self.database, ".key"))
    }

    /// What references to secrets may lead to.
    pub fn allowed_references(&self) -> AllowedReferences {
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
        AllowedReferences { dirs, env, own: vec![absolute(self.database.clone()), absolute(self.key_file())] }
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
        Err("must be absolute paths, such as /run/secrets".into())
    }
}

fn secret_env(text: &str) -> Result<String, String> {
    let name = text.trim();
    let letters = name.strip_suffix('*').unwrap_or(name);
    if letters.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(name.to_owned())
    } else {
        Err("must be variable names, such as OPENAI_WEBHOOK_SECRET or WEBHOOK_*".into())
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|e| format!("{e}; use a URL such as https://hooks.example.com"))?;
    match url.scheme() {
        "http" | "https" if url.path() == "/" && url.query().is_none() && url.fragment().is_none() => Ok(url),
        "http" | "https" => {
            Err("must contain only scheme and host: Hookpost runs at the root of its host".into())
        }
        other => Err(format!("`{other}` is not http or https")),
    }
}

fn otlp_endpoint(text: &str) -> Result<Url, String> {
    let mut url: Url = text.parse().map_err(|e| format!("{e}; use a URL such as http://127.0.0.1:4318"))?;
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
