//! This machine: which sandboxes it offers, found out with the first function, and one environment made in one.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use runtime::Runtime;
use sandbox::{Bind, Launcher, Level, Limits, Network, Offer, Overlay, Plan, Sandbox, Surroundings, host_parts};
use service_kit::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::api::{self, Apis};
use super::life::{Life, Made};
use super::runtimes::{self, Launch, Programs, Rooms};
use super::stage::Stage;
use super::{Environment, EnvironmentSpec, Hosts, StartFailure, proxy, variables};

/// Source: Lambda quotas, "File descriptors" and "Execution processes/threads".
const FILES: u64 = 1_024;
const PIDS: u32 = 1_024;

/// Memory the kernel may count before `/tmp`, which it counts as memory, is looked at again.
pub(super) const HEADROOM: u64 = 16 << 20;

/// The user of functions in AWS.
const USER: (u32, u32) = (993, 990);

/// Starts environments on this machine.
pub(super) struct Machine {
    runtime: Runtime,
    scratch: PathBuf,
    program: Option<PathBuf>,
    programs: Programs,
    ready: OnceCell<Ready>,
}

struct Ready {
    offer: Offer,
    launcher: Launcher,
}

impl Machine {
    pub(super) fn new(runtime: Runtime, scratch: PathBuf) -> Self {
        let surroundings = Surroundings::of_process();
        let programs = Programs::of(&surroundings);
        Self { runtime, scratch, program: surroundings.program, programs, ready: OnceCell::new() }
    }

    /// Asked once, by trying.
    async fn ready(&self) -> Result<&Ready, StartFailure> {
        self.ready
            .get_or_try_init(|| async {
                let program = self.program.clone().ok_or_else(|| internal("the file of this program is not known"))?;
                let arguments = vec!["sandbox-init".to_owned()];
                let offer = Offer::probe(&program, &arguments).await;
                tracing::info!(lacking = ?offer.lacking, "functions run in: {}", offer.describe());
                runtimes::write(&self.directory()).map_err(internal)?;
                Ok(Ready { launcher: offer.launcher(program, arguments), offer })
            })
            .await
    }

    fn directory(&self) -> PathBuf {
        // Absolute: it is named to other processes.
        std::path::absolute(&self.scratch).unwrap_or_else(|_| self.scratch.clone()).join("runtime")
    }

    /// Inside of namespaces as in AWS; where there are none, where things are on the host.
    fn rooms(&self, level: Level, spec: &EnvironmentSpec) -> Rooms {
        if level == Level::Processes {
            let opt = spec.layers.last().cloned().unwrap_or_else(|| PathBuf::from("/opt"));
            return Rooms { task: spec.code.clone(), opt, runtime: self.directory() };
        }
        Rooms { task: "/var/task".into(), opt: "/opt".into(), runtime: "/var/runtime".into() }
    }

    async fn make(&self, spec: Arc<EnvironmentSpec>) -> Result<Arc<dyn Environment>, StartFailure> {
        let ready = self.ready().await?;
        let level = ready.offer.level;
        let rooms = self.rooms(level, &spec);
        let launch = self.programs.find(&spec, &rooms).map_err(StartFailure::NoRuntime)?;
        let keys = spec.credentials.fresh().await.map_err(StartFailure::Role)?;
        let cloud = spec.endpoint.as_deref().and_then(proxy::address);
        let sandbox = ready.launcher.start(self.plan(level, &spec, &launch, cloud.as_ref())).await;
        let sandbox = sandbox.map_err(|error| StartFailure::Internal(error.to_string()))?;
        let stage = Arc::new(Stage::default());
        let apis = Apis { stage: Arc::clone(&stage), spec: Arc::clone(&spec), random: self.runtime.random.clone() };
        let (servers, api, endpoint) = serve(&sandbox, level, apis, cloud, spec.endpoint.clone()).map_err(internal)?;
        let variables = variables::all(&spec, &keys, &rooms, &api, endpoint);
        let made = Made { spec, launch, rooms, variables, stage, _servers: servers, runtime: self.runtime.clone() };
        let life = Life::new(made, sandbox);
        life.begin().await;
        Ok(Arc::new(life))
    }

    fn plan(&self, level: Level, spec: &EnvironmentSpec, launch: &Launch, cloud: Option<&(String, u16)>) -> Plan {
        let memory = u64::from(spec.memory_mb) << 20;
        let mut plan = Plan {
            level,
            network: if level == Level::Processes { Network::Host } else { Network::Own },
            listen: ports(cloud),
            binds: Vec::new(),
            overlays: vec![Overlay { sources: spec.layers.clone(), target: "/opt".into() }],
            links: Vec::new(),
            files: Vec::new(),
            tmp: u64::from(spec.ephemeral_mb) << 20,
            host_name: "169-254-100-6".to_owned(),
            user: USER,
            // While it starts it has all processors, as in AWS.
            limits: Limits { memory: memory + HEADROOM, cpu_millis: None, pids: PIDS, files: FILES },
            places: Default::default(),
        };
        host_parts(&mut plan);
        plan.binds.push(Bind { source: spec.code.clone(), target: "/var/task".into() });
        plan.binds.push(Bind { source: self.directory(), target: "/var/runtime".into() });
        plan.binds.extend(launch.binds.iter().cloned());
        plan
    }
}

/// That of the Runtime API, then that of the cloud.
fn ports(cloud: Option<&(String, u16)>) -> Vec<u16> {
    let cloud = cloud.map(|(_, port)| *port);
    let api = if cloud == Some(9_001) { 9_002 } else { 9_001 };
    std::iter::once(api).chain(cloud).collect()
}

/// Answers on the sockets of a sandbox: what serves, where the Runtime API is, where the cloud is.
fn serve(
    sandbox: &Sandbox,
    level: Level,
    apis: Apis,
    cloud: Option<(String, u16)>,
    endpoint: Option<String>,
) -> std::io::Result<(JoinSet<()>, String, Option<String>)> {
    let mut servers = JoinSet::new();
    let mut listeners = sandbox.take_listeners().into_iter().map(|listener| {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    });
    let api = listeners.next().ok_or_else(|| std::io::Error::other("a sandbox without sockets"))??;
    let address = api.local_addr()?.to_string();
    servers.spawn(api::serve(api, Arc::new(apis)));
    let mut seen = endpoint;
    if let (Some(listener), Some(cloud)) = (listeners.next(), cloud) {
        if level != Level::Processes {
            seen = Some(format!("http://127.0.0.1:{}", cloud.1));
        }
        servers.spawn(proxy::serve(listener?, cloud));
    }
    Ok((servers, address, seen))
}

fn internal(error: impl std::fmt::Display) -> StartFailure {
    StartFailure::Internal(error.to_string())
}

impl Hosts for Machine {
    fn start<'a>(&'a self, spec: Arc<EnvironmentSpec>) -> BoxFuture<'a, Result<Arc<dyn Environment>, StartFailure>> {
        Box::pin(self.make(spec))
    }
}

/// External extensions: the files of `extensions` in all layers, by name. Source: "Using the Lambda Extensions API".
pub(super) fn extensions(spec: &EnvironmentSpec) -> Vec<String> {
    let files = spec.layers.iter().filter_map(|layer| fs::read_dir(layer.join("extensions")).ok()).flatten().flatten();
    let files = files.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<String> = files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.dedup();
    names
}
