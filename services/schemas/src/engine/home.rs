//! Where resources are, and what they are called. The registry of AWS's own events is everybody's and has no account.

use names::{AccountId, Arn, Region};
use store::Scope;

use crate::limits;

/// The registry of AWS's own events.
pub(crate) const PUBLISHED: &str = "aws.events";
/// The registry of what was discovered.
pub(crate) const DISCOVERED: &str = "discovered-schemas";

/// How ids of discoverers begin.
const OF_BUS: &str = "events-event-bus-";

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// A registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegistryId {
    pub(crate) home: Home,
    pub(crate) name: String,
}

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaId {
    pub(crate) registry: RegistryId,
    pub(crate) name: String,
}

/// A discoverer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiscovererId {
    pub(crate) home: Home,
    pub(crate) id: String,
}

/// What an ARN can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    Registry(RegistryId),
    Schema(SchemaId),
    Discoverer(DiscovererId),
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// A registry of its.
    pub(crate) fn registry(&self, name: impl Into<String>) -> RegistryId {
        RegistryId { home: self.clone(), name: name.into() }
    }

    /// A discoverer of its.
    pub(crate) fn discoverer(&self, id: impl Into<String>) -> DiscovererId {
        DiscovererId { home: self.clone(), id: id.into() }
    }

    fn arn(&self, resource: String) -> Arn {
        Arn::regional("schemas", &self.region, self.account, resource)
    }
}

impl RegistryId {
    /// Whether it is AWS's own.
    pub(crate) fn is_published(&self) -> bool {
        self.name == PUBLISHED
    }

    /// A schema in it.
    pub(crate) fn schema(&self, name: impl Into<String>) -> SchemaId {
        SchemaId { registry: self.clone(), name: name.into() }
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        self.owned(format!("registry/{}", self.name))
    }

    fn owned(&self, resource: String) -> Arn {
        let arn = self.home.arn(resource);
        if self.is_published() { Arn { account: String::new(), ..arn } } else { arn }
    }
}

impl SchemaId {
    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        self.registry.owned(format!("schema/{}/{}", self.registry.name, self.name))
    }

    /// Its key.
    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.registry.name, &self.name)
    }
}

impl DiscovererId {
    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        self.home.arn(format!("discoverer/{}", self.id))
    }

    /// The rule that brings it events. Source: rules that AWS made, as `Schemas-events-event-bus-default`.
    pub(crate) fn rule(&self) -> String {
        format!("Schemas-{}", self.id)
    }

    /// Its ARN. The id tells the bus, but for the slashes in the names of partners' buses.
    pub(crate) fn rule_arn(&self) -> Arn {
        let resource = match self.id.strip_prefix(OF_BUS) {
            None | Some("default") => format!("rule/{}", self.rule()),
            Some(bus) => format!("rule/{bus}/{}", self.rule()),
        };
        Arn::regional("events", &self.home.region, self.home.account, resource)
    }
}

impl Named {
    /// What an ARN names; what is AWS's own is seen from `home`.
    pub(crate) fn of_arn(arn: &str, home: &Home) -> Option<Self> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "schemas")?;
        let account = if arn.account.is_empty() { home.account } else { arn.account_id()? };
        let home = Home { account, region: arn.region_code()? };
        let (kind, name) = arn.resource.split_once('/')?;
        match kind {
            "registry" => Some(Self::Registry(home.registry(name))),
            "schema" => name.split_once('/').map(|(of, name)| Self::Schema(home.registry(of).schema(name))),
            "discoverer" => Some(Self::Discoverer(home.discoverer(name))),
            _ => None,
        }
    }
}

/// The id of the discoverer of a bus: each has one at most. Source: as [`DiscovererId::rule`].
pub(crate) fn discoverer_of(bus: &Arn) -> String {
    format!("events-{}", bus.resource.replace('/', "-"))
}

/// Whether a registry may be called so.
pub(crate) fn is_registry_name(name: &str) -> bool {
    is_name(name, "._-", limits::REGISTRY_NAME)
}

/// Whether a schema may be called so.
pub(crate) fn is_schema_name(name: &str) -> bool {
    is_name(name, "._-@", limits::SCHEMA_NAME)
}

fn is_name(name: &str, beside: &str, longest: usize) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || beside.contains(c);
    (1..=longest).contains(&name.len()) && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_there_and_back() {
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        for (arn, named) in [
            ("arn:aws:schemas:us-east-1:000000000000:registry/r", Named::Registry(home.registry("r"))),
            ("arn:aws:schemas:us-east-1:000000000000:schema/r/s@T", Named::Schema(home.registry("r").schema("s@T"))),
            ("arn:aws:schemas:us-east-1::registry/aws.events", Named::Registry(home.registry(PUBLISHED))),
            ("arn:aws:schemas:us-east-1:000000000000:discoverer/d", Named::Discoverer(home.discoverer("d"))),
        ] {
            assert_eq!(Named::of_arn(arn, &home).as_ref(), Some(&named));
            let back = match named {
                Named::Registry(id) => id.arn(),
                Named::Schema(id) => id.arn(),
                Named::Discoverer(id) => id.arn(),
            };
            assert_eq!(back.to_string(), arn);
        }
        assert_eq!(Named::of_arn("arn:aws:schemas:us-east-1:000000000000:thing/x", &home), None);
        assert_eq!(Named::of_arn("arn:aws:sqs:us-east-1:000000000000:registry/x", &home), None);
    }

    #[test]
    fn discoverers_of_buses() {
        let bus: Arn = "arn:aws:events:us-east-1:000000000000:event-bus/default".parse().unwrap();
        assert_eq!(discoverer_of(&bus), "events-event-bus-default");
    }

    #[test]
    fn names() {
        assert!(is_registry_name("a.b-c_D9") && !is_registry_name("a@b") && !is_registry_name(&"a".repeat(65)));
        assert!(is_schema_name("a.b@C") && !is_schema_name("") && !is_schema_name("a b") && !is_schema_name("é"));
    }
}
