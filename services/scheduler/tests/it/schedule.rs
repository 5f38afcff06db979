//! Schedules as the API keeps and shows them, and what it refuses.

use api_scheduler as api;

use crate::world::{at, cloud, queue, role, schedule};

#[tokio::test]
async fn kept_shown_changed_deleted() {
    let cloud = cloud();
    let (queue, role) = (queue(&cloud, "q").await, role(&cloud, "r", "scheduler.amazonaws.com", "sqs:*").await);
    let input = api::CreateScheduleInput {
        description: Some("d".to_owned()),
        schedule_expression_timezone: Some("Europe/Vienna".to_owned()),
        client_token: Some("token".to_owned()),
        ..schedule("s", "cron(0 10 * * ? *)", &queue, &role)
    };
    let arn = cloud.call::<api::CreateSchedule>(input.clone()).await.unwrap().schedule_arn;
    assert_eq!(arn, format!("arn:aws:scheduler:us-east-1:{}:schedule/default/s", cloud.account()));
    assert_eq!(cloud.call::<api::CreateSchedule>(input.clone()).await.unwrap().schedule_arn, arn, "the same token");
    let other = api::CreateScheduleInput { client_token: Some("other".to_owned()), ..input.clone() };
    let told = cloud.error::<api::CreateSchedule>(other).await;
    assert_eq!(told, ("ConflictException".to_owned(), "Schedule s already exists.".to_owned()));
    let get = || api::GetScheduleInput { name: "s".to_owned(), group_name: None };
    let shown = cloud.call::<api::GetSchedule>(get()).await.unwrap();
    assert_eq!(shown.target.as_ref(), Some(&input.target));
    assert_eq!(shown.schedule_expression_timezone.as_deref(), Some("Europe/Vienna"));
    assert_eq!(shown.creation_date, Some(at("2026-01-01T00:00:00Z")));
    let change = api::UpdateScheduleInput {
        name: "s".to_owned(),
        schedule_expression: "rate(5 minutes)".to_owned(),
        flexible_time_window: input.flexible_time_window.clone(),
        state: Some(api::ScheduleState::Disabled),
        target: input.target.clone(),
        ..api::UpdateScheduleInput::default()
    };
    cloud.call::<api::UpdateSchedule>(change).await.unwrap();
    let shown = cloud.call::<api::GetSchedule>(get()).await.unwrap();
    assert_eq!((shown.description, shown.schedule_expression_timezone.as_deref()), (None, Some("UTC")));
    let off = api::ListSchedulesInput { state: Some(api::ScheduleState::Disabled), ..Default::default() };
    assert_eq!(cloud.call::<api::ListSchedules>(off).await.unwrap().schedules.len(), 1);
    let gone = api::DeleteScheduleInput { name: "s".to_owned(), ..Default::default() };
    cloud.call::<api::DeleteSchedule>(gone).await.unwrap();
    let told = cloud.error::<api::GetSchedule>(get()).await;
    assert_eq!(told, ("ResourceNotFoundException".to_owned(), "Schedule s does not exist.".to_owned()));
}

#[tokio::test]
async fn pages() {
    let cloud = cloud();
    let (queue, role) = (queue(&cloud, "q").await, role(&cloud, "r", "scheduler.amazonaws.com", "sqs:*").await);
    for name in ["a", "b", "c"] {
        cloud.call::<api::CreateSchedule>(schedule(name, "rate(1 day)", &queue, &role)).await.unwrap();
    }
    let (mut names, mut next_token) = (Vec::new(), None);
    loop {
        let input = api::ListSchedulesInput { max_results: Some(2), next_token, ..Default::default() };
        let page = cloud.call::<api::ListSchedules>(input).await.unwrap();
        names.extend(page.schedules.into_iter().filter_map(|schedule| schedule.name));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn refused() {
    let cloud = cloud();
    let (queue, role) = (queue(&cloud, "q").await, role(&cloud, "r", "scheduler.amazonaws.com", "sqs:*").await);
    let foreign = crate::world::role(&cloud, "foreign", "events.amazonaws.com", "sqs:*").await;
    let good = schedule("s", "rate(1 day)", &queue, &role);
    let with = |change: &dyn Fn(&mut api::CreateScheduleInput)| {
        let mut input = good.clone();
        change(&mut input);
        input
    };
    for (input, text) in [
        (
            with(&|i| i.schedule_expression = "cron(0 1 * * * *)".to_owned()),
            "Invalid Schedule Expression cron(0 1 * * * *).",
        ),
        (
            with(&|i| i.schedule_expression = "rate(10 seconds)".to_owned()),
            "Invalid Schedule Expression rate(10 seconds).",
        ),
        (
            with(&|i| i.schedule_expression_timezone = Some("Mars/Base".to_owned())),
            "Invalid Schedule Expression Timezone Mars/Base.",
        ),
        (
            with(&|i| {
                i.start_date = Some(at("2026-02-01T00:00:00Z"));
                i.end_date = Some(at("2026-01-31T00:00:00Z"));
            }),
            "The EndDate you specify must come after the StartDate.",
        ),
        (
            with(&|i| i.target.role_arn.clone_from(&foreign)),
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        ),
    ] {
        let told = cloud.error::<api::CreateSchedule>(input).await;
        assert_eq!(told, ("ValidationException".to_owned(), text.to_owned()));
    }
    let elsewhere = with(&|i| i.group_name = Some("none".to_owned()));
    assert_eq!(cloud.error::<api::CreateSchedule>(elsewhere).await.1, "Schedule group none does not exist.");
}
