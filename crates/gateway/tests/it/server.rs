//! A listener on a free port, with a service whose handler can be held up or made to panic.

use std::net::SocketAddr;
use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use authority::{Authority, RootKeys};
use gateway::identify::DataPlaneHosts;
use gateway::{AccessLog, CertificateAuthority, Gateway, GatewayParts, Limits, Listener, NoEndpoints, Origins};
use names::Timestamp;
use runtime::Runtime;
use service_kit::{Access, CloudParts, Ctx, Operations, Outcome, Service};
use store::Store;
use testkit::TestCloud;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// What the clock shows.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// What the handler does, told by the `User-Agent`: `wait` until released, `panic`, or answer.
pub(crate) struct Gate {
    pub(crate) entered: Notify,
    pub(crate) released: Semaphore,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { entered: Notify::new(), released: Semaphore::new(0) }
    }
}

/// A server for one test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) gate: Arc<Gate>,
    pub(crate) runtime: Runtime,
    pub(crate) cloud: TestCloud,
    pub(crate) authority: Arc<CertificateAuthority>,
    pub(crate) serving: JoinHandle<()>,
}

async fn held(ctx: &Ctx, _input: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    match ctx.request.user_agent.as_str() {
        "wait" => {
            let gate = ctx.state::<Gate>();
            gate.entered.notify_one();
            gate.released.acquire().await.expect("never closed").forget();
        }
        "panic" => panic!("a test asked for it"),
        _ => {}
    }
    Ok(GetCallerIdentityOutput { account: Some(ctx.account().to_string()), ..Default::default() })
}

impl Server {
    /// Starts with these limits.
    pub(crate) async fn start(limits: Limits) -> Self {
        let gate = Arc::new(Gate::new());
        let operations = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), held);
        let service = Service::new(&api_sts::SERVICE, operations).state(gate.clone());
        Self::of(limits, gate, service).await
    }

    /// Starts with one service.
    pub(crate) async fn of(limits: Limits, gate: Arc<Gate>, service: Service) -> Self {
        let runtime = Runtime::simulated(1, NOW);
        let store = Store::in_memory(runtime.random.clone());
        let services = |_: &CloudParts| vec![service];
        let cloud = TestCloud::on(runtime.clone(), store, services);
        let gateway = Gateway::new(GatewayParts {
            cloud: cloud.cloud().clone(),
            credentials: Arc::new(Authority::new(RootKeys::new(None, true))),
            own: Arc::new(NoEndpoints),
            hosts: DataPlaneHosts::default(),
            origins: Origins::default(),
            limits,
            log: AccessLog::default(),
        });
        let authority = Arc::new(CertificateAuthority::create().unwrap());
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), gateway, Some(authority.clone())).await.unwrap();
        let address = listener.address().unwrap();
        let serving = tokio::spawn(listener.serve());
        Self { address, gate, runtime, cloud, authority, serving }
    }

    /// Writes bytes on a new connection and reads until the server closes it.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may have had enough before all is written.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// An open call of STS that any key may make, as bytes of HTTP/1.1.
pub(crate) fn call(user_agent: &str, extra: &str) -> String {
    let scope = "20270115/us-east-1/sts/aws4_request";
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nuser-agent: {user_agent}\r\nx-amz-date: 20270115T080000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=anyone/{scope}, SignedHeaders=host;x-amz-date, Signature=00\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{extra}\r\n{body}",
        body.len()
    )
}
