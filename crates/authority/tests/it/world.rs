//! A cloud with one service whose one operation is decided on, and stand-ins for IAM and Organizations that know what a
//! test told them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use api_sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetAccessKeyInfoOutput};
use authority::{Authority, RootKeys};
use names::{AccountId, RequestId, Tags, Timestamp};
use policy::{Kind, Policy};
use service_kit::{
    Access, BoxFuture, Caller, Cloud, CloudParts, Ctx, Error, Fault, Guardrails, HeldPolicy, Identity, IssuedKey,
    KeyUse, Membership, Operations, Outcome, Principal, Principals, RequestInfo, ResourcePolicies, Service, Session,
};
use testkit::TestCloud;

/// The account everything is in.
pub(crate) const HOME: &str = "111122223333";
/// Another one.
pub(crate) const ABROAD: &str = "444455556666";

/// Of calls from here the service tells something.
pub(crate) const TELLING: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

/// What the stand-ins know.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Facts>>);

#[derive(Default)]
struct Facts {
    keys: BTreeMap<String, Arc<IssuedKey>>,
    identities: BTreeMap<String, Arc<Identity>>,
    managed: BTreeMap<String, HeldPolicy>,
    memberships: BTreeMap<AccountId, Arc<Membership>>,
    resources: BTreeMap<String, String>,
    tags: Tags,
    rules_alone: bool,
    bucket_of: Option<AccountId>,
}

/// A cloud, what it knows, and who decides in it.
pub(crate) struct World {
    pub(crate) cloud: TestCloud,
    pub(crate) known: Known,
    pub(crate) authority: Arc<Authority>,
    requests: Mutex<Vec<String>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(Authority::new(RootKeys::new(None, true)))
    }

    /// Where every policy is looked at each time.
    pub(crate) fn forgetful() -> Self {
        Self::of(Authority::new(RootKeys::new(None, true)).without_memo())
    }

    fn of(authority: Authority) -> Self {
        let (known, authority) = (Known::default(), Arc::new(authority));
        let mut parts: CloudParts = TestCloud::parts();
        parts.authorizer = authority.clone();
        let cloud = TestCloud::of(parts, vec![known.service()]).in_account(account(HOME));
        Self { cloud, known, authority, requests: Mutex::default() }
    }

    /// The same call from an address. From [`TELLING`] the service tells `sqs:told` and another name of the user.
    pub(crate) async fn call_from(&self, caller: &Caller, resource: &str, address: IpAddr) -> Result<(), String> {
        let cloud = self.cloud.cloud();
        let id = RequestId::from_random(cloud.runtime().random.u128());
        self.requests.lock().unwrap().push(id.to_string());
        let request = RequestInfo {
            id,
            protocol: None,
            source_ip: Some(address),
            secure: true,
            user_agent: String::new(),
            referer: String::new(),
            called_via: Vec::new(),
            source_arn: None,
            base_url: String::new(),
            trace: None,
            once: Arc::default(),
            at: cloud.runtime().clock.now(),
        };
        let input = Box::new(GetAccessKeyInfoInput { access_key_id: resource.to_owned() });
        let found = cloud.find("sts", "GetAccessKeyInfo").unwrap();
        let (caller, region) = (Arc::new(caller.clone()), self.cloud.region().clone());
        match cloud.dispatch(found, caller, region, Arc::new(request), input).await {
            Ok(_) => Ok(()),
            Err(Error::Fault(Fault::AccessDenied { reason, .. })) => Err(reason),
            Err(other) => panic!("{other}"),
        }
    }

    /// The requests from an address so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Calls the operation on a resource; the refusal's last words when it is refused.
    pub(crate) async fn call(&self, caller: &Caller, resource: &str) -> Result<(), String> {
        let input = GetAccessKeyInfoInput { access_key_id: resource.to_owned() };
        match self.cloud.call_as::<GetAccessKeyInfo>(caller.clone(), input).await {
            Ok(_) => Ok(()),
            Err(Error::Fault(Fault::AccessDenied { reason, .. })) => Err(reason),
            Err(other) => panic!("{other}"),
        }
    }
}

