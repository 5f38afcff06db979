//! Where the wire matters: elements, documents, and the words for inputs that break the model.

use testkit::{TestCloud, WireAnswer, WireRequest};

use crate::cloud::*;

async fn call(cloud: &TestCloud, form: &str) -> WireAnswer {
    cloud.send(WireRequest::query("iam", &format!("{form}&Version=2010-05-08"))).await
}

#[tokio::test]
async fn answers_are_awss_xml() {
    let cloud = cloud().fresh_account();
    let made = call(&cloud, "Action=CreateUser&UserName=u").await;
    let text = made.text();
    assert_eq!(made.status, 200, "{text}");
    assert!(text.starts_with(r#"<CreateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">"#), "{text}");
    assert!(text.contains("<CreateUserResult><User><Path>/</Path><UserName>u</UserName>"), "{text}");
    let listed = call(&cloud, "Action=ListUsers").await.text();
    assert!(listed.contains("<IsTruncated>false</IsTruncated>"), "{listed}");
    let root = call(&cloud, "Action=GetUser").await.text();
    assert!(!root.contains("<UserName>") && root.contains(":root</Arn>"), "{root}");
}

#[tokio::test]
async fn the_region_called_does_not_matter() {
    let cloud = cloud().fresh_account();
    call(&cloud, "Action=CreateUser&UserName=u").await;
    let elsewhere = call(&cloud.in_region("eu-central-1"), "Action=GetUser&UserName=u").await;
    assert_eq!(elsewhere.status, 200);
}

/// Names: issue reports. Lengths without the value: github.com/aws/eks-hybrid/pull/113. The rest are recorded: LocalStack's
/// `test_iam.py`.
#[tokio::test]
async fn inputs_that_break_the_model() {
    let cloud = cloud().fresh_account();
    let long = "x".repeat(65);
    for (form, code, message) in [
        (
            "Action=CreateUser&UserName=a%20b".to_owned(),
            "ValidationError",
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the \
             following: +=,.@_-",
        ),
        (
            format!("Action=CreateUser&UserName={long}"),
            "ValidationError",
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less \
             than or equal to 64",
        ),
        (
            "Action=CreateGroup&GroupName=g&Path=nope".to_owned(),
            "ValidationError",
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
             characters and/or / characters.",
        ),
        (
            "Action=ListUsers&MaxItems=0".to_owned(),
            "ValidationError",
            "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value \
             greater than or equal to 1",
        ),
        ("Action=ListUsers&Marker=nope".to_owned(), "ValidationError", "Invalid Marker."),
        (
            "Action=GetPolicy&PolicyArn=longpolicynamebutnoarn".to_owned(),
            "ValidationError",
            "Invalid ARN:  Could not be parsed!",
        ),
    ] {
        let answer = call(&cloud, &form).await;
        let told = (answer.status.as_u16(), between(&answer.text(), "<Code>", "</Code>"));
        assert_eq!(told, (400, code.to_owned()), "{form}: {}", answer.text());
        assert_eq!(between(&answer.text(), "<Message>", "</Message>").replace("&apos;", "'"), message, "{form}");
    }
}

#[tokio::test]
async fn statuses_are_awss() {
    let cloud = cloud().fresh_account();
    assert_eq!(call(&cloud, "Action=CreateUser&UserName=u").await.status, 200);
    for (form, status) in [
        ("Action=CreateUser&UserName=u", 409),
        ("Action=GetUser&UserName=v", 404),
        ("Action=PutUserPolicy&UserName=u&PolicyName=p&PolicyDocument=x", 400),
    ] {
        assert_eq!(call(&cloud, form).await.status, status, "{form}");
    }
}
