//! Starting, stopping, being killed, and starting where another is.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::{Process, nephele, refusal};
use crate::wire;

#[test]
fn answers_as_soon_as_it_says_ready() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    let health = wire::exchange(&process, "GET /_nephele/health HTTP/1.1\nHost: localhost", "");
    assert!(health.starts_with("HTTP/1.1 200 OK\r\n"), "{health}");
    assert!(health.contains(&format!("\"pid\":{}", process.pid())), "{health}");
    let status = process.ask(&["status"]);
    assert_eq!(status["pid"], process.pid());
    assert_eq!(status["data"], temporary.path().display().to_string());
    assert_eq!((&status["durability"], &status["panics"]), (&"fsync".into(), &0.into()));
    let ids: Vec<_> =
        status["services"].as_array().unwrap().iter().map(|service| service["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ["iam", "sqs", "sts"].iter().all(|id| ids.contains(id)), "{ids:?}");
}

#[test]
fn a_second_start_names_the_first() {
    let temporary = tempfile::tempdir().unwrap();
    let (one, other) = (temporary.path().join("one"), temporary.path().join("other"));
    let process = Process::start(&one, &[]);
    let pid = format!("process {}", process.pid());
    let same_data = refusal(nephele().args(["start", "--listen", "127.0.0.1:0", "--data"]).arg(&one));
    let same_port = refusal(nephele().args(["start", "--listen", &process.authority, "--data"]).arg(&other));
    for (code, words) in [same_data, same_port] {
        assert_eq!(code, Some(1), "{words}");
        assert!(words.contains(&pid), "{words}");
    }
    assert!(!other.exists(), "a start that finds its port taken leaves nothing behind");
}

#[test]
fn a_port_of_another_program_is_told_apart() {
    let temporary = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let deaf = std::thread::spawn(move || drop(listener.accept()));
    let (code, words) =
        refusal(nephele().args(["start", "--listen", &address, "--data"]).arg(temporary.path().join("d")));
    deaf.join().unwrap();
    assert_eq!(code, Some(1));
    assert!(words.contains("taken by another program"), "{words}");
}

#[test]
fn a_stop_lets_a_request_in_flight_finish() {
    let temporary = tempfile::tempdir().unwrap();
    let mut process = Process::start(temporary.path(), &[]);
    let mut stream = TcpStream::connect(&process.authority).unwrap();
    let head = "GET /_nephele/health HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut asked_for_more = [0; 25];
    stream.read_exact(&mut asked_for_more).unwrap();
    assert_eq!(&asked_for_more, b"HTTP/1.1 100 Continue\r\n\r\n");
    process.terminate();
    while TcpStream::connect(&process.authority).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(b"{}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = process.wait();
    assert!(status.success(), "{status}");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"status\":\"stopping\""), "{answer}");
    assert!(!temporary.path().join("running.json").exists());
}

#[test]
fn a_kill_loses_neither_the_clock_nor_a_queue() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    let created = wire::exchange(&process, &wire::sqs("CreateQueue"), r#"{"QueueName": "kept"}"#);
    assert!(created.starts_with("HTTP/1.1 200 OK"), "{created}");
    process.ask(&["clock", "advance", "60d"]);
    let frozen = process.ask(&["clock", "freeze"]);
    process.kill();

    let process = Process::start(temporary.path(), &[]);
    assert_eq!(process.ask(&["clock"])["now"], frozen["now"]);
    let listed = wire::exchange(&process, &wire::sqs("ListQueues"), "{}");
    assert!(listed.contains("/000000000000/kept"), "{listed}");
}

#[test]
fn a_reset_forgets_a_service_and_keeps_the_clock() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    process.ask(&["clock", "advance", "1d"]);
    wire::exchange(&process, &wire::sqs("CreateQueue"), r#"{"QueueName": "gone"}"#);
    let deleted = process.ask(&["reset", "sqs"]);
    assert!(deleted["deleted"]["sqs"].as_u64().unwrap() > 0, "{deleted}");
    let listed = wire::exchange(&process, &wire::sqs("ListQueues"), "{}");
    assert!(listed.starts_with("HTTP/1.1 200") && !listed.contains("gone"), "{listed}");
    // Nothing is left but what audit kept of these calls.
    let left = process.ask(&["reset"])["deleted"].clone();
    let kept = |id: &str| left[id].as_u64();
    assert_eq!((kept("sqs"), kept("sts"), kept("iam")), (Some(0), Some(0), Some(0)), "{left}");
    assert_eq!(process.ask(&["clock"])["offset_seconds"].as_f64().unwrap().round(), 86_400.0);
}

#[test]
fn an_ephemeral_cloud_writes_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let home = temporary.path().display().to_string();
    let mut command = nephele();
    let process =
        Process::spawn(command.env("HOME", &home).args(["--listen", "127.0.0.1:0", "--ephemeral", "--log", "warn"]));
    assert_eq!(process.ask(&["status"])["durability"], "none");
    process.kill();
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}
