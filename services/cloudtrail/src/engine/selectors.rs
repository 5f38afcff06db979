//! Which events a trail or an event data store selects: basic selectors, advanced selectors, insights. Pure.

use serde::{Deserialize, Serialize};

use super::event::{Category, Event};

/// What selects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selectors {
    /// Of trails, as they were at first.
    Basic(Vec<Basic>),
    /// Of trails and event data stores.
    Advanced(Vec<Advanced>),
}

/// `EventSelector`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basic {
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    pub(crate) management: bool,
    /// Types with the beginnings of ARNs.
    pub(crate) data: Vec<(String, Vec<String>)>,
    /// Event sources whose management events are left out.
    pub(crate) without: Vec<String>,
}

/// `AdvancedEventSelector`: all of its conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Advanced {
    pub(crate) name: Option<String>,
    pub(crate) conditions: Vec<Condition>,
}

/// `AdvancedFieldSelector`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) field: String,
    pub(crate) equals: Vec<String>,
    pub(crate) starts_with: Vec<String>,
    pub(crate) ends_with: Vec<String>,
    pub(crate) not_equals: Vec<String>,
    pub(crate) not_starts_with: Vec<String>,
    pub(crate) not_ends_with: Vec<String>,
}

/// `InsightSelector`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InsightChoice {
    /// Errors rather than calls.
    pub(crate) errors: bool,
    /// `EventCategories`, as they were given.
    pub(crate) categories: Vec<String>,
}

impl Default for Selectors {
    /// All management events.
    fn default() -> Self {
        Self::Basic(vec![Basic::default()])
    }
}

impl Default for Basic {
    fn default() -> Self {
        Self { reads: true, writes: true, management: true, data: Vec::new(), without: Vec::new() }
    }
}

impl Selectors {
    /// Whether an event is selected.
    pub(crate) fn select(&self, event: &Event) -> bool {
        match self {
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.selects(event)),
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.selects(event)),
        }
    }

    /// Whether some data event of this type may be selected.
    pub(crate) fn may_select_data(&self, kind: &str) -> bool {
        match self {
            Self::Basic(selectors) => selectors.iter().any(|s| s.data.iter().any(|(own, _)| own == kind)),
            Self::Advanced(selectors) => selectors.iter().any(|selector| selector.may_select_data(kind)),
        }
    }

    /// Whether management events that change something are selected, and those that do not.
    pub(crate) fn management(&self) -> (bool, bool) {
        let has = |read: bool| match self {
            Self::Basic(all) => all.iter().any(|s| s.management && if read { s.reads } else { s.writes }),
            Self::Advanced(all) => all.iter().any(|s| s.may_select_management(read)),
        };
        (has(false), has(true))
    }
}

impl Basic {
    fn selects(&self, event: &Event) -> bool {
        let wanted = if event.record.read_only { self.reads } else { self.writes };
        wanted
            && match event.category {
                Category::Management => {
                    self.management && !self.without.iter().any(|source| *source == event.record.source)
                }
                Category::Data => self.data.iter().any(|(kind, starts)| {
                    let begins = |arn: &String| starts.iter().any(|start| arn.starts_with(start.as_str()));
                    event.resource_type == Some(kind) && event.arns.iter().any(begins)
                }),
                Category::Insight => false,
            }
    }
}

impl Advanced {
    fn selects(&self, event: &Event) -> bool {
        self.conditions.iter().all(|condition| condition.holds_for(event))
    }

    fn may_select_data(&self, kind: &str) -> bool {
        let allows = |field: &str, value: &str| {
            self.conditions.iter().filter(|condition| condition.field == field).all(|c| c.allows(value))
        };
        allows("eventCategory", "Data") && allows("resources.type", kind)
    }

    fn may_select_management(&self, read: bool) -> bool {
        let value = if read { "true" } else { "false" };
        self.conditions.iter().all(|condition| match condition.field.as_str() {
            "eventCategory" => condition.allows("Management"),
            "readOnly" => condition.allows(value),
            _ => true,
        })
    }
}

impl Condition {
    fn holds_for(&self, event: &Event) -> bool {
        let flag = |value: bool| if value { "true" } else { "false" };
        match self.field.as_str() {
            "eventCategory" => self.allows(match event.category {
                Category::Management => "Management",
                Category::Data => "Data",
                Category::Insight => "Insight",
            }),
            "eventName" => self.allows(&event.record.name),
            "eventSource" => self.allows(&event.record.source),
            "eventType" => self.allows(event.event_type),
            "errorCode" => self.allows(event.error_code.as_deref().unwrap_or_default()),
            "readOnly" => self.allows(flag(event.record.read_only)),
            "resources.type" => event.resource_type.is_some_and(|kind| self.allows(kind)),
            "resources.ARN" => event.arns.iter().any(|arn| self.allows(arn)),
            "sessionCredentialFromConsole" => self.allows("false"),
            "userIdentity.arn" => self.allows(&event.user_arn()),
            // No call here comes through an endpoint of a virtual network.
            _ => self.allows(""),
        }
    }

    /// Of what includes, one must hold, if there is any; of what excludes, none.
    fn allows(&self, value: &str) -> bool {
        let equal = |all: &[String]| all.iter().any(|one| one == value);
        let start = |all: &[String]| all.iter().any(|one| value.starts_with(one.as_str()));
        let end = |all: &[String]| all.iter().any(|one| value.ends_with(one.as_str()));
        let includes = !(self.equals.is_empty() && self.starts_with.is_empty() && self.ends_with.is_empty());
        let included = equal(&self.equals) || start(&self.starts_with) || end(&self.ends_with);
        let excluded = equal(&self.not_equals) || start(&self.not_starts_with) || end(&self.not_ends_with);
        (!includes || included) && !excluded
    }

