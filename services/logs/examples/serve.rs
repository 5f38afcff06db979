//! This service alone behind the gateway, in memory: `cargo run -p svc-logs --example serve`, then
//! `aws --endpoint-url http://localhost:4566 logs create-log-group --log-group-name g`.

use std::net::SocketAddr;

use gateway::Listener;
use runtime::Runtime;
use store::Store;
use testkit::TestCloud;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let runtime = Runtime::real();
    let store = Store::in_memory(runtime.random.clone());
    let cloud = TestCloud::on(runtime, store, |parts| vec![svc_logs::service(parts)]);
    let address = SocketAddr::from(([127, 0, 0, 1], 4566));
    let listener = Listener::bind(address, cloud.gateway().clone(), None).await?;
    println!("CloudWatch Logs listens on http://{}", listener.address()?);
    listener.serve().await;
    Ok(())
}
