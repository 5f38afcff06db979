//! Stopping: what is in flight is finished, what is idle is closed; and what a handler's panic does.

use gateway::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Server, call};

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_stops() {
    let server = Server::start(Limits::default()).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(call("good", "").as_bytes()).await.unwrap();
    let mut head = [0; 15];
    idle.read_exact(&mut head).await.unwrap();
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    busy.write_all(call("wait", "").as_bytes()).await.unwrap();
    server.gate.entered.notified().await;
    server.runtime.shutdown.request();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    server.gate.released.add_permits(1);
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.serving.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_panic_is_a_500_with_its_request_id_and_is_counted() {
    let server = Server::start(Limits::default()).await;
    let answer = server.exchange(call("panic", "connection: close\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("<Code>InternalFailure</Code>") && answer.contains("<RequestId>"), "{answer}");
    assert!(!answer.contains("a test asked for it"), "{answer}");
    assert_eq!(server.cloud.cloud().panics(), 1);
    let answer = server.exchange(call("good", "connection: close\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}