    /// All values of all operators.
    pub(crate) fn values(&self) -> impl Iterator<Item = &String> {
        let positive = self.equals.iter().chain(&self.starts_with).chain(&self.ends_with);
        positive.chain(&self.not_equals).chain(&self.not_starts_with).chain(&self.not_ends_with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::EventRecord;
    use names::{AccountId, Region, Timestamp};
    use service_kit::{Caller, Principal};
    use std::sync::Arc;

    fn alice() -> Caller {
        let (arn, id) = ("arn:aws:iam::000000000000:user/alice".into(), "AIDAEXAMPLE".into());
        Caller { account: AccountId::DEFAULT, principal: Principal::User { arn, id }, access_key: None, session: None }
    }

    fn event(category: Category, name: &str, read_only: bool, arn: &str) -> Event {
        Event {
            id: [0; 16],
            at: Timestamp::EPOCH,
            account: AccountId::DEFAULT,
            region: Region::default_region(),
            category,
            global: false,
            event_type: "AwsApiCall",
            resource_type: (category == Category::Data).then_some("AWS::SQS::Queue"),
            arns: vec![arn.to_owned()],
            caller: Some(Arc::new(alice())),
            error_code: None,
            record: EventRecord {
                name: name.to_owned().into(),
                source: "sqs.amazonaws.com".into(),
                read_only,
                user: None,
                access_key: None,
                resources: Vec::new(),
                json: String::new(),
            },
        }
    }

    fn strings(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn equals(field: &str, values: &[&str]) -> Condition {
        Condition { field: field.into(), equals: strings(values), ..Condition::default() }
    }

    #[test]
    fn a_trail_selects_all_management_events_at_first() {
        let all = Selectors::default();
        assert!(all.select(&event(Category::Management, "CreateQueue", false, "a")));
        assert!(all.select(&event(Category::Management, "ListQueues", true, "a")));
        assert!(!all.select(&event(Category::Data, "SendMessage", false, "a")));
        assert_eq!((all.management(), all.may_select_data("AWS::SQS::Queue")), ((true, true), false));
    }

    #[test]
    fn basic_selectors_by_reading_source_and_start_of_arn() {
        let data = vec![("AWS::SQS::Queue".to_owned(), strings(&["arn:aws:sqs:us-east-1:1:orders"]))];
        let basic = Basic {
            reads: false,
            management: true,
            data,
            without: strings(&["kms.amazonaws.com"]),
            ..Basic::default()
        };
        let selectors = Selectors::Basic(vec![basic]);
        for (event, expected) in [
            (event(Category::Management, "CreateQueue", false, ""), true),
            (event(Category::Management, "ListQueues", true, ""), false),
            (event(Category::Data, "SendMessage", false, "arn:aws:sqs:us-east-1:1:orders-2"), true),
            (event(Category::Data, "SendMessage", false, "arn:aws:sqs:us-east-1:1:other"), false),
            (event(Category::Data, "ReceiveMessage", true, "arn:aws:sqs:us-east-1:1:orders"), false),
        ] {
            assert_eq!(selectors.select(&event), expected, "{}", event.record.name);
        }
        let mut kms = event(Category::Management, "CreateKey", false, "");
        kms.record.source = "kms.amazonaws.com".into();
        assert!(!selectors.select(&kms));
    }

    #[test]
    fn advanced_conditions_all_hold_and_each_operator_has_its_sense() {
        let data = [equals("eventCategory", &["Data"]), equals("resources.type", &["AWS::SQS::Queue"])];
        let with = |more: Condition| {
            let conditions = data.iter().cloned().chain([more]).collect();
            Selectors::Advanced(vec![Advanced { name: None, conditions }])
        };
        let send = event(Category::Data, "SendMessage", false, "arn:q");
        let list = |values: &[&str]| strings(values);
        for (condition, expected) in [
            (equals("eventName", &["SendMessage", "X"]), true),
            (equals("eventName", &["X"]), false),
            (Condition { starts_with: list(&["X", "Send"]), ..equals("eventName", &[]) }, true),
            (Condition { ends_with: list(&["Batch"]), ..equals("eventName", &[]) }, false),
            (Condition { ends_with: list(&["Batch"]), starts_with: list(&["Se"]), ..equals("eventName", &[]) }, true),
            (Condition { not_equals: list(&["SendMessage"]), ..equals("eventName", &[]) }, false),
            (Condition { not_starts_with: list(&["Receive"]), ..equals("eventName", &[]) }, true),
            (Condition { not_ends_with: list(&["Message", "X"]), ..equals("eventName", &[]) }, false),
            (
                Condition { starts_with: list(&["Send"]), not_ends_with: list(&["Batch"]), ..equals("eventName", &[]) },
                true,
            ),
            (equals("readOnly", &["false"]), true),
            (equals("readOnly", &["true"]), false),
            (equals("resources.ARN", &["arn:q"]), true),
            (Condition { ends_with: list(&["/alice"]), ..equals("userIdentity.arn", &[]) }, true),
            (equals("errorCode", &["AccessDenied"]), false),
            (equals("eventType", &["AwsApiCall"]), true),
            (equals("vpcEndpointId", &["vpce-1"]), false),
        ] {
            assert_eq!(with(condition.clone()).select(&send), expected, "{condition:?}");
        }
        let selectors = with(equals("eventName", &["SendMessage"]));
        assert!(selectors.may_select_data("AWS::SQS::Queue") && !selectors.may_select_data("AWS::S3::Object"));
        assert_eq!(selectors.management(), (false, false));
        assert!(!selectors.select(&event(Category::Management, "SendMessage", false, "arn:q")));
    }
}
