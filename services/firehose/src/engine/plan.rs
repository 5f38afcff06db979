//! What is done with the records of a delivery stream, read from its destination's configuration. Pure.

use std::time::Duration;

use serde_json::Value;

use super::prefix::Template;
use crate::limits;

/// All that the configuration of a destination asks for.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Records are gathered until there are so many bytes,
    pub gather_bytes: u64,
    /// or for so long.
    pub gather_time: Duration,
    /// What is done with records before they are delivered, in order.
    pub steps: Vec<Step>,
    /// Whether objects are parted by what is in the records.
    pub partitioned: bool,
    /// The bucket: the destination, or what is kept of records for another.
    pub bucket: Bucket,
    /// Where every record as it came is kept besides.
    pub backup: Option<Bucket>,
    /// The endpoint, when the destination is one.
    pub endpoint: Option<Endpoint>,
    /// Whether an endpoint's records are all kept in the bucket, not only those that failed.
    pub keep_all: bool,
}

/// What is done with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A line ends after it.
    Delimit(String),
    /// It is several JSON documents.
    SplitJson,
    /// It is several records between delimiters, which are in base64.
    SplitAt(Vec<u8>),
    /// It is compressed with gzip.
    Decompress,
    /// It is what CloudWatch Logs sends: only the messages are wanted.
    Messages,
    /// Keys of partitions are read from it.
    Extract(String),
    /// A function transforms it.
    Transform {
        /// The function.
        function: String,
        /// Further attempts.
        retries: u32,
    },
}

/// A place in S3.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// The role that writes.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Where objects lie.
    pub prefix: Template,
    /// Where what failed lies.
    pub errors: Option<Template>,
    /// How objects are compressed.
    pub compression: Compression,
    /// What keys end with, when something is said.
    pub extension: Option<String>,
    /// The time zone of keys.
    pub zone: String,
    /// The key of KMS that objects are encrypted with.
    pub key: Option<String>,
}

/// How objects are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// A ZIP archive of one file.
    Zip,
    /// Snappy's frames.
    Snappy,
    /// Snappy's blocks as Hadoop has them.
    HadoopSnappy,
}

/// An endpoint that speaks HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// Its address.
    pub url: String,
    /// How it is spoken to.
    pub manner: Manner,
    /// How long it is tried again.
    pub retry: Duration,
}

/// How an endpoint is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As AWS documents for HTTP endpoints.
    Http {
        /// What the endpoint knows us by.
        access_key: Option<String>,
        /// Whether bodies are compressed.
        gzip: bool,
        /// Attributes of every request, by name.
        attributes: Vec<(String, String)>,
    },
    /// As Splunk's HTTP event collector wants it.
    Splunk {
        /// What Splunk knows us by.
        token: String,
        /// Whether records are events already.
        events: bool,
        /// How long Splunk may take to acknowledge.
        patience: Duration,
    },
}

impl Plan {
    /// Reads the configuration of a destination of a kind. None when it lacks what the model says it has.
    pub(crate) fn read(kind: &str, config: &Value) -> Option<Self> {
        let s3 = matches!(kind, "S3" | "ExtendedS3");
        let bucket = bucket(if s3 { config } else { &config["S3Configuration"] })?;
        let (mib, seconds) =
            if s3 { (limits::S3_MIB, limits::S3_SECONDS) } else { (limits::ENDPOINT_MIB, limits::ENDPOINT_SECONDS) };
        let hints = &config["BufferingHints"];
        let mode = config["S3BackupMode"].as_str().unwrap_or_default();
        let backup = s3 && mode == "Enabled";
        Some(Self {
            gather_bytes: hints["SizeInMBs"].as_u64().unwrap_or(mib) << 20,
            gather_time: Duration::from_secs(hints["IntervalInSeconds"].as_u64().unwrap_or(seconds)),
            steps: steps(&config["ProcessingConfiguration"]),
            partitioned: config["DynamicPartitioningConfiguration"]["Enabled"] == true,
            backup: if backup { Some(self::bucket(&config["S3BackupConfiguration"])?) } else { None },
            bucket,
            endpoint: endpoint(kind, config),
            keep_all: mode.starts_with("All"),
        })
    }
}

