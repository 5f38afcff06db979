//! Second factors: made, enabled by two codes in a row, checked once a code, taken back.

use std::time::Duration;

use api_iam::*;
use aws_lc_rs::hmac;
use names::Timestamp;
use testkit::TestCloud;

use crate::cloud::*;

/// A device as its user holds it: the seed as typed in.
struct Shown {
    serial: String,
    seed: Vec<u8>,
}

impl Shown {
    /// Six digits, as RFC 6238 says.
    fn code(&self, at: Timestamp) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let tag = hmac::sign(&key, &(at.secs() / 30).to_be_bytes());
        let start = usize::from(tag.as_ref()[19] & 15);
        let word = u32::from_be_bytes(tag.as_ref()[start..start + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// The code before the one of now, and that.
    fn pair(&self, cloud: &TestCloud) -> (String, String) {
        let now = cloud.runtime().clock.now();
        (self.code(now.minus(Duration::from_secs(30))), self.code(now))
    }
}

fn unbase32(text: &str) -> Vec<u8> {
    let digit = |c: u8| u64::from(if c.is_ascii_uppercase() { c - b'A' } else { c - b'2' + 26 });
    let group = |eight: &[u8]| eight.iter().fold(0, |all, c| (all << 5) | digit(*c)).to_be_bytes()[3..].to_vec();
    text.as_bytes().chunks(8).flat_map(group).collect()
}

async fn device(cloud: &TestCloud, name: &str) -> Shown {
    let input = CreateVirtualMFADeviceInput { virtual_mfa_device_name: name.into(), ..Default::default() };
    let made = cloud.call::<CreateVirtualMFADevice>(input).await.unwrap().virtual_mfa_device;
    let seed = String::from_utf8(made.base32_string_seed.unwrap().to_vec()).unwrap();
    assert_eq!(seed.len(), 64);
    assert!(made.qr_code_png.unwrap().starts_with(b"\x89PNG"));
    Shown { serial: made.serial_number, seed: unbase32(&seed) }
}

fn enabling(user: &str, serial: &str, codes: (String, String)) -> EnableMFADeviceInput {
    EnableMFADeviceInput {
        user_name: user.into(),
        serial_number: serial.into(),
        authentication_code1: codes.0,
        authentication_code2: codes.1,
    }
}

async fn check(cloud: &TestCloud, user: &str, device: &Shown, code: &str) -> bool {
    let principals = cloud.cloud().principals().unwrap();
    principals.check_mfa(cloud.cloud(), cloud.account(), user, &device.serial, code).await.unwrap()
}

const WRONG: (&str, &str) = ("InvalidAuthenticationCode", "Authentication code for device is not valid.");

#[tokio::test]
async fn create_virtual_mfa_device_enable_deactivate_delete() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    let phone = device(&cloud, "phone").await;
    assert_eq!(phone.serial, "arn:aws:iam::000000000000:mfa/phone");
    let again = CreateVirtualMFADeviceInput { virtual_mfa_device_name: "phone".into(), ..Default::default() };
    let (code, text) = refusal::<CreateVirtualMFADevice>(&cloud, again).await;
    let expected = "MFADevice entity at the same path and name already exists.";
    assert_eq!((&*code, &*text), ("EntityAlreadyExists", expected));
    let (first, second) = phone.pair(&cloud);
    for codes in
        [(second.clone(), first.clone()), (second.clone(), second.clone()), (first.clone(), "000000".to_owned())]
    {
        let (code, text) = refusal::<EnableMFADevice>(&cloud, enabling("ann", &phone.serial, codes)).await;
        assert_eq!((&*code, &*text), WRONG);
    }
    cloud.call::<EnableMFADevice>(enabling("ann", &phone.serial, (first, second))).await.unwrap();
    let list = ListMFADevicesInput { user_name: Some("ann".into()), ..Default::default() };
    let listed = cloud.call::<ListMFADevices>(list).await.unwrap().mfa_devices;
    assert_eq!((&*listed[0].user_name, &listed[0].serial_number), ("ann", &phone.serial));
    let get = GetMFADeviceInput { serial_number: phone.serial.clone(), user_name: Some("ann".into()) };
    assert_eq!(cloud.call::<GetMFADevice>(get).await.unwrap().enable_date, Some(listed[0].enable_date));
    let delete = || DeleteVirtualMFADeviceInput { serial_number: phone.serial.clone() };
    let (code, text) = refusal::<DeleteVirtualMFADevice>(&cloud, delete()).await;
    assert_eq!((&*code, &*text), ("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first."));
    let (code, text) = refusal::<DeleteUser>(&cloud, DeleteUserInput { user_name: "ann".into() }).await;
    assert_eq!((&*code, &*text), ("DeleteConflict", "Cannot delete entity, must delete MFA device first."));
    let off = || DeactivateMFADeviceInput { user_name: Some("ann".into()), serial_number: phone.serial.clone() };
    cloud.call::<DeactivateMFADevice>(off()).await.unwrap();
    assert_eq!(refusal::<DeactivateMFADevice>(&cloud, off()).await.0, "NoSuchEntity");
    cloud.advance(Duration::from_secs(60)).await;
    assert!(!check(&cloud, &ann.user_id, &phone, &phone.pair(&cloud).1).await, "it is nobody's any more");
    cloud.call::<DeleteVirtualMFADevice>(delete()).await.unwrap();
    let (code, text) = refusal::<DeleteVirtualMFADevice>(&cloud, delete()).await;
    let expected = format!("VirtualMFADevice with serial number {} doesn't exist.", phone.serial);
    assert_eq!((&*code, text), ("NoSuchEntity", expected));
}

#[tokio::test]
async fn a_code_counts_once_and_for_its_user_alone() {
    let cloud = cloud();
    let (ann, bob) = (user(&cloud, "ann").await, user(&cloud, "bob").await);
    let phone = device(&cloud, "phone").await;
    cloud.call::<EnableMFADevice>(enabling("ann", &phone.serial, phone.pair(&cloud))).await.unwrap();
    assert!(!check(&cloud, &ann.user_id, &phone, &phone.pair(&cloud).1).await, "spent when it was enabled");
    cloud.advance(Duration::from_secs(30)).await;
    let code = phone.pair(&cloud).1;
    assert!(!check(&cloud, &bob.user_id, &phone, &code).await);
    assert!(!check(&cloud, &ann.user_id, &phone, "12345").await);
    assert!(check(&cloud, &ann.user_id, &phone, &code).await);
    assert!(!check(&cloud, &ann.user_id, &phone, &code).await, "replayed");
    cloud.advance(Duration::from_secs(30)).await;
    let code = phone.pair(&cloud).1;
    let (one, two) =
        tokio::join!(check(&cloud, &ann.user_id, &phone, &code), check(&cloud, &ann.user_id, &phone, &code));
    assert!(one != two, "of two at once one counts");
    let (code, _) = refusal::<EnableMFADevice>(&cloud, enabling("bob", &phone.serial, phone.pair(&cloud))).await;
    assert_eq!(code, "EntityAlreadyExists", "it is Ann's");
}

#[tokio::test]
async fn resync_mfa_device_follows_a_wrong_clock() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    let phone = device(&cloud, "phone").await;
    cloud.call::<EnableMFADevice>(enabling("ann", &phone.serial, phone.pair(&cloud))).await.unwrap();
    let late = |cloud: &TestCloud| cloud.runtime().clock.now().plus(Duration::from_secs(270));
    cloud.advance(Duration::from_secs(60)).await;
    assert!(!check(&cloud, &ann.user_id, &phone, &phone.code(late(&cloud))).await, "four minutes ahead");
    let resync = |codes: (String, String)| ResyncMFADeviceInput {
        user_name: "ann".into(),
        serial_number: phone.serial.clone(),
        authentication_code1: codes.0,
        authentication_code2: codes.1,
    };
    let before = late(&cloud).minus(Duration::from_secs(30));
    let codes = (phone.code(before), phone.code(late(&cloud)));
    cloud.call::<ResyncMFADevice>(resync(codes.clone())).await.unwrap();
    let (code, text) = refusal::<ResyncMFADevice>(&cloud, resync(codes)).await;
    assert_eq!((&*code, &*text), WRONG, "replayed");
    cloud.advance(Duration::from_secs(30)).await;
    assert!(check(&cloud, &ann.user_id, &phone, &phone.code(late(&cloud))).await);
}

