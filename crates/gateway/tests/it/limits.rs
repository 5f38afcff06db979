//! What a client cannot make the server do.

use std::time::Duration;

use gateway::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Server, call};

fn tight() -> Limits {
    let short = Duration::from_millis(100);
    Limits { body_bytes: 1_000, pause: short, head: short, head_bytes: 8_192, ..Limits::default() }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_in_the_protocols_words() {
    let server = Server::start(tight()).await;
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
                x-amz-target: AmazonSQS.SendMessage\r\ncontent-length: 1001\r\nconnection: close\r\n\r\n";
    let answer = server.exchange(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("RequestEntityTooLargeException"), "{answer}");
}

#[tokio::test]
async fn a_chunked_body_is_counted_as_it_comes() {
    let server = Server::start(tight()).await;
    let chunk = format!("{:x}\r\n{}\r\n", 800, "x".repeat(800));
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AmazonSQS.SendMessage\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = server.exchange(format!("{head}{chunk}{chunk}0\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let server = Server::start(tight()).await;
    let head =
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AmazonSQS.SendMessage\r\ncontent-length: 10\r\n\r\nab";
    let answer = server.exchange(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("did not arrive in time"), "{answer}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let server = Server::start(tight()).await;
    let answer = server.exchange(b"POST / HTTP/1.1\r\nhost: loc").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = Server::start(tight()).await;
    assert_eq!(server.exchange(b"").await, "");
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    let server = Server::start(tight()).await;
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-long: {}\r\n\r\n", "x".repeat(10_000));
    let answer = server.exchange(head.as_bytes()).await;
    // With bytes left unread the close may outrun the answer.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn garbage_ends_its_own_connection_only() {
    let server = Server::start(tight()).await;
    for garbage in [&b"\x00\x01\x02\r\n\r\n"[..], b"\x16\x03\x01\x00\x05hello", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"] {
        server.exchange(garbage).await;
    }
    let answer = server.exchange(call("good", "connection: close\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn beyond_the_last_place_a_connection_waits() {
    let server = Server::start(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(call("wait", "").as_bytes()).await.unwrap();
    server.gate.entered.notified().await;
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(call("good", "connection: close\r\n").as_bytes()).await.unwrap();
    server.gate.released.add_permits(1);
    let mut head = [0; 15];
    first.read_exact(&mut head).await.unwrap();
    drop(first);
    second.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
}
