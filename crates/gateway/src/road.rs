//! The road of one request, step by step. Each step may end it with a fault, which the request's own protocol words.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, EXPECT, HeaderValue, REFERER, USER_AGENT};
use http::request::Parts;
use http::{Method, Request, Response};
use hyper::body::{Body as _, Incoming};
use names::{Region, RequestId};
use protocols::RequestParts;
use service_kit::dialect::{Dialect, Usual};
use service_kit::{
    AuthenticationFailure, BodyFault, Caller, Cloud, Credentials, Error, Fault, FinishedRequest, FormUploads, Found,
    Input, RequestInfo, Service, WebRequest, WebResponse,
};
use sigv4::{BodyHash, SigningKeys};
use smithy::{Kind, OperationSchema, ProtocolKind, Schema};

use crate::access_log::{AccessLine, AccessLog};
use crate::arriving::{Arriving, Content};
use crate::authenticate::{Authentication, Claim};
use crate::body::{self, BodyError, ResponseBody, full};
use crate::coming::Coming;
use crate::cors::{self, Origins, Pages};
use crate::form::Posted;
use crate::framing::Framing;
use crate::identify::{DataPlaneHosts, HostParts, Identified, Named, Unidentified, identify};
use crate::limits::Limits;
use crate::own::{self, OwnEndpoints};
use crate::respond::{Answer, NO_SERVICE, Reply};
use crate::trip::{Peer, Trip, bare, header_text, host_of};

/// The road. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// What a road is made of.
pub struct GatewayParts {
    /// The services behind it.
    pub cloud: Cloud,
    /// Who access keys belong to.
    pub credentials: Arc<dyn Credentials>,
    /// The cloud's own endpoints.
    pub own: Arc<dyn OwnEndpoints>,
    /// Hosts handed out by services.
    pub hosts: DataPlaneHosts,
    /// Who may call from a browser.
    pub origins: Origins,
    /// Bounds on requests.
    pub limits: Limits,
    /// Where finished requests are noted.
    pub log: AccessLog,
}

struct Inner {
    parts: GatewayParts,
    signing_keys: SigningKeys,
}

impl Gateway {
    /// Composes a road.
    pub fn new(parts: GatewayParts) -> Self {
        Self(Arc::new(Inner { parts, signing_keys: SigningKeys::default() }))
    }

    /// The finished requests.
    pub fn log(&self) -> &AccessLog {
        &self.0.parts.log
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.parts.limits
    }

    pub(crate) fn cloud(&self) -> &Cloud {
        &self.0.parts.cloud
    }

    /// Answers a request from a socket.
    pub(crate) async fn serve(&self, request: Request<Incoming>, peer: Peer) -> Response<ResponseBody> {
        let (head, incoming) = request.into_parts();
        if self.streams(&head) {
            let awaits_leave = head.headers.contains_key(EXPECT);
            let coming = Coming::new(incoming, awaits_leave);
            let mut response = self.travel(head, Arriving::Coming(coming.clone()), peer).await;
            if coming.is_unasked() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            coming.drain();
            return response;
        }
        let limits = self.limits();
        match body::read(incoming, limits.body_bytes, limits.pause).await {
            Ok(body) => self.handle(head, body, peer).await,
            Err(error) => self.unread(head, error, peer).await,
        }
    }

    /// Answers a request that is in memory already.
    pub async fn handle(&self, head: Parts, body: Bytes, peer: Peer) -> Response<ResponseBody> {
        self.travel(head, Arriving::Whole(body), peer).await
    }

    /// Answers a request whose body could not be read, as far as its head tells how.
    async fn unread(&self, head: Parts, error: BodyError, peer: Peer) -> Response<ResponseBody> {
        let fault = match error {
            BodyError::TooLarge(limit) => Fault::TooLarge { limit },
            BodyError::Stalled => Fault::Malformed { reason: "The request body did not arrive in time.".to_owned() },
            BodyError::Broken => Fault::Malformed { reason: "The request body is incomplete.".to_owned() },
        };
        let mut response = self.travel(head, Arriving::Broken(fault), peer).await;
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }

