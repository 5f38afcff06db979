//! The gate before the endpoints that change the cloud, on real sockets.

use crate::process::Process;
use crate::wire::exchange;

fn post(process: &Process, headers: &str) -> u16 {
    let answer = exchange(process, &format!("POST /_nephele/reset HTTP/1.1\n{headers}"), "");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn pages_and_names_from_elsewhere_change_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let process =
        Process::start(temporary.path(), &["--cors-origin", "https://app.example", "--admin-host", "cloud.lan"]);
    for (headers, status) in [
        ("Host: localhost", 200),
        ("Host: cloud.lan", 200),
        ("Host: localhost\nOrigin: http://localhost:3000", 200),
        ("Host: localhost\nOrigin: https://app.example", 200),
        ("Host: localhost\nOrigin: https://evil.example", 403),
        ("Host: rebound.example", 403),
    ] {
        assert_eq!(post(&process, headers), status, "{headers}");
    }
}

#[test]
fn methods_and_paths_are_told_apart() {
    let temporary = tempfile::tempdir().unwrap();
    let process = Process::start(temporary.path(), &[]);
    for (line, status) in [
        ("GET /_nephele/reset", 405),
        ("DELETE /_nephele/clock", 405),
        ("POST /_nephele/health", 405),
        ("GET /_nephele/nothing", 404),
        ("GET /_nephele/logs?before=1", 400),
        ("POST /_nephele/reset/nothing", 404),
        ("GET /_localstack/init/lunch", 404),
        ("HEAD /_localstack/health", 200),
        ("GET /_localstack/init/ready", 200),
        ("GET /_nephele/ca.pem", 200),
    ] {
        let answer = exchange(&process, &format!("{line} HTTP/1.1\nHost: localhost"), "");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
    }
}
