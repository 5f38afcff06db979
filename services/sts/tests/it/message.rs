//! Encoded messages of denials.

use api_sts::{DecodeAuthorizationMessage, DecodeAuthorizationMessageInput};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cloud::{allow, cloud, refusal, user};

#[tokio::test]
async fn decode_authorization_message_opens_what_the_authority_sealed_for_the_account() {
    let cloud = cloud();
    let seal = cloud.cloud().vault().seal("sts/authorization-message");
    let said = "{\"allowed\":false,\"explicitDeny\":false}";
    let sealed = seal.close(&cloud.runtime().random, cloud.account().to_string().as_bytes(), said.as_bytes());
    let ask = |message: &str| DecodeAuthorizationMessageInput { encoded_message: message.to_owned() };
    let message = URL_SAFE_NO_PAD.encode(&sealed);
    let answer = cloud.call::<DecodeAuthorizationMessage>(ask(&message)).await.unwrap();
    assert_eq!(answer.decoded_message.as_deref(), Some(said));
    let stranger = cloud.fresh_account();
    for (cloud, message) in [(&stranger, message.as_str()), (&cloud, "nonsense"), (&cloud, &message[1..])] {
        let (code, text) = cloud.error::<DecodeAuthorizationMessage>(ask(message)).await;
        assert_eq!((code.as_str(), text.as_str()), ("InvalidAuthorizationMessageException", "Message is not valid"));
    }
    let alice = user(&cloud, "alice", None).await;
    assert_eq!(refusal(cloud.call_as::<DecodeAuthorizationMessage>(alice, ask(&message)).await).0, "AccessDenied");
    let bob = user(&cloud, "bob", Some(&allow("sts:DecodeAuthorizationMessage", "*"))).await;
    cloud.call_as::<DecodeAuthorizationMessage>(bob, ask(&message)).await.unwrap();
}
