//! The life of one environment: its init phase, invocations one at a time, frozen between them, and its end.
//!
//! Code is real and takes real time: limits are waited for by [`runtime::Clock::wait_at_most`], and figures are measured
//! by the host's clock, however the cloud's own is moved.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use runtime::Runtime;
use sandbox::{Command, Exit, Process, Sandbox};
use serde_json::json;
use service_kit::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;

use super::console::Console;
use super::host::{HEADROOM, extensions};
use super::report::{self, Figures, Status};
use super::runtimes::{Launch, Rooms};
use super::stage::{Answer, Offer, Stage, State};
use super::{AnswerSink, Environment, EnvironmentSpec, FailureKind, Invocation, Outcome, Verdict};

/// The init phase. Source: "Understanding the Lambda execution environment lifecycle".
const INIT: Duration = Duration::from_secs(10);
/// What extensions have for their shutdown. Source: the same.
const SHUTDOWN: Duration = Duration::from_secs(2);
/// How often `/tmp` is looked at while something runs.
const GLANCE: Duration = Duration::from_millis(20);
/// Bytes of the log that a caller may ask for. Source: Invoke, `LogType`.
const TAIL: usize = 4_096;
/// Memory for which a function has one processor, in MB. Source: "Configure Lambda function memory".
const ONE_PROCESSOR: u32 = 1_769;
const SIGTERM: i32 = 15;

/// What a life is begun with.
pub(super) struct Made {
    pub(super) spec: Arc<EnvironmentSpec>,
    pub(super) launch: Launch,
    pub(super) rooms: Rooms,
    pub(super) variables: Vec<(String, String)>,
    pub(super) stage: Arc<Stage>,
    /// End with it.
    pub(super) _servers: JoinSet<()>,
    pub(super) runtime: Runtime,
}

pub(super) struct Life {
    made: Made,
    sandbox: Sandbox,
    alive: AtomicBool,
    inside: Mutex<Inside>,
}

/// What only one invocation touches at a time.
#[derive(Default)]
struct Inside {
    console: Console,
    runtime: Option<Guest>,
    extensions: Vec<Guest>,
    /// The init phase has gone well.
    ready: bool,
    /// How long it took, until the first invocation has told of it.
    init: Option<Duration>,
    tail: Vec<u8>,
}

struct Guest {
    id: u32,
    exit: oneshot::Receiver<Exit>,
}

/// What ended a wait.
enum Seen<T> {
    It(T),
    Exit(Exit),
    Late,
}

/// Why the init phase did not go well.
enum Unready {
    Told(Bytes),
    Exited(Exit),
    Late,
}

/// What came of an invocation.
struct Result_ {
    verdict: Verdict,
    status: Status,
    /// Whether another one can follow.
    goes_on: bool,
}

impl Life {
    pub(super) fn new(made: Made, sandbox: Sandbox) -> Self {
        Self { made, sandbox, alive: AtomicBool::new(true), inside: Mutex::default() }
    }

    fn now(&self) -> Timestamp {
        self.made.runtime.clock.now()
    }

    fn real(&self) -> Timestamp {
        self.made.runtime.clock.real_now()
    }

