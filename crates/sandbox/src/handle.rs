//! A sandbox that runs: its processes, what they print, how they end; freezing, limits, figures, the end.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::fstatvfs;
use rustix::io::ioctl_fionbio;
use rustix::net::{Shutdown, shutdown};
use rustix::pipe::{PipeFlags, pipe_with};
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe;
use tokio::sync::{oneshot, watch};

use crate::cgroups::Groups;
use crate::launcher::Started;
use crate::plan::{Command, Notice, Order};
use crate::wire;

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It was not started at all; why.
    NotStarted(String),
    /// The sandbox ended with it.
    Ended,
}

/// A process that was started.
#[derive(Debug)]
pub struct Process {
    /// For signals.
    pub id: u32,
    /// All it prints, on standard output and standard error.
    pub output: pipe::Receiver,
    /// What it writes to its side pipe, where it was given one.
    pub side: Option<pipe::Receiver>,
    /// Told once.
    pub exit: oneshot::Receiver<Exit>,
}

/// A sandbox. Dropping it ends all that runs inside.
#[derive(Debug)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    socket: AsyncFd<OwnedFd>,
    groups: Option<Groups>,
    listeners: Mutex<Vec<TcpListener>>,
    tmp: Option<OwnedFd>,
    waiting: Mutex<HashMap<u32, oneshot::Sender<Exit>>>,
    next: AtomicU32,
    /// Figures of the groups when they were last there.
    peak: AtomicU64,
    kills: AtomicU64,
    gone: watch::Sender<bool>,
}

impl Sandbox {
    pub(crate) fn of(started: Started) -> io::Result<Self> {
        ioctl_fionbio(&started.socket, true)?;
        let inner = Arc::new(Inner {
            socket: watched(started.socket)?,
            groups: started.groups,
            listeners: Mutex::new(started.listeners),
            tmp: started.tmp,
            waiting: Mutex::default(),
            next: AtomicU32::new(1),
            peak: AtomicU64::new(0),
            kills: AtomicU64::new(0),
            gone: watch::Sender::new(false),
        });
        tokio::spawn(listen(Arc::clone(&inner), started.keeper));
        Ok(Self { inner })
    }

    /// The sockets that the plan asked for, in its order. Told once.
    pub fn take_listeners(&self) -> Vec<TcpListener> {
        std::mem::take(&mut *lock(&self.inner.listeners))
    }

    /// Starts a process.
    ///
    /// # Errors
    /// When the sandbox has ended. A program that cannot be started is told as [`Exit::NotStarted`].
    pub async fn run(&self, command: Command) -> io::Result<Process> {
        let (output, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        let side = command.side_pipe.is_some().then(|| pipe_with(PipeFlags::CLOEXEC)).transpose()?;
        let (side, side_end) = side.unzip();
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let (told, exit) = oneshot::channel();
        lock(&self.inner.waiting).insert(id, told);
        let mut beside = vec![theirs.as_fd()];
        beside.extend(side_end.as_ref().map(AsFd::as_fd));
        self.inner.order(&Order::Run(id, command), &beside).await?;
        if *self.inner.gone.borrow() {
            self.inner.forget();
        }
        let side = side.map(pipe::Receiver::from_owned_fd).transpose()?;
        Ok(Process { id, output: pipe::Receiver::from_owned_fd(output)?, side, exit })
    }

    /// Sends `signal` to a process and what it started.
    ///
    /// # Errors
    /// When the sandbox has ended.
    pub async fn signal(&self, id: u32, signal: i32) -> io::Result<()> {
        self.inner.order(&Order::Signal(id, signal), &[]).await
    }

    /// Kills every process inside; the sandbox stays.
    ///
    /// # Errors
    /// When the sandbox has ended.
    pub async fn kill_all(&self) -> io::Result<()> {
        self.inner.order(&Order::KillAll, &[]).await
    }

    /// Stops everything inside where it is, or lets it go on.
    ///
    /// # Errors
    /// When the sandbox has ended.
    pub async fn freeze(&self, frozen: bool) -> io::Result<()> {
        match &self.inner.groups {
            Some(groups) if groups.freeze(frozen)? => Ok(()),
            _ => self.inner.order(&Order::Stop(frozen), &[]).await,
        }
    }

    /// Gives it so many thousandths of a processor; none for all there are. Nothing happens where there is no control group.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn set_cpu(&self, millis: Option<u32>) -> io::Result<()> {
        self.inner.groups.as_ref().map_or(Ok(()), |groups| groups.set_cpu(millis))
    }

