//! Configurations that are kept as they were sent: AWS gives them back word for word, so nothing is translated. What a
//! configuration means is read from it by the module of its kind.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use smithy::Shape;
use store::Record;

use super::Config;

/// A shape of the API that is kept under a kind of its own.
pub(crate) trait Kept: Shape + Default + Clone + Send + Sync + 'static {
    /// As in `cors`. May never change: it is in the key of each record.
    const KIND: &'static str;
}

/// A kept shape.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Document<S>(pub(crate) S);

impl<S: Kept> Serialize for Document<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        let text = String::from_utf8(protocols::json_value::write(&self.0)).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de, S: Kept> Deserialize<'de> for Document<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut shape = S::default();
        protocols::json_value::read(text.as_bytes(), &mut shape).map_err(|error| de::Error::custom(error.0))?;
        Ok(Self(shape))
    }
}

impl<S: Kept> Record for Document<S> {
    const VERSION: u8 = 1;
}

impl<S: Kept> Config for Document<S> {
    const KIND: &'static str = S::KIND;
}

macro_rules! kept {
    ($($shape:ident = $kind:literal),* $(,)?) => {$(
        impl Kept for api_s3::$shape {
            const KIND: &'static str = $kind;
        }
    )*};
}

kept! {
    AbacStatus = "abac",
    AccelerateConfiguration = "accelerate",
    AnalyticsConfiguration = "analytics",
    CORSConfiguration = "cors",
    IntelligentTieringConfiguration = "intelligent-tiering",
    InventoryConfiguration = "inventory",
    LoggingEnabled = "logging",
    MetricsConfiguration = "metrics",
    NotificationConfiguration = "notification",
    ObjectLockConfiguration = "object-lock",
    OwnershipControls = "ownership",
    PublicAccessBlockConfiguration = "public-access-block",
    ReplicationConfiguration = "replication",
    ServerSideEncryptionConfiguration = "encryption",
    Tagging = "tagging",
    WebsiteConfiguration = "website",
    // With what its header said, which the document has no place for.
    GetBucketLifecycleConfigurationOutput = "lifecycle",
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{decode_record, encode_record};

    #[test]
    fn a_document_comes_back_as_it_was_sent() {
        let rule = api_s3::LifecycleRule {
            id: Some("é \"1\"".to_owned()),
            expiration: Some(api_s3::LifecycleExpiration {
                date: Some(names::Timestamp::from_secs(1_672_531_200)),
                ..Default::default()
            }),
            filter: Some(api_s3::LifecycleRuleFilter::default()),
            status: api_s3::ExpirationStatus::Enabled,
            ..Default::default()
        };
        let sent = Document(api_s3::GetBucketLifecycleConfigurationOutput {
            rules: Some(vec![rule]),
            transition_default_minimum_object_size: None,
        });
        let stored = encode_record(&sent).unwrap();
        assert_eq!(
            decode_record::<Document<api_s3::GetBucketLifecycleConfigurationOutput>>("t", &stored).unwrap(),
            sent
        );
    }
}