fn bucket(config: &Value) -> Option<Bucket> {
    let text = |name: &str| config[name].as_str().filter(|text| !text.is_empty());
    let template = |name: &str| text(name).map(Template::read);
    Some(Bucket {
        role: text("RoleARN")?.to_owned(),
        name: text("BucketARN")?.rsplit(':').next()?.to_owned(),
        prefix: template("Prefix").unwrap_or_default(),
        errors: template("ErrorOutputPrefix"),
        compression: Compression::read(text("CompressionFormat").unwrap_or_default()),
        extension: text("FileExtension").map(str::to_owned),
        zone: text("CustomTimeZone").unwrap_or("UTC").to_owned(),
        key: config["EncryptionConfiguration"]["KMSEncryptionConfig"]["AWSKMSKeyARN"].as_str().map(str::to_owned),
    })
}

impl Compression {
    fn read(text: &str) -> Self {
        match text {
            "GZIP" => Self::Gzip,
            "ZIP" => Self::Zip,
            "Snappy" => Self::Snappy,
            "HADOOP_SNAPPY" => Self::HadoopSnappy,
            _ => Self::None,
        }
    }

    /// What keys of such objects end with.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zip => ".zip",
            Self::Snappy => ".snappy",
            Self::HadoopSnappy => ".hsnappy",
        }
    }
}

fn endpoint(kind: &str, config: &Value) -> Option<Endpoint> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let seconds = |value: &Value| value.as_u64().map(Duration::from_secs);
    let retry = seconds(&config["RetryOptions"]["DurationInSeconds"]).unwrap_or(limits::ENDPOINT_RETRY);
    let request = &config["RequestConfiguration"];
    let attribute = |one: &Value| Some((text(&one["AttributeName"])?, text(&one["AttributeValue"])?));
    Some(match kind {
        "HttpEndpoint" => Endpoint {
            url: text(&config["EndpointConfiguration"]["Url"])?,
            manner: Manner::Http {
                access_key: text(&config["EndpointConfiguration"]["AccessKey"]),
                gzip: request["ContentEncoding"] == "GZIP",
                attributes: request["CommonAttributes"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(attribute)
                    .collect(),
            },
            retry,
        },
        "Splunk" => Endpoint {
            url: text(&config["HECEndpoint"])?,
            manner: Manner::Splunk {
                token: text(&config["HECToken"]).unwrap_or_default(),
                events: config["HECEndpointType"] == "Event",
                patience: seconds(&config["HECAcknowledgmentTimeoutInSeconds"]).unwrap_or(limits::ACKNOWLEDGED_IN),
            },
            retry,
        },
        _ => return None,
    })
}

fn steps(config: &Value) -> Vec<Step> {
    let on = config["Enabled"] == true;
    config["Processors"].as_array().into_iter().flatten().filter(|_| on).filter_map(step).collect()
}

