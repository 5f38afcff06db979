//! Roles that belong to a service: the service decides on name, trust and policy, and nobody else changes them.

use store::Reader;

use super::count::Counted;
use super::entity::{Body, Kind, RoleBody, find as find_entity, put, used};
use super::flaw::{Flaw, Thing, missing};
use super::home::Home;
use super::refusal::{Noun, Refusal};
use super::trust::Trust;
use super::{Engine, nothing};
use crate::limits;
use crate::store::report::{DELETIONS, DeletionRecord};
use crate::store::{ATTACHMENTS, ENTITIES, EntityRecord, EntityRef, IDS, Use, key};

/// Services with the roles they link: a line a service, as `data/README.md` says.
static SERVICES: &str = include_str!("../../data/service-linked-roles.txt");

/// How a service links a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// As in `autoscaling.amazonaws.com`.
    pub(crate) service: &'static str,
    /// The role's name.
    name: &'static str,
    /// Whether there may be several, told apart by a suffix.
    suffix: bool,
    /// Name of the one policy, under `/aws-service-role/`.
    policy: &'static str,
    /// The description a role gets when none is given.
    description: Option<&'static str>,
}

impl Link {
    /// Of a service.
    pub(crate) fn of(service: &str) -> Option<Self> {
        SERVICES.lines().filter_map(Self::parse).find(|link| link.service == service)
    }

    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.splitn(4, ' ');
        let (service, name, policy) = (fields.next()?, fields.next()?, fields.next()?);
        let stem = name.strip_suffix("_*");
        let (name, suffix) = (stem.unwrap_or(name), stem.is_some());
        Some(Self { service, name, suffix, policy, description: fields.next() })
    }

    /// The role's path.
    pub(crate) fn path(&self) -> String {
        format!("/aws-service-role/{}/", self.service)
    }

    /// The role's name.
    pub(crate) fn role_name(&self, suffix: Option<&str>) -> Result<String, Refusal> {
        match suffix {
            None => Ok(self.name.to_owned()),
            Some(suffix) if self.suffix => Ok(format!("{}_{suffix}", self.name)),
            Some(_) => Err(Flaw::Suffix(self.service.to_owned()).into()),
        }
    }

    /// Who may assume it: the service.
    fn trust(&self) -> Trust {
        let service = self.service;
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        Trust { text, bound: Vec::new() }
    }
}

impl Engine {
    /// Creates the role of a service.
    pub(crate) async fn create_linked_role(
        &self,
        home: Home,
        service: &str,
        suffix: Option<&str>,
        description: Option<String>,
    ) -> Result<EntityRecord, Refusal> {
        let link = Link::of(service).ok_or_else(|| Flaw::NotLinked(service.to_owned()))?;
        let record = &self.linked_role(home, link, link.role_name(suffix)?, description);
        self.change(home.account, |tx| async move {
            let scope = home.scope();
            if ENTITIES.get(&tx, &scope, &Kind::Role.at(&record.name)).await?.is_some() {
                return Err(Refusal::Flaw(Flaw::RoleTaken(record.name.clone())));
            }
            Counted::Roles.add(&tx, &scope).await?;
            for policy in &record.attached {
                ATTACHMENTS.put(&tx, &scope, &used(policy, Use::Attached, &record.id), &nothing())?;
            }
            IDS.put(&tx, &scope, &record.id, &EntityRef { kind: Kind::Role, key: key(&record.name) })?;
            Ok(put(&tx, home, record)?)
        })
        .await?;
        Ok(record.clone())
    }

    /// Deletes the role of a service and answers the id of the task that did it.
    pub(crate) async fn delete_linked_role(&self, home: Home, name: &str) -> Result<String, Refusal> {
        let (uuid, done) = (&self.random().uuid(), self.now());
        self.change(home.account, |tx| async move {
            let record = linked(&tx, home, name).await?;
            for policy in &record.attached {
                ATTACHMENTS.delete(&tx, &home.scope(), &used(policy, Use::Attached, &record.id));
            }
            self.remove(&tx, home, &record).await?;
            let task = format!("task{}{}/{uuid}", record.path, record.name);
            DELETIONS.put(&tx, &home.scope(), &task, &DeletionRecord { done })?;
            Ok(task)
        })
        .await
    }

    /// Refuses a deletion that nobody asked for.
    pub(crate) async fn check_deletion(&self, home: Home, task: &str) -> Result<(), Refusal> {
        let found = DELETIONS.get(&self.view().await?, &home.scope(), &task).await?;
        found.map(|_| ()).ok_or_else(|| missing(Thing::Deletion, task))
    }

    fn linked_role(&self, home: Home, link: Link, name: String, description: Option<String>) -> EntityRecord {
        let body = RoleBody {
            trust: link.trust(),
            description: description.or_else(|| link.description.map(str::to_owned)),
            max_session: limits::SESSION,
            linked: Some(link.service.to_owned()),
        };
        EntityRecord {
            id: home.issue(names::key_id::IdKind::Role, self.random()),
            name,
            path: link.path(),
            created: self.now(),
            tags: names::Tags::new(),
            boundary: None,
            attached: vec![home.aws_policy("/aws-service-role/", link.policy)],
            body: Body::Role(body),
        }
    }
}

/// The role of a service by its name.
async fn linked(reader: &impl Reader, home: Home, name: &str) -> Result<EntityRecord, Refusal> {
    let record = find_entity(reader, home, Kind::Role, name).await?;
    let belongs = record.role().is_some_and(|role| role.linked.is_some());
    if belongs { Ok(record) } else { Err(Refusal::Missing(Noun::Role, name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::aws_managed;

    #[test]
    fn each_service_has_a_role_with_a_policy_of_aws() {
        let links: Vec<_> = SERVICES.lines().map(|line| Link::parse(line).unwrap()).collect();
        assert!(links.is_sorted_by_key(|link| link.service));
        for link in &links {
            assert!(link.service.ends_with(".amazonaws.com") && link.name.starts_with("AWSServiceRoleFor"), "{link:?}");
            let known = aws_managed::all().iter().any(|p| p.name == link.policy && p.path == "/aws-service-role/");
            // Lex's has been taken back by AWS since its role was recorded.
            assert!(known || link.policy == "AmazonLexBotPolicy", "{link:?}");
        }
    }

    #[test]
    fn names_and_suffixes() {
        let scaling = Link::of("autoscaling.amazonaws.com").unwrap();
        assert_eq!(scaling.role_name(None).unwrap(), "AWSServiceRoleForAutoScaling");
        assert_eq!(scaling.role_name(Some("x")).unwrap(), "AWSServiceRoleForAutoScaling_x");
        let batch = Link::of("batch.amazonaws.com").unwrap();
        assert_eq!(batch.role_name(Some("x")), Err(Flaw::Suffix("batch.amazonaws.com".into()).into()));
        assert_eq!(Link::of("nothing.amazonaws.com"), None);
        let rds = Link::of("rds.amazonaws.com").unwrap();
        assert_eq!(rds.description, Some("Allows Amazon RDS to manage AWS resources on your behalf"));
    }
}
