//! This service and KMS alone behind the gateway: `cargo run -p svc-s3 --example serve`, then
//! `aws --endpoint-url http://localhost:4566 s3 mb s3://b`. In memory, or in a directory that is named; a port may follow.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use gateway::Listener;
use runtime::Runtime;
use service_kit::CloudParts;
use store::blobs::FileBlobs;
use store::{Local, Options, Store};
use testkit::TestCloud;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (directory, port) = (arguments.next(), arguments.next().map_or(Ok(4566), |port| port.parse())?);
    let parts = match directory {
        Some(directory) => on_disk(Path::new(&directory))?,
        None => {
            let runtime = Runtime::real();
            let store = Store::in_memory(runtime.random.clone());
            TestCloud::parts_on(runtime, store)
        }
    };
    let services = vec![svc_s3::service(&parts), svc_s3::control(&parts), svc_kms::service(&parts)];
    let cloud = TestCloud::of(parts, services);
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], port)), cloud.gateway().clone(), None).await?;
    println!("S3 listens on http://{}", listener.address()?);
    listener.serve().await;
    Ok(())
}

fn on_disk(directory: &Path) -> Result<CloudParts, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(directory)?;
    let runtime = Runtime::real();
    let engine = Local::open(&directory.join("store"), &Options::default())?;
    let store = Store::new(Arc::new(engine), runtime.random.clone());
    let mut parts = TestCloud::parts_on(runtime.clone(), store);
    parts.blobs = Arc::new(FileBlobs::open(&directory.join("blobs"), parts.vault.key("blobs"), runtime.random)?);
    Ok(parts)
}
