//! The commands against a running cloud, and their exit codes.

use crate::process::{Process, nephele, refusal};
use crate::wire;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("commands print text")
}

#[test]
fn the_clock_is_moved_and_shown() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    assert!(text(&process.run(&["clock"]).stdout).ends_with("(real time)\n"));
    assert!(text(&process.run(&["clock", "advance", "1h30m"]).stdout).ends_with("(1h30m ahead of real time)\n"));
    let set = process.ask(&["clock", "set", "2027-01-01"]);
    assert!(set["now"].as_str().unwrap().starts_with("2027-01-01T00:00:0"), "{set}");
    assert_eq!(process.ask(&["clock", "freeze"])["frozen"], true);
    assert_eq!(process.ask(&["clock", "resume"])["frozen"], false);
    let wrong = process.run(&["clock", "advance", "60"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong.stderr));
    assert!(text(&wrong.stderr).contains("is not a duration"));
}

#[test]
fn requests_are_logged_without_what_they_carry() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    wire::exchange(&process, &wire::sqs("CreateQueue"), r#"{"QueueName": "secret-name"}"#);
    wire::exchange(&process, &wire::sqs("GetQueueUrl"), r#"{"QueueName": "absent"}"#);
    let logs = text(&process.run(&["logs"]).stdout);
    let lines: Vec<&str> = logs.lines().collect();
    assert_eq!(lines.len(), 2, "{logs}");
    assert!(lines[0].contains("  200  sqs.CreateQueue ") && lines[1].contains("  400  sqs.GetQueueUrl "), "{logs}");
    assert!(!logs.contains("secret-name"), "{logs}");
    assert_eq!(text(&process.run(&["logs", "--errors"]).stdout).lines().count(), 1);
    assert!(text(&process.run(&["logs", "-n", "1", "--json"]).stdout).contains("\"number\":2"));
}

#[test]
fn what_env_prints_is_where_the_cloud_is() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    let env = process.ask(&["env"]);
    assert_eq!(env["AWS_ENDPOINT_URL"], format!("http://{}", process.authority));
    assert_eq!((&env["AWS_ACCESS_KEY_ID"], &env["AWS_DEFAULT_REGION"]), (&"test".into(), &"us-east-1".into()));
    let mut command = nephele();
    command.args(["env", "--tls", "--json", "--endpoint", &format!("http://{}", process.authority)]);
    let tls = command.env("NEPHELE_DATA", temporary.path()).output().unwrap();
    let tls: serde_json::Value = serde_json::from_slice(&tls.stdout).unwrap();
    let pem = std::fs::read_to_string(tls["AWS_CA_BUNDLE"].as_str().unwrap()).unwrap();
    assert_eq!(text(&process.run(&["ca"]).stdout), pem);
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn ports_and_services_are_told() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &["--services", "sts"]);
    assert_eq!(process.ask(&["ports"])[0]["address"], process.authority);
    let services = wire::exchange(&process, "GET /_nephele/services HTTP/1.1\nHost: localhost", "");
    assert!(services.contains("\"GetCallerIdentity\"") && !services.contains("\"sqs\""), "{services}");
    let absent = wire::exchange(&process, &wire::sqs("ListQueues"), "{}");
    assert!(absent.starts_with("HTTP/1.1 501 "), "{absent}");
    let reset = process.run(&["reset", "st"]);
    assert_eq!((reset.status.code(), text(&reset.stderr).contains("did you mean sts?")), (Some(1), true));
}

#[test]
fn each_way_to_fail_has_its_code() {
    let temporary = tempfile::tempdir().unwrap();
    let config = temporary.path().join("nephele.toml");
    std::fs::write(&config, "lisen = '127.0.0.1:0'\n").unwrap();
    let config = config.display().to_string();
    for (arguments, code, words) in [
        (&["status", "--endpoint", "http://127.0.0.1:1"][..], 3, "no cloud is running at 127.0.0.1:1"),
        (&["clock", "advance", "1d", "--endpoint", "http://127.0.0.1:1"], 3, "no cloud is running"),
        (&["status", "--endpoint", "ftp://x"], 1, "is not an endpoint"),
        (&["start", "--config", &config], 2, "lisen: no such setting; did you mean listen?"),
        (&["start", "--config", "/nonexistent/f.toml"], 2, "/nonexistent/f.toml"),
        (&["start", "--durability", "maybe"], 2, "'maybe' is not one of fsync, os"),
        (&["start", "--log", "a=b=c"], 2, "is not a filter"),
        (&["start", "--services", "s4"], 2, "is not a service"),
        (&["start", "--data", "/proc/nephele", "--listen", "127.0.0.1:0"], 1, "/proc/nephele"),
        (&["sttaus"], 2, "status"),
    ] {
        let (found, said) = refusal(nephele().args(arguments));
        assert_eq!(found, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let output = nephele().args(["completions", shell]).output().unwrap();
        assert!(output.status.success() && text(&output.stdout).contains("doctor"), "{shell}");
    }
}

#[test]
fn the_doctor_measures_the_disk() {
    let temporary = tempfile::tempdir().unwrap();
    let output = nephele().args(["doctor", "--json"]).env("NEPHELE_DATA", temporary.path().join("d")).output().unwrap();
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let sync = findings.iter().find(|finding| finding["name"] == "disk sync").unwrap();
    assert!(sync["state"] == "good" && sync["detail"].as_str().unwrap().contains(" ms"), "{sync}");
}
