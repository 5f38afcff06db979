//! Deliveries of vended logs: sources, destinations, and what joins them.

use api_logs::*;
use testkit::TestCloud;

use crate::cloud::*;
use crate::policy::policy;

async fn ends(cloud: &TestCloud) -> String {
    let input = PutDeliverySourceInput {
        name: "s".into(),
        resource_arn: "arn:aws:cloudfront::000000000000:distribution/E1".into(),
        log_type: "ACCESS_LOGS".into(),
        ..Default::default()
    };
    let source = cloud.call::<PutDeliverySource>(input).await.unwrap().delivery_source.unwrap();
    assert_eq!(source.service, some("cloudfront"));
    let destination_resource_arn = "arn:aws:s3:::bucket".to_owned();
    let input = PutDeliveryDestinationInput {
        name: "d".into(),
        output_format: Some(OutputFormat::Json),
        delivery_destination_configuration: Some(DeliveryDestinationConfiguration { destination_resource_arn }),
        ..Default::default()
    };
    let destination = cloud.call::<PutDeliveryDestination>(input).await.unwrap().delivery_destination.unwrap();
    assert_eq!(destination.delivery_destination_type, Some(DeliveryDestinationType::S3));
    destination.arn.unwrap()
}

#[tokio::test]
async fn create_get_update_describe_and_delete_delivery() {
    let cloud = cloud();
    let destination = ends(&cloud).await;
    let joining = || CreateDeliveryInput {
        delivery_source_name: "s".into(),
        delivery_destination_arn: destination.clone(),
        record_fields: Some(vec!["date".into()]),
        ..Default::default()
    };
    let id = cloud.call::<CreateDelivery>(joining()).await.unwrap().delivery.unwrap().id.unwrap();
    assert_eq!(cloud.error::<CreateDelivery>(joining()).await.0, "ConflictException");
    let input = UpdateDeliveryConfigurationInput {
        id: id.clone(),
        s3_delivery_configuration: Some(S3DeliveryConfiguration { suffix_path: some("x/"), ..Default::default() }),
        ..Default::default()
    };
    cloud.call::<UpdateDeliveryConfiguration>(input).await.unwrap();
    let there = cloud.call::<GetDelivery>(GetDeliveryInput { id: id.clone() }).await.unwrap().delivery.unwrap();
    assert_eq!(there.s3_delivery_configuration.unwrap().suffix_path, some("x/"));
    assert_eq!(there.record_fields, Some(vec!["date".into()]));
    let all = cloud.call::<DescribeDeliveries>(DescribeDeliveriesInput::default()).await.unwrap();
    assert_eq!(all.deliveries.unwrap().len(), 1);
    let source = || DeleteDeliverySourceInput { name: "s".into() };
    assert_eq!(cloud.error::<DeleteDeliverySource>(source()).await.0, "ConflictException");
    let input = DeleteDeliveryDestinationInput { name: "d".into() };
    assert_eq!(cloud.error::<DeleteDeliveryDestination>(input.clone()).await.0, "ConflictException");
    let deleting = || DeleteDeliveryInput { id: id.clone() };
    cloud.call::<DeleteDelivery>(deleting()).await.unwrap();
    let gone = cloud.error::<DeleteDelivery>(deleting()).await;
    assert_eq!(gone.1, "Requested Delivery does not exist in this account.");
    cloud.call::<DeleteDeliveryDestination>(input).await.unwrap();
    cloud.call::<DeleteDeliverySource>(source()).await.unwrap();
    assert_eq!(cloud.error::<CreateDelivery>(joining()).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn sources_destinations_and_their_policies() {
    let cloud = cloud();
    ends(&cloud).await;
    let source = cloud.call::<GetDeliverySource>(GetDeliverySourceInput { name: "s".into() }).await.unwrap();
    assert_eq!(source.delivery_source.unwrap().log_type, some("ACCESS_LOGS"));
    let none = cloud.error::<GetDeliverySource>(GetDeliverySourceInput { name: "none".into() }).await;
    assert_eq!(none.1, "Requested Delivery Source does not exist in this account.");
    let sources = cloud.call::<DescribeDeliverySources>(DescribeDeliverySourcesInput::default()).await.unwrap();
    assert_eq!(sources.delivery_sources.unwrap().len(), 1);
    let all = cloud.call::<DescribeDeliveryDestinations>(DescribeDeliveryDestinationsInput::default()).await.unwrap();
    assert_eq!(all.delivery_destinations.unwrap().len(), 1);
    let there = cloud.call::<GetDeliveryDestination>(GetDeliveryDestinationInput { name: "d".into() }).await.unwrap();
    assert_eq!(there.delivery_destination.unwrap().output_format, Some(OutputFormat::Json));
    let document = policy("delivery.logs.amazonaws.com", "*");
    let input = PutDeliveryDestinationPolicyInput {
        delivery_destination_name: "d".into(),
        delivery_destination_policy: document.clone(),
    };
    cloud.call::<PutDeliveryDestinationPolicy>(input).await.unwrap();
    let asking = || GetDeliveryDestinationPolicyInput { delivery_destination_name: "d".into() };
    let there = cloud.call::<GetDeliveryDestinationPolicy>(asking()).await.unwrap().policy.unwrap();
    assert_eq!(there.delivery_destination_policy, Some(document));
    let input = DeleteDeliveryDestinationPolicyInput { delivery_destination_name: "d".into() };
    cloud.call::<DeleteDeliveryDestinationPolicy>(input).await.unwrap();
    assert!(cloud.call::<GetDeliveryDestinationPolicy>(asking()).await.unwrap().policy.is_none());
    let input = PutDeliverySourceInput {
        name: "x".into(),
        resource_arn: "arn:aws:s3:::bucket".into(),
        log_type: "ACCESS_LOGS".into(),
        ..Default::default()
    };
    assert_eq!(cloud.error::<PutDeliverySource>(input).await.1, "Cannot access provided service.");
}
