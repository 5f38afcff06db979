//! Every operation of every service is decided on: a user without a policy is refused each, with AWS's words; one with
//! exactly the permissions that the refusals name gets through to the handler. What is added tomorrow is walked over too.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use api_iam::{CreateUser, CreateUserInput, PutUserPolicy, PutUserPolicyInput};
use cross::likely::Likely;
use names::RequestId;
use serde_json::json;
use service_kit::{Caller, Error, Fault, Input, Principal, RequestInfo};
use smithy::{Member, OperationSchema};
use testkit::TestCloud;

use crate::fixtures::Fixtures;

/// What permissions alone do not open: root of a member account is lent by an organization (services/sts tests it in one).
const LENT: [&str; 1] = ["sts:AssumeRoot"];

/// Operations whose resource stands in a sealed cursor that only an earlier answer gives (services/dynamodb and
/// services/kinesis test it); and one that decides on each of its keys, and answers for each (services/s3 tests it).
const SEALED: [&str; 3] = ["dynamodbstreams:GetRecords", "kinesis:GetRecords", "s3:DeleteObjects"];

/// Permissions one operation may need, its own and those it depends on.
const AT_MOST: usize = 8;

struct Walk {
    cloud: TestCloud,
    user: Caller,
    operation: &'static OperationSchema,
    fixtures: Fixtures,
}

impl Walk {
    /// A user without policies in an account of its own.
    async fn of(cloud: &TestCloud, operation: &'static OperationSchema) -> Self {
        let cloud = cloud.fresh_account();
        let input = CreateUserInput { user_name: "walker".to_owned(), ..Default::default() };
        let made = cloud.call::<CreateUser>(input).await.unwrap().user.unwrap();
        let principal = Principal::User { arn: made.arn, id: made.user_id };
        let user = Caller { account: cloud.account(), principal, access_key: None, session: None };
        let fixtures = Fixtures::of(&cloud, operation.service.id).await;
        Self { cloud, user, operation, fixtures }
    }

    async fn go(&self) -> Result<(), Error> {
        let cloud = self.cloud.cloud();
        let found = cloud.find(self.operation.service.id, self.operation.name).unwrap();
        let caller = Arc::new(self.user.clone());
        let request = Arc::new(self.request());
        cloud.dispatch(found, caller, self.cloud.region().clone(), request, self.input()).await.map(drop)
    }

    fn request(&self) -> RequestInfo {
        RequestInfo {
            id: RequestId::from_random(self.cloud.runtime().random.u128()),
            protocol: None,
            source_ip: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            secure: false,
            user_agent: "walker".to_owned(),
            referer: String::new(),
            called_via: Vec::new(),
            source_arn: None,
            once: Arc::default(),
            base_url: "http://localhost:4566".to_owned(),
            trace: None,
            at: self.cloud.runtime().clock.now(),
        }
    }

    fn input(&self) -> Box<dyn Input> {
        let (service, account) = (self.operation.service.id, self.user.account);
        let known = |member: &Member| self.fixtures.value(service, member);
        let cloud = self.cloud.cloud();
        let mut input = cloud.find(service, self.operation.name).unwrap().new_input();
        Likely { service, account, known: &known }.fill(input.as_mut()).unwrap();
        input
    }

    async fn permit(&self, permissions: &BTreeSet<(String, String)>) {
        let statements: Vec<_> = permissions
            .iter()
            .map(|(action, resource)| json!({"Effect": "Allow", "Action": action, "Resource": resource}))
            .collect();
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let (user_name, policy_name) = ("walker".to_owned(), "p".to_owned());
        let input = PutUserPolicyInput { user_name, policy_name, policy_document: document };
        self.cloud.call::<PutUserPolicy>(input).await.unwrap();
    }
}

fn cloud() -> TestCloud {
    TestCloud::new(cloud::services::all)
}

fn operations(cloud: &TestCloud) -> Vec<&'static OperationSchema> {
    let cloud = cloud.cloud();
    let all = cloud.services().flat_map(|service| service.operations().names().map(|name| (service.api().id, name)));
    let schemas = all.map(|(service, name)| cloud.find(service, name).unwrap().schema());
    schemas.filter(|operation| !SEALED.contains(&name(operation).as_str())).collect()
}

fn name(operation: &OperationSchema) -> String {
    format!("{}:{}", operation.service.id, operation.name)
}

#[tokio::test]
async fn nobody_may_anything_without_a_policy() {
    let cloud = cloud();
    let mut wrong = Vec::new();
    for operation in operations(&cloud) {
        let outcome = Walk::of(&cloud, operation).await.go().await;
        let free = operation.always_allowed || operation.unsigned;
        match outcome {
            Err(Error::Fault(Fault::AccessDenied { reason, .. })) if !free => {
                assert!(reason.starts_with("because no "), "{} {reason}", name(operation));
            }
            _ if free => {}
            Ok(()) => wrong.push(format!("{} is done", name(operation))),
            Err(error) => wrong.push(format!("{} fails: {error}", name(operation))),
        }
    }
    assert!(wrong.is_empty(), "{} are not decided on:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn everybody_may_what_exactly_its_policy_allows() {
    let cloud = cloud();
    let mut wrong = Vec::new();
    for operation in operations(&cloud).into_iter().filter(|operation| !LENT.contains(&name(operation).as_str())) {
        let walk = Walk::of(&cloud, operation).await;
        let mut permissions = BTreeSet::new();
        let mut refusal = None;
        for _ in 0..AT_MOST {
            refusal = match walk.go().await {
                Err(Error::Fault(Fault::AccessDenied { action, resource, reason, .. })) => {
                    Some((action, resource, reason))
                }
                _ => None,
            };
            let Some((action, resource, _)) = &refusal else { break };
            let resource = resource.clone().unwrap_or("*".to_owned());
            if resource != "*" && !resource.starts_with("arn:") {
                wrong.push(format!("{} touches {resource}", name(operation)));
                break;
            }
            permissions.insert((action.clone(), resource));
            walk.permit(&permissions).await;
        }
        if let Some((action, _, reason)) = refusal {
            wrong.push(format!("{} still needs {action} {reason}", name(operation)));
        }
    }
    assert!(wrong.is_empty(), "{} never get through:\n{}", wrong.len(), wrong.join("\n"));
}