#[tokio::test]
async fn root_has_devices_too() {
    let cloud = cloud();
    let key = device(&cloud, "root-account-mfa-device").await;
    let number = cloud.account().to_string();
    cloud.call::<EnableMFADevice>(enabling(&number, &key.serial, key.pair(&cloud))).await.unwrap();
    let devices = cloud.call::<ListVirtualMFADevices>(ListVirtualMFADevicesInput::default()).await.unwrap();
    let holder = devices.virtual_mfa_devices[0].user.as_ref().unwrap();
    assert_eq!((&*holder.arn, &holder.user_name), ("arn:aws:iam::000000000000:root", &None));
    cloud.advance(Duration::from_secs(30)).await;
    assert!(check(&cloud, &number, &key, &key.pair(&cloud).1).await);
    let summary = cloud.call::<GetAccountSummary>(GetAccountSummaryInput {}).await.unwrap().summary_map.unwrap();
    let numbers: Vec<_> =
        summary.iter().filter(|(key, _)| format!("{key:?}").contains("MFA")).map(|(_, n)| *n).collect();
    assert_eq!(numbers, [1, 1, 1], "AccountMFAEnabled, MFADevices, MFADevicesInUse");
    let off = DeactivateMFADeviceInput { user_name: None, serial_number: key.serial };
    cloud.call::<DeactivateMFADevice>(off).await.unwrap();
}

#[tokio::test]
async fn list_virtual_mfa_devices_by_assignment_and_tag_mfa_device() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    let (one, two) = (device(&cloud, "one").await, device(&cloud, "two").await);
    cloud.call::<EnableMFADevice>(enabling("ann", &one.serial, one.pair(&cloud))).await.unwrap();
    let list = async |assignment_status| {
        let input = ListVirtualMFADevicesInput { assignment_status, ..Default::default() };
        let found = cloud.call::<ListVirtualMFADevices>(input).await.unwrap().virtual_mfa_devices;
        found.into_iter().map(|device| device.serial_number).collect::<Vec<_>>()
    };
    assert_eq!(list(None).await, [one.serial.clone(), two.serial.clone()]);
    assert_eq!(list(Some(AssignmentStatusType::Assigned)).await, std::slice::from_ref(&one.serial));
    assert_eq!(list(Some(AssignmentStatusType::Unassigned)).await, std::slice::from_ref(&two.serial));
    let tags = vec![Tag { key: "a".into(), value: "b".into() }, Tag { key: "c".into(), value: "d".into() }];
    cloud.call::<TagMFADevice>(TagMFADeviceInput { serial_number: two.serial.clone(), tags }).await.unwrap();
    let untag = UntagMFADeviceInput { serial_number: two.serial.clone(), tag_keys: vec!["A".into()] };
    cloud.call::<UntagMFADevice>(untag).await.unwrap();
    let input = ListMFADeviceTagsInput { serial_number: two.serial.clone(), ..Default::default() };
    let left = cloud.call::<ListMFADeviceTags>(input).await.unwrap().tags;
    assert_eq!(left, [Tag { key: "c".into(), value: "d".into() }]);
}
