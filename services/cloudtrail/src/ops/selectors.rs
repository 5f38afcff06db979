//! Event selectors of trails.

use api_cloudtrail::{
    AdvancedEventSelector, AdvancedFieldSelector, DataResource, EventSelector, GetEventSelectors,
    GetEventSelectorsInput, GetEventSelectorsOutput, PutEventSelectors, PutEventSelectorsInput,
    PutEventSelectorsOutput, ReadWriteType,
};
use service_kit::{Ctx, Error, Outcome};

use super::address::{own, seen};
use super::trail::changed;
use crate::engine::selectors::{Advanced, Basic, Condition, Selectors};
use crate::error::{bad_selector, bad_selectors};
use crate::limits::{CONDITION_LENGTH, CONDITIONS, DATA_RESOURCES, SELECTORS};

/// Types of data resources that basic selectors know, each with the beginning of its ARNs.
const DATA_TYPES: [(&str, &str); 3] =
    [("AWS::DynamoDB::Table", ":dynamodb"), ("AWS::Lambda::Function", ":lambda"), ("AWS::S3::Object", ":s3")];
/// Sources whose management events a trail may leave out.
const LEFT_OUT: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
/// Fields of conditions (`AdvancedFieldSelector`).
const FIELDS: [&str; 11] = [
    "errorCode",
    "eventCategory",
    "eventName",
    "eventSource",
    "eventType",
    "readOnly",
    "resources.ARN",
    "resources.type",
    "sessionCredentialFromConsole",
    "userIdentity.arn",
    "vpcEndpointId",
];
/// Fields that take `Equals` alone.
const EQUALS_ONLY: [&str; 4] = ["eventCategory", "readOnly", "resources.type", "sessionCredentialFromConsole"];

/// What the selectors are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A trail.
    Trail,
    /// An event data store.
    DataStore,
}

/// Replaces a trail's selectors.
pub(crate) async fn put_event_selectors(ctx: &Ctx, input: PutEventSelectorsInput) -> Outcome<PutEventSelectors> {
    let trail = own(ctx, &input.trail_name).await?;
    let selectors = match (&input.event_selectors, &input.advanced_event_selectors) {
        (Some(basic), None) => of_basic(basic)?,
        (None, Some(advanced)) => of_advanced(advanced, Holder::Trail)?,
        (Some(_), Some(_)) => {
            return Err(bad_selectors("You can use either event selectors or advanced event selectors, but not both."));
        }
        (None, None) => return Err(bad_selectors("You must specify event selectors or advanced event selectors.")),
    };
    let trail = changed(ctx, &trail, |trail| {
        (trail.selectors, trail.custom) = (selectors.clone(), selectors != Selectors::default());
        Ok(())
    });
    let trail = trail.await?;
    let (event_selectors, advanced_event_selectors) = shown(&trail.selectors);
    Ok(PutEventSelectorsOutput { trail_arn: Some(trail.arn()), event_selectors, advanced_event_selectors })
}

/// Shows a trail's selectors.
pub(crate) async fn get_event_selectors(ctx: &Ctx, input: GetEventSelectorsInput) -> Outcome<GetEventSelectors> {
    let trail = seen(ctx, &input.trail_name).await?;
    let (event_selectors, advanced_event_selectors) = shown(&trail.selectors);
    Ok(GetEventSelectorsOutput { trail_arn: Some(trail.arn()), event_selectors, advanced_event_selectors })
}

/// Basic selectors, checked.
fn of_basic(given: &[EventSelector]) -> Result<Selectors, Error> {
    if given.is_empty() || given.len() > SELECTORS {
        return Err(bad_selectors(format!("The number of event selectors must be between 1 and {SELECTORS}.")));
    }
    let selectors = given.iter().map(basic).collect::<Result<Vec<_>, _>>()?;
    let resources: usize = selectors.iter().flat_map(|s| &s.data).map(|(_, values)| values.len()).sum();
    if resources > DATA_RESOURCES {
        return Err(bad_selectors(format!("The number of data resources cannot exceed {DATA_RESOURCES}.")));
    }
    Ok(Selectors::Basic(selectors))
}

