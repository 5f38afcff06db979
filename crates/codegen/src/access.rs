//! AWS's service authorization reference as `models/<prefix>.access.json` holds it: one file for each prefix of IAM's
//! actions, because several services share one (`s3`) and some use several. `cargo xtask access` writes them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::botocore::{entries, text, texts};
use crate::model::{Model, Operation};

/// The reference of some prefixes.
#[derive(Debug, Default)]
pub struct Access {
    /// By prefix, `sqs`.
    pub references: BTreeMap<String, Reference>,
}

/// The reference of one prefix.
#[derive(Debug)]
pub struct Reference {
    /// What AWS calls the service there: `Amazon SQS`.
    pub name: String,
    /// By name, without the prefix.
    pub actions: BTreeMap<String, Action>,
    /// By name.
    pub resources: BTreeMap<String, Resource>,
    /// The type of each condition key: `String`, `ArrayOfString`, `ARN`…
    pub condition_keys: BTreeMap<String, String>,
}

/// One action. Fields are those of `smithy::ActionFacts`.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Action {
    /// The reference's word: `Read`, `Permissions management`.
    pub level: String,
    pub resources: Vec<ActionResource>,
    pub condition_keys: Vec<String>,
    pub dependent_actions: Vec<String>,
}

/// A kind of resource of an action. Fields are those of `smithy::ActionResource`.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct ActionResource {
    pub name: String,
    pub required: bool,
    pub condition_keys: Vec<String>,
}

/// A kind of resource. Fields are those of `smithy::ResourceFacts`.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Resource {
    pub arn: String,
    pub condition_keys: Vec<String>,
}

/// An action that was looked up, with its exact name.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Found<'a> {
    pub prefix: &'a str,
    pub name: &'a str,
    pub action: &'a Action,
}

impl Access {
    /// Adds the reference of a prefix, JSON text.
    ///
    /// # Errors
    /// In words for whoever edits the files: what is missing, and where.
    pub fn add(&mut self, prefix: &str, text: &str) -> Result<(), String> {
        let file = format!("models/{prefix}.access.json");
        let json = serde_json::from_str(text).map_err(|e| format!("{file}: {e}"))?;
        let reference = Reference::read(&json).ok_or_else(|| format!("{file} is not of the known form"))?;
        self.references.insert(prefix.to_owned(), reference);
        Ok(())
    }

    /// The action of this whole name, whatever its case: IAM knows no case, and the reference writes `GetBucketCORS`.
    pub fn find(&self, action: &str) -> Option<Found<'_>> {
        let (prefix, name) = action.split_once(':')?;
        let (prefix, reference) = self.references.get_key_value(prefix)?;
        let (name, action) = reference.actions.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(Found { prefix, name, action })
    }
}

impl Reference {
    fn read(json: &Value) -> Option<Self> {
        let actions = entries(json, "actions").map(|(name, value)| Some((name.clone(), Action::read(value)?)));
        let resources = entries(json, "resources").map(|(name, value)| Some((name.clone(), Resource::read(value)?)));
        let keys = entries(json, "conditionKeys").map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        let reference = Self {
            name: text(json, "name")?,
            actions: actions.collect::<Option<_>>()?,
            resources: resources.collect::<Option<_>>()?,
            condition_keys: keys.collect::<Option<_>>()?,
        };
        let mut touched = reference.actions.values().flat_map(|action| &action.resources);
        touched.all(|one| reference.resources.contains_key(&one.name)).then_some(reference)
    }
}

impl Action {
    fn read(json: &Value) -> Option<Self> {
        Some(Self {
            level: text(json, "level")?,
            resources: entries(json, "resources").map(|(name, value)| ActionResource::read(name, value)).collect(),
            condition_keys: texts(json, "conditionKeys"),
            dependent_actions: texts(json, "dependentActions"),
        })
    }

    /// Whether it changes nothing.
    pub fn is_reading(&self) -> bool {
        matches!(self.level.as_str(), "Read" | "List")
    }
}

impl ActionResource {
    /// The reference marks what is required with a star.
    fn read(name: &str, json: &Value) -> Self {
        Self {
            name: name.trim_end_matches('*').to_owned(),
            required: name.ends_with('*'),
            condition_keys: texts(json, "conditionKeys"),
        }
    }
}

impl Resource {
    fn read(json: &Value) -> Option<Self> {
        Some(Self { arn: text(json, "arn")?, condition_keys: texts(json, "conditionKeys") })
    }
}

impl Found<'_> {
    /// With its prefix.
    pub fn whole_name(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }
}

impl Model {
    /// The prefixes of the actions of all its operations.
    pub fn prefixes(&self) -> BTreeSet<String> {
        let named = self.operations.values().flat_map(Operation::actions);
        let prefixes = named.filter_map(|action| action.split_once(':')).map(|(prefix, _)| prefix.to_owned());
        prefixes.chain([self.service.action_prefix.clone()]).collect()
    }

    /// Takes from the reference what the model does not say: exact names of actions, and which operations only read.
    pub fn authorise(&mut self, access: Access) {
        for operation in self.operations.values_mut() {
            if self.service.method_actions && access.find(&operation.action).is_none() {
                operation.action = format!("{}:{}", self.service.action_prefix, operation.method);
            }
            for action in std::iter::once(&mut operation.action).chain(&mut operation.further_actions) {
                if let Some(found) = access.find(action) {
                    *action = found.whole_name();
                }
            }
            let levels: Option<Vec<bool>> =
                operation.actions().map(|name| access.find(name).map(|found| found.action.is_reading())).collect();
            if let (None, Some(reading)) = (operation.stated_read_only, levels) {
                operation.read_only = reading.into_iter().all(|reads| reads);
            }
        }
        self.access = access;
    }
}
