//! What an account must have, and how its things are called, for an operation to be understood: who decides must first be
//! told on what.

use api_kms::{CreateAlias, CreateAliasInput, CreateKey, CreateKeyInput, Encrypt, EncryptInput};
use api_s3::{CreateBucket, CreateBucketInput};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use smithy::Member;
use testkit::TestCloud;

/// The things of one account.
#[derive(Default)]
pub(crate) struct Fixtures {
    account: String,
    /// A key of KMS, by ARN.
    key: String,
    /// Something it encrypted, in the letters of Latin 1.
    ciphertext: String,
}

impl Fixtures {
    /// Makes what the operations of a service need.
    pub(crate) async fn of(cloud: &TestCloud, service: &str) -> Self {
        let account = cloud.account().to_string();
        if service == "s3" {
            let input = CreateBucketInput { bucket: format!("likely-{account}"), ..Default::default() };
            cloud.call::<CreateBucket>(input).await.unwrap();
        }
        if service != "kms" {
            return Self { account, ..Self::default() };
        }
        let made = cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap();
        let key = made.arn.unwrap();
        let alias = CreateAliasInput { alias_name: "alias/likely".to_owned(), target_key_id: key.clone() };
        cloud.call::<CreateAlias>(alias).await.unwrap();
        let input = EncryptInput { key_id: key.clone(), plaintext: Bytes::from_static(b"x"), ..Default::default() };
        let sealed = cloud.call::<Encrypt>(input).await.unwrap().ciphertext_blob.unwrap();
        Self { account, key, ciphertext: sealed.iter().map(|byte| char::from(*byte)).collect() }
    }

