//! To web servers: a real one on this machine, which sees what stock subscribers see.

use std::sync::Arc;

use api_sns::*;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::cloud::*;

/// Requests that came, and the status each gets; 200 when none is left.
#[derive(Clone, Default)]
struct Server {
    seen: Arc<Mutex<Vec<String>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Server {
    async fn start() -> (Self, String) {
        let (server, listener) = (Self::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut buffer = [0; 4_096];
                    while !complete(&request) {
                        match socket.read(&mut buffer).await {
                            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                            _ => return,
                        }
                    }
                    serving.seen.lock().push(String::from_utf8(request).unwrap());
                    let next = serving.statuses.lock().pop().unwrap_or(200);
                    let answer = format!("HTTP/1.1 {next} X\r\nContent-Length: 0\r\n\r\n");
                    let _ = socket.write_all(answer.as_bytes()).await;
                });
            }
        });
        (server, url)
    }

    async fn wait(&self, count: usize) -> Vec<(String, String)> {
        // The key is made for the first message, which takes its time.
        for _ in 0..50_000_000_u64 {
            if self.seen.lock().len() >= count {
                break;
            }
            tokio::task::yield_now().await;
        }
        let seen = self.seen.lock();
        seen.iter()
            .map(|one| one.split_once("\r\n\r\n").map(|(head, body)| (head.to_lowercase(), body.to_owned())).unwrap())
            .collect()
    }
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

async fn confirmed(
    cloud: &testkit::TestCloud,
    server: &Server,
    topic: &str,
    url: &str,
    attributes: &[(&str, &str)],
) -> String {
    let input = SubscribeInput { return_subscription_arn: None, ..subscribing(topic, "http", url, attributes) };
    let pending = cloud.call::<Subscribe>(input).await.unwrap().subscription_arn.unwrap();
    assert_eq!(pending, "pending confirmation");
    let (head, body) = server.wait(1).await.remove(0);
    assert!(head.contains("x-amz-sns-message-type: subscriptionconfirmation"), "{head}");
    assert!(head.contains("user-agent: amazon simple notification service agent"), "{head}");
    assert!(head.contains("content-type: text/plain; charset=utf-8"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let token = body["Token"].as_str().unwrap().to_owned();
    assert!(
        body["SubscribeURL"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}"))
    );
    let input = ConfirmSubscriptionInput {
        topic_arn: topic.to_owned(),
        token,
        authenticate_on_unsubscribe: Some("true".into()),
    };
    cloud.call::<ConfirmSubscription>(input).await.unwrap().subscription_arn.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmed_told_and_signed() {
    let cloud = cloud();
    let (server, url) = Server::start().await;
    let topic = topic(&cloud, "t", &[]).await;
    let arn = confirmed(&cloud, &server, &topic, &url, &[]).await;
    cloud.call::<Publish>(PublishInput { subject: Some("s".into()), ..publishing(&topic, "hello") }).await.unwrap();
    let (head, body) = server.wait(2).await.remove(1);
    assert!(head.contains(&format!("x-amz-sns-subscription-arn: {arn}")), "{head}");
    assert!(head.starts_with("post /hook http/1.1"), "{head}");
    assert!(verifies(&cloud, &body).await);
    let set = SetTopicAttributesInput {
        topic_arn: topic.clone(),
        attribute_name: "SignatureVersion".into(),
        attribute_value: Some("2".into()),
    };
    cloud.call::<SetTopicAttributes>(set).await.unwrap();
    publish(&cloud, &topic, "second").await;
    let (_, body) = server.wait(3).await.remove(2);
    assert!(body.contains(r#""SignatureVersion" : "2""#));
    assert!(verifies(&cloud, &body).await);
    assert!(!verifies(&cloud, &body.replace("second", "forged")).await);
    let guarded = cloud.fresh_account();
    let end = UnsubscribeInput { subscription_arn: arn };
    let refused = cloud.call_as::<Unsubscribe>(service_kit::Caller::anonymous(guarded.account()), end).await;
    assert!(refused.is_err(), "AuthenticateOnUnsubscribe was asked for");
}

/// Whether a notification's signature is that of the certificate which its URL leads to.
async fn verifies(cloud: &testkit::TestCloud, body: &str) -> bool {
    let body: Value = serde_json::from_str(body).unwrap();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    let lines = names.iter().filter_map(|name| Some(format!("{name}\n{}\n", text(name)?)));
    let signed: String = lines.collect();
    let path = text("SigningCertURL").unwrap().split("/_aws").nth(1).map(|rest| format!("/_aws{rest}")).unwrap();
    let request = http::Request::get(path).body(smithy::Bytes::new()).unwrap();
    let web = cloud.cloud().web("_aws/sns").unwrap();
    let asked =
        service_kit::WebRequest { host: "_aws/sns".into(), request, peer: [127, 0, 0, 1].into(), secure: false };
    use futures_util::TryStreamExt;
    let pem: Vec<smithy::Bytes> =
        web.answer(cloud.cloud(), asked).await.into_body().pieces.try_collect().await.unwrap();
    let pem = pem.concat();
    let (_, pem) = x509_parser::pem::parse_x509_pem(&pem).unwrap();
    let certificate = pem.parse_x509().unwrap();
    let key = certificate.public_key().subject_public_key.data.to_vec();
    let algorithm = match text("SignatureVersion").as_deref() {
        Some("1") => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        _ => &RSA_PKCS1_2048_8192_SHA256,
    };
    let signature = BASE64_STANDARD.decode(text("Signature").unwrap()).unwrap();
    UnparsedPublicKey::new(algorithm, key).verify(signed.as_bytes(), &signature).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn tried_again_by_its_policy_and_then_given_up() {
    let cloud = cloud();
    let (server, url) = Server::start().await;
    let topic = topic(&cloud, "t", &[]).await;
    let (dead_arn, dead_url) = queue(&cloud, "dead").await;
    let redrive = format!(r#"{{"deadLetterTargetArn":"{dead_arn}"}}"#);
    let delivery = r#"{"healthyRetryPolicy":{"minDelayTarget":10,"maxDelayTarget":30,"numRetries":3,"backoffFunction":"linear"},"requestPolicy":{"headerContentType":"application/json"}}"#;
    let attributes = [("RawMessageDelivery", "true"), ("RedrivePolicy", &*redrive), ("DeliveryPolicy", delivery)];
    confirmed(&cloud, &server, &topic, &url, &attributes).await;
    *server.statuses.lock() = vec![500, 503, 429, 500];
    publish(&cloud, &topic, "x").await;
    server.wait(2).await;
    for (seconds, seen) in [(9, 2), (2, 3), (18, 3), (2, 4), (31, 5)] {
        // What was answered must be noted before the clock moves on.
        until(async || cloud.cloud().timers().next_due().await.unwrap().is_some()).await;
        advance(&cloud, seconds).await;
        assert_eq!(server.seen.lock().len(), seen);
    }
    let (head, body) = server.wait(5).await.remove(4);
    assert!(head.contains("content-type: application/json") && head.contains("x-amz-sns-rawdelivery: true"), "{head}");
    assert_eq!(body, "x");
    assert_eq!(bodies(&received(&cloud, &dead_url, 1).await), ["x"]);
    server.statuses.lock().push(404);
    publish(&cloud, &topic, "never").await;
    assert_eq!(bodies(&received(&cloud, &dead_url, 1).await), ["never"]);
}