    /// The init phase. One that fails is run again by the first invocation.
    pub(super) async fn begin(&self) {
        let mut inside = self.inside.lock().await;
        let (spec, launch) = (&self.made.spec, &self.made.launch);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, launch.version.as_bytes());
        let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let arn = format!("arn:aws:lambda:{}::runtime:{digest}", spec.region);
        self.tell(&mut inside, report::init_start(spec, self.now(), &launch.version, &arn), Status::Success);
        let began = self.real();
        let mut late = pin!(self.made.runtime.clock.wait_at_most(INIT));
        let ready = self.boot(&mut inside, late.as_mut()).await;
        let took = self.real().since(began);
        match ready {
            Ok(()) => inside.init = Some(took),
            Err(why) => {
                let status = match why {
                    Unready::Late => Status::Timeout,
                    Unready::Told(_) => Status::Error("Runtime.Unknown"),
                    Unready::Exited(_) => Status::Error("Runtime.ExitError"),
                };
                self.say(&mut inside, report::init_report(spec, self.now(), took, "init", status));
                self.clear(&mut inside).await;
            }
        }
        inside.tail.clear();
        // A host without the controller has no share to give.
        let _ = self.sandbox.set_cpu(Some(share(spec.memory_mb)));
        self.freeze(true).await;
    }

    async fn freeze(&self, frozen: bool) {
        if let Err(error) = self.sandbox.freeze(frozen).await {
            tracing::debug!(%error, "an environment was not frozen or thawed");
        }
    }

    /// Ends all processes, as after an init that failed.
    async fn clear(&self, inside: &mut Inside) {
        let _ = self.sandbox.kill_all().await;
        (inside.runtime, inside.ready) = (None, false);
        inside.extensions.clear();
    }

    /// Starts extensions, then the runtime, and waits until all of them wait for an event.
    async fn boot(&self, inside: &mut Inside, mut late: Pin<&mut impl Future<Output = ()>>) -> Result<(), Unready> {
        let stage = &self.made.stage;
        stage.with(|state| *state = State::default());
        let names = extensions(&self.made.spec);
        for name in &names {
            let command = self.command(self.made.rooms.opt.join("extensions").join(name), Vec::new(), None);
            let guest = self.run(inside, command).await?;
            inside.extensions.push(guest);
        }
        let registered = stage.until(|state| (state.extensions.len() >= names.len()).then_some(()));
        if let Seen::Late = self.watch(inside, late.as_mut(), registered).await {
            return Err(Unready::Late);
        }
        let (program, arguments) = self.program();
        let side = (!self.made.spec.runtime.starts_with("provided")).then(|| "_LAMBDA_TELEMETRY_LOG_FD".to_owned());
        let guest = self.run(inside, self.command(program, arguments, side)).await?;
        inside.runtime = Some(guest);
        let seen = self.watch(inside, late.as_mut(), stage.quiet()).await;
        let told = stage.with(|state| state.init_error.take());
        match (seen, told) {
            (Seen::It(()), None) => {
                inside.ready = true;
                Ok(())
            }
            (_, Some(told)) => Err(Unready::Told(told)),
            (Seen::Exit(exit), None) => Err(Unready::Exited(exit)),
            (Seen::Late, None) => Err(Unready::Late),
        }
    }

    /// What is started for the runtime, in its wrapper where it has one.
    fn program(&self) -> (std::path::PathBuf, Vec<String>) {
        let launch = &self.made.launch;
        let wrapper = self.made.spec.variables.iter().find(|(name, _)| name == "AWS_LAMBDA_EXEC_WRAPPER");
        match wrapper {
            Some((_, wrapper)) => {
                let program = launch.program.display().to_string();
                (wrapper.into(), std::iter::once(program).chain(launch.arguments.iter().cloned()).collect())
            }
            None => (launch.program.clone(), launch.arguments.clone()),
        }
    }

    fn command(&self, program: std::path::PathBuf, arguments: Vec<String>, side_pipe: Option<String>) -> Command {
        let environment = self.made.variables.clone();
        Command { program, arguments, environment, directory: self.made.rooms.task.clone(), side_pipe }
    }

    async fn run(&self, inside: &mut Inside, command: Command) -> Result<Guest, Unready> {
        let started = self.sandbox.run(command).await;
        let Process { id, output, side, exit } = started.map_err(|_| Unready::Exited(Exit::Ended))?;
        inside.console.add(output, side);
        Ok(Guest { id, exit })
    }

    /// Waits for `until`, the end of the runtime or the end of patience, and logs what is printed meanwhile.
    async fn watch<T>(
        &self,
        inside: &mut Inside,
        mut late: Pin<&mut impl Future<Output = ()>>,
        until: impl Future<Output = T>,
    ) -> Seen<T> {
        let mut until = pin!(until);
        loop {
            let Inside { console, runtime, .. } = &mut *inside;
            let seen = tokio::select! {
                biased;
                it = until.as_mut() => Some(Seen::It(it)),
                exit = ended(runtime) => Some(Seen::Exit(exit)),
                () = late.as_mut() => Some(Seen::Late),
                () = console.readable() => None,
                () = self.made.runtime.clock.wait_at_most(GLANCE) => None,
            };
            self.print(inside);
            self.fit_memory();
            match seen {
                Some(Seen::Exit(exit)) => {
                    inside.runtime = None;
                    return Seen::Exit(exit);
                }
                Some(seen) => return seen,
                None => {}
            }
        }
    }

    /// What lies in `/tmp` is memory to the kernel, and disk to AWS.
    fn fit_memory(&self) {
        let memory = u64::from(self.made.spec.memory_mb) << 20;
        let _ = self.sandbox.set_memory(memory + HEADROOM + self.sandbox.tmp_used());
    }

    fn print(&self, inside: &mut Inside) {
        for (at, text) in inside.console.read() {
            // An instant the runtime told is of the host's clock.
            let at = at.map_or_else(|| self.now(), |at| self.made.runtime.clock.at_real(at));
            self.log(inside, at, text);
        }
    }

    fn say(&self, inside: &mut Inside, text: String) {
        self.log(inside, self.now(), text);
    }

    /// A line of the platform's. In JSON those of what went well are of level INFO, and can be left out.
    fn tell(&self, inside: &mut Inside, text: String, status: Status) {
        let logging = &self.made.spec.logging;
        let quiet = logging.json && logging.system_level.as_deref() == Some("WARN");
        if !quiet || status != Status::Success {
            self.say(inside, text);
        }
    }

    fn log(&self, inside: &mut Inside, at: Timestamp, text: String) {
        inside.tail.extend_from_slice(text.as_bytes());
        inside.tail.push(b'\n');
        if inside.tail.len() > 4 * TAIL {
            inside.tail.drain(..inside.tail.len() - TAIL);
        }
        self.made.spec.logging.sink.line(at, text);
    }

    async fn one(&self, invocation: Invocation, sink: &mut dyn AnswerSink) -> Outcome {
        let spec = &self.made.spec;
        let mut inside = self.inside.lock().await;
        let inside = &mut *inside;
        let id = invocation.request_id.to_string();
        let trace = invocation.trace.clone().unwrap_or_else(|| self.trace());
        self.freeze(false).await;
        let (began, kills) = (self.real(), self.sandbox.out_of_memory_kills());
        self.tell(inside, report::start(spec, self.now(), &id), Status::Success);
        let mut late = pin!(self.made.runtime.clock.wait_at_most(spec.timeout));
        let result = self.attempt(inside, late.as_mut(), &id, &trace, invocation, kills, sink).await;
        let mut duration = self.real().since(began);
        if result.status == Status::Timeout {
            duration = duration.max(spec.timeout);
        }
        if result.goes_on {
            self.settle(inside, late.as_mut()).await;
        }
        self.print(inside);
        for (_, text) in inside.console.rest() {
            self.say(inside, text);
        }
        let init = inside.init.take();
        let max_memory_mb = self.max_memory();
        if let Some(line) = report::end(spec, &id) {
            self.say(inside, line);
        }
        let trace = Some(trace.as_str());
        let status = result.status;
        let figures = Figures { id: &id, duration, init, memory_mb: spec.memory_mb, max_memory_mb, status, trace };
        self.tell(inside, report::report(spec, self.now(), &figures), status);
        if inside.runtime.is_some() && result.goes_on {
            self.freeze(true).await;
        } else {
            self.alive.store(false, Ordering::Release);
            self.sandbox.end().await;
        }
        let from = inside.tail.len().saturating_sub(TAIL);
        let log_tail = inside.tail.split_off(from);
        inside.tail.clear();
        Outcome { verdict: result.verdict, duration, init, max_memory_mb, log_tail }
    }

    #[expect(clippy::too_many_arguments, reason = "what one invocation is about")]
    async fn attempt(
        &self,
        inside: &mut Inside,
        mut late: Pin<&mut impl Future<Output = ()>>,
        id: &str,
        trace: &str,
        invocation: Invocation,
        kills: u64,
        sink: &mut dyn AnswerSink,
    ) -> Result_ {
        if !inside.ready {
            let began = self.real();
            let booted = self.boot(inside, late.as_mut()).await;
            if let Err(why) = booted {
                return self.unready(inside, id, why, self.real().since(began));
            }
        }
        let (answers, mut told) = mpsc::channel(8);
        let deadline = self.real().plus(self.made.spec.timeout).millis();
        self.offer(id, trace, deadline, invocation, answers);
        match self.watch(inside, late, taken(&mut told, sink)).await {
            Seen::It(Ok(())) => Result_ { verdict: Verdict::Success, status: Status::Success, goes_on: true },
            Seen::It(Err((kind, payload))) => {
                let status = match kind {
                    FailureKind::AnswerTooLarge => Status::Error("Function.ResponseSizeTooLarge"),
                    _ => Status::Success,
                };
                Result_ { verdict: Verdict::Failure(kind, payload), status, goes_on: true }
            }
            Seen::Exit(exit) => self.crashed(inside, id, &exit, kills),
            Seen::Late => self.timed_out(inside, id),
        }
    }

    fn offer(&self, id: &str, trace: &str, deadline: i64, invocation: Invocation, answers: mpsc::Sender<Answer>) {
        let mut headers = vec![
            ("lambda-runtime-aws-request-id", id.to_owned()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("lambda-runtime-invoked-function-arn", invocation.invoked_arn.clone()),
            ("lambda-runtime-trace-id", trace.to_owned()),
        ];
        headers.extend(invocation.client_context.map(|context| ("lambda-runtime-client-context", context)));
        headers.extend(invocation.cognito_identity.map(|identity| ("lambda-runtime-cognito-identity", identity)));
        self.made.stage.announce(
            |extension| extension.invoke,
            &json!({
                "eventType": "INVOKE", "deadlineMs": deadline, "requestId": id,
                "invokedFunctionArn": invocation.invoked_arn, "tracing": {"type": "X-Amzn-Trace-Id", "value": trace},
            }),
        );
        let (id, payload, limit) = (id.to_owned(), invocation.payload, invocation.answer_limit);
        self.made.stage.with(|state| state.offer = Some(Offer { id, payload, headers, limit, answers }));
    }

    /// Until runtime and extensions ask for what comes next: only then is an invocation over.
    async fn settle(&self, inside: &mut Inside, late: Pin<&mut impl Future<Output = ()>>) {
        if inside.runtime.is_some() {
            // Late or ended, the answer is given already; what goes on is decided by whether the runtime is there.
            if let Seen::Late = self.watch(inside, late, self.made.stage.quiet()).await {
                inside.runtime = None;
            }
        }
    }

    fn unready(&self, inside: &mut Inside, id: &str, why: Unready, took: Duration) -> Result_ {
        let (kind, payload, status) = match why {
            Unready::Late => return self.timed_out(inside, id),
            Unready::Told(payload) => (FailureKind::Init, payload, Status::Error("Runtime.Unknown")),
            Unready::Exited(Exit::NotStarted(_)) => {
                let text = format!(
                    "RequestId: {id} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
                );
                let payload = report::failure("Runtime.InvalidEntrypoint", &text);
                (FailureKind::Init, payload, Status::Error("Runtime.InvalidEntrypoint"))
            }
            Unready::Exited(exit) => {
                (FailureKind::Crash, report::exited(id, &exit), Status::Error("Runtime.ExitError"))
            }
        };
        let line = report::init_report(&self.made.spec, self.now(), took, "invoke", status);
        self.say(inside, line);
        Result_ { verdict: Verdict::Failure(kind, payload), status, goes_on: false }
    }

    fn crashed(&self, inside: &mut Inside, id: &str, exit: &Exit, kills: u64) -> Result_ {
        let memory = self.sandbox.out_of_memory_kills() > kills;
        let (kind, status) = match memory {
            true => (FailureKind::OutOfMemory, Status::Error("Runtime.OutOfMemory")),
            false => (FailureKind::Crash, Status::Error("Runtime.ExitError")),
        };
        self.say(inside, format!("RequestId: {id} Error: {}\nRuntime.ExitError", report::ending(exit)));
        Result_ { verdict: Verdict::Failure(kind, report::exited(id, exit)), status, goes_on: false }
    }

    fn timed_out(&self, inside: &mut Inside, id: &str) -> Result_ {
        let (line, payload) = report::timed_out(id, self.made.spec.timeout);
        self.say(inside, format!("{} {line}\n", report::instant(self.now())));
        Result_ { verdict: Verdict::Failure(FailureKind::Timeout, payload), status: Status::Timeout, goes_on: false }
    }

    /// No more than there is: the headroom is not the function's.
    fn max_memory(&self) -> u32 {
        let used = self.sandbox.peak_memory().unwrap_or(0).div_ceil(1 << 20);
        u32::try_from(used).unwrap_or(u32::MAX).min(self.made.spec.memory_mb)
    }

    /// A new trace, in X-Ray's form.
    fn trace(&self) -> String {
        let random = &self.made.runtime.random;
        let sampled = u8::from(self.made.spec.traced);
        let (rest, parent) = (random.hex(24), random.hex(16));
        format!("Root=1-{:08x}-{rest};Parent={parent};Sampled={sampled}", self.now().secs())
    }

    async fn shut_down(&self) {
        if !self.alive.swap(false, Ordering::AcqRel) {
            return;
        }
        let mut inside = self.inside.lock().await;
        let deadline = self.real().plus(SHUTDOWN).millis();
        let event = json!({"eventType": "SHUTDOWN", "shutdownReason": "spindown", "deadlineMs": deadline});
        self.freeze(false).await;
        if self.made.stage.announce(|extension| extension.shutdown, &event) > 0 {
            if let Some(runtime) = &inside.runtime {
                let _ = self.sandbox.signal(runtime.id, SIGTERM).await;
            }
            let guests = std::mem::take(&mut inside.extensions);
            let ends = futures_util::future::join_all(guests.into_iter().map(|guest| guest.exit));
            let late = pin!(self.made.runtime.clock.wait_at_most(SHUTDOWN));
            inside.runtime = None;
            self.watch(&mut inside, late, ends).await;
        }
        self.sandbox.end().await;
    }
}

