//! Rules and targets as the API keeps and shows them, and what it refuses.

use api_events as api;
use serde_json::json;
use service_kit::{Caller, Error, Fault};

use crate::world::{bus, cloud, messages, put, queue, rule, target, targets};

fn invalid(error: &Error) -> &str {
    match error {
        Error::Fault(Fault::Invalid { message }) => message,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn put_shown_switched_deleted() {
    let cloud = cloud();
    let arn = queue(&cloud, "q").await;
    let rule_arn = rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    assert_eq!(rule_arn, format!("arn:aws:events:us-east-1:{}:rule/r", cloud.account()));
    targets(&cloud, "default", "r", vec![target("t", &arn)]).await;
    let named = || "r".to_owned();
    cloud.call::<api::DisableRule>(api::DisableRuleInput { name: named(), event_bus_name: None }).await.unwrap();
    put(&cloud, "default", "s", json!({})).await;
    messages(&cloud, "q", 0).await;
    let describe = || api::DescribeRuleInput { name: named(), event_bus_name: None };
    assert_eq!(cloud.call::<api::DescribeRule>(describe()).await.unwrap().state, Some(api::RuleState::Disabled));
    cloud.call::<api::EnableRule>(api::EnableRuleInput { name: named(), event_bus_name: None }).await.unwrap();
    put(&cloud, "default", "s", json!({})).await;
    messages(&cloud, "q", 1).await;
    let by_target = api::ListRuleNamesByTargetInput { target_arn: arn, ..Default::default() };
    let names = cloud.call::<api::ListRuleNamesByTarget>(by_target).await.unwrap().rule_names;
    assert_eq!(names, Some(vec![named()]));
    let delete = || api::DeleteRuleInput { name: named(), ..Default::default() };
    let refused = cloud.call::<api::DeleteRule>(delete()).await.unwrap_err();
    assert_eq!(invalid(&refused), "Rule can't be deleted since it has targets.");
    let ids = vec!["t".to_owned(), "none".to_owned()];
    let remove = api::RemoveTargetsInput { rule: named(), ids, ..Default::default() };
    let removed = cloud.call::<api::RemoveTargets>(remove).await.unwrap();
    assert_eq!(removed.failed_entries.unwrap()[0].target_id.as_deref(), Some("none"));
    cloud.call::<api::DeleteRule>(delete()).await.unwrap();
    cloud.call::<api::DeleteRule>(delete()).await.unwrap();
    let told = cloud.error::<api::DescribeRule>(describe()).await;
    assert_eq!(told.1, "Rule r does not exist on EventBus default.");
}

#[tokio::test]
async fn listings_go_page_by_page() {
    let cloud = cloud();
    bus(&cloud, "own").await;
    for name in ["a-1", "a-2", "a-3", "b"] {
        rule(&cloud, "own", name, json!({"source": ["s"]})).await;
    }
    let (mut names, mut next_token) = (Vec::new(), None);
    loop {
        let input = api::ListRulesInput {
            event_bus_name: Some("own".to_owned()),
            name_prefix: Some("a".to_owned()),
            limit: Some(2),
            next_token,
        };
        let page = cloud.call::<api::ListRules>(input).await.unwrap();
        names.extend(page.rules.unwrap().into_iter().filter_map(|rule| rule.name));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["a-1", "a-2", "a-3"]);
}

#[tokio::test]
async fn rules_are_refused() {
    let cloud = cloud();
    bus(&cloud, "own").await;
    let put = |bus: &str, pattern: Option<&str>, schedule: Option<&str>| api::PutRuleInput {
        name: "r".to_owned(),
        event_bus_name: Some(bus.to_owned()),
        event_pattern: pattern.map(str::to_owned),
        schedule_expression: schedule.map(str::to_owned),
        ..api::PutRuleInput::default()
    };
    for (input, text) in [
        (put("default", None, None), "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        (put("default", None, Some("cron(INVALID)")), "Parameter ScheduleExpression is not valid."),
        (put("default", None, Some("rate(1 minutes)")), "Parameter ScheduleExpression is not valid."),
        (put("own", None, Some("rate(1 minute)")), "ScheduleExpression is supported only on the default event bus."),
    ] {
        assert_eq!(invalid(&cloud.call::<api::PutRule>(input).await.unwrap_err()), text);
    }
    let told = cloud.error::<api::PutRule>(put("default", Some(r#"{"source": "s"}"#), None)).await;
    assert_eq!(told.0, "InvalidEventPatternException");
    assert!(told.1.starts_with("Event pattern is not valid. Reason: \"source\" must be an object or an array\n at ["));
    let told = cloud.error::<api::PutRule>(put("none", Some(r#"{"source": ["s"]}"#), None)).await;
    assert_eq!(told.1, "Event bus none does not exist.");
}

#[tokio::test]
async fn targets_are_refused() {
    let cloud = cloud();
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let arn = "arn:aws:sqs:us-east-1:000000000000:q";
    let transformer =
        |template: &str| Some(api::InputTransformer { input_template: template.to_owned(), input_paths_map: None });
    let put = |target: api::Target| api::PutTargetsInput {
        rule: "r".to_owned(),
        event_bus_name: None,
        targets: vec![target],
    };
    for (target, text) in [
        (target("t", "queue"), "Parameter queue is not valid. Reason: Provided Arn is not in correct format."),
        (
            api::Target { input: Some("{}".to_owned()), input_path: Some("$".to_owned()), ..target("t", arn) },
            "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
        ),
        (
            api::Target { input_transformer: transformer("\"<none>\""), ..target("t", arn) },
            "InputTemplate for target t contains invalid placeholder none.",
        ),
        (
            target("t", "arn:aws:sqs:us-east-1:000000000000:q.fifo"),
            "Parameter(s) SqsParameters must be specified for target: t.",
        ),
        (
            target("t", "arn:aws:kinesis:us-east-1:000000000000:stream/s"),
            "RoleArn is required for target arn:aws:kinesis:us-east-1:000000000000:stream/s.",
        ),
    ] {
        assert_eq!(invalid(&cloud.call::<api::PutTargets>(put(target)).await.unwrap_err()), text);
    }
    let many = (0..6).map(|n| target(&format!("t{n}"), arn)).collect();
    let input = api::PutTargetsInput { rule: "r".to_owned(), event_bus_name: None, targets: many };
    let told = cloud.error::<api::PutTargets>(input).await;
    let limit = "The requested resource exceeds the maximum number allowed.";
    assert_eq!(told, ("LimitExceededException".to_owned(), limit.to_owned()));
    let listed = api::ListTargetsByRuleInput { rule: "r".to_owned(), ..Default::default() };
    assert_eq!(cloud.call::<api::ListTargetsByRule>(listed).await.unwrap().targets, Some(Vec::new()));
}

#[tokio::test]
async fn rules_of_services_are_theirs() {
    let cloud = cloud();
    let service = Caller::service("pipes.amazonaws.com", cloud.account());
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "events:*", "Resource": "*",
        "Principal": {"Service": "pipes.amazonaws.com"}}});
    let permit = api::PutPermissionInput { policy: Some(policy.to_string()), ..Default::default() };
    cloud.call::<api::PutPermission>(permit).await.unwrap();
    let input = api::PutRuleInput {
        name: "r".to_owned(),
        event_pattern: Some(r#"{"source": ["s"]}"#.to_owned()),
        ..api::PutRuleInput::default()
    };
    cloud.call_as::<api::PutRule>(service, input).await.unwrap();
    let delete = |force| api::DeleteRuleInput { name: "r".to_owned(), force, ..Default::default() };
    assert_eq!(cloud.error::<api::DeleteRule>(delete(None)).await.0, "ManagedRuleException");
    cloud.call::<api::DeleteRule>(delete(Some(true))).await.unwrap();
}

#[tokio::test]
async fn patterns_tried_out() {
    let cloud = cloud();
    let event = json!({"id": "1", "source": "s", "detail-type": "t", "account": "1", "region": "r", "time": "t"});
    let test = |pattern: &str, event: &str| api::TestEventPatternInput {
        event_pattern: pattern.to_owned(),
        event: event.to_owned(),
    };
    let told = cloud.call::<api::TestEventPattern>(test(r#"{"source": ["s"]}"#, &event.to_string())).await.unwrap();
    assert_eq!(told.result, Some(true));
    let told = cloud.call::<api::TestEventPattern>(test(r#"{"source": ["x"]}"#, &event.to_string())).await.unwrap();
    assert_eq!(told.result, Some(false));
    for event in ["plain", "[\"a\"]", "{\"a\": 1}"] {
        let refused = cloud.call::<api::TestEventPattern>(test(r#"{"source": ["s"]}"#, event)).await.unwrap_err();
        assert_eq!(invalid(&refused), "Parameter Event is not valid.");
    }
}
