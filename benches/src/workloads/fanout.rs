//! One message to many queues (SNS), and events past many rules (EventBridge): what the publisher waits for, and how fast
//! everything has arrived.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::load::{self, Lane, Progress};
use crate::messages::message;
use crate::pool::{self, PoolLane};
use crate::report::Row;
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::tally::Caller;

const CONNECTIONS: usize = 8;
const ACCOUNT: &str = "000000000000";
/// Lets every service send.
const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":["sns.amazonaws.com","events.amazonaws.com"]},"Action":"sqs:SendMessage","Resource":"*"}}"#;
/// Longest that messages may be on their way.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks at the queues.
const LOOK: Duration = Duration::from_millis(20);
const EVENTS: &str = "AWSEvents";

/// A pool's requests, of which every good one counts, measured or not.
struct Published {
    lane: PoolLane,
    good: Rc<Cell<u64>>,
}

impl Lane for Published {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let progress = self.lane.step(caller).await?;
        if progress == Progress::Units(1) {
            self.good.set(self.good.get() + 1);
        }
        Ok(progress)
    }
}

/// Publishes to a topic with so many queues.
pub(super) async fn sns(session: &mut Session<'_>, name: &str, queues: usize) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let mut urls = Vec::new();
    let topic = super::unused_name();
    let arn = format!("arn:aws:sns:us-east-1:{ACCOUNT}:{topic}");
    let mut api = running.api().await?;
    api.form("sns", &format!("Action=CreateTopic&Version=2010-03-31&Name={topic}")).await?;
    for _ in 0..queues {
        let (url, queue) = open_queue(&running).await?;
        let subscribe = format!("Action=Subscribe&Version=2010-03-31&Protocol=sqs&TopicArn={arn}&Endpoint={queue}");
        api.form("sns", &subscribe).await?;
        urls.push(url);
    }
    let publish = |number| format!("Action=Publish&Version=2010-03-31&TopicArn={arn}&Message={}", message(number));
    let lanes = pool::lanes("Publish", CONNECTIONS, 1, |n| running.signer.form("sns", publish(n).as_bytes()))?;
    arrive(session, name, &running, lanes, &urls).await
}

/// Puts events on a bus with so many rules, of which one wants each event.
pub(super) async fn rules(session: &mut Session<'_>, name: &str, rules: usize) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let (url, queue) = open_queue(&running).await?;
    let bus = super::unused_name();
    let mut api = running.api().await?;
    api.json("events", EVENTS, "CreateEventBus", &json!({"Name": bus})).await?;
    for rule in 0..rules {
        let pattern = json!({"source": ["bench"], "detail": {"kind": [format!("kind-{rule}")]}}).to_string();
        let rule = format!("rule-{rule}");
        let put = json!({"Name": rule, "EventBusName": bus, "EventPattern": pattern});
        api.json("events", EVENTS, "PutRule", &put).await?;
        let targets = json!({"Rule": rule, "EventBusName": bus, "Targets": [{"Id": "q", "Arn": queue}]});
        api.json("events", EVENTS, "PutTargets", &targets).await?;
    }
    let event = |number: u64| {
        let detail = json!({"kind": format!("kind-{}", number % rules as u64), "text": message(number)}).to_string();
        let entry = json!({"EventBusName": bus, "Source": "bench", "DetailType": "run", "Detail": detail});
        json!({"Entries": [entry]}).to_string()
    };
    let make = |number| running.signer.json("events", EVENTS, "PutEvents", event(number).as_bytes());
    let lanes = pool::lanes("PutEvents", CONNECTIONS, 1, make)?;
    arrive(session, name, &running, lanes, &[url]).await
}

/// Loads, and waits until every queue holds what was acknowledged: no more and no less.
async fn arrive(
    session: &mut Session<'_>,
    name: &str,
    running: &Running,
    lanes: Vec<PoolLane>,
    queues: &[String],
) -> io::Result<()> {
    let good = Rc::new(Cell::new(0));
    let lanes = lanes.into_iter().map(|lane| Published { lane, good: good.clone() }).collect();
    let started = Instant::now();
    let mut measured = load::run(&running.target, lanes, session.plan()).await?;
    let expected = good.get();
    let mut api = running.api().await?;
    for queue in queues {
        let mut there = api.messages(queue).await?;
        while there < expected && started.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK).await;
            there = api.messages(queue).await?;
        }
        if there != expected {
            measured.failures += 1;
            measured.first_failure.get_or_insert_with(|| format!("{there} messages arrived, not {expected}"));
        }
    }
    let arrived = (expected * queues.len() as u64) as f64 / started.elapsed().as_secs_f64();
    session.report.figure(&session.name(), format!("{name}: deliveries, until the last has arrived"), arrived, "/s");
    session.report.rows.push(Row::new(super::requests(name, CONNECTIONS), &session.name(), &measured, None));
    Ok(())
}

/// A queue that services may send to: its URL and its ARN.
async fn open_queue(running: &Running) -> io::Result<(String, String)> {
    let name = super::unused_name();
    let url = running.api().await?.create_queue(&name, &json!({"Policy": POLICY})).await?;
    Ok((url, format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")))
}
