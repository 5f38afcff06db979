//! Lanes: what is delivered, when it is tried again, where it goes in the end, and that nobody waits for anybody else.

use std::num::NonZeroU32;

use delivery::{Consignment, Lane, Retries, Verdict, Why};

use crate::world::*;

fn free(lane: &str) -> Consignment {
    Consignment::new(lane, "")
}

fn in_order(lane: &str) -> Consignment {
    Consignment::in_order(lane, "")
}

#[tokio::test]
async fn each_lane_has_it_once_and_nothing_is_left() {
    let receiver = Receiver::new(|_, _| Some(Verdict::Delivered)).with("a", patient()).with("b", patient());
    let world = World::new(&receiver);
    world.enqueue("1", &[free("a"), free("b"), free("nobody")]).await.unwrap();
    world.enqueue("2", &[free("a")]).await.unwrap();
    world.enqueue("to nobody", &[]).await.unwrap();
    world.until_empty().await;
    assert_eq!(receiver.bodies("a"), ["1", "2"]);
    assert_eq!(receiver.bodies("b"), ["1"]);
    let mut ids: Vec<_> = receiver.attempts.lock().iter().map(|attempt| attempt.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn attempts_are_made_at_their_instants_while_the_clock_is_moved() {
    let script = |lane: &str, _: &_| if lane == "a" { retry() } else { Some(Verdict::Delivered) };
    let receiver = Receiver::new(script).with("a", patient()).with("dead-a", patient());
    let world = World::new(&receiver);
    world.enqueue("1", &[free("a")]).await.unwrap();
    until(|| receiver.seconds("a") == [0]).await;
    world.advance(5).await;
    assert_eq!(receiver.seconds("a"), [0]);
    world.advance(3_600).await;
    assert_eq!(receiver.seconds("a"), [0, 10, 20, 30]);
    assert_eq!(*receiver.given_up.lock(), [("a".to_owned(), Why::Exhausted)]);
    world.until_empty().await;
    assert_eq!(receiver.seconds("dead-a"), [30]);
}

#[tokio::test]
async fn what_is_refused_is_given_up_at_once() {
    let receiver = Receiver::new(|_, _| refuse()).with("a", patient()).with("dead-a", patient());
    let world = World::new(&receiver);
    world.enqueue("1", &[free("a")]).await.unwrap();
    world.until_empty().await;
    assert_eq!(receiver.bodies("a"), ["1"]);
    let expected = [("a".to_owned(), Why::Refused), ("dead-a".to_owned(), Why::Refused)];
    assert_eq!(*receiver.given_up.lock(), expected);
}

#[tokio::test]
async fn age_gives_up_without_an_attempt() {
    let old = Retries { oldest: Some(std::time::Duration::from_secs(25)), ..patient().retries };
    let receiver = Receiver::new(|_, _| retry()).with("a", Lane::new(old));
    let world = World::new(&receiver);
    world.enqueue("1", &[free("a")]).await.unwrap();
    until(|| receiver.seconds("a") == [0]).await;
    world.advance(60).await;
    world.until_empty().await;
    assert_eq!(receiver.seconds("a"), [0, 10, 20]);
    assert_eq!(*receiver.given_up.lock(), [("a".to_owned(), Why::TooOld)]);
}

#[tokio::test]
async fn a_lane_in_order_waits_for_its_first() {
    let script = |_: &str, intent: &delivery::Intent| {
        if intent.body == "2" && intent.attempts < 2 { retry() } else { Some(Verdict::Delivered) }
    };
    let receiver = Receiver::new(script).with("a", Lane { batch: 1, ..patient() });
    let world = World::new(&receiver);
    for body in ["1", "2", "3", "4"] {
        world.enqueue(body, &[in_order("a")]).await.unwrap();
    }
    until(|| receiver.bodies("a") == ["1", "2"]).await;
    world.advance(15).await;
    assert_eq!(receiver.bodies("a"), ["1", "2", "2"]);
    world.advance(15).await;
    world.until_empty().await;
    assert_eq!(receiver.bodies("a"), ["1", "2", "2", "2", "3", "4"]);
}

#[tokio::test]
async fn a_free_lane_does_not_wait_for_one_that_failed() {
    let script = |_: &str, intent: &delivery::Intent| {
        if intent.body == "2" && intent.attempts < 2 { retry() } else { Some(Verdict::Delivered) }
    };
    let receiver = Receiver::new(script).with("a", patient());
    let world = World::new(&receiver);
    for body in ["1", "2", "3", "4"] {
        world.enqueue(body, &[free("a")]).await.unwrap();
    }
    until(|| receiver.bodies("a").len() == 4).await;
    world.advance(60).await;
    world.until_empty().await;
    assert_eq!(receiver.seconds("a"), [0, 0, 0, 0, 10, 20]);
}

#[tokio::test]
async fn a_lane_that_hangs_holds_up_nobody_and_new_intents_pass_what_hangs() {
    let script = |lane: &str, intent: &delivery::Intent| {
        if lane == "a" && intent.body.starts_with(b"slow") { None } else { Some(Verdict::Delivered) }
    };
    let one_by_one = Lane { batch: 1, concurrency: 3, ..patient() };
    let receiver = Receiver::new(script).with("a", one_by_one.clone()).with("b", one_by_one);
    let world = World::new(&receiver);
    world.enqueue("slow 1", &[free("a"), free("b")]).await.unwrap();
    world.enqueue("slow 2", &[free("a"), free("b")]).await.unwrap();
    until(|| receiver.bodies("a").len() == 2 && receiver.bodies("b").len() == 2).await;
    world.enqueue("quick", &[free("a"), free("b")]).await.unwrap();
    until(|| receiver.bodies("a").contains(&"quick".to_owned())).await;
    world.enqueue("quick too", &[free("a")]).await.unwrap();
    until(|| receiver.bodies("a").contains(&"quick too".to_owned())).await;
    assert_eq!(world.deliveries.waiting("b", 10).await.unwrap(), 0);
}

#[tokio::test]
async fn a_lane_that_is_no_more_loses_what_waits() {
    let receiver = Receiver::new(|_, _| retry()).with("a", patient());
    let world = World::new(&receiver);
    world.enqueue("1", &[free("a")]).await.unwrap();
    until(|| receiver.seconds("a") == [0]).await;
    receiver.lanes.lock().clear();
    world.deliveries.wake("a");
    world.until_empty().await;
    assert!(receiver.given_up.lock().is_empty());
}

#[tokio::test]
async fn no_faster_than_its_rate() {
    let rate = Lane { rate: NonZeroU32::new(2), ..patient() };
    let receiver = Receiver::new(|_, _| Some(Verdict::Delivered)).with("a", rate);
    let world = World::new(&receiver);
    for body in ["1", "2", "3", "4", "5"] {
        world.enqueue(body, &[free("a")]).await.unwrap();
    }
    until(|| receiver.bodies("a").len() == 2).await;
    world.advance(1).await;
    until(|| receiver.bodies("a").len() == 4).await;
    world.advance(10).await;
    world.until_empty().await;
    let mut seconds = receiver.seconds("a");
    seconds.sort_unstable();
    assert_eq!(seconds, [0, 0, 1, 1, 2]);
}