impl Known {
    fn facts<T>(&self, change: impl FnOnce(&mut Facts) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    /// A user with these policies.
    pub(crate) fn user(&self, name: &str, policies: &[&str]) -> Caller {
        let (arn, id) = (format!("arn:aws:iam::{HOME}:user/{name}"), format!("AIDA{}", name.to_uppercase()));
        self.identity(&id, &arn, policies);
        let principal = Principal::User { arn, id };
        Caller { account: account(HOME), principal, access_key: None, session: None }
    }

    /// A session of a role with these policies, itself bounded by these.
    pub(crate) fn role_session(&self, name: &str, policies: &[&str], session: &[&str]) -> Caller {
        let (role, id) = (format!("arn:aws:iam::{HOME}:role/{name}"), format!("AROA{}", name.to_uppercase()));
        self.identity(&id, &role, policies);
        let arn = format!("arn:aws:sts::{HOME}:assumed-role/{name}/s");
        let principal = Principal::RoleSession { arn, id: format!("{id}:s"), role };
        self.with_session(principal, &id, |made| made.policies = session.iter().map(|p| (*p).to_owned()).collect())
    }

    /// A caller with temporary credentials.
    pub(crate) fn with_session(&self, principal: Principal, issuer: &str, change: impl FnOnce(&mut Session)) -> Caller {
        let mut session = Session {
            account: account(HOME),
            principal: principal.clone(),
            issuer: issuer.to_owned(),
            issued: Timestamp::from_secs(1_767_225_600),
            expires: Timestamp::from_secs(1_767_225_600 + 3_600),
            policies: Vec::new(),
            policy_arns: Vec::new(),
            tags: Tags::new(),
            transitive_tags: Vec::new(),
            source_identity: None,
            mfa: None,
            chained: false,
            context: BTreeMap::new(),
        };
        change(&mut session);
        Caller { account: account(HOME), principal, access_key: None, session: Some(Arc::new(session)) }
    }

    pub(crate) fn identity(&self, id: &str, arn: &str, policies: &[&str]) {
        let policies = policies.iter().map(|text| held("inline", text, Kind::Identity)).collect();
        let identity = Identity {
            arn: arn.to_owned(),
            policies,
            boundary: None,
            tags: Tags::from([("team".to_owned(), "red".to_owned())]),
            service_linked: false,
        };
        self.facts(|facts| facts.identities.insert(id.to_owned(), Arc::new(identity)));
    }

    pub(crate) fn forget(&self, id: &str) {
        self.facts(|facts| facts.identities.remove(id));
    }

    pub(crate) fn key(&self, id: &str, key: IssuedKey) {
        self.facts(|facts| facts.keys.insert(id.to_owned(), Arc::new(key)));
    }

    pub(crate) fn managed(&self, arn: &str, text: &str) {
        let policy = held(arn, text, Kind::Identity);
        self.facts(|facts| facts.managed.insert(arn.to_owned(), policy));
    }

    pub(crate) fn resource(&self, arn: &str, policy: &str) {
        self.facts(|facts| facts.resources.insert(arn.to_owned(), policy.to_owned()));
    }

    pub(crate) fn tag(&self, key: &str, value: &str) {
        self.facts(|facts| facts.tags.insert(key.to_owned(), value.to_owned()));
    }

    pub(crate) fn no_resource_policy(&self, arn: &str) {
        self.facts(|facts| facts.resources.remove(arn));
    }

    pub(crate) fn let_resources_rule_alone(&self) {
        self.let_resources_rule(true);
    }

    pub(crate) fn let_resources_rule(&self, alone: bool) {
        self.facts(|facts| facts.rules_alone = alone);
    }

    /// Whose the resources are whose ARNs name no account.
    pub(crate) fn bucket_of(&self, owner: &str) {
        self.facts(|facts| facts.bucket_of = Some(account(owner)));
    }

    pub(crate) fn leave(&self, account_of: &str) {
        self.facts(|facts| facts.memberships.remove(&account(account_of)));
    }

    pub(crate) fn member(&self, of: &str, service_control: &[&[&str]], resource_control: &[&[&str]]) {
        let levels = |levels: &[&[&str]], kind: Kind| -> Vec<Vec<HeldPolicy>> {
            levels.iter().map(|level| level.iter().map(|text| held("p-x", text, kind)).collect()).collect()
        };
        let membership = Membership {
            organization: "o-exampleorgid".to_owned(),
            management: account("999999999999"),
            path: "o-exampleorgid/r-ab12/ou-ab12-11111111/".to_owned(),
            service_control: levels(service_control, Kind::ServiceControl),
            resource_control: levels(resource_control, Kind::ResourceControlFull),
        };
        self.facts(|facts| facts.memberships.insert(account(of), Arc::new(membership)));
    }

    fn service(&self) -> Service {
        let operations = Operations::new().on::<GetAccessKeyInfo>(
            |ctx, input| {
                let access = Access::to(&input.access_key_id).as_action("sqs:SendMessage");
                let tells = ctx.request.source_ip == Some(TELLING);
                Ok(if tells { access.with("sqs:told", "yes").with("aws:username", "x") } else { access })
            },
            answer,
        );
        let shared = Arc::new(self.clone());
        Service::new(&api_sts::SERVICE, operations)
            .policies(self.clone())
            .open_to_anonymous()
            .principals(shared.clone())
            .guardrails(shared)
    }
}

async fn answer(_ctx: &Ctx, _input: GetAccessKeyInfoInput) -> Outcome<GetAccessKeyInfo> {
    Ok(GetAccessKeyInfoOutput::default())
}

impl Principals for Known {
    fn key<'a>(&'a self, _: &'a Cloud, key: &'a str) -> BoxFuture<'a, Result<Option<Arc<IssuedKey>>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.keys.get(key).cloned())) })
    }

    fn identity<'a>(
        &'a self,
        _: &'a Cloud,
        _: AccountId,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Identity>>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.identities.get(id).cloned())) })
    }

    fn managed<'a>(&'a self, _: &'a Cloud, arn: &'a str) -> BoxFuture<'a, Result<Option<HeldPolicy>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.managed.get(arn).cloned())) })
    }

    fn check_mfa<'a>(
        &'a self,
        _: &'a Cloud,
        _: AccountId,
        _: &'a str,
        _: &'a str,
        _: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(false) })
    }

    fn used(&self, _: &Cloud, _: &KeyUse<'_>) {}
}