fn step(processor: &Value) -> Option<Step> {
    use base64::Engine as _;
    let parameter = |name: &str| {
        let all = processor["Parameters"].as_array().into_iter().flatten();
        let value = all.into_iter().find(|one| one["ParameterName"] == name)?["ParameterValue"].as_str()?;
        Some(value.to_owned())
    };
    Some(match processor["Type"].as_str()? {
        "AppendDelimiterToRecord" => Step::Delimit(unescaped(&parameter("Delimiter").unwrap_or_else(|| "\\n".into()))),
        "RecordDeAggregation" => match parameter("Delimiter") {
            Some(text) if parameter("SubRecordType").as_deref() == Some("DELIMITED") => {
                Step::SplitAt(base64::engine::general_purpose::STANDARD.decode(text).ok()?)
            }
            _ => Step::SplitJson,
        },
        "Decompression" => Step::Decompress,
        "CloudWatchLogProcessing" => Step::Messages,
        "MetadataExtraction" => Step::Extract(parameter("MetadataExtractionQuery")?),
        "Lambda" => Step::Transform {
            function: parameter("LambdaArn")?,
            retries: parameter("NumberOfRetries").and_then(|n| n.parse().ok()).unwrap_or(limits::TRANSFORM_RETRIES),
        },
        _ => return None,
    })
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_configuration_with_little_in_it() {
        let config = json!({"RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::b"});
        let plan = Plan::read("ExtendedS3", &config).unwrap();
        assert_eq!((plan.gather_bytes, plan.gather_time.as_secs()), (5 << 20, 300));
        assert_eq!((plan.bucket.name.as_str(), plan.bucket.zone.as_str()), ("b", "UTC"));
        assert!(plan.steps.is_empty() && plan.backup.is_none() && plan.endpoint.is_none() && !plan.partitioned);
        assert!(Plan::read("ExtendedS3", &json!({})).is_none());
    }

    #[test]
    fn processors_become_steps() {
        let processor = |kind: &str, parameters: &[(&str, &str)]| {
            let parameters: Vec<_> = parameters
                .iter()
                .map(|(name, value)| json!({"ParameterName": name, "ParameterValue": value}))
                .collect();
            json!({"Type": kind, "Parameters": parameters})
        };
        let config = json!({"Enabled": true, "Processors": [
            processor("RecordDeAggregation", &[("SubRecordType", "DELIMITED"), ("Delimiter", "OzI=")]),
            processor("RecordDeAggregation", &[("SubRecordType", "JSON")]),
            processor("AppendDelimiterToRecord", &[("Delimiter", "\\n")]),
            processor("MetadataExtraction", &[("MetadataExtractionQuery", "{a: .a}"), ("JsonParsingEngine", "JQ-1.6")]),
            processor("Lambda", &[("LambdaArn", "arn"), ("NumberOfRetries", "1")]),
        ]});
        let expected = [
            Step::SplitAt(b";2".to_vec()),
            Step::SplitJson,
            Step::Delimit("\n".into()),
            Step::Extract("{a: .a}".into()),
            Step::Transform { function: "arn".into(), retries: 1 },
        ];
        assert_eq!(steps(&config), expected);
        assert!(steps(&json!({"Enabled": false, "Processors": config["Processors"]})).is_empty());
    }

    #[test]
    fn endpoints_of_each_manner() {
        let s3 = json!({"RoleARN": "r", "BucketARN": "arn:aws:s3:::b"});
        let config = json!({
            "EndpointConfiguration": {"Url": "https://e", "AccessKey": "k"},
            "RequestConfiguration": {"ContentEncoding": "GZIP", "CommonAttributes": [
                {"AttributeName": "a", "AttributeValue": "1"}]},
            "RetryOptions": {"DurationInSeconds": 7}, "S3BackupMode": "AllData", "S3Configuration": s3});
        let plan = Plan::read("HttpEndpoint", &config).unwrap();
        let endpoint = plan.endpoint.unwrap();
        assert_eq!((endpoint.retry.as_secs(), plan.keep_all, plan.gather_time.as_secs()), (7, true, 60));
        let attributes = vec![("a".to_owned(), "1".to_owned())];
        assert_eq!(endpoint.manner, Manner::Http { access_key: Some("k".into()), gzip: true, attributes });
        let config =
            json!({"HECEndpoint": "https://s", "HECEndpointType": "Event", "HECToken": "t", "S3Configuration": s3});
        let manner = Plan::read("Splunk", &config).unwrap().endpoint.unwrap().manner;
        assert_eq!(manner, Manner::Splunk { token: "t".into(), events: true, patience: limits::ACKNOWLEDGED_IN });
    }
}
