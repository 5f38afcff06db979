//! Trails: made, shown, listed, changed, tagged, deleted; logging started and stopped.

use std::time::Duration;

use api_cloudtrail::*;
use service_kit::Fault;

use crate::cloud::*;

#[tokio::test]
async fn create_trail_answers_its_settings() {
    let cloud = cloud_with_bucket().await;
    let (topic, key) = (topic(&cloud).await, key(&cloud).await);
    let input = CreateTrailInput {
        s3_key_prefix: Some("audit".into()),
        sns_topic_name: Some("topic".into()),
        is_multi_region_trail: Some(true),
        enable_log_file_validation: Some(true),
        kms_key_id: Some("alias/trail".into()),
        ..trail("logs")
    };
    let made = cloud.call::<CreateTrail>(input).await.unwrap();
    assert_eq!(made.trail_arn.as_deref(), Some(LOGS));
    assert_eq!(made.sns_topic_arn, Some(topic));
    assert_eq!(made.kms_key_id, Some(key), "the key that the alias names");
    assert_eq!((made.include_global_service_events, made.is_organization_trail), (Some(true), Some(false)));
    let shown = cloud.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap().trail.unwrap();
    assert_eq!((shown.home_region.as_deref(), shown.has_custom_event_selectors), (Some("us-east-1"), Some(false)));
    assert_eq!(shown.log_file_validation_enabled, Some(true));
}

#[tokio::test]
async fn what_no_trail_can_be_is_refused() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let bucket = |name: &str| CreateTrailInput { s3_bucket_name: name.into(), ..trail("other") };
    for (input, code, text) in [
        (trail("logs"), "TrailAlreadyExistsException", "Trail logs already exists for customer: 000000000000"),
        (
            trail("ab"),
            "InvalidTrailNameException",
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.",
        ),
        (bucket("Bucket"), "InvalidS3BucketNameException", "Bucket name should not contain uppercase characters"),
        (
            CreateTrailInput {
                is_multi_region_trail: Some(true),
                include_global_service_events: Some(false),
                ..trail("other")
            },
            "InvalidParameterCombinationException",
            "Multi-Region trail must include global service events.",
        ),
        (
            CreateTrailInput {
                cloud_watch_logs_log_group_arn: Some("arn:aws:logs:us-east-1:000000000000:log-group:g:*".into()),
                ..trail("other")
            },
            "InvalidCloudWatchLogsRoleArnException",
            "You must specify a role ARN as well as a log group.",
        ),
        (
            CreateTrailInput { is_organization_trail: Some(true), ..trail("other") },
            "OrganizationsNotInUseException",
            "The account is not in an organization.",
        ),
        (
            CreateTrailInput { kms_key_id: Some("arn:aws:s3:::b".into()), ..trail("other") },
            "InvalidKmsKeyIdException",
            "KMS key ID or ARN is not valid.",
        ),
        (
            CreateTrailInput { sns_topic_name: Some("a b".into()), ..trail("other") },
            "InvalidSnsTopicNameException",
            "SNS topic name or ARN is invalid.",
        ),
        (
            CreateTrailInput { s3_key_prefix: Some("p".repeat(201)), ..trail("other") },
            "InvalidS3PrefixException",
            "S3 prefix is longer than maximum length of 200 characters.",
        ),
    ] {
        assert_eq!(cloud.error::<CreateTrail>(input).await, (code.to_owned(), text.to_owned()));
    }
    for i in 0..4 {
        cloud.call::<CreateTrail>(trail(&format!("trail{i}"))).await.unwrap();
    }
    let (code, text) = cloud.error::<CreateTrail>(trail("sixth")).await;
    assert_eq!(code, "MaximumNumberOfTrailsExceededException");
    assert_eq!(text, "User: 000000000000 already has 5 trails in us-east-1.");
}

#[tokio::test]
async fn a_trail_that_is_not_there() {
    let cloud = cloud();
    let (code, text) = cloud.error::<GetTrail>(GetTrailInput { name: "gone".into() }).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("TrailNotFoundException", "Unknown trail: gone for the user: 000000000000")
    );
    let (code, text) = cloud.error::<GetTrailStatus>(GetTrailStatusInput { name: LOGS.into() }).await;
    assert_eq!(code, "TrailNotFoundException");
    assert_eq!(text, format!("Unknown trail: {LOGS} for the user: 000000000000"));
    let (code, _) = cloud.error::<DeleteTrail>(DeleteTrailInput { name: "arn:aws:s3:::bucket".into() }).await;
    assert_eq!(code, "CloudTrailARNInvalidException");
}

