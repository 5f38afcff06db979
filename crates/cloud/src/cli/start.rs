//! `nephele start`: the cloud itself.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use runtime::{Runtime, Shutdown};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Failure, Outcome, Situation, output};
use crate::client::Client;
use crate::compose;
use crate::config::{Layer, LogFormat, Settings};
use crate::report::Status;

const EXAMPLES: &str = "\
Examples:
  nephele start                                 on 127.0.0.1:4566, data in ~/.local/share/nephele
  nephele start --ephemeral                     everything in memory, gone at the end
  nephele start --listen 127.0.0.1:0 --data d   on a free port, which is printed
  NEPHELE_REGION=eu-west-1 nephele start        every setting is a variable and a key of the file as well

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Start the cloud (what nephele does when no command is named).
/// Prints 'Ready.' when it answers; stop it with Ctrl-C or SIGTERM.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Start {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:4566]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Data directory [default: ~/.local/share/nephele]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep everything in memory
    #[arg(long, conflicts_with = "data")]
    ephemeral: bool,
    /// Where bytes of large objects are kept: s3://, gs://, az:// or file:// [default: in the data directory]
    #[arg(long, value_name = "URL")]
    blobs: Option<String>,
    /// Key, region or endpoint for reaching that place; can be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    blobs_option: Vec<String>,
    /// What an acknowledged write survives: power loss, or the end of the process [default: fsync]
    #[arg(long, value_name = "fsync|os")]
    durability: Option<String>,
    /// Region when a request names none [default: us-east-1]
    #[arg(long)]
    region: Option<String>,
    /// Secret of the root keys, instead of the conventional ones
    #[arg(long, value_name = "SECRET")]
    root_secret: Option<String>,
    /// Refuse access keys that were not issued here
    #[arg(long)]
    no_open_keys: bool,
    /// No TLS on the port
    #[arg(long)]
    no_tls: bool,
    /// Origin that browsers may call from; can be given several times
    #[arg(long, value_name = "ORIGIN")]
    cors_origin: Vec<String>,
    /// Host name under which other machines may change the cloud through /_nephele; can be given several times
    #[arg(long, value_name = "HOST")]
    admin_host: Vec<String>,
    /// Services to run, separated by commas [default: all]
    #[arg(long, value_name = "LIST")]
    services: Option<String>,
    /// Server that mail is handed to, smtp:// or smtps:// [default: mail stays in spools, for nephele mail]
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
    /// Address that mail is from [default: no-reply@sns.amazonaws.com]
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// What is logged: error, warn, info, debug, trace, or a filter such as gateway=debug [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// How log lines look [default: text]
    #[arg(long, value_name = "text|json")]
    log_format: Option<String>,
    /// Threads that serve requests [default: one a processor]
    #[arg(long, value_name = "N")]
    workers: Option<String>,
}

impl Start {
    /// These flags, or where there are none, those before the command.
    pub(super) fn or(self, before: Self) -> Self {
        if self.layer().values.is_empty() { before } else { self }
    }

    /// The flags as a layer of settings.
    pub(super) fn layer(&self) -> Layer {
        let given = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
        let list = |items: &[String]| (!items.is_empty()).then(|| items.join(","));
        let values = [
            given("listen", self.listen.clone()),
            given("data", self.data.as_ref().map(|path| path.display().to_string())),
            given("ephemeral", self.ephemeral.then(|| "true".to_owned())),
            given("blobs", self.blobs.clone()),
            given("blobs_options", list(&self.blobs_option)),
            given("durability", self.durability.clone()),
            given("region", self.region.clone()),
            given("root_secret", self.root_secret.clone()),
            given("open_keys", self.no_open_keys.then(|| "false".to_owned())),
            given("tls", self.no_tls.then(|| "false".to_owned())),
            given("cors_origins", list(&self.cors_origin)),
            given("admin_hosts", list(&self.admin_host)),
            given("services", self.services.clone()),
            given("smtp", self.smtp.clone()),
            given("mail_from", self.mail_from.clone()),
            given("log", self.log.clone()),
            given("log_format", self.log_format.clone()),
            given("workers", self.workers.clone()),
        ];
        Layer { source: "the command line".to_owned(), values: values.into_iter().flatten().collect() }
    }