    /// The value of a member that needs a particular one.
    pub(crate) fn value(&self, service: &str, member: &Member) -> Option<String> {
        let account = &self.account;
        let text = match (service, member.name, member.target.name) {
            ("cloudtrail", "ResourceId" | "Location", _) | ("cloudtrail", "member", "String") => {
                format!("arn:aws:cloudtrail:us-east-1:{account}:trail/likely")
            }
            ("schemas", "SourceArn", _) => format!("arn:aws:events:us-east-1:{account}:event-bus/default"),
            ("dynamodb", "TableName", "TableArn") => "likely".to_owned(),
            ("application-autoscaling", "ResourceARN", _) => {
                format!(
                    "arn:aws:application-autoscaling:us-east-1:{account}:scalable-target/0ec51111111111111111111111111111"
                )
            }
            ("application-autoscaling", "ResourceId", _) => "table/likely".to_owned(),
            ("dynamodb", "ExportArn", _) => {
                format!("arn:aws:dynamodb:us-east-1:{account}:table/likely/export/01489602797149-73d8d5bc")
            }
            ("dynamodb", "ImportArn", _) => {
                format!("arn:aws:dynamodb:us-east-1:{account}:table/likely/import/01489602797149-73d8d5bc")
            }
            ("dynamodb", "TableArn", _) => format!("arn:aws:dynamodb:us-east-1:{account}:table/likely"),
            ("dynamodb", "StreamArn", _) => format!("arn:aws:kinesis:us-east-1:{account}:stream/likely"),
            ("dynamodb", "BackupArn", _) => {
                format!("arn:aws:dynamodb:us-east-1:{account}:table/likely/backup/01489602797149-73d8d5bc")
            }
            ("dynamodb", "SourceTableName", _) => "likely".to_owned(),
            ("dynamodb", "Statement", _) => "SELECT * FROM \"likely\" WHERE a = 'x'".to_owned(),
            ("dynamodb", "ResourceArn", _) => format!("arn:aws:dynamodb:us-east-1:{account}:table/likely"),
            ("iam", "PolicyArn", _) => format!("arn:aws:iam::{account}:policy/likely"),
            ("iam", "SAMLProviderArn", _) => format!("arn:aws:iam::{account}:saml-provider/likely"),
            ("iam", "OpenIDConnectProviderArn", _) => format!("arn:aws:iam::{account}:oidc-provider/likely.example"),
            ("iam", "SerialNumber", _) => format!("arn:aws:iam::{account}:mfa/likely"),
            ("iam", "Arn" | "PolicySourceArn", _) => format!("arn:aws:iam::{account}:user/walker"),
            ("kinesis", "StreamARN" | "ResourceARN", _) => format!("arn:aws:kinesis:us-east-1:{account}:stream/likely"),
            ("kinesis", "ConsumerARN", _) => {
                format!("arn:aws:kinesis:us-east-1:{account}:stream/likely/consumer/likely:1")
            }
            ("kms", "KeyId" | "TargetKeyId" | "DestinationKeyId", _) => self.key.clone(),
            ("kms", "CiphertextBlob", _) => self.ciphertext.clone(),
            ("kms", "AliasName", _) => "alias/likely".to_owned(),
            ("kms", "GrantId", _) => "0".repeat(64),
            ("lambda", "Resource", _) => format!("arn:aws:lambda:us-east-1:{account}:function:likely"),
            ("logs", "logGroupName", _) => "likely".to_owned(),
            ("logs", "resourceArn", _) | ("logs", "member", "LogGroupIdentifier") => {
                format!("arn:aws:logs:us-east-1:{account}:log-group:likely")
            }
            ("organizations", "ResourceId", _) | ("organizations", _, "PolicyTargetId") => "111122223333".to_owned(),
            ("organizations", _, "AccountId" | "ChildId" | "TaggableResourceId") => "111122223333".to_owned(),
            ("organizations", _, "Email") => "likely@example.com".to_owned(),
            ("organizations", _, "RootId" | "ParentId") => "r-ab12".to_owned(),
            ("organizations", _, "OrganizationalUnitId") => "ou-ab12-11111111".to_owned(),
            ("organizations", _, "PolicyId") => "p-1234567890".to_owned(),
            ("organizations", _, "HandshakeId") => "h-1234567890".to_owned(),
            ("organizations", _, "ResponsibilityTransferId") => "rt-1234567890".to_owned(),
            ("organizations", _, "CreateAccountRequestId") => "car-1234567890".to_owned(),
            ("pipes", _, "PipeArn") => format!("arn:aws:pipes:us-east-1:{account}:pipe/likely"),
            ("pipes", "Source" | "Target", _) => format!("arn:aws:sqs:us-east-1:{account}:q"),
            ("s3", "Bucket", _) => format!("likely-{account}"),
            ("s3", "Role", _) => format!("arn:aws:iam::{account}:role/likely"),
            ("s3", "CopySource", _) => format!("likely-{account}/likely"),
            ("s3", "ExpectedBucketOwner" | "ExpectedSourceBucketOwner", _) => account.clone(),
            ("s3control", "AccountId", _) => account.clone(),
            ("s3control", "RoleArn", _) => format!("arn:aws:iam::{account}:role/likely"),
            ("s3control", "ResourceArn", _) => format!("arn:aws:s3:us-east-1:{account}:accesspoint/likely"),
            ("sns", "SubscriptionArn", _) => {
                format!("arn:aws:sns:us-east-1:{account}:likely:11111111-1111-1111-1111-111111111111")
            }
            ("sns", "TopicArn" | "TargetArn" | "ResourceArn", _) => format!("arn:aws:sns:us-east-1:{account}:likely"),
            ("sns", "PlatformApplicationArn", _) => format!("arn:aws:sns:us-east-1:{account}:app/GCM/likely"),
            ("sns", "EndpointArn", _) => {
                format!("arn:aws:sns:us-east-1:{account}:endpoint/GCM/likely/11111111-1111-1111-1111-111111111111")
            }
            ("sqs", "QueueUrl", _) => format!("http://localhost:4566/{account}/q"),
            ("sqs", "SourceArn", _) => format!("arn:aws:sqs:us-east-1:{account}:q"),
            ("sqs", "TaskHandle", _) => {
                let source = format!("arn:aws:sqs:us-east-1:{account}:q");
                STANDARD.encode(format!(r#"{{"taskId": "likely", "sourceArn": "{source}"}}"#))
            }
            ("sts", "arn", _) => "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials".to_owned(),
            ("sts", "TargetPrincipal", _) => "111122223333".to_owned(),
            _ => return None,
        };
        Some(text)
    }
}
