//! Everything is in the store: a new process on the old one's data knows all that was acknowledged.

use std::path::Path;

use api_iam::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

fn begin(path: &Path, store: &mut Option<Store>) -> TestCloud {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let kv = Local::open(path, &Options::default()).unwrap();
    let opened = Store::new(std::sync::Arc::new(kv), runtime.random.clone());
    *store = Some(opened.clone());
    TestCloud::on(runtime, opened, |parts| vec![svc_iam::service(parts), svc_sqs::service(parts)])
}

async fn end(cloud: TestCloud, store: &mut Option<Store>) {
    cloud.runtime().shutdown.request();
    store.take().unwrap().close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn users_policies_and_keys_outlive_the_process() {
    let (dir, mut store) = (tempfile::tempdir().unwrap(), None);
    let cloud = begin(dir.path(), &mut store);
    let made = user(&cloud, "u").await;
    let key = key(&cloud, "u").await;
    let arn = policy(&cloud, "p", SQS).await;
    attach_user(&cloud, "u", &arn).await;
    assert_eq!(list_queues(&cloud, &key).await.0, 200);
    end(cloud, &mut store).await;

    let cloud = begin(dir.path(), &mut store);
    assert_eq!(list_queues(&cloud, &key).await.0, 200, "the secret opens again");
    let shown = cloud.call::<GetUser>(GetUserInput { user_name: Some("u".into()) }).await.unwrap().user;
    assert_eq!(shown.user_id, made.user_id);
    let input = DetachUserPolicyInput { user_name: "u".into(), policy_arn: arn };
    cloud.call::<DetachUserPolicy>(input).await.unwrap();
    assert_eq!(list_queues(&cloud, &key).await.0, 403);
    end(cloud, &mut store).await;

    let cloud = begin(dir.path(), &mut store);
    assert_eq!(list_queues(&cloud, &key).await.0, 403);
    end(cloud, &mut store).await;
}
