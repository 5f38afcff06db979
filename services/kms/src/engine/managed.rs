//! Keys that AWS's services use in an account, `alias/aws/…`: they come to be when they are first named, their policies
//! bind them to their service, and the account can only look at them. Source: "AWS managed keys" in the developer guide.

use names::{Partition, Tags};
use serde_json::json;

use super::ciphertext::uuid;
use super::create::NewKey;
use super::home::{Home, Place};
use super::refusal::Refusal;
use super::spec::{Spec, Usage};
use super::{Engine, Key, hex, read, write};
use crate::limits;
use crate::store::{ALIASES, AliasRecord, KeyRecord};

/// Services with a key of their own in each account and region: the ends of their aliases.
const SERVICES: [&str; 30] = [
    "acm",
    "aoss",
    "backup",
    "cloudtrail",
    "codecommit",
    "connect",
    "dms",
    "dynamodb",
    "ebs",
    "elasticfilesystem",
    "es",
    "fsx",
    "glacier",
    "glue",
    "kinesis",
    "kinesisvideo",
    "lambda",
    "lightsail",
    "mq",
    "rds",
    "redshift",
    "s3",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "workmail",
    "workspaces",
    "xray",
];

/// The service of an alias such as `alias/aws/sqs`.
pub(crate) fn service(alias: &str) -> Option<&'static str> {
    let name = alias.strip_prefix("alias/aws/")?;
    SERVICES.into_iter().find(|service| *service == name)
}

impl Engine {
    /// Where a service's key is, whether it is there yet or not.
    pub(crate) fn managed_home(&self, place: &Place, service: &str) -> Home {
        let named = format!("{}/{}/{service}", place.account, place.region);
        let code = self.safe().vault().mac("kms/managed-key").code(named.as_bytes());
        let mut digits = hex(&code[..16]);
        digits.replace_range(12..13, "4");
        digits.replace_range(16..17, "a");
        place.key(&uuid(&digits))
    }

    /// The service whose key is, or would be, there.
    pub(crate) fn managed_service(&self, home: &Home) -> Option<&'static str> {
        SERVICES.into_iter().find(|service| self.managed_home(&home.place(), service) == *home)
    }

    /// The key of a service, made if need be.
    pub(super) async fn managed_key(&self, place: &Place, alias: &str) -> Result<Key, Refusal> {
        let service = service(alias).ok_or_else(|| Refusal::NoSuchAlias(place.alias_arn(alias)))?;
        let home = self.managed_home(place, service);
        let new = NewKey {
            spec: Spec::SymmetricDefault,
            usage: Usage::EncryptDecrypt,
            external: false,
            multi_region: false,
            description: format!("Default key that protects my {} when no other key is defined", protected(service)),
            tags: Tags::new(),
            policy: policy(&home, service),
        };
        let secret = self.make(new.spec).await;
        let record = KeyRecord { managed_by: Some(service.to_owned()), ..self.record(&new, true) };
        let key = self.place(home, record, Some(secret), &new.policy).await?;
        self.name_managed(&key.home, alias).await
    }

    async fn name_managed(&self, home: &Home, alias: &str) -> Result<Key, Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                if key.record.aliases.insert(alias.to_owned()) {
                    let record = AliasRecord { key: home.id.clone(), created: now, updated: now };
                    ALIASES.put(&tx, &home.scope(), &alias, &record)?;
                    // AWS rotates the keys that it manages every year.
                    self.plan(&tx, &mut key, limits::ROTATION_DAYS, now).await?;
                    write(&tx, &key)?;
                }
                Ok(key)
            })
            .await
    }
}

/// The policy of a service's key: everyone in the account may use it, through that service.
pub(crate) fn policy(home: &Home, service: &str) -> String {
    let (account, region) = (home.account, &home.region);
    let partition: Partition = region.partition();
    let suffix = if partition == Partition::China { "amazonaws.com.cn" } else { "amazonaws.com" };
    let through = json!({
        "Sid": format!("Allow access through {service} for all principals in the account that are authorized to use {service}"),
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"
        ],
        "Resource": "*",
        "Condition": {"StringEquals": {
            "kms:CallerAccount": account.to_string(),
            "kms:ViaService": format!("{service}.{region}.{suffix}")
        }}
    });
    let look = json!({
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:{}:iam::{account}:root", partition.as_str())},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        "Resource": "*"
    });
    json!({"Version": "2012-10-17", "Id": format!("auto-{service}-2"), "Statement": [through, look]}).to_string()
}

fn protected(service: &str) -> &str {
    match service {
        "acm" => "ACM private keys",
        "dynamodb" => "DynamoDB data",
        "ebs" => "EBS volumes",
        "elasticfilesystem" => "EFS filesystems",
        "lambda" => "Lambda environment variables",
        "rds" => "RDS database volumes",
        "s3" => "S3 objects",
        "secretsmanager" => "Secrets Manager data",
        "sns" => "SNS data",
        "sqs" => "SQS messages",
        "ssm" => "SSM parameters",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_of_services() {
        assert_eq!(service("alias/aws/sqs"), Some("sqs"));
        for alias in ["alias/aws/nothing", "alias/aws/", "alias/sqs", "alias/aws"] {
            assert_eq!(service(alias), None, "{alias}");
        }
        assert!(SERVICES.is_sorted());
    }
}