/// The end of the runtime, for ever out of sight where none runs.
async fn ended(runtime: &mut Option<Guest>) -> Exit {
    match runtime {
        Some(guest) => (&mut guest.exit).await.unwrap_or(Exit::Ended),
        None => std::future::pending().await,
    }
}

/// Hands what the runtime answers to the sink.
async fn taken(told: &mut mpsc::Receiver<Answer>, sink: &mut dyn AnswerSink) -> Result<(), (FailureKind, Bytes)> {
    while let Some(answer) = told.recv().await {
        match answer {
            Answer::Begin(content, streams) => sink.begin(&content, streams),
            Answer::Piece(bytes) => sink.piece(bytes).await,
            Answer::Done => return Ok(()),
            Answer::Failed(payload) => return Err((FailureKind::Handler, payload)),
            Answer::TooLarge => {
                let text = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
                return Err((FailureKind::AnswerTooLarge, report::failure("Function.ResponseSizeTooLarge", text)));
            }
        }
    }
    // The runtime asked for the next one and never answered this: its timeout ends it.
    std::future::pending().await
}

/// Thousandths of a processor.
fn share(memory_mb: u32) -> u32 {
    memory_mb * 1_000 / ONE_PROCESSOR
}

impl Environment for Life {
    fn invoke<'a>(&'a self, invocation: Invocation, answer: &'a mut dyn AnswerSink) -> BoxFuture<'a, Outcome> {
        Box::pin(self.one(invocation, answer))
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire) && self.sandbox.is_alive()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.shut_down())
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn one_processor_at_1769_mb() {
        assert_eq!((share(1_769), share(128), share(10_240)), (1_000, 72, 5_788));
    }
}