    async fn travel(&self, mut head: Parts, body: Arriving, peer: Peer) -> Response<ResponseBody> {
        let parts = &self.0.parts;
        let pages = Pages { cloud: self.cloud(), origins: &parts.origins };
        if cors::is_preflight(&head.method, &head.headers) {
            return pages.preflight(&head).await;
        }
        let Some(allowed) = pages.allowed(&head).await else { return cors::refusal() };
        let mut response = match body {
            Arriving::Whole(body) if own::is_own(head.uri.path()) => {
                head.extensions.insert(peer);
                parts.own.serve(Request::from_parts(head, body)).await
            }
            Arriving::Whole(body) => self.api_or_data_plane(head, body, peer).await,
            other => self.timed(&head, &other, peer).await,
        };
        response.headers_mut().extend(allowed);
        response
    }

    async fn api_or_data_plane(&self, head: Parts, body: Bytes, peer: Peer) -> Response<ResponseBody> {
        let host = bare(host_of(&head));
        if let Some(plane) = self.0.parts.hosts.find(&host) {
            return plane.serve(Request::from_parts(head, body)).await;
        }
        match self.cloud().web(&host) {
            Some(web) => {
                let request = Request::from_parts(head, body);
                let request = WebRequest { host, request, peer: peer.address.ip(), secure: peer.secure };
                plain(web.answer(self.cloud(), request).await)
            }
            None => self.timed(&head, &Arriving::Whole(body), peer).await,
        }
    }

    /// Takes an API request down the road and notes it.
    async fn timed(&self, head: &Parts, arriving: &Arriving, peer: Peer) -> Response<ResponseBody> {
        let started = Instant::now();
        let cloud = self.cloud();
        let id = RequestId::from_random(cloud.runtime().random.u128());
        let id_text = id.to_string();
        let trip = Trip { id, id_text: &id_text, ..Trip::new(head, arriving, peer) };
        let (identified, answer) = self.answer(&trip, arriving.broken()).await;
        let mut response = answer.response;
        self.stamp(&mut response, head.method == Method::HEAD);
        let named = identified.as_ref();
        let took = started.elapsed();
        if let Some(identified) = named {
            self.tell(&trip, identified, &response, &answer.error, took);
        }
        self.log().add(AccessLine {
            number: 0,
            at: cloud.runtime().clock.now(),
            id,
            service: named.map_or("", |i| i.service.schema.id),
            operation: named.map_or("", Identified::operation_name),
            rule: named.map_or(0, |i| i.rule),
            status: response.status().as_u16(),
            error: answer.error,
            took,
        });
        response
    }

    /// Tells a service of a request to it that is finished.
    fn tell(
        &self,
        trip: &Trip<'_>,
        identified: &Identified,
        response: &Response<ResponseBody>,
        error: &str,
        took: Duration,
    ) {
        let service = self.cloud().service(identified.service.schema.id);
        let Some(told) = service.and_then(Service::finished_requests) else { return };
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let bodiless = trip.head.method == Method::HEAD;
        let request = FinishedRequest {
            at: self.cloud().runtime().clock.now(),
            id: trip.id,
            operation: identified.operation_name(),
            labels: &identified.labels,
            caller: trip.caller.get().map(Arc::as_ref),
            peer: trip.peer.address.ip(),
            secure: trip.peer.secure,
            method: &trip.head.method,
            uri: &trip.head.uri,
            headers: &trip.head.headers,
            status: response.status().as_u16(),
            error,
            answered: response.headers(),
            sent: if bodiless { Some(0) } else { length.or_else(|| response.body().size_hint().exact()) },
            took,
        };
        told.finished(self.cloud(), &request);
    }

    /// Identify, then the rest with a way to answer in the request's own words.
    async fn answer(&self, trip: &Trip<'_>, broken: Option<Fault>) -> (Option<Identified>, Answer) {
        let claim = Claim::read(&trip.signed());
        let signing_name = claim.as_ref().ok().and_then(|claim| claim.signing_name().map(str::to_owned));
        let identified = match identify(&trip.named(signing_name.as_deref())) {
            Ok(identified) => identified,
            Err(unidentified) => return (None, nobody(trip, unidentified)),
        };
        let found = self.find(&identified);
        let service = &identified.service.schema;
        let dialect: &dyn Dialect = self.cloud().service(service.id).map_or(&Usual, |service| service.words());
        let errors = found.as_ref().map_or(&[][..], |found| found.schema().errors);
        let reply =
            Reply { protocol: answered_in(trip, &identified), service, dialect, errors, request_id: trip.id_text };
        let answer = match broken.map_or(claim, Err) {
            Err(fault) => reply.error(&fault.into()),
            Ok(claim) => {
                let answered = match self.form(trip.head, &identified) {
                    Some((posted, uploads)) => self.upload(trip, &identified, posted, uploads).await,
                    None => self.operate(trip, &identified, &claim, found, &reply).await,
                };
                answered.unwrap_or_else(|error| reply.error(&error))
            }
        };
        (Some(identified), answer)
    }

