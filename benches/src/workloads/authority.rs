//! What authorisation and audit add to SendMessage: the same signed requests down the same road into a durable store, once
//! where root alone is let in and nothing is audited, once by a user whose policies decide in a whole cloud.
//!
//! In process, so that nothing but the road differs; short rounds of the two alternate, each first as often as the other, so
//! that a busy machine and what a store still does for the round before disturb both.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use authority::{Authority, RootKeys};
use bytes::Bytes;
use futures_util::StreamExt;
use gateway::identify::DataPlaneHosts;
use gateway::{AccessLog, Gateway, GatewayParts, Limits, NoEndpoints, Origins, Peer};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};
use names::PageTokenKey;
use runtime::{Random, Runtime};
use serde_json::{Value, json};
use service_kit::{CloudParts, RootOnly, Service};
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, Style};
use store::{Local, Options, Store, Vault};
use tempfile::TempDir;

use crate::proc;
use crate::session::Session;

/// Requests in flight.
const CONNECTIONS: usize = 64;
/// Rounds of each of the two.
const ROUNDS: u32 = 16;
const HOST: &str = "localhost:4566";
/// Managed policies of the user, beside one of its own.
const POLICIES: [&str; 3] = ["ReadOnlyAccess", "AmazonSQSFullAccess", "IAMUserChangePassword"];

/// One cloud with its road.
struct Road {
    gateway: Gateway,
    _data: TempDir,
}

/// Who signs.
struct Key {
    id: String,
    secret: Secret,
}

pub(super) async fn overhead(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let bare = Road::new(session.scratch()?, false)?;
    let whole = Road::new(session.scratch()?, true)?;
    let root = Key { id: "test".to_owned(), secret: Secret::new("test") };
    let user = whole.user(&root).await?;
    let (plain, decided) = (bare.send_message(&root).await?, whole.send_message_of(&root, &user).await?);
    let round = session.scale.measure / ROUNDS;
    let (mut without, mut with) = (Cost::default(), Cost::default());
    for number in 0..ROUNDS {
        for first in [number % 2 == 0, number % 2 == 1] {
            match first {
                true => without.add(bare.load(&plain, round).await?),
                false => with.add(whole.load(&decided, round).await?),
            }
        }
    }
    let (without, with) = (without.micros(), with.micros());
    session.report.figure("nephele", format!("{name}, road and store alone"), without, "µs");
    session.report.figure("nephele", format!("{name}, with policies and audit"), with, "µs");
    session.report.figure("nephele", format!("{name}, added"), (with / without - 1.0) * 100.0, "%");
    Ok(())
}

/// CPU taken by requests.
#[derive(Default)]
struct Cost {
    cpu: Duration,
    requests: u64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.requests += other.requests;
    }

    /// Microseconds of CPU a request.
    fn micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }
}

impl Road {
    fn new(data: TempDir, whole: bool) -> io::Result<Self> {
        let random = Random::from_os();
        let engine = Local::open(data.path(), &Options::default()).map_err(io::Error::other)?;
        let store = Store::new(Arc::new(engine), random.clone());
        let runtime = Runtime::real();
        let mut parts = CloudParts::new(runtime, store, Vault::new(&[1; 32]), PageTokenKey::new(&[2; 32]));
        let judge = Arc::new(Authority::new(RootKeys::new(None, true)));
        if whole {
            parts.authorizer = judge.clone();
        } else {
            parts.authorizer = Arc::new(RootOnly);
        }
        let services: Vec<Service> = if whole { cloud::services::all(&parts) } else { vec![svc_sqs::service(&parts)] };
        let cloud = service_kit::Cloud::new(parts, services);
        let gateway = Gateway::new(GatewayParts {
            cloud,
            credentials: judge,
            own: Arc::new(NoEndpoints),
            hosts: DataPlaneHosts::default(),
            origins: Origins::default(),
            limits: Limits::default(),
            log: AccessLog::default(),
        });
        Ok(Self { gateway, _data: data })
    }