    pub(super) fn run(self, situation: &Situation) -> Outcome {
        let (settings, unknown) = situation.settings(self.layer())?;
        start_logging(&settings)?;
        for variable in unknown {
            tracing::warn!("{variable} is set and is no setting of nephele");
        }
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        threads.enable_all().thread_name("nephele");
        if settings.workers > 0 {
            threads.worker_threads(settings.workers);
        }
        let threads = threads.build().map_err(|error| Failure::Failed(error.to_string()))?;
        threads.block_on(serve(&settings, situation.common.json))
    }
}

/// To standard error, so that standard output holds nothing but what is documented.
fn start_logging(settings: &Settings) -> Outcome {
    let wrong = |error| Failure::Usage(format!("log: '{}' is not a filter: {error}", settings.log));
    let filter = EnvFilter::builder().parse(&settings.log).map_err(wrong)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

/// The port first: who finds it taken has touched nothing.
async fn serve(settings: &Settings, json: bool) -> Outcome {
    let failed = |error: io::Error| Failure::Failed(error.to_string());
    let socket = match TcpListener::bind(settings.listen).await {
        Ok(socket) => socket,
        Err(error) => return Err(Failure::Failed(not_bound(settings, &error).await)),
    };
    let address = socket.local_addr().map_err(failed)?;
    let endpoint = settings.endpoint(address.port());
    let runtime = Runtime::real();
    let signals = stop_on_signal(&runtime.shutdown).map_err(failed)?;
    let composed =
        compose::open(settings, runtime, &endpoint).await.map_err(|error| Failure::Failed(error.to_string()))?;
    composed.announce(&endpoint);
    warn_if_open(address);
    match greet(settings, &endpoint, json) {
        Ok(()) | Err(Failure::NobodyReads) => {}
        Err(failure) => return Err(failure),
    }
    let served = composed.serve(socket).await;
    signals.abort();
    served.map_err(|error| Failure::Failed(format!("the store was not closed cleanly: {error}")))
}

/// The first signal asks everyone to end; a second one does not wait for them.
fn stop_on_signal(shutdown: &Shutdown) -> io::Result<tokio::task::JoinHandle<()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let shutdown = shutdown.clone();
    Ok(tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        tracing::info!("stopping: requests in flight may finish; a second signal ends at once");
        shutdown.request();
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(1);
    }))
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// Why the port could not be had, and who has it when that is one of ours.
async fn not_bound(settings: &Settings, error: &io::Error) -> String {
    let address = settings.listen;
    if error.kind() != io::ErrorKind::AddrInUse {
        return format!("cannot listen on {address}: {error}");
    }
    let other: Option<Status> = match Client::new(&settings.endpoint(address.port())) {
        Ok(client) => client.get("/_nephele/status").await.ok(),
        Err(_) => None,
    };
    match other {
        Some(Status { pid, data, .. }) => {
            let data = data.map_or("in memory".to_owned(), |data| format!("data in {data}"));
            format!("{address} is taken: nephele is running there already, process {pid}, {data}")
        }
        None => format!("{address} is taken by another program; choose another with --listen"),
    }
}

fn warn_if_open(address: SocketAddr) {
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "other machines can reach this cloud; the root keys are no secret unless --root-secret is set");
    }
}

/// Where it is, what to type next, and the line that tools wait for.
fn greet(settings: &Settings, endpoint: &str, json: bool) -> Outcome {
    if json {
        let ready = serde_json::json!({ "ready": true, "endpoint": endpoint, "pid": std::process::id() });
        return output::line(&ready.to_string());
    }
    let data = if settings.ephemeral { "in memory".to_owned() } else { format!("data in {}", settings.data.display()) };
    output::line(&format!("Nephele {} on {endpoint}, {data}", env!("CARGO_PKG_VERSION")))?;
    // The secret itself is not printed: standard output ends up in logs.
    let secret = settings.root_secret.as_ref().map_or("test", |_| "<your root_secret>");
    output::line(&format!(
        "export AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY={secret} AWS_DEFAULT_REGION={}",
        settings.region
    ))?;
    output::line("Ready.")
}