    /// The form that a browser posts, when the request is one and somebody takes it.
    fn form(&self, head: &Parts, identified: &Identified) -> Option<(Posted, &dyn FormUploads)> {
        let nothing = identified.operation_name().is_empty() && head.method == Method::POST;
        let service = self.cloud().service(identified.service.schema.id).filter(|_| nothing)?;
        Some((Posted::of(head)?, service.uploads()?))
    }

    async fn upload(
        &self,
        trip: &Trip<'_>,
        identified: &Identified,
        posted: Posted,
        uploads: &dyn FormUploads,
    ) -> Result<Answer, Error> {
        let coming = trip.coming.ok_or(Fault::Body(BodyFault::Incomplete))?.clone();
        let request = Arc::new(self.request_info(trip, identified));
        let form = posted.read(coming, &self.authentication(), self.limits().pause, request).await?;
        let _ = trip.caller.set(Arc::new(form.caller.clone()));
        let response = plain(uploads.upload(self.cloud(), form).await?);
        Ok(Answer { response, error: String::new() })
    }

    fn authentication(&self) -> Authentication<'_> {
        let credentials = self.0.parts.credentials.as_ref();
        Authentication { credentials, keys: &self.0.signing_keys, cloud: self.cloud() }
    }

    fn find(&self, identified: &Identified) -> Option<Found<'_>> {
        self.cloud().find(identified.service.schema.id, identified.operation_name())
    }

    /// Authenticate, decode, dispatch, encode.
    async fn operate(
        &self,
        trip: &Trip<'_>,
        identified: &Identified,
        claim: &Claim<'_>,
        found: Option<Found<'_>>,
        reply: &Reply<'_>,
    ) -> Result<Answer, Error> {
        let (caller, framing) = self.authenticate(trip, identified, claim).await?;
        let found = found.ok_or_else(|| absent(identified))?;
        let region = self.region(trip, claim)?;
        let (caller, request) = (Arc::new(caller), Arc::new(self.request_info(trip, identified)));
        let _ = trip.caller.set(caller.clone());
        let input = match self.decode(trip, identified, &found, framing) {
            Ok(input) => input,
            Err(fault) => {
                let error = Error::from(fault);
                self.cloud().refused(found, caller, region, request, &error).await;
                return Err(error);
            }
        };
        let mut output = self.cloud().dispatch(found, caller, region, request, input).await?;
        Ok(reply.output(found.schema(), output.as_mut()))
    }

    async fn authenticate(
        &self,
        trip: &Trip<'_>,
        identified: &Identified,
        claim: &Claim<'_>,
    ) -> Result<(Caller, Framing), Fault> {
        if claim.is_anonymous() && !identified.unsigned() && !self.open_to_anonymous(identified) {
            return Err(missing());
        }
        let check = self.authentication();
        let body = if trip.coming.is_some() { BodyHash::FromHeader } else { BodyHash::Bytes(trip.body) };
        check.check(&trip.signed(), claim, &identified.service.schema, body).await
    }

    fn open_to_anonymous(&self, identified: &Identified) -> bool {
        self.cloud().service(identified.service.schema.id).is_some_and(|service| service.takes_anonymous_calls())
    }

    /// Scope, then host, then the configured default.
    fn region(&self, trip: &Trip<'_>, claim: &Claim<'_>) -> Result<Region, Fault> {
        let named = claim.region().or_else(|| HostParts::read(&trip.bare_host).region());
        let Some(named) = named else { return Ok(self.cloud().default_region().clone()) };
        Region::parse(named).ok_or_else(|| {
            let message = format!("Credential should be scoped to a valid region, not '{named}'. ");
            let (canonical_request, string_to_sign) = (String::new(), String::new());
            Fault::Authentication(AuthenticationFailure::Mismatch { message, canonical_request, string_to_sign })
        })
    }

    /// Fills the operation's input from the wire and holds it against the model.
    fn decode(
        &self,
        trip: &Trip<'_>,
        identified: &Identified,
        found: &Found<'_>,
        framing: Framing,
    ) -> Result<Box<dyn Input>, Fault> {
        let head = trip.head;
        let content = Content::read(trip, framing, self.limits().pause)?;
        let query = identified.protocol == ProtocolKind::Query;
        let form = if query { with_path_parameter(trip, found)? } else { None };
        let (labels, body) = (identified.labels.as_slice(), form.as_ref().unwrap_or(content.bytes()));
        let parts = RequestParts { method: &head.method, uri: &head.uri, headers: &head.headers, labels, body };
        let mut input = found.new_input();
        let read = protocols::protocol(identified.protocol).decode(found.schema(), &parts, input.as_mut());
        let missing = read.map_err(|malformed| Fault::Malformed { reason: malformed.0 })?;
        let random = &self.cloud().runtime().random;
        protocols::tokens::fill(input.as_mut(), &mut || random.uuid());
        let mut issues = protocols::validate(found.schema(), input.as_ref(), missing);
        issues.retain(|issue| found.dialect().holds_to(issue));
        if !issues.is_empty() {
            return Err(Fault::Validation(issues));
        }
        if takes_stream(found.schema()) {
            input.set_stream(content.into_stream());
        }
        Ok(input)
    }

    /// Whether the body of a request is to be read while it comes: its operation takes a stream.
    fn streams(&self, head: &Parts) -> bool {
        let may = matches!(head.method, Method::PUT | Method::POST) && !is_rpc(head) && !own::is_own(head.uri.path());
        let host = bare(host_of(head));
        if !may || self.0.parts.hosts.find(&host).is_some() || self.cloud().web(&host).is_some() {
            return false;
        }
        let nothing = Arriving::Whole(Bytes::new());
        let trip = Trip::new(head, &nothing, Peer::NOBODY);
        let claim = Claim::read(&trip.signed());
        let signing_name = claim.as_ref().ok().and_then(Claim::signing_name);
        let Ok(identified) = identify(&trip.named(signing_name)) else { return false };
        let operation = self.find(&identified).is_some_and(|found| takes_stream(found.schema()));
        operation || self.form(head, &identified).is_some()
    }

    fn request_info(&self, trip: &Trip<'_>, identified: &Identified) -> RequestInfo {
        let text = |name| header_text(&trip.head.headers, name).to_owned();
        let trace = text("x-amzn-trace-id");
        RequestInfo {
            id: trip.id,
            protocol: Some(identified.protocol),
            source_ip: Some(trip.peer.address.ip()),
            secure: trip.peer.secure,
            user_agent: text(USER_AGENT.as_str()),
            referer: text(REFERER.as_str()),
            called_via: Vec::new(),
            source_arn: None,
            once: Arc::default(),
            base_url: self.base_url(trip),
            trace: (!trace.is_empty()).then_some(trace),
            at: self.cloud().runtime().clock.now(),
        }
    }

    fn base_url(&self, trip: &Trip<'_>) -> String {
        let scheme = if trip.peer.secure { "https" } else { "http" };
        if trip.host.is_empty() { self.cloud().base_url().to_owned() } else { format!("{scheme}://{}", trip.host) }
    }

    /// What every answer carries: the cloud's date when it is not the real one, and no body to a HEAD.
    fn stamp(&self, response: &mut Response<ResponseBody>, head_only: bool) {
        let clock = &self.cloud().runtime().clock;
        let shifted = clock.offset() != 0 || clock.is_frozen();
        if let Some(date) = shifted.then(|| HeaderValue::from_str(&clock.now().http_date()).ok()).flatten() {
            response.headers_mut().insert(DATE, date);
        }
        if head_only {
            *response.body_mut() = full(Bytes::new());
        }
    }
}