fn basic(given: &EventSelector) -> Result<Basic, Error> {
    let (reads, writes) = match &given.read_write_type {
        None | Some(ReadWriteType::All) => (true, true),
        Some(ReadWriteType::ReadOnly) => (true, false),
        Some(ReadWriteType::WriteOnly) => (false, true),
        Some(other) => return Err(bad_selector(other.as_str(), "ReadWriteType")),
    };
    let management = given.include_management_events.unwrap_or(true);
    let without = given.exclude_management_event_sources.clone().unwrap_or_default();
    if let Some(source) = without.iter().find(|source| !LEFT_OUT.contains(&source.as_str())) {
        return Err(bad_selector(source, "ExcludeManagementEventSources"));
    }
    if !management && !without.is_empty() {
        return Err(bad_selectors(
            "ExcludeManagementEventSources can be specified only when IncludeManagementEvents is true.",
        ));
    }
    let data = given.data_resources.iter().flatten().map(data_resource).collect::<Result<Vec<_>, _>>()?;
    if !management && data.is_empty() {
        return Err(bad_selectors("An event selector must include management events or data resources."));
    }
    Ok(Basic { reads, writes, management, data, without })
}

fn data_resource(given: &DataResource) -> Result<(String, Vec<String>), Error> {
    let kind = given.r#type.clone().unwrap_or_default();
    let Some((_, start)) = DATA_TYPES.iter().find(|(known, _)| *known == kind) else {
        return Err(bad_selector(&kind, "DataResources.Type"));
    };
    let values = given.values.clone().unwrap_or_default();
    if values.is_empty() {
        return Err(bad_selectors("DataResources.Values must not be empty."));
    }
    let fits = |value: &String| {
        let service = value.strip_prefix("arn:").and_then(|rest| rest.find(':').map(|at| &rest[at..]));
        service.is_some_and(|rest| rest == *start || rest.starts_with(&format!("{start}:"))) && !value.contains('*')
    };
    match values.iter().find(|value| !fits(value)) {
        Some(value) => Err(bad_selector(value, "DataResources.Values")),
        None => Ok((kind, values)),
    }
}

/// Advanced selectors, checked.
pub(crate) fn of_advanced(given: &[AdvancedEventSelector], holder: Holder) -> Result<Selectors, Error> {
    if given.is_empty() {
        return Err(bad_selectors("You must specify at least one advanced event selector."));
    }
    let selectors = given.iter().map(|selector| advanced(selector, holder)).collect::<Result<Vec<_>, _>>()?;
    let values: usize = selectors.iter().flat_map(|s| &s.conditions).map(|c| c.values().count()).sum();
    if values > CONDITIONS {
        let text = format!("The number of values of all advanced event selectors cannot exceed {CONDITIONS}.");
        return Err(bad_selectors(text));
    }
    Ok(Selectors::Advanced(selectors))
}

fn advanced(given: &AdvancedEventSelector, holder: Holder) -> Result<Advanced, Error> {
    let conditions: Vec<_> = given.field_selectors.iter().map(condition).collect();
    for (index, condition) in conditions.iter().enumerate() {
        if conditions[..index].iter().any(|other| other.field == condition.field) {
            return Err(bad_selectors(format!("Field {} is used more than once.", condition.field)));
        }
        check_condition(condition)?;
    }
    check_category(&conditions, holder)?;
    Ok(Advanced { name: given.name.clone(), conditions })
}

fn condition(given: &AdvancedFieldSelector) -> Condition {
    let list = |values: &Option<Vec<String>>| values.clone().unwrap_or_default();
    Condition {
        field: given.field.clone(),
        equals: list(&given.equals),
        starts_with: list(&given.starts_with),
        ends_with: list(&given.ends_with),
        not_equals: list(&given.not_equals),
        not_starts_with: list(&given.not_starts_with),
        not_ends_with: list(&given.not_ends_with),
    }
}

