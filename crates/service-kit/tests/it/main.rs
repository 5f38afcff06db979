//! The part of the road that every call takes: who is asked, in which order, and what is told afterwards.

// A test fails by panicking, helpers included.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use api_sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetAccessKeyInfoOutput, GetSessionToken, GetSessionTokenInput};
use service_kit::{
    Access, AccessRequest, Authorizer, BoxFuture, CallRecord, Caller, Ctx, Decision, Error, Fault, Guard, Operations,
    Outcome, Recorder, Service, Task, Wake,
};
use std::sync::Mutex;
use testkit::{TestCloud, WireRequest};
use tokio::sync::Semaphore;

/// Writes down what it is asked and told, and answers as it was made to.
#[derive(Clone, Default)]
struct Witness {
    seen: Arc<Mutex<Vec<String>>>,
    denies: bool,
    throttles: bool,
}

impl Witness {
    fn note(&self, text: String) {
        self.seen.lock().unwrap().push(text);
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn cloud(&self) -> TestCloud {
        let mut parts = TestCloud::parts();
        parts.authorizer = Arc::new(self.clone());
        parts.guard = Arc::new(self.clone());
        parts.recorders = vec![Arc::new(self.clone())];
        TestCloud::of(parts, vec![service()])
    }
}

/// A service of one operation, which policies decide on.
fn service() -> Service {
    let operations = Operations::new().on::<GetAccessKeyInfo>(|_, _| Ok(Access::any()), answer);
    Service::new(&api_sts::SERVICE, operations)
}

async fn answer(_ctx: &Ctx, _input: GetAccessKeyInfoInput) -> Outcome<GetAccessKeyInfo> {
    Ok(GetAccessKeyInfoOutput::default())
}

impl Authorizer for Witness {
    fn decide<'a>(&'a self, _ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        self.note(format!("may {} {}?", request.caller.account, request.action));
        let reason = "because no identity-based policy allows the action".to_owned();
        Box::pin(async move { if self.denies { Decision::Deny { reason } } else { Decision::Allow } })
    }
}

impl Guard for Witness {
    fn check<'a>(&'a self, _ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Error>> {
        self.note("guard".to_owned());
        let throttled = Fault::Throttled { message: String::new() };
        Box::pin(async move { if self.throttles { Err(throttled.into()) } else { Ok(()) } })
    }
}

impl Recorder for Witness {
    fn record(&self, call: CallRecord<'_>) -> Option<BoxFuture<'static, Result<(), Error>>> {
        let outcome = if call.error.is_some() { "failed" } else { "done" };
        self.note(format!("{} {outcome}", call.ctx.operation.name));
        None
    }
}

#[tokio::test]
async fn authorizer_guard_and_recorder_see_every_call_in_this_order() {
    let witness = Witness::default();
    witness.cloud().call::<GetAccessKeyInfo>(GetAccessKeyInfoInput::default()).await.unwrap();
    assert_eq!(witness.seen(), ["may 000000000000 sts:GetAccessKeyInfo?", "guard", "GetAccessKeyInfo done"]);
}

#[tokio::test]
async fn a_denial_stops_before_the_guard_and_says_why() {
    let witness = Witness { denies: true, ..Witness::default() };
    let answer = witness
        .cloud()
        .send(WireRequest::query("sts", "Action=GetAccessKeyInfo&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Version=2011-06-15"))
        .await;
    assert_eq!(answer.status, 403);
    let text = "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:GetAccessKeyInfo because \
                no identity-based policy allows the action";
    assert!(answer.text().contains(text), "{}", answer.text());
    assert_eq!(witness.seen(), ["may 000000000000 sts:GetAccessKeyInfo?", "GetAccessKeyInfo failed"]);
}

#[tokio::test]
async fn a_guard_answers_in_the_handlers_place() {
    let witness = Witness { throttles: true, ..Witness::default() };
    let answer = witness
        .cloud()
        .send(WireRequest::query("sts", "Action=GetAccessKeyInfo&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Version=2011-06-15"))
        .await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("<Code>Throttling</Code>"), "{}", answer.text());
}

#[tokio::test]
async fn a_call_in_process_to_what_is_not_there_says_so() {
    let cloud = Witness::default().cloud();
    let failed = cloud.call::<GetSessionToken>(GetSessionTokenInput::default()).await.unwrap_err();
    let Error::Fault(Fault::NotImplemented { service, operation }) = failed else { panic!("{failed}") };
    assert_eq!((service.as_str(), operation.as_str()), ("sts", "GetSessionToken"));
}

#[tokio::test]
async fn nobody_without_an_account_gets_in() {
    let cloud = TestCloud::new(|_| vec![service()]);
    let someone = Caller::anonymous(cloud.account());
    let input = GetAccessKeyInfoInput::default();
    let denied = cloud.cloud().call::<GetAccessKeyInfo>(Arc::new(someone), cloud.region().clone(), input).await;
    assert!(matches!(denied, Err(Error::Fault(Fault::AccessDenied { .. }))));
}

#[tokio::test]
async fn a_task_runs_at_once_when_signalled_and_by_the_clock() {
    let runs = Arc::new(Semaphore::new(0));
    let (wake, counted) = (Wake::default(), runs.clone());
    let task = Task::new("count", Duration::from_secs(60), wake.clone(), move |_| {
        counted.add_permits(1);
        async { Ok(()) }
    });
    let cloud = TestCloud::new(|_| vec![service().task(task)]);
    runs.acquire().await.unwrap().forget();
    wake.signal();
    runs.acquire().await.unwrap().forget();
    assert_eq!(runs.available_permits(), 0);
    while runs.available_permits() == 0 {
        cloud.advance(Duration::from_secs(60)).await;
    }
}

#[tokio::test]
async fn a_task_that_fails_is_tried_again() {
    let runs = Arc::new(Semaphore::new(0));
    let counted = runs.clone();
    let task = Task::new("fail", Duration::from_secs(3600), Wake::default(), move |_| {
        counted.add_permits(1);
        async { Err(Fault::internal("on purpose").into()) }
    });
    let cloud = TestCloud::new(|_| vec![service().task(task)]);
    while runs.available_permits() < 3 {
        cloud.advance(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn what_is_touched_may_be_read_first() {
    let witness = Witness::default();
    let mut parts = TestCloud::parts();
    parts.authorizer = Arc::new(witness.clone());
    let operations = Operations::new().on_read::<GetAccessKeyInfo>(
        |ctx, input| {
            let key = input.access_key_id.clone();
            Box::pin(async move {
                tokio::task::yield_now().await;
                match key.as_str() {
                    "none" => Err(Fault::internal("unread").into()),
                    key => Ok(Access::to(ctx.arn(key)).as_action("sts:Read")),
                }
            })
        },
        answer,
    );
    let cloud = TestCloud::of(parts, vec![Service::new(&api_sts::SERVICE, operations)]);
    let call = |key: &str| cloud.call::<GetAccessKeyInfo>(GetAccessKeyInfoInput { access_key_id: key.to_owned() });
    call("some").await.unwrap();
    assert_eq!(witness.seen(), ["may 000000000000 sts:Read?"]);
    assert!(matches!(call("none").await, Err(Error::Fault(Fault::Internal { .. }))));
    assert_eq!(witness.seen().len(), 1, "nobody was asked about what could not be read");
}
