//! When services were last used, by those whom a policy, group, user or role is about, or by a whole account.

use std::collections::HashMap;

use names::{AccountId, Timestamp};
use store::{Reader, Span, StoreError};

use super::Engine;
use super::entity::{Kind, by_id};
use super::flaw::{Thing, missing};
use super::grant::{Grant, all as grants_of, document, entity_of};
use super::home::Home;
use super::reach::Reach;
use super::refusal::Refusal;
use crate::limits;
use crate::store::report::{ACCESS_JOBS, AccessJobRecord, AccessOf};
use crate::store::{ACCESSED, ATTACHMENTS, EntityRecord, UseRecord};

/// A use with who it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    /// The user or role.
    pub(crate) entity: EntityRecord,
    /// When and where.
    pub(crate) used: UseRecord,
}

/// What was used of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServiceAccess {
    /// The last use by each user and role, the latest first.
    pub(crate) by: Vec<Access>,
    /// The last use of each action, by name.
    pub(crate) actions: Vec<(String, Access)>,
}

/// What the users and roles of a report used, by service.
pub(crate) type Accesses = HashMap<String, ServiceAccess>;

impl AccessJobRecord {
    /// The first instant whose uses it tells.
    fn since(&self) -> Timestamp {
        self.made.minus(std::time::Duration::from_secs(limits::ACCESS_DAYS * 86_400))
    }

    fn tells(&self, used: &UseRecord) -> bool {
        (self.since()..=self.made).contains(&used.at)
    }
}

/// Users and roles that a policy reaches: attached to them, or to a group they are in.
async fn holders(reader: &impl Reader, home: Home, arn: &str) -> Result<Vec<String>, Refusal> {
    let rows = ATTACHMENTS.scan_all(reader, &home.scope(), &Span::prefix(&(arn.to_owned(), 0u8))).await?;
    let mut ids = Vec::new();
    for ((_, _, id), _) in rows {
        match by_id(reader, home, &id).await? {
            Some(record) if record.body.kind() == Kind::Group => ids.extend(members(reader, home, &id).await?),
            Some(_) => ids.push(id),
            None => {}
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

async fn members(reader: &impl Reader, home: Home, group: &str) -> Result<Vec<String>, StoreError> {
    let span = Span::prefix(&(group.to_owned(),));
    let rows = crate::store::MEMBERS.scan_all(reader, &home.scope(), &span).await?;
    Ok(rows.into_iter().map(|((_, user), _)| user).collect())
}

/// Whose uses a report of an ARN tells, and which policies say what they may use.
async fn about(reader: &impl Reader, home: Home, arn: &str) -> Result<Option<(Vec<String>, Vec<String>)>, Refusal> {
    if let Some(record) = entity_of(reader, home, arn).await? {
        let grants = grants_of(reader, home, &record).await?;
        let documents = grants.into_iter().map(|grant: Grant| grant.document).collect();
        let ids = match record.body.kind() {
            Kind::Group => members(reader, home, &record.id).await?,
            Kind::User | Kind::Role => vec![record.id],
        };
        return Ok(Some((ids, documents)));
    }
    let Some(document) = document(reader, home, arn).await? else { return Ok(None) };
    Ok(Some((holders(reader, home, arn).await?, vec![document])))
}

impl Engine {
    /// Makes a report of the user, group, role or policy of an ARN; none when there is none such.
    pub(crate) async fn report_access(&self, home: Home, arn: &str, actions: bool) -> Result<Option<String>, Refusal> {
        self.flush_usage().await?;
        let Some((ids, documents)) = about(&self.view().await?, home, arn).await? else { return Ok(None) };
        let services = Reach::of(documents.iter().map(String::as_str)).services();
        let documents = actions.then_some(documents);
        self.keep_access_job(home, services, AccessOf::Entities { ids, documents }).await.map(Some)
    }

    /// Makes a report of whole accounts.
    pub(crate) async fn report_accounts(
        &self,
        home: Home,
        services: Vec<&'static str>,
        accounts: Vec<(AccountId, String)>,
    ) -> Result<String, Refusal> {
        self.flush_usage().await?;
        self.keep_access_job(home, services, AccessOf::Accounts(accounts)).await
    }

    async fn keep_access_job(&self, home: Home, services: Vec<&str>, of: AccessOf) -> Result<String, Refusal> {
        let (job, services) = (&self.random().uuid(), services.into_iter().map(str::to_owned).collect());
        let record = &AccessJobRecord { made: self.instant(), services, of };
        self.store()
            .transact(|tx| async move { Ok::<_, Refusal>(ACCESS_JOBS.put(&tx, &home.scope(), job, record)?) })
            .await?;
        Ok(job.clone())
    }

    /// A report.
    pub(crate) async fn access_job(&self, home: Home, job: &str) -> Result<AccessJobRecord, Refusal> {
        let found = ACCESS_JOBS.get(&self.view().await?, &home.scope(), &job).await?;
        found.ok_or_else(|| missing(Thing::Job, job))
    }

    /// What the users and roles of a report used of its services.
    pub(crate) async fn accesses(
        &self,
        home: Home,
        job: &AccessJobRecord,
        ids: &[String],
    ) -> Result<Accesses, Refusal> {
        let (view, mut accesses) = (self.view().await?, Accesses::new());
        for id in ids {
            let Some(entity) = by_id(&view, home, id).await? else { continue };
            let rows = ACCESSED.scan_all(&view, &home.scope(), &Span::prefix(&(id.clone(),))).await?;
            for ((_, service, action), used) in rows.into_iter().filter(|(_, used)| job.tells(used)) {
                let access = Access { entity: entity.clone(), used };
                accesses.entry(service).or_default().note(action, access);
            }
        }
        for service in accesses.values_mut() {
            service.by.sort_by_key(|access| std::cmp::Reverse(access.used.at));
            service.actions.sort_by(|one, other| one.0.cmp(&other.0));
        }
        Ok(accesses)
    }

    /// What a whole account used, by service: the last use, and by how many users and roles.
    pub(crate) async fn account_accesses(
        &self,
        home: Home,
        job: &AccessJobRecord,
    ) -> Result<HashMap<String, (UseRecord, usize)>, Refusal> {
        let mut accesses: HashMap<String, (UseRecord, usize)> = HashMap::new();
        let rows = ACCESSED.scan_all(&self.view().await?, &home.scope(), &Span::all()).await?;
        for ((_, service, action), used) in rows {
            if !action.is_empty() || !job.tells(&used) {
                continue;
            }
            let entry = accesses.entry(service).or_insert_with(|| (used.clone(), 0));
            entry.1 += 1;
            if entry.0.at < used.at {
                entry.0 = used;
            }
        }
        Ok(accesses)
    }
}

impl ServiceAccess {
    /// Notes a use: of the service as a whole, or of one action, of which the latest stays.
    fn note(&mut self, action: String, access: Access) {
        if action.is_empty() {
            self.by.push(access);
            return;
        }
        match self.actions.iter_mut().find(|(name, _)| *name == action) {
            Some((_, last)) if last.used.at < access.used.at => *last = access,
            Some(_) => {}
            None => self.actions.push((action, access)),
        }
    }
}
