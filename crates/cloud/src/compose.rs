//! From settings to a cloud that can serve: data directory → engine → store → cloud → gateway.
//!
//! Nothing is served and no task runs before [`Composed::serve`].

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use authority::{Authority, RootKeys};
use gateway::{AccessLog, Gateway, GatewayParts, Limits, Listener, Origins, identify::DataPlaneHosts};
use names::PageTokenKey;
use remote_blobs::{Address, InvalidAddress, RemoteBlobs};
use runtime::Runtime;
use service_kit::{Cloud, CloudParts, Mailer};
use smtp::{InvalidServer, Smtp};
use store::blobs::{Blobs, FileBlobs};
use store::{Local, Options, Store, StoreError, Vault};
use tokio::net::TcpListener;

use crate::admin::{About, Admin, AdminParts};
use crate::clock::ClockKeeper;
use crate::config::{Durability, Settings};
use crate::data_dir::{DataDir, Keys};
use crate::running::Running;
use crate::services;

/// How long a stop waits for background tasks.
const TASKS_END: Duration = Duration::from_secs(5);

/// A whole cloud, ready to serve.
pub struct Composed {
    /// Its services and their store.
    pub cloud: Cloud,
    /// The road to them.
    pub gateway: Gateway,
    /// Moves its clock.
    pub clock: ClockKeeper,
    authority: Arc<gateway::CertificateAuthority>,
    data: Option<DataDir>,
    tls: bool,
}

/// Why a cloud could not be composed.
#[derive(Debug)]
pub enum ComposeError {
    /// Another process has the data directory open; who, when it left a note.
    InUse {
        /// The directory.
        data: DataDir,
        /// The other process.
        by: Option<Running>,
    },
    /// The store could not be opened.
    Store(StoreError),
    /// The data directory could not be read or written.
    DataDir(DataDir, io::Error),
    /// A service named in the settings is not in this build.
    NoSuchService(String),
    /// The place for bytes of large objects is none.
    Blobs(InvalidAddress),
    /// Mail cannot be handed over so.
    Mail(InvalidServer),
}

/// Opens the data directory, or makes everything in memory, and composes a cloud on it that clients reach at `endpoint`.
///
/// # Errors
/// When the directory is in use, unreadable or damaged, or a configured service is not there.
pub async fn open(settings: &Settings, runtime: Runtime, endpoint: &str) -> Result<Composed, ComposeError> {
    if settings.ephemeral {
        let store = Store::in_memory(runtime.random.clone());
        let nowhere = |error| ComposeError::DataDir(DataDir::at(""), error);
        let keys = Keys::ephemeral(&runtime.random).map_err(nowhere)?;
        return compose(settings, runtime, store, keys, None, endpoint).await;
    }
    let data = DataDir::at(&settings.data);
    let unusable = |error| ComposeError::DataDir(data.clone(), error);
    data.create().map_err(unusable)?;
    let store = open_store(&data, settings.durability, &runtime)?;
    let keys = data.open_keys(&runtime.random).map_err(unusable)?;
    compose(settings, runtime, store, keys, Some(data), endpoint).await
}

fn open_store(data: &DataDir, durability: Durability, runtime: &Runtime) -> Result<Store, ComposeError> {
    let durability = match durability {
        Durability::Fsync => store::Durability::Fsync,
        Durability::Os => store::Durability::Os,
    };
    match Local::open(&data.store(), &Options { durability, ..Options::default() }) {
        Ok(engine) => Ok(Store::new(Arc::new(engine), runtime.random.clone())),
        Err(StoreError::Locked(_)) => Err(ComposeError::InUse { data: data.clone(), by: Running::read(data) }),
        Err(error) => Err(ComposeError::Store(error)),
    }
}

/// Where bytes of large objects are kept; none for memory.
fn blobs(
    settings: &Settings,
    data: Option<&DataDir>,
    runtime: &Runtime,
    vault: &Vault,
) -> Result<Option<Arc<dyn Blobs>>, ComposeError> {
    let (key, random) = (vault.key("blobs"), runtime.random.clone());
    let dir = match settings.blobs.strip_prefix("file://") {
        Some(path) => Some(PathBuf::from(path)),
        None if settings.blobs.is_empty() => data.map(DataDir::blobs),
        None => {
            let address = Address::parse(&settings.blobs, settings.blobs_options.clone());
            let remote = address.and_then(|address| RemoteBlobs::at(&address, key, random));
            return Ok(Some(Arc::new(remote.map_err(ComposeError::Blobs)?)));
        }
    };
    let open = |dir: PathBuf| FileBlobs::open(&dir, key, random).map_err(ComposeError::Store);
    Ok(dir.map(open).transpose()?.map(|blobs| Arc::new(blobs) as Arc<dyn Blobs>))
}

