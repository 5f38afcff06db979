//! Policies, and what they are on.

use api_organizations::*;

use crate::cloud::*;

const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}"#;

#[tokio::test]
async fn written_read_changed_deleted() {
    let cloud = organization().await;
    let made = cloud.call::<CreatePolicy>(new_policy("no queues", PolicyType::ServiceControlPolicy, DENY)).await;
    let made = made.unwrap().policy.unwrap();
    assert_eq!(made.content.as_deref(), Some(DENY));
    let summary = made.policy_summary.unwrap();
    let id = summary.id.unwrap();
    let arn = summary.arn.unwrap();
    assert!(arn.contains(":policy/o-") && arn.ends_with(&format!("/service_control_policy/{id}")), "{arn}");
    assert_eq!(summary.aws_managed, Some(false));

    let again = new_policy("no queues", PolicyType::ServiceControlPolicy, DENY);
    assert_eq!(code::<CreatePolicy>(&cloud, again).await, "DuplicatePolicyException");
    let update = |name: Option<&str>, content: Option<&str>| UpdatePolicyInput {
        policy_id: id.clone(),
        name: name.map(str::to_owned),
        description: Some("new words".into()),
        content: content.map(str::to_owned),
    };
    let changed = cloud.call::<UpdatePolicy>(update(Some("none"), None)).await.unwrap().policy.unwrap();
    let summary = changed.policy_summary.unwrap();
    assert_eq!((summary.name.as_deref(), summary.description.as_deref()), (Some("none"), Some("new words")));
    assert_eq!(changed.content.as_deref(), Some(DENY));
    assert_eq!(code::<UpdatePolicy>(&cloud, update(None, Some("{}"))).await, "MalformedPolicyDocumentException");

    let describe = || DescribePolicyInput { policy_id: id.clone() };
    let shown = cloud.call::<DescribePolicy>(describe()).await.unwrap().policy.unwrap();
    assert_eq!(shown.policy_summary.unwrap().name.as_deref(), Some("none"));
    let delete = || DeletePolicyInput { policy_id: id.clone() };
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    attach(&cloud, &id, cloud.account()).await;
    assert_eq!(code::<DeletePolicy>(&cloud, delete()).await, "PolicyInUseException");
    detach(&cloud, &id, cloud.account()).await;
    cloud.call::<DeletePolicy>(delete()).await.unwrap();
    assert_eq!(code::<DescribePolicy>(&cloud, describe()).await, "PolicyNotFoundException");
    assert_eq!(code::<DeletePolicy>(&cloud, delete()).await, "PolicyNotFoundException");
}

#[tokio::test]
async fn aws_own_policies() {
    let cloud = organization().await;
    for (policy_type, id) in [
        (PolicyType::ServiceControlPolicy, "p-FullAWSAccess"),
        (PolicyType::ResourceControlPolicy, "p-RCPFullAWSAccess"),
    ] {
        let input = ListPoliciesInput { filter: policy_type.clone(), ..Default::default() };
        let listed = cloud.call::<ListPolicies>(input).await.unwrap().policies.unwrap();
        assert_eq!(listed[0].id.as_deref(), Some(id));
        let arn = format!("arn:aws:organizations::aws:policy/{}/{id}", policy_type.as_str().to_lowercase());
        assert_eq!(listed[0].arn.as_deref(), Some(&*arn));
        assert_eq!(listed[0].aws_managed, Some(true));
        let immutable = "InvalidInputException: IMMUTABLE_POLICY";
        let input = UpdatePolicyInput { policy_id: id.into(), name: Some("x".into()), ..Default::default() };
        assert_eq!(code::<UpdatePolicy>(&cloud, input).await, immutable);
        assert_eq!(code::<DeletePolicy>(&cloud, DeletePolicyInput { policy_id: id.into() }).await, immutable);
    }
}

