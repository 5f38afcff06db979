//! What a request names: a bucket by name, or an access point by ARN, which stands for its bucket; and a key in it.

use names::{Arn, Partition};
use service_kit::{Access, Ctx};

/// What the `Bucket` of a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A bucket, or an access point by its alias.
    Bucket(String),
    /// An access point.
    AccessPoint(Arn),
}

impl Aim {
    /// Reads what a request names.
    pub(crate) fn read(bucket: &str) -> Self {
        match bucket.parse::<Arn>() {
            Ok(arn) if arn.resource.starts_with("accesspoint/") => Self::AccessPoint(arn),
            Ok(arn) if arn.service == "s3" && arn.account.is_empty() => Self::Bucket(arn.resource),
            _ => Self::Bucket(bucket.to_owned()),
        }
    }

    /// Its ARN.
    pub(crate) fn arn(&self, partition: Partition) -> String {
        match self {
            Self::Bucket(name) => format!("arn:{}:s3:::{name}", partition.as_str()),
            Self::AccessPoint(arn) => arn.to_string(),
        }
    }

    /// The ARN of an object in it.
    pub(crate) fn object_arn(&self, partition: Partition, key: &str) -> String {
        match self {
            Self::Bucket(name) => format!("arn:{}:s3:::{name}/{key}", partition.as_str()),
            Self::AccessPoint(arn) => format!("{arn}/object/{key}"),
        }
    }

    /// Access to it, or to an object in it, with what every request to an access point tells.
    pub(crate) fn access(&self, ctx: &Ctx, key: Option<&str>) -> Access {
        let partition = ctx.partition();
        let to = Access::to(key.map_or_else(|| self.arn(partition), |key| self.object_arn(partition, key)));
        match self {
            Self::Bucket(_) => to,
            Self::AccessPoint(arn) => to
                .with("s3:DataAccessPointArn", arn.to_string())
                .with("s3:DataAccessPointAccount", arn.account.clone())
                .with("s3:AccessPointNetworkOrigin", "Internet"),
        }
    }
}

/// The bucket, or access point, of an ARN that access was decided on; and the key in it, when it is an object's.
pub(crate) fn of_resource(arn: &str) -> Option<(Aim, Option<String>)> {
    let parsed: Arn = arn.parse().ok()?;
    let Some(point) = parsed.resource.strip_prefix("accesspoint/") else {
        let (bucket, key) = match parsed.resource.split_once('/') {
            Some((bucket, key)) => (bucket, Some(key.to_owned())),
            None => (parsed.resource.as_str(), None),
        };
        return Some((Aim::Bucket(bucket.to_owned()), key));
    };
    let (name, key) = match point.split_once("/object/") {
        Some((name, key)) => (name, Some(key.to_owned())),
        None => (point, None),
    };
    let resource = format!("accesspoint/{name}");
    Some((Aim::AccessPoint(Arn { resource, ..parsed }), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";

    #[test]
    fn names_and_arns_are_read() {
        assert_eq!(Aim::read("b"), Aim::Bucket("b".to_owned()));
        assert_eq!(Aim::read("arn:aws:s3:::b"), Aim::Bucket("b".to_owned()));
        assert_eq!(Aim::read(POINT).arn(Partition::Aws), POINT);
    }

    #[test]
    fn resources_are_read_back() {
        for bucket in ["b", POINT] {
            let aim = Aim::read(bucket);
            assert_eq!(of_resource(&aim.arn(Partition::Aws)), Some((aim.clone(), None)));
            let object = aim.object_arn(Partition::Aws, "a/b:c");
            assert_eq!(of_resource(&object), Some((aim, Some("a/b:c".to_owned()))));
        }
    }
}
