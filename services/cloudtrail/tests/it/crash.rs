//! A process that dies: of every change that was answered there is a record, and a row for the trail that selects it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api_cloudtrail::*;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::Error;
use store::{Fault, Faulty, Kv, Local, Memory, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;
use crate::delivery::{held, records, settle};

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// One life of a process on an engine, `seconds` after the start of time.
fn life(engine: Arc<dyn Kv>, seconds: u64) -> (TestCloud, Store) {
    let runtime = Runtime::simulated(7 + seconds, START.plus(Duration::from_secs(seconds)));
    let store = Store::new(engine, runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), services);
    (cloud, store)
}

/// Names of queues whose creation was answered, until the engine dies after so many commits.
async fn storm(cloud: &TestCloud, engine: &Arc<Faulty>, dies_after: u64) -> Vec<String> {
    let answered = Arc::new(Mutex::new(Vec::new()));
    let running = Arc::new(AtomicUsize::new(0));
    let dead = engine.commits() + dies_after;
    let calls: Vec<_> = (0..200)
        .map(|i| {
            let (cloud, answered, running) = (cloud.clone(), answered.clone(), running.clone());
            tokio::spawn(async move {
                running.fetch_add(1, Ordering::Relaxed);
                let name = format!("q{i}");
                if cloud.call::<api_sqs::CreateQueue>(queue(&name)).await.is_ok() {
                    answered.lock().push(name);
                }
            })
        })
        .collect();
    // Commits of the background count too: the process dies no sooner than it has begun to serve someone.
    while (engine.commits() < dead || running.load(Ordering::Relaxed) == 0)
        && !calls.iter().all(|call| call.is_finished())
    {
        tokio::task::yield_now().await;
    }
    engine.kill();
    // Whoever was not answered is never answered: the process is gone.
    calls.iter().for_each(|call| call.abort());
    for call in calls {
        let _ = call.await;
    }
    std::mem::take(&mut answered.lock())
}

