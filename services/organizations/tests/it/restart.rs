//! Everything is in the store: another process on it goes on where the first one stopped.

use api_organizations::*;
use runtime::Runtime;
use store::Store;
use testkit::TestCloud;

use crate::cloud::*;

#[tokio::test]
async fn another_process_goes_on() {
    let runtime = Runtime::simulated(3, names::Timestamp::from_secs(1_767_225_600));
    let store = Store::in_memory(runtime.random.clone());
    let start = || {
        TestCloud::on(runtime.clone(), store.clone(), |parts| {
            vec![svc_organizations::service(parts), svc_sqs::service(parts)]
        })
    };
    let first = start().in_account("111111111111".parse().unwrap());
    first.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    let guest = invited(&first).await;
    enable(&first, PolicyType::ServiceControlPolicy).await;
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}"#;
    let deny = policy(&first, "deny", PolicyType::ServiceControlPolicy, deny).await;
    attach(&first, &deny, guest.account()).await;

    let second = start().in_account(guest.account());
    assert!(second.call::<api_sqs::ListQueues>(Default::default()).await.is_err());
    let head = second.in_account(first.account());
    assert_eq!(root_id(&head).await, root_id(&first).await);
    assert!(head.call::<api_sqs::ListQueues>(Default::default()).await.is_ok());
}
