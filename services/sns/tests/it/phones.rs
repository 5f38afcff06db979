//! Mail, text messages, pushes: what is in the spools, and the settings around them.

use api_sns::*;
use serde_json::Value;
use testkit::TestCloud;

use crate::cloud::*;

async fn page(cloud: &TestCloud, method: &str, path: &str) -> Value {
    use futures_util::TryStreamExt;
    let request =
        http::Request::builder().method(method).uri(format!("/_aws/sns/{path}")).body(smithy::Bytes::new()).unwrap();
    let asked =
        service_kit::WebRequest { host: "_aws/sns".into(), request, peer: [127, 0, 0, 1].into(), secure: false };
    let answer = cloud.cloud().web("_aws/sns").unwrap().answer(cloud.cloud(), asked).await;
    let pieces: Vec<smithy::Bytes> = answer.into_body().pieces.try_collect().await.unwrap();
    serde_json::from_slice(&pieces.concat()).unwrap()
}

async fn spooled(cloud: &TestCloud, kind: &str, count: usize) -> Vec<Value> {
    until(async || page(cloud, "GET", kind).await.as_array().unwrap().len() >= count).await;
    let all = page(cloud, "GET", kind).await.as_array().unwrap().clone();
    assert_eq!(all.len(), count);
    all
}

