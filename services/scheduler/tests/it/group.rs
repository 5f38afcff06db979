//! Groups: there, listed, tagged, gone with all that is in them.

use api_scheduler as api;
use testkit::TestCloud;

use crate::world::{cloud, queue, role, schedule};

async fn group(cloud: &TestCloud, name: &str) -> String {
    let tags = Some(vec![api::Tag { key: "k".to_owned(), value: "v".to_owned() }]);
    let input = api::CreateScheduleGroupInput { name: name.to_owned(), tags, ..Default::default() };
    cloud.call::<api::CreateScheduleGroup>(input).await.unwrap().schedule_group_arn
}

#[tokio::test]
async fn groups_come_and_go() {
    let cloud = cloud();
    let arn = group(&cloud, "own").await;
    assert_eq!(arn, format!("arn:aws:scheduler:us-east-1:{}:schedule-group/own", cloud.account()));
    let again = api::CreateScheduleGroupInput { name: "own".to_owned(), ..Default::default() };
    let told = cloud.error::<api::CreateScheduleGroup>(again).await;
    assert_eq!(told, ("ConflictException".to_owned(), "Schedule group own already exists.".to_owned()));
    let listed = cloud.call::<api::ListScheduleGroups>(api::ListScheduleGroupsInput::default()).await.unwrap();
    let names: Vec<_> = listed.schedule_groups.iter().filter_map(|group| group.name.as_deref()).collect();
    assert_eq!(names, ["default", "own"]);
    let (queue, role) = (queue(&cloud, "q").await, role(&cloud, "r", "scheduler.amazonaws.com", "sqs:*").await);
    let inside =
        api::CreateScheduleInput { group_name: Some("own".to_owned()), ..schedule("s", "rate(1 hour)", &queue, &role) };
    cloud.call::<api::CreateSchedule>(inside).await.unwrap();
    cloud
        .call::<api::DeleteScheduleGroup>(api::DeleteScheduleGroupInput {
            name: "own".to_owned(),
            ..Default::default()
        })
        .await
        .unwrap();
    for _ in 0..1_000 {
        let gone = cloud.call::<api::GetScheduleGroup>(api::GetScheduleGroupInput { name: "own".to_owned() }).await;
        if gone.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let told = cloud.error::<api::GetScheduleGroup>(api::GetScheduleGroupInput { name: "own".to_owned() }).await;
    assert_eq!(told.1, "Schedule group own does not exist.");
    let schedules = cloud.call::<api::ListSchedules>(api::ListSchedulesInput::default()).await.unwrap().schedules;
    assert!(schedules.is_empty());
}

#[tokio::test]
async fn tags() {
    let cloud = cloud();
    let arn = group(&cloud, "own").await;
    let more = vec![api::Tag { key: "l".to_owned(), value: "w".to_owned() }];
    cloud.call::<api::TagResource>(api::TagResourceInput { resource_arn: arn.clone(), tags: more }).await.unwrap();
    let keys = vec!["k".to_owned()];
    cloud
        .call::<api::UntagResource>(api::UntagResourceInput { resource_arn: arn.clone(), tag_keys: keys })
        .await
        .unwrap();
    let listed =
        cloud.call::<api::ListTagsForResource>(api::ListTagsForResourceInput { resource_arn: arn }).await.unwrap();
    let tags: Vec<_> = listed.tags.unwrap().into_iter().map(|tag| (tag.key, tag.value)).collect();
    assert_eq!(tags, [("l".to_owned(), "w".to_owned())]);
}
