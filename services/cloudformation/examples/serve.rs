//! This service, with queues to make stacks of, behind the gateway, in memory: `cargo run -p svc-cloudformation --example serve`,
//! then `aws --endpoint-url http://localhost:4566 cloudformation create-stack --stack-name s --template-body file://t.yml`.

use std::net::SocketAddr;

use gateway::Listener;
use runtime::Runtime;
use store::Store;
use testkit::TestCloud;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let runtime = Runtime::real();
    let store = Store::in_memory(runtime.random.clone());
    let services = |parts: &_| vec![svc_cloudformation::service(parts), svc_sqs::service(parts)];
    let cloud = TestCloud::on(runtime, store, services);
    let address = SocketAddr::from(([127, 0, 0, 1], 4566));
    let listener = Listener::bind(address, cloud.gateway().clone(), None).await?;
    println!("CloudFormation listens on http://{}", listener.address()?);
    listener.serve().await;
    Ok(())
}