/// A service's own answer, as it is sent.
fn plain(response: WebResponse) -> Response<ResponseBody> {
    let (mut head, body) = response.into_parts();
    if let (Some(length), false) = (body.length, head.headers.contains_key(CONTENT_LENGTH)) {
        head.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(head, body::stream(body))
}

/// Whether a request names its operation in a header or a form: no such operation takes a stream.
fn is_rpc(head: &Parts) -> bool {
    let headers = &head.headers;
    let form = header_text(headers, CONTENT_TYPE.as_str()).starts_with("application/x-www-form-urlencoded");
    headers.contains_key("x-amz-target") || headers.contains_key("smithy-protocol") || form
}

fn takes_stream(operation: &OperationSchema) -> bool {
    operation.input.members.iter().any(|member| member.target.kind == Kind::ByteStream)
}

/// The form of a query request with what its path stands for, when it does not say so itself.
fn with_path_parameter(trip: &Trip<'_>, found: &Found<'_>) -> Result<Option<Bytes>, Fault> {
    let Some((name, value)) = found.path_parameter(trip.head.uri.path()) else { return Ok(None) };
    let schema = found.schema();
    if !is_asked_of_a_resource(schema, name) {
        let version = schema.service.api_version.to_owned();
        return Err(Fault::UnknownOperation { name: schema.name.to_owned(), version });
    }
    Ok(appended(trip, name, &value))
}

/// Whether an operation is valid at a resource's own address: it takes the parameter, or reads what its value is. AWS does
/// not create or list queues at the address of one.
fn is_asked_of_a_resource(operation: &OperationSchema, parameter: &str) -> bool {
    let has = |shape: &Schema| shape.members.iter().any(|member| member.name == parameter);
    has(operation.input) || (operation.read_only && has(operation.output))
}

/// The form with a parameter more, unless the request has it.
fn appended(trip: &Trip<'_>, name: &str, value: &str) -> Option<Bytes> {
    let uri = &trip.head.uri;
    let prefix = format!("{name}=");
    let said = |pairs: &[u8]| pairs.split(|byte| *byte == b'&').any(|pair| pair.starts_with(prefix.as_bytes()));
    if said(trip.body) || said(uri.query().unwrap_or_default().as_bytes()) {
        return None;
    }
    let mut form = trip.body.to_vec();
    if !form.is_empty() {
        form.push(b'&');
    }
    form.extend_from_slice(prefix.as_bytes());
    form.extend_from_slice(value.as_bytes());
    Some(form.into())
}

/// The protocol of the answer. A plain GET is written in none; what once spoke query, answers it in XML as ever.
fn answered_in(trip: &Trip<'_>, identified: &Identified) -> ProtocolKind {
    let plain = trip.head.method == Method::GET
        && matches!(&identified.operation, Named::Unknown { name, .. } if name.is_empty());
    let queried = identified.service.schema.protocols.contains(&ProtocolKind::Query);
    if plain && queried { ProtocolKind::Query } else { identified.protocol }
}

/// An operation without a handler: AWS's but not ours yet, or nobody's.
fn absent(identified: &Identified) -> Fault {
    match &identified.operation {
        Named::Operation(operation) => Fault::NotImplemented {
            service: identified.service.schema.id.to_owned(),
            operation: operation.name.to_owned(),
        },
        Named::Unknown { name, version } => Fault::UnknownOperation { name: name.clone(), version: version.clone() },
    }
}

/// The answer to a request that names no service.
fn nobody(trip: &Trip<'_>, unidentified: Unidentified) -> Answer {
    let Unidentified { operation: name, version, protocol } = unidentified;
    let reply = Reply { protocol, service: &NO_SERVICE, dialect: &Usual, errors: &[], request_id: trip.id_text };
    reply.error(&Fault::UnknownOperation { name, version }.into())
}

fn missing() -> Fault {
    Fault::Authentication(AuthenticationFailure::Missing)
}

#[cfg(test)]
mod tests {
    use api_sts::{AssumeRole, GetCallerIdentity};
    use smithy::{HttpBinding, Operation};

    use super::*;

    #[test]
    fn operations_at_the_address_of_a_resource() {
        let known = GetCallerIdentity::SCHEMA;
        let making = OperationSchema { read_only: false, http: HttpBinding { ..known.http }, ..*known };
        for (operation, parameter, expected) in [
            (AssumeRole::SCHEMA, "RoleArn", true),
            (GetCallerIdentity::SCHEMA, "Account", true),
            // Made by the call, so not there to be asked.
            (&making, "Account", false),
            (GetCallerIdentity::SCHEMA, "RoleArn", false),
        ] {
            assert_eq!(is_asked_of_a_resource(operation, parameter), expected, "{} {parameter}", operation.name);
        }
    }
}
