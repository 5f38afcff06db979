//! Event sources of partners, from the offer to the event.

use api_events as api;
use serde_json::json;

use crate::world::{bodies, cloud, queue, rule, target, targets};

const NAME: &str = "aws.partner/example.com/orders";

#[tokio::test]
async fn offered_taken_fed_withdrawn() {
    let partner = cloud();
    let cloud = partner.fresh_account();
    let offer = || api::CreatePartnerEventSourceInput { name: NAME.to_owned(), account: cloud.account().to_string() };
    partner.call::<api::CreatePartnerEventSource>(offer()).await.unwrap();
    let sources = cloud.call::<api::ListEventSources>(api::ListEventSourcesInput::default()).await.unwrap();
    let source = sources.event_sources.unwrap().remove(0);
    assert_eq!(
        (source.state, source.created_by.as_deref()),
        (Some(api::EventSourceState::Pending), Some("example.com"))
    );
    let take = api::CreateEventBusInput {
        name: NAME.to_owned(),
        event_source_name: Some(NAME.to_owned()),
        ..api::CreateEventBusInput::default()
    };
    cloud.call::<api::CreateEventBus>(take).await.unwrap();
    let state = async || {
        let shown = cloud.call::<api::DescribeEventSource>(api::DescribeEventSourceInput { name: NAME.to_owned() });
        shown.await.unwrap().state
    };
    assert_eq!(state().await, Some(api::EventSourceState::Active));
    let arn = queue(&cloud, "q").await;
    rule(&cloud, NAME, "r", json!({"detail": {"n": [1]}})).await;
    targets(&cloud, NAME, "r", vec![target("t", &arn)]).await;
    let entry = api::PutPartnerEventsRequestEntry {
        source: Some(NAME.to_owned()),
        detail_type: Some("Ordered".to_owned()),
        detail: Some(json!({"n": 1}).to_string()),
        ..api::PutPartnerEventsRequestEntry::default()
    };
    let feed = || api::PutPartnerEventsInput { entries: vec![entry.clone()] };
    assert_eq!(partner.call::<api::PutPartnerEvents>(feed()).await.unwrap().failed_entry_count, Some(0));
    let event = bodies(&cloud, "q", 1).await.remove(0);
    assert_eq!((&event["source"], &event["account"]), (&json!(NAME), &json!(cloud.account().to_string())));
    let named = || NAME.to_owned();
    cloud.call::<api::DeactivateEventSource>(api::DeactivateEventSourceInput { name: named() }).await.unwrap();
    partner.call::<api::PutPartnerEvents>(feed()).await.unwrap();
    crate::world::messages(&cloud, "q", 0).await;
    cloud.call::<api::ActivateEventSource>(api::ActivateEventSourceInput { name: named() }).await.unwrap();
    let offers = api::ListPartnerEventSourcesInput { name_prefix: "aws.partner".to_owned(), ..Default::default() };
    let offers = partner.call::<api::ListPartnerEventSources>(offers).await.unwrap();
    assert_eq!(offers.partner_event_sources.unwrap()[0].name.as_deref(), Some(NAME));
    let shown = api::DescribePartnerEventSourceInput { name: named() };
    partner.call::<api::DescribePartnerEventSource>(shown).await.unwrap();
    let accounts = api::ListPartnerEventSourceAccountsInput { event_source_name: named(), ..Default::default() };
    let accounts = partner.call::<api::ListPartnerEventSourceAccounts>(accounts).await.unwrap();
    assert_eq!(accounts.partner_event_source_accounts.unwrap()[0].account, Some(cloud.account().to_string()));
    let withdraw = api::DeletePartnerEventSourceInput { name: named(), account: cloud.account().to_string() };
    partner.call::<api::DeletePartnerEventSource>(withdraw).await.unwrap();
    assert_eq!(state().await, Some(api::EventSourceState::Deleted));
}
