//! Groups of schedules.

use names::{Tags, Timestamp};
use store::{Order, Reader, Span, StoreError};

use super::home::{DEFAULT, Home};
use super::{Answer, Engine, Refusal, timetable};
use crate::limits;
use crate::store::{GROUPS, GroupRecord, SCHEDULES};

impl Engine {
    /// Creates a group; asked again with the same token, nothing.
    pub(crate) async fn create_group(&self, home: &Home, name: &str, tags: Tags, token: Option<String>) -> Answer<()> {
        let now = self.now();
        let record = &GroupRecord { created: now, modified: now, deleting: false, tags, token };
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                match find(&tx, home, name).await? {
                    Some(there) if there.token.is_some() && there.token == record.token => Ok(()),
                    Some(_) => Err(Refusal::Taken),
                    None => Ok(GROUPS.put(&tx, scope, &name, record)?),
                }
            })
            .await
    }

    /// A group, if it is there.
    pub(crate) async fn group(&self, home: &Home, name: &str) -> Result<Option<GroupRecord>, StoreError> {
        find(&self.store().read().await?, home, name).await
    }

    /// Groups with names that begin so, after a name; at most `limit`.
    pub(crate) async fn groups(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, GroupRecord)>, StoreError> {
        let mut all = GROUPS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        if !all.iter().any(|(name, _)| name == DEFAULT) {
            all.push((DEFAULT.to_owned(), GroupRecord::default()));
            all.sort_by(|one, other| one.0.cmp(&other.0));
        }
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, _)| name.starts_with(prefix)).take(limit).collect())
    }

    /// Changes the tags of a group.
    pub(crate) async fn retag(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&Tags) -> Tags + Send + Sync,
    ) -> Answer<()> {
        let (scope, now, change) = (&home.scope(), self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = find(&tx, home, name).await?.ok_or(Refusal::NoGroup)?;
                record.tags = change(&record.tags);
                record.modified = now;
                if record.created == Timestamp::EPOCH {
                    record.created = now;
                }
                Ok(GROUPS.put(&tx, scope, &name, &record)?)
            })
            .await
    }

    /// Lets a group go away, with all its schedules.
    pub(crate) async fn delete_group(&self, home: &Home, name: &str) -> Answer<()> {
        let (scope, now) = (&home.scope(), self.now());
        self.store()
            .transact(|tx| async move {
                let mut record = GROUPS.get(&tx, scope, &name).await?.ok_or(Refusal::NoGroup)?;
                (record.deleting, record.modified) = (true, now);
                Ok::<_, Refusal>(GROUPS.put(&tx, scope, &name, &record)?)
            })
            .await?;
        self.sweeps().signal();
        Ok(())
    }

    /// Removes the schedules of groups that go away, and then the groups.
    pub(crate) async fn sweep(&self) -> Result<(), StoreError> {
        for (scope, name, record) in GROUPS.scan_everywhere(&self.store().read().await?).await? {
            let store::Scope::Regional(account, region) = scope else { continue };
            let home = Home { account, region };
            while record.deleting && self.sweep_some(&home, &name).await? {}
        }
        Ok(())
    }

    /// Whether there may be more.
    async fn sweep_some(&self, home: &Home, name: &str) -> Result<bool, StoreError> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let of_group = Span::prefix::<(String,)>(&(name,));
                let schedules = SCHEDULES.scan(&tx, scope, &of_group, Order::Ascending, limits::SWEEP).await?;
                for ((group, schedule), _) in &schedules {
                    SCHEDULES.delete(&tx, scope, &(group.as_str(), schedule.as_str()));
                    self.cancel(&tx, &timetable::id(home, group, schedule)).await?;
                }
                if schedules.is_empty() {
                    GROUPS.delete(&tx, scope, &name);
                }
                Ok(!schedules.is_empty())
            })
            .await
    }
}

/// A group as a transaction or a view sees it.
pub(super) async fn find(reader: &impl Reader, home: &Home, name: &str) -> Result<Option<GroupRecord>, StoreError> {
    let there = GROUPS.get(reader, &home.scope(), &name).await?;
    Ok(there.or_else(|| (name == DEFAULT).then(GroupRecord::default)))
}