    /// Gives it so many bytes of memory. Nothing happens where there is no control group.
    ///
    /// # Errors
    /// When the kernel refuses: more is in use already.
    pub fn set_memory(&self, bytes: u64) -> io::Result<()> {
        self.inner.groups.as_ref().map_or(Ok(()), |groups| groups.set_memory(bytes))
    }

    /// Bytes in its `/tmp`. They are memory too, and counted as such by the kernel.
    pub fn tmp_used(&self) -> u64 {
        let stat = self.inner.tmp.as_ref().and_then(|tmp| fstatvfs(tmp).ok());
        stat.map_or(0, |stat| (stat.f_blocks - stat.f_bfree) * stat.f_frsize)
    }

    /// The most bytes of memory that were in use at once; none where nothing counts them.
    pub fn peak_memory(&self) -> Option<u64> {
        let now = self.inner.groups.as_ref()?.peak().unwrap_or(0);
        Some(now.max(self.inner.peak.load(Ordering::Relaxed)))
    }

    /// How many processes the kernel has killed for want of memory.
    pub fn out_of_memory_kills(&self) -> u64 {
        let now = self.inner.groups.as_ref().map_or(0, Groups::out_of_memory_kills);
        now.max(self.inner.kills.load(Ordering::Relaxed))
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> bool {
        !*self.inner.gone.borrow()
    }

    /// Returns when it has ended and nothing is left of it.
    pub async fn ended(&self) {
        let mut gone = self.inner.gone.subscribe();
        // The sender lives in `inner`: it cannot be gone.
        let _ = gone.wait_for(|gone| *gone).await;
    }

    /// Ends it, and returns when nothing is left of it.
    pub async fn end(&self) {
        self.inner.let_go();
        self.ended().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.inner.let_go();
    }
}

impl Inner {
    /// The keeper sees this end close, and ends everything.
    fn let_go(&self) {
        let _ = shutdown(&self.socket, Shutdown::Write);
    }

    async fn order(&self, order: &Order, beside: &[std::os::fd::BorrowedFd<'_>]) -> io::Result<()> {
        self.socket.async_io(Interest::WRITABLE, |socket| wire::send(socket, order, beside)).await
    }

    async fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let received = self.socket.async_io(Interest::READABLE, |socket| wire::receive(socket)).await?;
        Ok(received.map(|(message, _)| message))
    }

    fn tell(&self, id: u32, exit: Exit) {
        if let Some(waiting) = lock(&self.waiting).remove(&id) {
            // Nobody may care any more.
            let _ = waiting.send(exit);
        }
    }

    /// Nothing will be told any more.
    fn forget(&self) {
        self.keep_figures();
        for (_, waiting) in lock(&self.waiting).drain() {
            let _ = waiting.send(Exit::Ended);
        }
    }

    fn keep_figures(&self) {
        if let Some(groups) = &self.groups {
            self.peak.fetch_max(groups.peak().unwrap_or(0), Ordering::Relaxed);
            self.kills.fetch_max(groups.out_of_memory_kills(), Ordering::Relaxed);
        }
    }
}

/// Hears what those inside tell, to the end of the last of them.
async fn listen(inner: Arc<Inner>, mut keeper: Child) {
    loop {
        match inner.receive().await {
            Ok(Some(Notice::Exited(id, Some(code), _))) => inner.tell(id, Exit::Code(code)),
            Ok(Some(Notice::Exited(id, None, signal))) => inner.tell(id, Exit::Signal(signal.unwrap_or(0))),
            Ok(Some(Notice::NotStarted(id, text))) => inner.tell(id, Exit::NotStarted(text)),
            Ok(Some(Notice::Failed(text))) => tracing::error!("a sandbox: {text}"),
            Ok(Some(Notice::Ended)) => {
                inner.forget();
                inner.let_go();
            }
            Ok(Some(Notice::Listening | Notice::Ready)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    inner.forget();
    let waited = tokio::task::spawn_blocking(move || keeper.wait()).await;
    if !matches!(waited, Ok(Ok(status)) if status.success()) {
        tracing::warn!("the keeper of a sandbox did not end well");
    }
    inner.groups.iter().for_each(Groups::remove);
    inner.gone.send_replace(true);
}

/// Deprecated since a type whose descriptor changes would be watched wrongly: an owned descriptor does not change.
#[expect(deprecated, reason = "what replaces it is unsafe, for types that are not descriptors")]
fn watched(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(socket)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
