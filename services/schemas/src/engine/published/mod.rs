//! The schemas of AWS's own events, which every account finds in the registry `aws.events`. They are written as examples in
//! AWS's documentation are, and their documents made as those of discovered events; a `?` at the end of a name says that
//! the member is not always there.
//!
//! | file | events of |
//! |---|---|
//! | `storage.rs` | S3 |
//! | `audit.rs` | CloudTrail, for each service of this cloud |
//! | `others.rs` | the other services |

mod audit;
mod others;
mod storage;

use std::sync::LazyLock;

use names::{Tags, Timestamp};
use serde_json::Value;

use super::document::Language;
use super::document::learnt::Learnt;
use super::document::words::schema_name;
use super::shape::{Kind, Shape};
use crate::limits;
use crate::store::VersionRecord;

/// When AWS's schemas were published: 2019-12-01, when the registry was announced.
pub(crate) const SINCE: Timestamp = Timestamp::from_secs(1_575_158_400);

/// An event of AWS: its source, its detail type, its detail.
type Example = (&'static str, &'static str, &'static str);

/// A schema of AWS.
#[derive(Debug)]
pub(crate) struct Published {
    name: String,
    content: String,
}

static ALL: LazyLock<Vec<Published>> = LazyLock::new(|| {
    let audited = audit::SOURCES.iter().map(|source| (*source, audit::DETAIL_TYPE, audit::DETAIL));
    let examples = storage::EVENTS.iter().chain(others::EVENTS).copied().chain(audited);
    let mut all: Vec<_> = examples.map(Published::of).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
});

/// All of them, by name.
pub(crate) fn all() -> &'static [Published] {
    &ALL
}

/// The one of a name.
pub(crate) fn find(name: &str) -> Option<&'static Published> {
    ALL.binary_search_by(|one| one.name.as_str().cmp(name)).ok().map(|place| &ALL[place])
}

impl Published {
    fn of((source, detail_type, example): Example) -> Self {
        let detail: Value = serde_json::from_str(example).expect("a test reads every example");
        let learnt = Learnt {
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            resources: Shape::of(&serde_json::json!(["arn"])),
            detail: marked(Shape::of(&detail)),
        };
        let name = schema_name(source, detail_type, limits::SCHEMA_NAME);
        Self { name, content: learnt.document().to_string() }
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    /// Its tags: there are none.
    pub(crate) fn tags(&self) -> Tags {
        Tags::new()
    }

    /// Its only version.
    pub(crate) fn version(&self) -> VersionRecord {
        VersionRecord { language: Language::OpenApi3, content: self.content.clone(), created: SINCE }
    }
}

/// Members with a `?` under their real names, and not required.
fn marked(mut shape: Shape) -> Shape {
    match &mut shape.kind {
        Kind::Object(members) => {
            let all = std::mem::take(&mut members.all);
            members.always.retain(|name| !name.ends_with('?'));
            let renamed = all.into_iter().map(|(name, inside)| (name.trim_end_matches('?').to_owned(), marked(inside)));
            members.all = renamed.collect();
        }
        Kind::List(items) => **items = marked(std::mem::take(items)),
        _ => {}
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::document::check::check;
    use crate::engine::document::draft4::export;

    #[test]
    fn every_example_makes_a_document() {
        assert!(all().len() > 20);
        for one in all() {
            assert!(check(Language::OpenApi3, &one.content).is_ok(), "{}", one.name);
            assert!(find(&one.name).is_some() && !one.content.contains("?\""), "{}", one.content);
        }
        assert!(find("aws.s3@Object").is_none());
    }

    /// As the AWS CLI's manual shows the export of the same schema, but for the order of what is required.
    #[test]
    fn a_schema_of_aws() {
        let one = find("aws.ec2@EC2InstanceStateChangeNotification").unwrap();
        let exported = export(&serde_json::from_str(&one.content).unwrap());
        let definition = &exported["definitions"]["EC2InstanceStateChangeNotification"];
        let text = r#"{"properties":{"instance-id":{"type":"string"},"state":{"type":"string"}},"required":["instance-id","state"],"type":"object"}"#;
        assert_eq!(definition.to_string(), text);
        assert_eq!(exported["properties"]["resources"]["items"]["type"], "string");
        assert_eq!(exported["x-amazon-events-source"], "aws.ec2");
    }
}
