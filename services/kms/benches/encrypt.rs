//! What a call costs that uses a key: typed calls in process take the road from authorisation on. Prints microseconds a
//! call, one after the other on one thread: `cargo bench -p svc-kms --bench encrypt`.
//!
//! DescribeKey is the road, its authorisation and the reading of the key, without cryptography.

use std::time::Instant;

use api_kms::{
    CreateKey, CreateKeyInput, DataKeySpec, Decrypt, DecryptInput, DescribeKey, DescribeKeyInput, Encrypt,
    EncryptInput, GenerateDataKey, GenerateDataKeyInput, GenerateMac, GenerateMacInput, KeySpec, KeyUsageType,
    MacAlgorithmSpec, Sign, SignInput, SigningAlgorithmSpec,
};
use bytes::Bytes;
use smithy::Operation;
use testkit::TestCloud;

const CALLS: u32 = 20_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cloud = TestCloud::new(|parts| vec![svc_kms::service(parts)]);
    let key_id = key(&cloud, None, None).await;
    let mac = key(&cloud, Some(KeySpec::Hmac256), Some(KeyUsageType::GenerateVerifyMac)).await;
    let pair = key(&cloud, Some(KeySpec::EccNistP256), Some(KeyUsageType::SignVerify)).await;
    let message = Bytes::from(vec![7; 256]);
    let encrypt = EncryptInput { key_id: key_id.clone(), plaintext: message.clone(), ..Default::default() };
    let sealed = cloud.call::<Encrypt>(encrypt.clone()).await.expect("a ciphertext").ciphertext_blob;
    measure::<DescribeKey>(&cloud, DescribeKeyInput { key_id: key_id.clone(), ..Default::default() }).await;
    measure::<Encrypt>(&cloud, encrypt).await;
    measure::<Decrypt>(&cloud, DecryptInput { ciphertext_blob: sealed, ..Default::default() }).await;
    let input = GenerateDataKeyInput { key_id, key_spec: Some(DataKeySpec::Aes256), ..Default::default() };
    measure::<GenerateDataKey>(&cloud, input).await;
    let mac_algorithm = MacAlgorithmSpec::HmacSha256;
    let input = GenerateMacInput { key_id: mac, message: message.clone(), mac_algorithm, ..Default::default() };
    measure::<GenerateMac>(&cloud, input).await;
    let signing_algorithm = SigningAlgorithmSpec::EcdsaSha256;
    measure::<Sign>(&cloud, SignInput { key_id: pair, message, signing_algorithm, ..Default::default() }).await;
}

async fn key(cloud: &TestCloud, key_spec: Option<KeySpec>, key_usage: Option<KeyUsageType>) -> String {
    let input = CreateKeyInput { key_spec, key_usage, ..Default::default() };
    cloud.call::<CreateKey>(input).await.expect("a key").key_metadata.expect("its metadata").key_id
}

async fn measure<O: Operation<Input: Clone>>(cloud: &TestCloud, input: O::Input) {
    for _ in 0..CALLS / 10 {
        let _ = cloud.call::<O>(input.clone()).await;
    }
    let start = Instant::now();
    for _ in 0..CALLS {
        cloud.call::<O>(input.clone()).await.unwrap_or_else(|error| panic!("{error}"));
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS);
    println!("{:16} {micros:6.2} µs", O::SCHEMA.name);
}
