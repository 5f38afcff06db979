//! What an ARN is to CloudTrail: the type and the name under which events about it are found.

/// `AWS::SQS::Queue` and `orders` for a queue's ARN; none for patterns and for kinds nobody looks for.
pub(crate) fn named(arn: &str) -> Option<(&'static str, String)> {
    if arn.contains('*') {
        return None;
    }
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, _, _, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (kind, name) = rest.split_once(['/', ':']).unwrap_or(("", rest));
    let found = kind_of(service, kind, rest)?;
    let name = match service {
        // Keys have no name of their own.
        "kms" if kind == "key" => arn,
        "iam" => rest.rsplit('/').next()?,
        "s3" | "secretsmanager" => {
            if kind.is_empty() || service == "s3" {
                rest
            } else {
                name
            }
        }
        _ => name,
    };
    (!name.is_empty()).then(|| (found, name.to_owned()))
}

fn kind_of(service: &str, kind: &str, rest: &str) -> Option<&'static str> {
    Some(match (service, kind) {
        ("cloudtrail", "channel") => "AWS::CloudTrail::Channel",
        ("cloudtrail", "eventdatastore") => "AWS::CloudTrail::EventDataStore",
        ("cloudtrail", "trail") => "AWS::CloudTrail::Trail",
        ("dynamodb", "table") => "AWS::DynamoDB::Table",
        ("ec2", "instance") => "AWS::EC2::Instance",
        ("ec2", "security-group") => "AWS::EC2::SecurityGroup",
        ("events", "rule") => "AWS::Events::Rule",
        ("iam", "group") => "AWS::IAM::Group",
        ("iam", "instance-profile") => "AWS::IAM::InstanceProfile",
        ("iam", "mfa") => "AWS::IAM::MfaDevice",
        ("iam", "oidc-provider") => "AWS::IAM::OidcProvider",
        ("iam", "policy") => "AWS::IAM::Policy",
        ("iam", "role") => "AWS::IAM::Role",
        ("iam", "saml-provider") => "AWS::IAM::SamlProvider",
        ("iam", "server-certificate") => "AWS::IAM::ServerCertificate",
        ("iam", "user") => "AWS::IAM::User",
        ("kinesis", "stream") => "AWS::Kinesis::Stream",
        ("kms", "alias") => "AWS::KMS::Alias",
        ("kms", "key") => "AWS::KMS::Key",
        ("lambda", "function") => "AWS::Lambda::Function",
        ("logs", "log-group") => "AWS::Logs::LogGroup",
        ("organizations", "account") => "AWS::Organizations::Account",
        ("organizations", "organization") => "AWS::Organizations::Organization",
        ("organizations", "ou") => "AWS::Organizations::OrganizationalUnit",
        ("organizations", "policy") => "AWS::Organizations::Policy",
        ("s3", _) if rest.contains('/') => "AWS::S3::Object",
        ("s3", _) => "AWS::S3::Bucket",
        ("secretsmanager", "secret") => "AWS::SecretsManager::Secret",
        ("sns", _) => "AWS::SNS::Topic",
        ("sqs", _) => "AWS::SQS::Queue",
        ("states", "stateMachine") => "AWS::StepFunctions::StateMachine",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_have_types_and_names() {
        for (arn, expected) in [
            ("arn:aws:sqs:us-east-1:000000000000:q", Some(("AWS::SQS::Queue", "q"))),
            ("arn:aws:iam::000000000000:user/path/alice", Some(("AWS::IAM::User", "alice"))),
            ("arn:aws:iam::000000000000:role/r", Some(("AWS::IAM::Role", "r"))),
            (
                "arn:aws:kms:us-east-1:000000000000:key/1",
                Some(("AWS::KMS::Key", "arn:aws:kms:us-east-1:000000000000:key/1")),
            ),
            ("arn:aws:s3:::bucket", Some(("AWS::S3::Bucket", "bucket"))),
            ("arn:aws:s3:::bucket/a/b", Some(("AWS::S3::Object", "bucket/a/b"))),
            ("arn:aws:cloudtrail:us-east-1:000000000000:trail/t", Some(("AWS::CloudTrail::Trail", "t"))),
            ("arn:aws:kms:us-east-1:000000000000:key/*", None),
            ("arn:aws:nothing:us-east-1:000000000000:x/y", None),
            ("arn", None),
            ("", None),
        ] {
            assert_eq!(named(arn), expected.map(|(kind, name)| (kind, name.to_owned())), "{arn}");
        }
    }
}