impl Guardrails for Known {
    fn membership<'a>(
        &'a self,
        _: &'a Cloud,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Membership>>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.memberships.get(&account).cloned())) })
    }
}

impl ResourcePolicies for Known {
    fn policy<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.resources.get(resource).cloned())) })
    }

    fn tags<'a>(&'a self, _: &'a Ctx, _: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.tags.clone())) })
    }

    fn rules_alone(&self) -> bool {
        self.facts(|facts| facts.rules_alone)
    }

    fn owner<'a>(&'a self, _: &'a Ctx, _: &'a str) -> BoxFuture<'a, Result<Option<AccountId>, Error>> {
        Box::pin(async move { Ok(self.facts(|facts| facts.bucket_of)) })
    }
}

fn held(name: &str, text: &str, kind: Kind) -> HeldPolicy {
    HeldPolicy { name: name.into(), policy: Arc::new(Policy::parse(text, kind).unwrap()) }
}

pub(crate) fn account(number: &str) -> AccountId {
    number.parse().unwrap()
}

/// A queue in an account.
pub(crate) fn queue(account: &str) -> String {
    format!("arn:aws:sqs:us-east-1:{account}:q")
}

/// A policy of one statement.
pub(crate) fn statement(body: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{{body}}}]}}"#)
}

/// Allows everything.
pub(crate) fn everything() -> String {
    statement(r#""Effect": "Allow", "Action": "*", "Resource": "*""#)
}