fn check_condition(condition: &Condition) -> Result<(), Error> {
    let field = condition.field.as_str();
    if !FIELDS.contains(&field) {
        return Err(bad_selector(field, "Field"));
    }
    let values = condition.values().count();
    if values == 0 {
        return Err(bad_selectors(format!("Field {field} must have at least one value.")));
    }
    if EQUALS_ONLY.contains(&field) && values != condition.equals.len() {
        return Err(bad_selectors(format!("Field {field} can use only the Equals operator.")));
    }
    if let Some(value) = condition.values().find(|value| !CONDITION_LENGTH.contains(&value.chars().count())) {
        return Err(bad_selector(value, field));
    }
    let flag = |value: &&String| !["true", "false"].contains(&value.as_str());
    match field {
        "readOnly" | "sessionCredentialFromConsole" => match condition.equals.iter().find(flag) {
            Some(value) => Err(bad_selector(value, field)),
            None => Ok(()),
        },
        "eventCategory" | "resources.type" if condition.equals.len() != 1 => {
            Err(bad_selectors(format!("Field {field} must have exactly one value.")))
        }
        _ => Ok(()),
    }
}

/// The category says which other fields there may and must be.
fn check_category(conditions: &[Condition], holder: Holder) -> Result<(), Error> {
    let field = |name: &str| conditions.iter().find(|condition| condition.field == name);
    let Some(category) = field("eventCategory").map(|condition| condition.equals[0].as_str()) else {
        return Err(bad_selectors("Field eventCategory is required in each advanced event selector."));
    };
    let known = match holder {
        Holder::Trail => ["Management", "Data", "NetworkActivity"].contains(&category),
        Holder::DataStore => {
            ["Management", "Data", "NetworkActivity", "Insight", "ConfigurationItem", "Evidence", "ActivityAuditLog"]
                .contains(&category)
        }
    };
    if !known {
        return Err(bad_selector(category, "eventCategory"));
    }
    if category == "Data" && field("resources.type").is_none() {
        return Err(bad_selectors("Field resources.type is required when eventCategory is Data."));
    }
    if category == "NetworkActivity" && field("eventSource").is_none() {
        return Err(bad_selectors("Field eventSource is required when eventCategory is NetworkActivity."));
    }
    if category == "Management"
        && let Some(wrong) = conditions.iter().find(|c| c.field.starts_with("resources."))
    {
        return Err(bad_selectors(format!("Field {} cannot be used when eventCategory is Management.", wrong.field)));
    }
    match field("eventSource") {
        Some(sources) if category == "Management" && holder == Holder::Trail => {
            match sources.not_equals.iter().find(|source| !LEFT_OUT.contains(&source.as_str())) {
                Some(source) => Err(bad_selector(source, "eventSource")),
                None if sources.values().count() != sources.not_equals.len() => {
                    Err(bad_selectors("Field eventSource can use only the NotEquals operator."))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Selectors as answers show them.
pub(crate) fn shown(selectors: &Selectors) -> (Option<Vec<EventSelector>>, Option<Vec<AdvancedEventSelector>>) {
    match selectors {
        Selectors::Basic(all) => (Some(all.iter().map(shown_basic).collect()), None),
        Selectors::Advanced(all) => (None, Some(all.iter().map(shown_advanced).collect())),
    }
}

fn shown_basic(selector: &Basic) -> EventSelector {
    let read_write_type = match (selector.reads, selector.writes) {
        (true, false) => ReadWriteType::ReadOnly,
        (false, true) => ReadWriteType::WriteOnly,
        _ => ReadWriteType::All,
    };
    let data = selector.data.iter();
    let data = data.map(|(kind, values)| DataResource { r#type: Some(kind.clone()), values: Some(values.clone()) });
    EventSelector {
        read_write_type: Some(read_write_type),
        include_management_events: Some(selector.management),
        data_resources: Some(data.collect()),
        exclude_management_event_sources: Some(selector.without.clone()),
    }
}

fn shown_advanced(selector: &Advanced) -> AdvancedEventSelector {
    let list = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
    let fields = selector.conditions.iter().map(|condition| AdvancedFieldSelector {
        field: condition.field.clone(),
        equals: list(&condition.equals),
        starts_with: list(&condition.starts_with),
        ends_with: list(&condition.ends_with),
        not_equals: list(&condition.not_equals),
        not_starts_with: list(&condition.not_starts_with),
        not_ends_with: list(&condition.not_ends_with),
    });
    AdvancedEventSelector { name: selector.name.clone(), field_selectors: fields.collect() }
}