#[tokio::test]
async fn a_trail_of_all_regions_has_shadows() {
    let cloud = cloud_with_bucket().await;
    let all = CreateTrailInput { is_multi_region_trail: Some(true), ..trail("logs") };
    cloud.call::<CreateTrail>(all).await.unwrap();
    cloud.call::<CreateTrail>(trail("here")).await.unwrap();
    let there = cloud.in_region("eu-west-1");
    let describe = |shadows, names: &[&str]| DescribeTrailsInput {
        trail_name_list: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        include_shadow_trails: shadows,
    };
    let names = |output: DescribeTrailsOutput| {
        output.trail_list.unwrap().into_iter().map(|trail| trail.name.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(names(cloud.call::<DescribeTrails>(describe(None, &[])).await.unwrap()), ["here", "logs"]);
    assert_eq!(names(there.call::<DescribeTrails>(describe(None, &[])).await.unwrap()), ["logs"]);
    assert!(names(there.call::<DescribeTrails>(describe(Some(false), &[])).await.unwrap()).is_empty());
    assert_eq!(names(cloud.call::<DescribeTrails>(describe(None, &["here", "gone"])).await.unwrap()), ["here"]);
    let shadow = there.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap().trail.unwrap();
    assert_eq!(shadow.home_region.as_deref(), Some("us-east-1"));
    let (code, _) = there.error::<StopLogging>(StopLoggingInput { name: "logs".into() }).await;
    assert_eq!(code, "InvalidHomeRegionException");
    let (code, text) = there.error::<StartLogging>(StartLoggingInput { name: LOGS.into() }).await;
    assert_eq!(code, "CloudTrailARNInvalidException");
    assert_eq!(text, "Region in ARN is wrong, you can only access resources in region eu-west-1.");
    let (code, _) = there.error::<CreateTrail>(trail("logs")).await;
    assert_eq!(code, "TrailAlreadyExistsException");
    let listed = there.call::<ListTrails>(ListTrailsInput::default()).await.unwrap().trails.unwrap();
    assert_eq!(listed.len(), 2);
}

#[tokio::test]
async fn update_trail_changes_what_it_names() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(CreateTrailInput { s3_key_prefix: Some("p".into()), ..trail("logs") }).await.unwrap();
    let update = UpdateTrailInput {
        name: "logs".into(),
        s3_bucket_name: Some("bucket".into()),
        s3_key_prefix: Some(String::new()),
        is_multi_region_trail: Some(true),
        ..Default::default()
    };
    let changed = cloud.call::<UpdateTrail>(update).await.unwrap();
    assert_eq!((changed.s3_bucket_name.as_deref(), changed.s3_key_prefix), (Some("bucket"), None));
    assert_eq!(changed.is_multi_region_trail, Some(true));
    let wrong =
        UpdateTrailInput { name: "logs".into(), include_global_service_events: Some(false), ..Default::default() };
    assert_eq!(cloud.error::<UpdateTrail>(wrong).await.0, "InvalidParameterCombinationException");
}

#[tokio::test]
async fn get_trail_status_tells_when_logging_began_and_ended() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let status = || cloud.call::<GetTrailStatus>(GetTrailStatusInput { name: "logs".into() });
    assert_eq!(status().await.unwrap().is_logging, Some(false));
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    cloud.advance(Duration::from_secs(60)).await;
    cloud.call::<StopLogging>(StopLoggingInput { name: "logs".into() }).await.unwrap();
    let status = status().await.unwrap();
    assert_eq!(status.is_logging, Some(false));
    assert_eq!(status.time_logging_started.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(status.time_logging_stopped.as_deref(), Some("2026-01-01T00:01:00Z"));
    assert_eq!(status.start_logging_time.unwrap().secs() + 60, status.stop_logging_time.unwrap().secs());
}

#[tokio::test]
async fn delete_trail_makes_room_for_another() {
    let cloud = cloud_with_bucket().await;
    log(&cloud).await;
    cloud.call::<DeleteTrail>(DeleteTrailInput { name: LOGS.into() }).await.unwrap();
    assert_eq!(cloud.error::<DeleteTrail>(DeleteTrailInput { name: LOGS.into() }).await.0, "TrailNotFoundException");
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let names = cloud.call::<ListTrails>(ListTrailsInput::default()).await.unwrap().trails.unwrap();
    assert_eq!(names.len(), 1);
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: Some(value.into()) }
}

#[tokio::test]
async fn add_tags_remove_tags_list_tags() {
    let cloud = cloud_with_bucket().await;
    let tagged = CreateTrailInput { tags_list: Some(vec![tag("a", "1")]), ..trail("logs") };
    cloud.call::<CreateTrail>(tagged).await.unwrap();
    let add = |tags_list| AddTagsInput { resource_id: LOGS.into(), tags_list };
    cloud.call::<AddTags>(add(vec![tag("a", "2"), tag("b", "3")])).await.unwrap();
    let remove = RemoveTagsInput { resource_id: LOGS.into(), tags_list: vec![Tag { key: "b".into(), value: None }] };
    cloud.call::<RemoveTags>(remove).await.unwrap();
    let list = ListTagsInput { resource_id_list: vec![LOGS.into()], next_token: None };
    let shown = cloud.call::<ListTags>(list).await.unwrap().resource_tag_list.unwrap().remove(0);
    assert_eq!(shown.resource_id.as_deref(), Some(LOGS));
    let shown: Vec<_> = shown.tags_list.unwrap().into_iter().map(|tag| (tag.key, tag.value.unwrap())).collect();
    assert_eq!(shown, [("a".to_owned(), "2".to_owned())]);
    let many = (0..51).map(|i| tag(&format!("k{i}"), "v")).collect();
    assert_eq!(cloud.error::<AddTags>(add(many)).await.0, "TagsLimitExceededException");
    let twice = add(vec![tag("x", "1"), tag("x", "2")]);
    assert_eq!(cloud.error::<AddTags>(twice).await.0, "InvalidTagParameterException");
    let nothing = AddTagsInput { resource_id: "arn:aws:sqs:us-east-1:000000000000:q".into(), tags_list: Vec::new() };
    assert_eq!(cloud.error::<AddTags>(nothing).await.0, "CloudTrailARNInvalidException");
}

#[tokio::test]
async fn policies_decide_on_trails() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let alice = user(cloud.account(), "alice");
    let denied = cloud.call_as::<GetTrail>(alice, GetTrailInput { name: "logs".into() }).await.unwrap_err();
    let service_kit::Error::Fault(Fault::AccessDenied { action, resource, .. }) = denied else { panic!("{denied:?}") };
    assert_eq!((action.as_str(), resource.as_deref()), ("cloudtrail:GetTrail", Some(LOGS)));
}