    /// A user that may send, by one of several policies.
    async fn user(&self, root: &Key) -> io::Result<Key> {
        self.form(root, "Action=CreateUser&UserName=bench").await?;
        for policy in POLICIES {
            let arn = format!("arn:aws:iam::aws:policy/{policy}");
            self.form(root, &format!("Action=AttachUserPolicy&UserName=bench&PolicyArn={arn}")).await?;
        }
        let made = self.form(root, "Action=CreateAccessKey&UserName=bench").await?;
        let text = |tag: &str| -> Option<String> {
            let (_, rest) = made.split_once(&format!("<{tag}>"))?;
            rest.split_once('<').map(|(text, _)| text.to_owned())
        };
        let (id, secret) =
            text("AccessKeyId").zip(text("SecretAccessKey")).ok_or_else(|| io::Error::other(made.clone()))?;
        Ok(Key { id, secret: Secret::new(&secret) })
    }

    async fn send_message(&self, key: &Key) -> io::Result<Signed> {
        self.send_message_of(key, key).await
    }

    async fn send_message_of(&self, owner: &Key, sender: &Key) -> io::Result<Signed> {
        let made = self.call(&Signed::json(owner, "CreateQueue", &json!({"QueueName": "bench"}))?).await?;
        let made: Value = serde_json::from_str(&made)?;
        Signed::json(sender, "SendMessage", &json!({"QueueUrl": made["QueueUrl"], "MessageBody": "x".repeat(256)}))
    }

    async fn form(&self, key: &Key, form: &str) -> io::Result<String> {
        let body = format!("{form}&Version=2010-05-08");
        self.call(&Signed::new(key, "iam", &[("content-type", "application/x-www-form-urlencoded")], &body)?).await
    }

    /// The answer to a request that must succeed.
    async fn call(&self, request: &Signed) -> io::Result<String> {
        let response = self.gateway.handle(request.parts()?, request.body.clone(), peer()).await;
        let status = response.status();
        let body =
            http_body_util::BodyExt::collect(response.into_body()).await.map_err(|_| io::Error::other("body"))?;
        let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        if status.is_success() { Ok(text) } else { Err(io::Error::other(text)) }
    }

    async fn load(&self, request: &Signed, round: Duration) -> io::Result<Cost> {
        let (started, before) = (Instant::now(), proc::cpu_time(std::process::id())?);
        let endless = futures_util::stream::repeat_with(|| async {
            let response = self.gateway.handle(request.parts()?, request.body.clone(), peer()).await;
            if response.status().is_success() { Ok(()) } else { Err(io::Error::other("a request failed")) }
        });
        let mut answers = std::pin::pin!(endless.buffer_unordered(CONNECTIONS));
        let mut requests = 0;
        while let Some(answer) = answers.next().await {
            answer?;
            requests += 1;
            if started.elapsed() >= round {
                break;
            }
        }
        Ok(Cost { cpu: proc::cpu_time(std::process::id())? - before, requests })
    }
}

/// A signed request, to be sent any number of times.
struct Signed {
    headers: HeaderMap,
    body: Bytes,
}

impl Signed {
    fn json(key: &Key, operation: &str, body: &Value) -> io::Result<Self> {
        let target = format!("AmazonSQS.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target.as_str())];
        Self::new(key, "sqs", &headers, &body.to_string())
    }

    fn new(key: &Key, service: &str, headers: &[(&'static str, &str)], body: &str) -> io::Result<Self> {
        let mut signed = HeaderMap::new();
        for (name, value) in headers {
            signed.insert(*name, value.parse().map_err(io::Error::other)?);
        }
        signed.insert("host", HOST.parse().map_err(io::Error::other)?);
        let signer = Signer {
            access_key: &key.id,
            secret: &key.secret,
            session_token: None,
            region: "us-east-1",
            service,
            style: Style::General,
            algorithm: Algorithm::HmacSha256,
        };
        let uri = Uri::from_static("/");
        let body = Bytes::copy_from_slice(body.as_bytes());
        signer
            .sign(&Method::POST, &uri, &mut signed, HOST, SignBody::Bytes(&body), crate::sign::now())
            .map_err(io::Error::other)?;
        Ok(Self { headers: signed, body })
    }

    fn parts(&self) -> io::Result<Parts> {
        let (mut parts, ()) = Request::post("/").body(()).map_err(io::Error::other)?.into_parts();
        parts.headers = self.headers.clone();
        Ok(parts)
    }
}

fn peer() -> Peer {
    Peer { address: ([127, 0, 0, 1], 1).into(), secure: false }
}
