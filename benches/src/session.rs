//! The server of one workload: our binary, fresh for each, or a peer that runs already; and the bare server that repeats its answers.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::api::Api;
use crate::args::{Peer, Run, Scale};
use crate::bare::Answers;
use crate::load::{self, Lane, Measured, Plan, Target};
use crate::proc;
use crate::report::{Report, Row, Title};
use crate::server::{Durability, Server, free_address};
use crate::sign::RequestSigner;
use crate::tally::Sample;

/// Longest the bare server is measured for.
const BARE: Duration = Duration::from_secs(2);

/// Who is measured.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Our binary.
    Own(PathBuf),
    /// A server that runs already.
    Peer(Peer),
}

/// One run over the workloads, against one subject.
pub struct Session<'a> {
    /// Who is measured.
    pub subject: Subject,
    /// The sizes of everything.
    pub scale: Scale,
    /// What was asked for.
    pub run: &'a Run,
    /// Where results go.
    pub report: &'a mut Report,
}

/// A server that answers. Ours ends with it, and its data goes.
pub struct Running {
    /// What to load.
    pub target: Target,
    /// Signs requests to it.
    pub signer: RequestSigner,
    _server: Option<Server>,
    _data: Option<TempDir>,
}

impl Session<'_> {
    /// The subject's name.
    pub fn name(&self) -> String {
        match &self.subject {
            Subject::Own(_) => "nephele".to_owned(),
            Subject::Peer(peer) => peer.name.clone(),
        }
    }

    /// A directory that goes when it is dropped.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn scratch(&self) -> io::Result<TempDir> {
        let builder = tempfile::Builder::new().prefix("nephele-bench-").to_owned();
        match &self.run.scratch {
            Some(parent) => builder.tempdir_in(parent),
            None => builder.tempdir(),
        }
    }

    /// Starts our binary on nothing, or gives the peer.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(&self, durability: Durability) -> io::Result<Running> {
        match &self.subject {
            Subject::Own(binary) => start(binary, self.scratch()?, durability),
            Subject::Peer(peer) => Ok(Running::peer(peer)),
        }
    }

    /// The usual plan.
    pub fn plan(&self) -> Plan {
        Plan { warm_up: self.scale.warm_up, measure: self.scale.measure }
    }

    /// Runs a load on the server, then on the bare one, and notes the row.
    ///
    /// # Errors
    /// A server could not be reached or broke a connection.
    pub async fn measure<L: Lane + 'static>(
        &mut self,
        title: Title<'_>,
        target: &Target,
        lanes: impl Fn() -> io::Result<Vec<L>>,
    ) -> io::Result<()> {
        let measured = load::run(target, lanes()?, self.plan()).await?;
        self.compare(title, &measured, lanes).await
    }

    /// Runs the load of a measured row on the bare server, and notes the row.
    ///
    /// # Errors
    /// The bare server does not run.
    pub async fn compare<L: Lane + 'static>(
        &mut self,
        title: Title<'_>,
        measured: &Measured,
        lanes: impl Fn() -> io::Result<Vec<L>>,
    ) -> io::Result<()> {
        let bare = match self.run.no_bare || measured.samples.is_empty() {
            true => None,
            false => Some(self.bare(measured, lanes()?).await?),
        };
        self.report.rows.push(Row::new(title, &self.name(), measured, bare.as_ref()));
        Ok(())
    }

    async fn bare<L: Lane + 'static>(&self, measured: &Measured, lanes: Vec<L>) -> io::Result<Measured> {
        let named = |(name, sample): (&&str, &Sample)| ((*name).to_owned(), sample.clone());
        let answers: Answers = measured.samples.iter().map(named).collect();
        let server = Server::spawn_bare(&std::env::current_exe()?, &serde_json::to_vec(&answers)?, self.run.bare_hash)?;
        let plan = Plan { warm_up: self.scale.warm_up / 2, measure: self.scale.measure.min(BARE) };
        load::run(&server.target(), lanes, plan).await
    }
}

impl Running {
    fn peer(peer: &Peer) -> Self {
        let target = Target { address: peer.address, pid: proc::listener(peer.address.port()) };
        Self { target, signer: RequestSigner::new(&peer.host), _server: None, _data: None }
    }

    /// A server that somebody else keeps running.
    pub fn of(server: &Server, signer: &RequestSigner) -> Self {
        Self { target: server.target(), signer: signer.clone(), _server: None, _data: None }
    }

    /// A client for setting up.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn api(&self) -> io::Result<Api> {
        Api::open(self.target.address, &self.signer).await
    }
}

/// A request that any server answers without data.
///
/// # Errors
/// None that the caller could do anything about.
pub fn who_am_i(signer: &RequestSigner) -> io::Result<Vec<u8>> {
    signer.form("sts", b"Action=GetCallerIdentity&Version=2011-06-15")
}

/// The data directory within a scratch directory.
pub fn data_in(scratch: &TempDir) -> PathBuf {
    scratch.path().join("data")
}

fn start(binary: &Path, scratch: TempDir, durability: Durability) -> io::Result<Running> {
    let address = free_address()?;
    let signer = RequestSigner::new(&address.to_string());
    let data = data_in(&scratch);
    let started = Instant::now();
    let mut server = Server::spawn(binary, &data, address, durability)?;
    server.first_answer(&who_am_i(&signer)?, started, &data)?;
    Ok(Running { target: server.target(), signer, _server: Some(server), _data: Some(scratch) })
}
