//! Rule 4, and what a host says otherwise: `[prefix.]{endpoint}[-fips][.dualstack].{region}.{domain}`.
//!
//! Labels are compared whole. Matching names of services anywhere inside a host would send `x.iot.example.com` to IoT.

use api_catalog::ServiceEntry;

/// Domains whose first labels are ours to read: AWS's own, and the names under which a local cloud is reached.
const DOMAINS: [&str; 6] =
    ["amazonaws.com", "amazonaws.com.cn", "api.aws", "localhost", "localhost.localstack.cloud", "nephele.localhost"];

/// A host, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostParts<'a> {
    /// The labels before the domain, outermost first.
    labels: Vec<&'a str>,
}

impl<'a> HostParts<'a> {
    /// Takes a lower-case host without port apart; no labels when its domain is not ours.
    pub fn read(host: &'a str) -> Self {
        let before = DOMAINS.iter().filter_map(|domain| host.strip_suffix(domain)).min_by_key(|rest| rest.len());
        let labels = before.and_then(|rest| rest.strip_suffix('.')).map(|rest| rest.split('.').collect());
        Self { labels: labels.unwrap_or_default() }
    }

    /// The region label, when there is one: the last label with a region's shape.
    pub fn region(&self) -> Option<&'a str> {
        self.labels.iter().rev().copied().find(|label| has_region_shape(label))
    }

    /// The endpoint prefix of the service named, when one is.
    pub fn endpoint_prefix(&self) -> Option<&'static str> {
        self.services().first().map(|service| service.schema.endpoint_prefix)
    }

    /// The services whose endpoint this host names. A single first label that is also a service, like `s3.localhost`, counts.
    pub fn services(&self) -> Vec<&'static ServiceEntry> {
        let labels: Vec<_> =
            self.labels.iter().copied().filter(|l| *l != "dualstack" && !has_region_shape(l)).collect();
        (0..labels.len()).map(|from| endpoint_of(&labels[from..].join("."))).find(|s| !s.is_empty()).unwrap_or_default()
    }

    /// What stands before `s3`, `s3-region` or our bare domain: the bucket of a virtual-hosted request.
    pub fn bucket(&self) -> Option<String> {
        let at = self.labels.iter().position(|l| *l == "s3" || l.strip_prefix("s3-").is_some_and(has_region_shape))?;
        (at > 0).then(|| self.labels[..at].join("."))
    }
}

/// The services with this endpoint prefix; `-fips` does not matter.
fn endpoint_of(prefix: &str) -> Vec<&'static ServiceEntry> {
    let prefix = prefix.strip_suffix("-fips").unwrap_or(prefix);
    let legacy = if prefix == "queue" { "sqs" } else { prefix };
    api_catalog::SERVICES.iter().filter(|service| service.schema.endpoint_prefix == legacy).collect()
}

/// `eu-central-1`, `us-gov-west-1`: letters, a direction, a number.
fn has_region_shape(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    let words: Vec<_> = parts.collect();
    number
        && (2..=3).contains(&words.len())
        && words.iter().all(|w| w.len() >= 2 && w.bytes().all(|b| b.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(host: &str) -> Vec<&'static str> {
        HostParts::read(host).services().iter().map(|s| s.schema.id).collect()
    }

    #[test]
    fn endpoints() {
        for (host, id) in [
            ("sqs.us-east-1.amazonaws.com", "sqs"),
            ("sqs-fips.us-gov-west-1.amazonaws.com", "sqs"),
            ("eu-west-1.queue.amazonaws.com", "sqs"),
            ("queue.amazonaws.com", "sqs"),
            ("sqs.eu-west-1.localhost", "sqs"),
            ("monitoring.eu-west-1.amazonaws.com", "cloudwatch"),
            ("streams.dynamodb.eu-west-1.amazonaws.com", "dynamodbstreams"),
            ("api.ecr.eu-west-1.amazonaws.com", "ecr"),
            ("bucket.s3.eu-west-1.amazonaws.com", "s3"),
            ("sync-states.eu-west-1.amazonaws.com", ""),
            ("iam.amazonaws.com", "iam"),
            ("sqs.localhost.localstack.cloud", "sqs"),
        ] {
            assert_eq!(ids(host).first().copied().unwrap_or_default(), id, "{host}");
        }
    }

    #[test]
    fn customers_hosts_are_no_services() {
        for host in ["localhost", "127.0.0.1", "x.iot.example.com", "sqs.example.com", "notsqs.us-east-1.amazonaws.com"]
        {
            assert!(ids(host).is_empty(), "{host}");
        }
    }

    #[test]
    fn regions_and_buckets() {
        assert_eq!(HostParts::read("sqs.eu-central-1.amazonaws.com").region(), Some("eu-central-1"));
        assert_eq!(HostParts::read("sqs.localhost").region(), None);
        assert_eq!(HostParts::read("a.b.s3.eu-west-1.amazonaws.com").bucket(), Some("a.b".to_owned()));
        assert_eq!(HostParts::read("my-bucket.s3.localhost").bucket(), Some("my-bucket".to_owned()));
        assert_eq!(HostParts::read("s3.localhost").bucket(), None);
    }
}