#[tokio::test]
async fn what_is_no_policy_of_its_type() {
    let cloud = organization().await;
    let malformed = "MalformedPolicyDocumentException";
    let long = |policy_type: PolicyType, length: usize| {
        new_policy("long", policy_type, &format!("{}{}", " ".repeat(length), r#"{"tags":{}}"#))
    };
    for (input, expected) in [
        (new_policy("a", PolicyType::ServiceControlPolicy, "{"), malformed),
        (new_policy("a", PolicyType::ServiceControlPolicy, r#"{"tags":{}}"#), malformed),
        (new_policy("a", PolicyType::TagPolicy, DENY), malformed),
        (new_policy("a", PolicyType::ResourceControlPolicy, DENY), malformed),
        (long(PolicyType::TagPolicy, 10_000), "ConstraintViolationException: POLICY_CONTENT_LIMIT_EXCEEDED"),
        (long(PolicyType::ServiceControlPolicy, 10_240), "ConstraintViolationException: POLICY_CONTENT_LIMIT_EXCEEDED"),
        (long(PolicyType::ResourceControlPolicy, 5_120), "ConstraintViolationException: POLICY_CONTENT_LIMIT_EXCEEDED"),
    ] {
        assert_eq!(code::<CreatePolicy>(&cloud, input).await, expected);
    }
    cloud.call::<CreatePolicy>(long(PolicyType::TagPolicy, 9_989)).await.unwrap();
}

#[tokio::test]
async fn attached_and_detached() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let unit = unit(&cloud, &root, "u").await;
    let id = policy(&cloud, "p", PolicyType::ServiceControlPolicy, DENY).await;
    let on = |policy: &str, target: &str| AttachPolicyInput { policy_id: policy.into(), target_id: target.into() };
    let off = |policy: &str, target: &str| DetachPolicyInput { policy_id: policy.into(), target_id: target.into() };
    assert_eq!(code::<AttachPolicy>(&cloud, on(&id, &unit)).await, "PolicyTypeNotEnabledException");
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    let again = EnablePolicyTypeInput { root_id: root.clone(), policy_type: PolicyType::ServiceControlPolicy };
    assert_eq!(code::<EnablePolicyType>(&cloud, again).await, "PolicyTypeAlreadyEnabledException");

    attach(&cloud, &id, &unit).await;
    assert_eq!(code::<AttachPolicy>(&cloud, on(&id, &unit)).await, "DuplicatePolicyAttachmentException");
    assert_eq!(code::<AttachPolicy>(&cloud, on("p-00000000", &unit)).await, "PolicyNotFoundException");
    assert_eq!(code::<AttachPolicy>(&cloud, on(&id, "999999999999")).await, "TargetNotFoundException");
    assert_eq!(code::<DetachPolicy>(&cloud, off(&id, &root)).await, "PolicyNotAttachedException");

    let listed = |target: &str| ListPoliciesForTargetInput {
        target_id: target.into(),
        filter: PolicyType::ServiceControlPolicy,
        ..Default::default()
    };
    let ids = |output: ListPoliciesForTargetOutput| -> Vec<String> {
        output.policies.unwrap().into_iter().map(|policy| policy.id.unwrap()).collect()
    };
    assert_eq!(ids(cloud.call::<ListPoliciesForTarget>(listed(&unit)).await.unwrap()), ["p-FullAWSAccess", &*id]);
    let targets = |policy: &str| ListTargetsForPolicyInput { policy_id: policy.into(), ..Default::default() };
    let found = cloud.call::<ListTargetsForPolicy>(targets(&id)).await.unwrap().targets.unwrap();
    assert_eq!((found.len(), found[0].target_id.as_deref(), found[0].name.as_deref()), (1, Some(&*unit), Some("u")));
    let all = cloud.call::<ListTargetsForPolicy>(targets("p-FullAWSAccess")).await.unwrap().targets.unwrap();
    let all: Vec<_> = all.into_iter().map(|target| target.target_id.unwrap()).collect();
    assert_eq!(all, [root.clone(), unit.clone(), cloud.account().to_string()]);

    detach(&cloud, "p-FullAWSAccess", &unit).await;
    let (code, text, reason) = refused::<DetachPolicy>(&cloud, off(&id, &unit)).await;
    assert_eq!((&*code, &*reason), ("ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"));
    assert_eq!(
        text,
        "You cannot remove the last policy attached to the specified target. You must have at least one attached at \
         all times."
    );

    let disable = || DisablePolicyTypeInput { root_id: root.clone(), policy_type: PolicyType::ServiceControlPolicy };
    let after = cloud.call::<DisablePolicyType>(disable()).await.unwrap().root.unwrap();
    assert_eq!(after.policy_types.unwrap(), []);
    assert_eq!(self::code::<DisablePolicyType>(&cloud, disable()).await, "PolicyTypeNotEnabledException");
    assert_eq!(ids(cloud.call::<ListPoliciesForTarget>(listed(&unit)).await.unwrap()), [""; 0]);
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    assert_eq!(ids(cloud.call::<ListPoliciesForTarget>(listed(&unit)).await.unwrap()), ["p-FullAWSAccess"]);
}

#[tokio::test]
async fn no_more_than_ten_on_a_target() {
    let cloud = organization().await;
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    enable(&cloud, PolicyType::ResourceControlPolicy).await;
    let root = root_id(&cloud).await;
    for i in 0..9 {
        let id = policy(&cloud, &format!("p{i}"), PolicyType::ServiceControlPolicy, DENY).await;
        attach(&cloud, &id, &root).await;
    }
    let policy_id = policy(&cloud, "one too many", PolicyType::ServiceControlPolicy, DENY).await;
    let input = AttachPolicyInput { policy_id, target_id: root.clone() };
    let (code, text, reason) = refused::<AttachPolicy>(&cloud, input).await;
    assert_eq!((&*code, &*reason), ("ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"));
    assert_eq!(text, "You have attached the maximum number of policies to the specified target.");
    let input = DetachPolicyInput { policy_id: "p-RCPFullAWSAccess".into(), target_id: root };
    assert_eq!(self::code::<DetachPolicy>(&cloud, input).await, "InvalidInputException: NON_DETACHABLE_POLICY");
}

#[tokio::test]
async fn pages_of_policies_and_targets() {
    let cloud = organization().await;
    enable(&cloud, PolicyType::TagPolicy).await;
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    let root = root_id(&cloud).await;
    for i in 0..5 {
        policy(&cloud, &format!("p{i}"), PolicyType::ServiceControlPolicy, DENY).await;
        unit(&cloud, &root, &format!("u{i}")).await;
    }
    let (mut policies, mut next_token) = (Vec::new(), None);
    loop {
        let filter = PolicyType::ServiceControlPolicy;
        let input = ListPoliciesInput { filter, max_results: Some(2), next_token };
        let page = cloud.call::<ListPolicies>(input).await.unwrap();
        policies.extend(page.policies.unwrap().into_iter().map(|policy| policy.id.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(policies.len(), 6);
    assert_eq!(policies[0], "p-FullAWSAccess");
    let (mut targets, mut next_token) = (Vec::new(), None);
    loop {
        let policy_id = "p-FullAWSAccess".to_owned();
        let input = ListTargetsForPolicyInput { policy_id, max_results: Some(3), next_token };
        let page = cloud.call::<ListTargetsForPolicy>(input).await.unwrap();
        targets.extend(page.targets.unwrap().into_iter().map(|target| target.target_id.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(targets.len(), 7);
    assert_eq!(targets[0], root);
    assert_eq!(targets[6], cloud.account().to_string());
}