fn texting(number: &str, message: &str) -> PublishInput {
    PublishInput { phone_number: Some(number.into()), message: message.into(), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_with_links() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[("DisplayName", "News")]).await;
    subscribe(&cloud, &topic, "email", "a@example.com", &[]).await;
    let mail = spooled(&cloud, "mail", 1).await.remove(0);
    assert_eq!(mail["subject"], "AWS Notification - Subscription Confirmation");
    let link = mail["details"]["SubscribeURL"].as_str().unwrap();
    assert!(mail["body"].as_str().unwrap().contains(link));
    let token = link.split("Token=").nth(1).unwrap().to_owned();
    let input = ConfirmSubscriptionInput { topic_arn: topic.clone(), token, authenticate_on_unsubscribe: None };
    cloud.call::<ConfirmSubscription>(input).await.unwrap();
    cloud.call::<Publish>(PublishInput { subject: Some("S".into()), ..publishing(&topic, "text") }).await.unwrap();
    let mail = spooled(&cloud, "mail", 2).await.remove(1);
    assert_eq!((&mail["subject"], &mail["details"]["Sender"]), (&"S".into(), &"News".into()));
    assert!(mail["body"].as_str().unwrap().starts_with("text\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_messages_to_who_wants_them() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    subscribe(&cloud, &topic, "sms", "+1-555-123-4567", &[]).await;
    publish(&cloud, &topic, "from a topic").await;
    let set =
        SetSMSAttributesInput { attributes: map(&[("DefaultSenderID", "Me"), ("DefaultSMSType", "Transactional")]) };
    cloud.call::<SetSMSAttributes>(set).await.unwrap();
    spooled(&cloud, "sms", 1).await;
    cloud.call::<Publish>(texting("+15550000001", "direct")).await.unwrap();
    let sent = spooled(&cloud, "sms", 2).await;
    let to = |number: &str| sent.iter().find(|one| one["to"] == number).unwrap();
    assert_eq!(to("+15551234567")["body"], "from a topic");
    let direct = to("+15550000001");
    assert_eq!((&direct["subject"], &direct["details"]["SenderID"]), (&"Transactional".into(), &"Me".into()));
    page(&cloud, "POST", "sms/stop?number=%2B15550000001").await;
    let check = || CheckIfPhoneNumberIsOptedOutInput { phone_number: "+15550000001".into() };
    assert_eq!(cloud.call::<CheckIfPhoneNumberIsOptedOut>(check()).await.unwrap().is_opted_out, Some(true));
    let listed = cloud.call::<ListPhoneNumbersOptedOut>(ListPhoneNumbersOptedOutInput::default()).await.unwrap();
    assert_eq!(listed.phone_numbers.unwrap(), ["+15550000001"]);
    cloud.call::<Publish>(texting("+15550000001", "unwanted")).await.unwrap();
    spooled(&cloud, "sms", 2).await;
    cloud.call::<OptInPhoneNumber>(OptInPhoneNumberInput { phone_number: "+15550000001".into() }).await.unwrap();
    assert_eq!(cloud.call::<CheckIfPhoneNumberIsOptedOut>(check()).await.unwrap().is_opted_out, Some(false));
    cloud.call::<Publish>(texting("+15550000001", "wanted")).await.unwrap();
    spooled(&cloud, "sms", 3).await;
    let text = "Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish to";
    assert_eq!(cloud.error::<Publish>(texting("+1a234", "x")).await.1, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_months_money() {
    let cloud = cloud();
    for _ in 0..160 {
        cloud.call::<Publish>(texting("+15550000001", "x")).await.unwrap();
    }
    // A dollar pays for 155 messages at 0.00645.
    assert_eq!(page(&cloud, "GET", "sms?limit=1000").await.as_array().unwrap().len(), 155);
    cloud.advance(std::time::Duration::from_secs(31 * 86_400)).await;
    cloud.call::<Publish>(texting("+15550000001", "x")).await.unwrap();
    assert_eq!(page(&cloud, "GET", "sms?limit=1000").await.as_array().unwrap().len(), 156);
}

#[tokio::test]
async fn settings_are_checked_and_shown() {
    let cloud = cloud();
    for (name, value, text) in [
        ("Nothing", "x", "Nothing is not a valid attribute"),
        ("DefaultSMSType", "x", "DefaultSMSType is invalid"),
        ("DefaultSenderID", "123", "DefaultSenderID is invalid"),
    ] {
        let input = SetSMSAttributesInput { attributes: map(&[(name, value)]) };
        assert_eq!(cloud.error::<SetSMSAttributes>(input).await.1, text);
    }
    let shown = cloud.call::<GetSMSAttributes>(GetSMSAttributesInput::default()).await.unwrap().attributes.unwrap();
    assert_eq!(shown, map(&[("MonthlySpendLimit", "1")]));
    let numbers = cloud.call::<ListOriginationNumbers>(ListOriginationNumbersInput::default()).await.unwrap();
    assert!(numbers.phone_numbers.unwrap().is_empty());
    let status = cloud.call::<GetSMSSandboxAccountStatus>(GetSMSSandboxAccountStatusInput {}).await.unwrap();
    assert!(!status.is_in_sandbox);
}

#[tokio::test]
async fn numbers_of_the_sandbox() {
    let cloud = cloud();
    let number = || "+15551234567".to_owned();
    let input = CreateSMSSandboxPhoneNumberInput { phone_number: number(), language_code: None };
    cloud.call::<CreateSMSSandboxPhoneNumber>(input).await.unwrap();
    let body = spooled(&cloud, "sms", 1).await[0]["body"].as_str().unwrap().to_owned();
    let password = body.rsplit(' ').next().unwrap().to_owned();
    let verify = |one_time_password: &str| VerifySMSSandboxPhoneNumberInput {
        phone_number: number(),
        one_time_password: one_time_password.to_owned(),
    };
    let status = async || {
        let listed = cloud.call::<ListSMSSandboxPhoneNumbers>(ListSMSSandboxPhoneNumbersInput::default()).await;
        listed.unwrap().phone_numbers.remove(0).status.unwrap()
    };
    assert_eq!(status().await, SMSSandboxPhoneNumberVerificationStatus::Pending);
    let wrong = if password == "00000" { "11111" } else { "00000" };
    assert_eq!(cloud.error::<VerifySMSSandboxPhoneNumber>(verify(wrong)).await.0, "VerificationException");
    cloud.call::<VerifySMSSandboxPhoneNumber>(verify(&password)).await.unwrap();
    assert_eq!(status().await, SMSSandboxPhoneNumberVerificationStatus::Verified);
    let delete = || DeleteSMSSandboxPhoneNumberInput { phone_number: number() };
    cloud.call::<DeleteSMSSandboxPhoneNumber>(delete()).await.unwrap();
    assert_eq!(cloud.error::<DeleteSMSSandboxPhoneNumber>(delete()).await.0, "ResourceNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_and_their_phones() {
    let cloud = cloud();
    let credentials = map(&[("PlatformCredential", "secret"), ("PlatformPrincipal", "me")]);
    let create = |name: &str, platform: &str| CreatePlatformApplicationInput {
        name: name.into(),
        platform: platform.into(),
        attributes: credentials.clone(),
    };
    let app =
        cloud.call::<CreatePlatformApplication>(create("app", "GCM")).await.unwrap().platform_application_arn.unwrap();
    assert_eq!(app, "arn:aws:sns:us-east-1:000000000000:app/GCM/app");
    assert_eq!(
        cloud.error::<CreatePlatformApplication>(create("app", "AAA")).await.1,
        "Invalid parameter: Platform Reason: AAA is not supported"
    );
    let alone = |platform: &str| CreatePlatformApplicationInput {
        attributes: map(&[("PlatformCredential", "secret")]),
        ..create("app", platform)
    };
    assert!(cloud.error::<CreatePlatformApplication>(alone("ADM")).await.1.ends_with("without PlatformPrincipal"));
    cloud.call::<CreatePlatformApplication>(alone("GCM")).await.unwrap();
    let shown = GetPlatformApplicationAttributesInput { platform_application_arn: app.clone() };
    let shown = cloud.call::<GetPlatformApplicationAttributes>(shown).await.unwrap().attributes.unwrap();
    assert_eq!(shown, map(&[("Enabled", "true")]), "secrets are not shown");
    let listed = cloud.call::<ListPlatformApplications>(ListPlatformApplicationsInput::default()).await.unwrap();
    assert_eq!(listed.platform_applications.unwrap().len(), 1);
    let phone = |token: &str, data: Option<&str>| CreatePlatformEndpointInput {
        platform_application_arn: app.clone(),
        token: token.into(),
        custom_user_data: data.map(str::to_owned),
        attributes: None,
    };
    let endpoint = cloud.call::<CreatePlatformEndpoint>(phone("t", None)).await.unwrap().endpoint_arn.unwrap();
    let again = cloud.call::<CreatePlatformEndpoint>(phone("t", None)).await.unwrap().endpoint_arn.unwrap();
    assert_eq!(again, endpoint);
    let (_, text) = cloud.error::<CreatePlatformEndpoint>(phone("t", Some("d"))).await;
    assert!(text.ends_with("already exists with the same Token, but different attributes."), "{text}");
    let topic = topic(&cloud, "t", &[]).await;
    let subscribed = cloud.call::<Subscribe>(subscribing(&topic, "application", &endpoint, &[])).await.unwrap();
    assert!(subscribed.subscription_arn.unwrap().starts_with(&topic));
    let message = r#"{"default":"d","GCM":"{\"data\":{\"x\":1}}"}"#;
    let input = PublishInput { message_structure: Some("json".into()), ..publishing(&topic, message) };
    cloud.call::<Publish>(input).await.unwrap();
    let push = spooled(&cloud, "push", 1).await.remove(0);
    assert_eq!((&push["to"], &push["body"]), (&endpoint.as_str().into(), &r#"{"data":{"x":1}}"#.into()));
    let direct = || PublishInput { target_arn: Some(endpoint.clone()), message: "hi".into(), ..Default::default() };
    cloud.call::<Publish>(direct()).await.unwrap();
    spooled(&cloud, "push", 2).await;
    let set = SetEndpointAttributesInput { endpoint_arn: endpoint.clone(), attributes: map(&[("Enabled", "false")]) };
    cloud.call::<SetEndpointAttributes>(set).await.unwrap();
    assert_eq!(cloud.error::<Publish>(direct()).await.0, "EndpointDisabledException");
    let shown = GetEndpointAttributesInput { endpoint_arn: endpoint.clone() };
    let shown = cloud.call::<GetEndpointAttributes>(shown).await.unwrap().attributes.unwrap();
    assert_eq!(shown, map(&[("Enabled", "false"), ("Token", "t")]));
    let of_app = || ListEndpointsByPlatformApplicationInput { platform_application_arn: app.clone(), next_token: None };
    assert_eq!(cloud.call::<ListEndpointsByPlatformApplication>(of_app()).await.unwrap().endpoints.unwrap().len(), 1);
    cloud.call::<DeleteEndpoint>(DeleteEndpointInput { endpoint_arn: endpoint }).await.unwrap();
    assert!(cloud.call::<ListEndpointsByPlatformApplication>(of_app()).await.unwrap().endpoints.unwrap().is_empty());
    let set = SetPlatformApplicationAttributesInput {
        platform_application_arn: app.clone(),
        attributes: map(&[("SuccessFeedbackSampleRate", "50")]),
    };
    cloud.call::<SetPlatformApplicationAttributes>(set).await.unwrap();
    let delete = DeletePlatformApplicationInput { platform_application_arn: app.clone() };
    cloud.call::<DeletePlatformApplication>(delete).await.unwrap();
    assert_eq!(
        cloud.error::<ListEndpointsByPlatformApplication>(of_app()).await.1,
        "PlatformApplication does not exist"
    );
}
