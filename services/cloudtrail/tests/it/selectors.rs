//! Event selectors: what is taken, what is refused, and what is then recorded.

use api_cloudtrail::*;

use crate::cloud::*;
use crate::delivery::names;

fn basic(kind: &str, values: &[&str]) -> EventSelector {
    let values = Some(values.iter().map(|value| (*value).to_owned()).collect());
    EventSelector {
        data_resources: Some(vec![DataResource { r#type: Some(kind.into()), values }]),
        ..Default::default()
    }
}

fn put_basic(selectors: Vec<EventSelector>) -> PutEventSelectorsInput {
    PutEventSelectorsInput { trail_name: "logs".into(), event_selectors: Some(selectors), ..Default::default() }
}

fn put_advanced(fields: Vec<AdvancedFieldSelector>) -> PutEventSelectorsInput {
    let selector = AdvancedEventSelector { name: Some("s".into()), field_selectors: fields };
    PutEventSelectorsInput {
        trail_name: "logs".into(),
        advanced_event_selectors: Some(vec![selector]),
        ..Default::default()
    }
}

#[tokio::test]
async fn get_event_selectors_shows_those_of_a_new_trail() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let get = || GetEventSelectorsInput { trail_name: "logs".into() };
    let shown = cloud.call::<GetEventSelectors>(get()).await.unwrap();
    assert_eq!(shown.trail_arn.as_deref(), Some(LOGS));
    let selector = shown.event_selectors.unwrap().remove(0);
    assert_eq!((selector.read_write_type, selector.include_management_events), (Some("All".into()), Some(true)));
    assert!(shown.advanced_event_selectors.is_none());
    select_queues(&cloud, "logs").await;
    let shown = cloud.call::<GetEventSelectors>(get()).await.unwrap();
    assert_eq!(shown.advanced_event_selectors.unwrap()[0].field_selectors.len(), 2);
    assert!(shown.event_selectors.is_none());
    let trail = cloud.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap().trail.unwrap();
    assert_eq!(trail.has_custom_event_selectors, Some(true));
}

#[tokio::test]
async fn put_event_selectors_refuses_what_selects_nothing() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let data = || equals("eventCategory", "Data");
    let many: Vec<_> = (0..501).map(|i| format!("Name{i}")).collect();
    let crowd = AdvancedFieldSelector { field: "eventName".into(), equals: Some(many), ..Default::default() };
    for (input, text) in [
        (
            put_basic(vec![basic("AWS::S3::Object", &["arn:aws:s3:::*"])]),
            "Value arn:aws:s3:::* for DataResources.Values is invalid.",
        ),
        (
            put_basic(vec![basic("AWS::Lambda::Function", &["arn:aws:lambda:*"])]),
            "Value arn:aws:lambda:* for DataResources.Values is invalid.",
        ),
        (
            put_basic(vec![basic("AWS::SQS::Queue", &["arn:aws:sqs"])]),
            "Value AWS::SQS::Queue for DataResources.Type is invalid.",
        ),
        (put_basic(vec![EventSelector::default(); 6]), "The number of event selectors must be between 1 and 5."),
        (
            put_basic(vec![EventSelector { read_write_type: Some("X".into()), ..Default::default() }]),
            "Value X for ReadWriteType is invalid.",
        ),
        (
            put_basic(vec![EventSelector {
                exclude_management_event_sources: Some(vec!["s3.amazonaws.com".into()]),
                ..Default::default()
            }]),
            "Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.",
        ),
        (
            put_advanced(vec![equals("eventName", "x")]),
            "Field eventCategory is required in each advanced event selector.",
        ),
        (put_advanced(vec![equals("eventCategory", "X")]), "Value X for eventCategory is invalid."),
        (put_advanced(vec![data()]), "Field resources.type is required when eventCategory is Data."),
        (put_advanced(vec![data(), data()]), "Field eventCategory is used more than once."),
        (put_advanced(vec![data(), equals("color", "red")]), "Value color for Field is invalid."),
        (put_advanced(vec![data(), equals("readOnly", "maybe")]), "Value maybe for readOnly is invalid."),
        (
            put_advanced(vec![AdvancedFieldSelector {
                field: "eventCategory".into(),
                starts_with: Some(vec!["D".into()]),
                ..Default::default()
            }]),
            "Field eventCategory can use only the Equals operator.",
        ),
        (
            put_advanced(vec![data(), equals("resources.type", "AWS::SQS::Queue"), crowd]),
            "The number of values of all advanced event selectors cannot exceed 500.",
        ),
        (
            PutEventSelectorsInput { trail_name: "logs".into(), ..Default::default() },
            "You must specify event selectors or advanced event selectors.",
        ),
    ] {
        let (code, told) = cloud.error::<PutEventSelectors>(input).await;
        assert_eq!((code.as_str(), told.as_str()), ("InvalidEventSelectorsException", text));
    }
    for input in [
        put_basic(vec![basic("AWS::S3::Object", &["arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::b/p"])]),
        put_basic(vec![basic("AWS::Lambda::Function", &["arn:aws:lambda"])]),
        put_basic(vec![basic("AWS::DynamoDB::Table", &["arn:aws:dynamodb:us-east-1:000000000000:table/t"])]),
    ] {
        cloud.call::<PutEventSelectors>(input).await.unwrap();
    }
}

#[tokio::test]
async fn data_events_are_recorded_when_selected_and_from_then_on() {
    let cloud = cloud();
    let url = create(&cloud, "q").await;
    send(&cloud, &url).await;
    log(&cloud).await;
    send(&cloud, &url).await;
    select_queues(&cloud, "logs").await;
    send(&cloud, &url).await;
    send(&cloud, &url).await;
    let recorded = names(&cloud).await;
    let sent = recorded.iter().filter(|name| *name == "SendMessage").count();
    assert_eq!(sent, 2, "{recorded:?}");
    // With these selectors no management events.
    assert!(!recorded.contains(&"DeleteQueue".to_owned()));
    assert!(look(&cloud, by("EventName", "SendMessage")).await.is_empty(), "the history takes no data events");
}

#[tokio::test]
async fn management_events_go_to_the_trails_that_want_them() {
    let cloud = cloud();
    log(&cloud).await;
    let writes = EventSelector { read_write_type: Some("WriteOnly".into()), ..Default::default() };
    cloud.call::<PutEventSelectors>(put_basic(vec![writes])).await.unwrap();
    create(&cloud, "here").await;
    create(&cloud.in_region("eu-west-1"), "elsewhere").await;
    create(&cloud.fresh_account(), "others").await;
    cloud.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap();
    cloud.call::<StopLogging>(StopLoggingInput { name: "logs".into() }).await.unwrap();
    create(&cloud, "late").await;
    let recorded = names(&cloud).await;
    // Starting is recorded, as logging had begun when it was answered; stopping is not.
    assert_eq!(recorded, ["CreateQueue", "PutEventSelectors", "StartLogging"]);
}