/// Who takes mail; nobody unless a server was named.
fn mailer(settings: &Settings) -> Result<Option<Arc<dyn Mailer>>, ComposeError> {
    let at = |url: &String| Smtp::at(url, &settings.mail_from).map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    settings.smtp.as_ref().map(at).transpose().map_err(ComposeError::Mail)
}

async fn compose(
    settings: &Settings,
    runtime: Runtime,
    store: Store,
    keys: Keys,
    data: Option<DataDir>,
    endpoint: &str,
) -> Result<Composed, ComposeError> {
    let clock = ClockKeeper::restore(runtime.clock.clone(), store.clone()).await.map_err(ComposeError::Store)?;
    let page_tokens = PageTokenKey::new(&keys.page_token);
    let mut parts = CloudParts::new(runtime.clone(), store.clone(), Vault::new(&keys.root), page_tokens);
    if let Some(blobs) = blobs(settings, data.as_ref(), &runtime, &parts.vault)? {
        parts.blobs = blobs;
    }
    let roots = RootKeys::new(settings.root_secret.as_deref(), settings.open_keys);
    let judge = Arc::new(Authority::new(roots));
    parts.authorizer = judge.clone();
    parts.mailer = mailer(settings)?;
    parts.base_url = endpoint.to_owned();
    parts.default_region = settings.region.clone();
    if let Some(data) = &data {
        parts.scratch = data.path().join("scratch");
    }
    let mut running = services::all(&parts);
    if let Some(absent) = settings.services.iter().find(|id| !running.iter().any(|s| s.api().id == id.as_str())) {
        return Err(ComposeError::NoSuchService(absent.clone()));
    }
    running.retain(|service| settings.runs(service.api().id));
    let cloud = Cloud::new(parts, running);
    let log = AccessLog::default();
    let authority = Arc::new(keys.authority);
    let origins = Origins { also: settings.cors_origins.clone() };
    let about = About::new(settings, data.as_ref(), endpoint, authority.certificate_pem());
    let admin = AdminParts {
        cloud: cloud.clone(),
        authority: judge.clone(),
        log: log.clone(),
        clock: clock.clone(),
        origins: origins.clone(),
    };
    let own = Admin::new(admin, about);
    let gateway = Gateway::new(GatewayParts {
        cloud: cloud.clone(),
        credentials: judge,
        own: Arc::new(own),
        hosts: DataPlaneHosts::default(),
        origins,
        limits: Limits::default(),
        log,
    });
    Ok(Composed { cloud, gateway, clock, authority, data, tls: settings.tls })
}

impl Composed {
    /// Serves a bound port until the runtime is asked to shut down; then lets requests in flight finish, stops the tasks
    /// and closes the store.
    ///
    /// # Errors
    /// When the store could not be closed cleanly. What was acknowledged is safe all the same.
    pub async fn serve(self, socket: TcpListener) -> Result<(), StoreError> {
        self.cloud.start_tasks();
        let authority = self.tls.then(|| self.authority.clone());
        Listener::on(socket, self.gateway.clone(), authority).serve().await;
        self.close().await
    }

    async fn close(self) -> Result<(), StoreError> {
        let tasks = &self.cloud.runtime().tasks;
        let asked = Instant::now();
        if tokio::time::timeout(TASKS_END, tasks.wait_idle()).await.is_err() {
            tracing::warn!(running = tasks.running(), "background tasks did not end within {:?}", asked.elapsed());
            tasks.abort_all();
        }
        let closed = self.cloud.store().close().await;
        if let Some(data) = &self.data {
            Running::remove(data);
        }
        closed
    }

    /// Leaves a note in the data directory that says who has it open.
    pub fn announce(&self, endpoint: &str) {
        let Some(data) = &self.data else { return };
        let note = Running { pid: std::process::id(), endpoint: endpoint.to_owned() };
        if let Err(error) = note.write(data) {
            tracing::warn!(%error, "could not note in the data directory who has it open");
        }
    }
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { data, by: Some(by) } => {
                let (dir, pid, endpoint) = (data.path().display(), by.pid, &by.endpoint);
                write!(f, "the data directory {dir} is in use by process {pid}, which serves {endpoint}")
            }
            Self::InUse { data, by: None } => {
                write!(f, "the data directory {} is in use by another process", data.path().display())
            }
            Self::Store(error) => write!(f, "{error}"),
            Self::DataDir(data, error) => write!(f, "the data directory {}: {error}", data.path().display()),
            Self::NoSuchService(id) => write!(f, "services: {id} is not in this version"),
            Self::Blobs(error) => write!(f, "blobs: {error}"),
            Self::Mail(error) => write!(f, "mail: {error}"),
        }
    }
}

impl std::error::Error for ComposeError {}
