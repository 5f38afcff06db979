//! The process dies at each commit of a stack's life, and begins anew: the stack ends where it was going, nothing is made twice
//! and nothing is left over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api_cloudformation::{CreateStack, CreateStackInput, DeleteStack, DeleteStackInput, UpdateStack, UpdateStackInput};
use names::Timestamp;
use runtime::Runtime;
use serde_json::{Value, json};
use store::{Fault, Faulty, Kv, Memory, Store};
use testkit::TestCloud;

use super::things::Things;
use super::{described, template};

fn start(kv: Arc<dyn Kv>, things: &Things, seconds: i64) -> TestCloud {
    let runtime = Runtime::simulated(u64::try_from(seconds).unwrap(), Timestamp::from_secs(1_767_225_600 + seconds));
    let store = Store::new(kv, runtime.random.clone());
    TestCloud::on(runtime, store, |parts| vec![svc_cloudformation::service(parts), things.service()])
}

fn thing(name: Option<&str>, color: Value, fail: &str) -> Value {
    let mut thing = json!({"Type": "Test::Thing", "Properties": {"Color": color, "Fail": fail}});
    if let Some(name) = name {
        thing["Properties"]["Name"] = name.into();
    }
    thing
}

/// One step of the life: what is asked, with the status that the stack comes to and the things that are there then.
struct Step {
    body: Option<Value>,
    creates: bool,
    status: &'static str,
    things: usize,
}

fn life() -> Vec<Step> {
    let on = json!({"Fn::GetAtt": ["A", "Arn"]});
    let first = json!({"A": thing(None, json!("red"), ""), "B": thing(Some("b"), on.clone(), "")});
    let second = json!({"A": thing(None, json!("blue"), ""), "B": thing(Some("b2"), on.clone(), ""), "C": thing(None, json!(""), "")});
    let mut broken = second.clone();
    broken["A"]["Properties"]["Color"] = "green".into();
    broken["B"]["Properties"]["Name"] = "b3".into();
    broken["D"] = thing(None, on, "create");
    broken["D"]["DependsOn"] = json!(["B"]);
    let step = |body: Value, creates, status, things| Step { body: Some(body), creates, status, things };
    vec![
        step(first, true, "CREATE_COMPLETE", 2),
        step(second, false, "UPDATE_COMPLETE", 3),
        step(broken, false, "UPDATE_ROLLBACK_COMPLETE", 3),
        Step { body: None, creates: false, status: "DELETE_COMPLETE", things: 0 },
    ]
}

async fn ask(cloud: &TestCloud, step: &Step) -> bool {
    let (stack_name, template_body) = ("s".to_owned(), step.body.clone().and_then(template));
    match (&step.body, step.creates) {
        (None, _) => cloud.call::<DeleteStack>(DeleteStackInput { stack_name, ..Default::default() }).await.is_ok(),
        (_, true) => {
            let input = CreateStackInput { stack_name, template_body, ..CreateStackInput::default() };
            cloud.call::<CreateStack>(input).await.is_ok()
        }
        (_, false) => {
            let input = UpdateStackInput { stack_name, template_body, ..UpdateStackInput::default() };
            cloud.call::<UpdateStack>(input).await.is_ok()
        }
    }
}

/// Waits until the stack is at rest or the process is dead.
async fn settled(cloud: &TestCloud, dead: &AtomicBool) -> Option<String> {
    for _ in 0..100_000 {
        if dead.load(Ordering::Relaxed) {
            return None;
        }
        match described(cloud, "s").await {
            Some(stack) if stack.stack_status.as_str().ends_with("_IN_PROGRESS") => tokio::task::yield_now().await,
            Some(stack) => return Some(stack.stack_status.as_str().to_owned()),
            None => return Some("DELETE_COMPLETE".to_owned()),
        }
    }
    panic!("the stack does not come to rest");
}

/// Lives with a death at one commit; tells whether that commit was reached.
async fn one(nth: u64, fault: Fault) -> bool {
    let name = format!("commit {nth}, {fault:?}");
    let (things, dead) = (Things::default(), Arc::new(AtomicBool::new(false)));
    let memory = Arc::new(Memory::default());
    let faulty = Arc::new(Faulty::new(memory.clone()));
    let (dying, told) = (faulty.clone(), dead.clone());
    let mut cloud = start(faulty.clone(), &things, 1);
    let until = faulty.commits() + nth;
    faulty.plan(move |number| {
        let now = number == until;
        if now {
            dying.kill();
            told.store(true, Ordering::Relaxed);
        }
        now.then_some(fault)
    });
    let mut reached = false;
    for step in life() {
        loop {
            ask(&cloud, &step).await;
            if let Some(status) = settled(&cloud, &dead).await {
                assert_eq!(status, step.status, "{name}");
                break;
            }
            // The process dies with all that runs in it, and another one begins on what is on the disk.
            reached = true;
            cloud.runtime().shutdown.request();
            cloud.runtime().tasks.abort_all();
            dead.store(false, Ordering::Relaxed);
            cloud = start(memory.clone(), &things, 2);
        }
        assert_eq!(things.ids().len(), step.things, "{name}: {:?} after {}", things.ids(), step.status);
    }
    reached
}

#[tokio::test]
async fn whenever_the_process_dies_the_stack_ends_right() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        let mut nth = 1;
        while one(nth, fault).await {
            nth += 1;
        }
        assert!(nth > 20, "only {nth} commits were tried");
    }
}