/// Every name is in the history and in the trail's files, once.
async fn check(cloud: &TestCloud, answered: &[String]) {
    let mut told = Vec::new();
    let count = |told: &[serde_json::Value], name: &String| {
        told.iter().filter(|record| record["requestParameters"]["queueName"] == **name).count()
    };
    // Files are made by a task of another thread: they come when they come.
    for _ in 0..1_000 {
        told.extend(records(&held(cloud).await));
        if answered.iter().all(|name| count(&told, name) > 0) {
            break;
        }
    }
    for name in answered {
        assert_eq!(look(cloud, by("ResourceName", name)).await.len(), 1, "{name} is not in the history");
        assert_eq!(count(&told, name), 1, "{name} is not in a log file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_of_an_answered_change_is_lost_wherever_the_process_dies() {
    let mut all = 0;
    for dies_after in [1, 2, 3, 5, 9, 20, 60, 150, 399] {
        let memory: Arc<dyn Kv> = Arc::new(Memory::new());
        let engine = Arc::new(Faulty::new(memory.clone()));
        let (cloud, _) = life(engine.clone(), 0);
        log(&cloud).await;
        let answered = storm(&cloud, &engine, dies_after).await;
        cloud.runtime().shutdown.request();
        let (cloud, _) = life(memory, 10);
        check(&cloud, &answered).await;
        all += answered.len();
    }
    assert!(all > 100, "only {all} calls were answered: nothing was tried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_on_a_disk() {
    async fn open(dir: &Path) -> Arc<dyn Kv> {
        Arc::new(Local::open(dir, &Options::default()).unwrap())
    }
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path()).await;
    let engine = Arc::new(Faulty::new(disk.clone()));
    let (cloud, _) = life(engine.clone(), 0);
    log(&cloud).await;
    let answered = storm(&cloud, &engine, 40).await;
    cloud.runtime().shutdown.request();
    disk.close().await.unwrap();
    drop((cloud, engine, disk));
    let (cloud, store) = life(open(dir.path()).await, 10);
    check(&cloud, &answered).await;
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
}

/// The number that the last commit of the next change will have.
async fn last_commit_of_a_change(cloud: &TestCloud, engine: &Faulty) -> u64 {
    // The first of all reserves numbers besides.
    create(cloud, "first").await;
    settle().await;
    let before = engine.commits();
    create(cloud, "second").await;
    settle().await;
    engine.commits() + (engine.commits() - before)
}

#[tokio::test]
async fn a_change_is_not_answered_before_its_record_is_written() {
    let memory: Arc<dyn Kv> = Arc::new(Memory::new());
    let engine = Arc::new(Faulty::new(memory.clone()));
    let (cloud, _) = life(engine.clone(), 0);
    let last = last_commit_of_a_change(&cloud, &engine).await;
    // The last commit is the record's: it and all after it are not written.
    engine.plan(move |number| (number >= last).then_some(Fault::Refused));
    let call = tokio::spawn({
        let cloud = cloud.clone();
        async move { cloud.call::<api_sqs::CreateQueue>(queue("q")).await }
    });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished(), "answered without a record");
    engine.plan(|_| None);
    cloud.advance(Duration::from_secs(1)).await;
    call.await.unwrap().unwrap();
    assert_eq!(look(&cloud, by("ResourceName", "q")).await.len(), 1);
}

#[tokio::test]
async fn a_change_whose_record_cannot_be_written_is_no_success_and_not_forgotten() {
    let memory: Arc<dyn Kv> = Arc::new(Memory::new());
    let engine = Arc::new(Faulty::new(memory.clone()));
    let (cloud, _) = life(engine.clone(), 0);
    let last = last_commit_of_a_change(&cloud, &engine).await;
    engine.plan(move |number| (number >= last).then_some(Fault::Refused));
    let call = tokio::spawn({
        let cloud = cloud.clone();
        async move { cloud.call::<api_sqs::CreateQueue>(queue("q")).await }
    });
    while !call.is_finished() {
        cloud.advance(Duration::from_secs(1)).await;
    }
    let refused = call.await.unwrap().unwrap_err();
    assert!(matches!(refused, Error::Fault(service_kit::Fault::Internal { .. })), "{refused}");
    engine.plan(|_| None);
    assert_eq!(look(&cloud, by("ResourceName", "q")).await.len(), 1);
}

#[tokio::test]
async fn reads_that_nobody_can_record_are_answered() {
    let memory: Arc<dyn Kv> = Arc::new(Memory::new());
    let engine = Arc::new(Faulty::new(memory.clone()));
    let (cloud, _) = life(engine.clone(), 0);
    engine.plan(|_| Some(Fault::Refused));
    // More than may wait: the last of them are lost, and nobody waits for them.
    for _ in 0..17_000 {
        cloud.call::<ListTrails>(ListTrailsInput::default()).await.unwrap();
    }
    engine.plan(|_| None);
    assert_eq!(look(&cloud, by("EventName", "ListTrails")).await.len(), 50);
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_written_once() {
    let memory: Arc<dyn Kv> = Arc::new(Memory::new());
    let engine = Arc::new(Faulty::new(memory.clone()));
    let (cloud, _) = life(engine.clone(), 0);
    let last = last_commit_of_a_change(&cloud, &engine).await;
    engine.fail(last, Fault::AnswerLost);
    let call = tokio::spawn({
        let cloud = cloud.clone();
        async move { cloud.call::<api_sqs::CreateQueue>(queue("q")).await }
    });
    settle().await;
    assert!(!call.is_finished(), "nobody knew that the record was written");
    cloud.advance(Duration::from_secs(1)).await;
    call.await.unwrap().unwrap();
    assert_eq!(look(&cloud, by("ResourceName", "q")).await.len(), 1);
}

#[tokio::test]
async fn a_trail_of_an_earlier_life_records_from_the_first_call_on() {
    let memory: Arc<dyn Kv> = Arc::new(Memory::new());
    let (cloud, _) = life(memory.clone(), 0);
    log(&cloud).await;
    select_queues(&cloud, "logs").await;
    let url = create(&cloud, "q").await;
    cloud.runtime().shutdown.request();
    // Nothing was read yet when the first call comes.
    let (cloud, _) = life(memory, 10);
    send(&cloud, &url).await;
    let told = records(&held(&cloud).await);
    assert_eq!(told.iter().filter(|record| record["eventName"] == "SendMessage").count(), 1);
    let hidden = &told.iter().find(|record| record["eventName"] == "SendMessage").unwrap()["requestParameters"];
    assert_eq!(hidden["messageBody"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(
        look(&cloud, LookupEventsInput::default())
            .await
            .iter()
            .filter(|e| e.event_name.as_deref() == Some("SendMessage"))
            .count(),
        0
    );
}
