//! Second factors, with the codes that a real device would show.

use std::time::Duration;

use api_iam::{
    CreateVirtualMFADevice, CreateVirtualMFADeviceInput, EnableMFADevice, EnableMFADeviceInput, ListUsers,
    ListUsersInput,
};
use api_sts::{AssumeRole, AssumeRoleInput, GetSessionToken, GetSessionTokenInput};
use aws_lc_rs::hmac;
use service_kit::Caller;
use testkit::TestCloud;

use crate::cloud::{allow, assuming, cloud, holder, refusal, role, session, trust, user};

/// A device as its owner holds it.
struct Device {
    serial: String,
    seed: Vec<u8>,
}

impl Device {
    async fn of(cloud: &TestCloud, name: &str) -> Self {
        let input = CreateVirtualMFADeviceInput {
            virtual_mfa_device_name: name.to_owned(),
            ..CreateVirtualMFADeviceInput::default()
        };
        let device = cloud.call::<CreateVirtualMFADevice>(input).await.expect("a device").virtual_mfa_device;
        let letters = device.base32_string_seed.expect("a seed");
        let device = Self { serial: device.serial_number, seed: base32(&letters) };
        let input = EnableMFADeviceInput {
            user_name: name.to_owned(),
            serial_number: device.serial.clone(),
            authentication_code1: device.code(cloud, -2),
            authentication_code2: device.code(cloud, -1),
        };
        cloud.call::<EnableMFADevice>(input).await.expect("enabled");
        device
    }

    /// What it shows, some steps from now (RFC 6238).
    fn code(&self, cloud: &TestCloud, steps: i64) -> String {
        let step = cloud.runtime().clock.now().secs() / 30 + steps;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[19] & 15);
        let number = u32::from_be_bytes([tag[at] & 127, tag[at + 1], tag[at + 2], tag[at + 3]]);
        format!("{:06}", number % 1_000_000)
    }
}

fn base32(letters: &[u8]) -> Vec<u8> {
    let digit = |letter: &u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| known == letter);
    let mut bits = (0u64, 0u32);
    let mut bytes = Vec::new();
    for digit in letters.iter().filter_map(digit) {
        bits = ((bits.0 << 5) | digit as u64, bits.1 + 5);
        if bits.1 >= 8 {
            bits.1 -= 8;
            bytes.push((bits.0 >> bits.1) as u8);
        }
    }
    bytes
}

fn session_with(device: &Device, code: String) -> GetSessionTokenInput {
    GetSessionTokenInput {
        serial_number: Some(device.serial.clone()),
        token_code: Some(code),
        ..GetSessionTokenInput::default()
    }
}

const WRONG: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";

#[tokio::test]
async fn a_session_with_a_second_factor_reaches_iam() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("iam:ListUsers", "*"))).await;
    let device = Device::of(&cloud, "alice").await;
    let ask = |input| cloud.call_as::<GetSessionToken>(alice.clone(), input);
    let list = |caller: Caller| cloud.call_as::<ListUsers>(caller, ListUsersInput::default());
    let without = holder(&cloud, &ask(GetSessionTokenInput::default()).await.unwrap().credentials.unwrap());
    assert_eq!(refusal(list(without).await).0, "AccessDenied");
    let code = device.code(&cloud, 0);
    let with = holder(&cloud, &ask(session_with(&device, code.clone())).await.unwrap().credentials.unwrap());
    assert_eq!(session(&with).mfa, Some(cloud.runtime().clock.now()));
    list(with).await.unwrap();
    // A code counts once.
    let replayed = refusal(ask(session_with(&device, code)).await);
    assert_eq!(replayed, ("AccessDenied".to_owned(), WRONG.to_owned()));
    cloud.advance(Duration::from_secs(30)).await;
    ask(session_with(&device, device.code(&cloud, 0))).await.unwrap();
}

#[tokio::test]
async fn a_trust_policy_asks_for_a_second_factor() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:AssumeRole", "*"))).await;
    let device = Device::of(&cloud, "alice").await;
    let principal = format!("{{\"AWS\":\"{}\"}}", cloud.account());
    let condition = "{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}";
    let arn = role(&cloud, "r", &trust(&principal, "\"sts:AssumeRole\"", condition)).await;
    let ask = |code: Option<String>| {
        let serial_number = code.as_ref().map(|_| device.serial.clone());
        cloud
            .call_as::<AssumeRole>(alice.clone(), AssumeRoleInput { serial_number, token_code: code, ..assuming(&arn) })
    };
    assert_eq!(refusal(ask(None).await).0, "AccessDenied");
    assert_eq!(refusal(ask(Some(device.code(&cloud, 100))).await), ("AccessDenied".to_owned(), WRONG.to_owned()));
    let held = holder(&cloud, &ask(Some(device.code(&cloud, 0))).await.unwrap().credentials.unwrap());
    // AWS: the session of the role does not tell of it.
    assert!(session(&held).mfa.is_none());
    // A session that proved it before need not again.
    cloud.advance(Duration::from_secs(60)).await;
    let answer = cloud.call_as::<GetSessionToken>(alice.clone(), session_with(&device, device.code(&cloud, 0))).await;
    let proven = holder(&cloud, &answer.unwrap().credentials.unwrap());
    cloud.call_as::<AssumeRole>(proven, assuming(&arn)).await.unwrap();
}

#[tokio::test]
async fn another_users_device_is_none_of_yours() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", None).await;
    user(&cloud, "bob", None).await;
    let device = Device::of(&cloud, "bob").await;
    let refused = refusal(cloud.call_as::<GetSessionToken>(alice, session_with(&device, device.code(&cloud, 0))).await);
    assert!(refused.1.starts_with("MultiFactorAuthentication failed, unable to validate MFA code."), "{}", refused.1);
}
