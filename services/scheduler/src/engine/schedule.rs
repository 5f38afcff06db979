//! Schedules: created, changed, deleted, listed.

use store::{Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal, group, timetable};
use crate::store::{SCHEDULES, ScheduleRecord};

impl Engine {
    /// Creates a schedule; asked again with the same token, nothing.
    pub(crate) async fn create(&self, home: &Home, group: &str, name: &str, record: ScheduleRecord) -> Answer<()> {
        let number = self.0.numbers.next().await?;
        let now = self.now();
        let record = &ScheduleRecord { number, created: now, modified: now, ..record };
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                match group::find(&tx, home, group).await? {
                    None => return Err(Refusal::NoGroup),
                    Some(group) if group.deleting => return Err(Refusal::Deleting),
                    Some(_) => {}
                }
                match SCHEDULES.get(&tx, scope, &(group, name)).await? {
                    Some(there) if there.token.is_some() && there.token == record.token => return Ok(()),
                    Some(_) => return Err(Refusal::Taken),
                    None => SCHEDULES.put(&tx, scope, &(group, name), record)?,
                }
                Ok(self.plan_first(&tx, home, (group, name), record).await?)
            })
            .await
    }

    /// A schedule, if it is there.
    pub(crate) async fn schedule(
        &self,
        home: &Home,
        group: &str,
        name: &str,
    ) -> Result<Option<ScheduleRecord>, StoreError> {
        SCHEDULES.get(&self.store().read().await?, &home.scope(), &(group, name)).await
    }

    /// Puts a schedule in place of what it was.
    pub(crate) async fn change(&self, home: &Home, group: &str, name: &str, record: ScheduleRecord) -> Answer<()> {
        let number = self.0.numbers.next().await?;
        let (scope, now, record) = (&home.scope(), self.now(), &record);
        self.store()
            .transact(|tx| async move {
                let before = SCHEDULES.get(&tx, scope, &(group, name)).await?.ok_or(Refusal::NoSchedule)?;
                let (created, token) = (before.created, before.token);
                let record = ScheduleRecord { number, created, modified: now, token, ..record.clone() };
                SCHEDULES.put(&tx, scope, &(group, name), &record)?;
                Ok(self.plan_changed(&tx, home, (group, name), &record).await?)
            })
            .await
    }

    /// Deletes a schedule.
    pub(crate) async fn delete(&self, home: &Home, group: &str, name: &str) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                SCHEDULES.get(&tx, scope, &(group, name)).await?.ok_or(Refusal::NoSchedule)?;
                SCHEDULES.delete(&tx, scope, &(group, name));
                Ok(self.cancel(&tx, &timetable::id(home, group, name)).await?)
            })
            .await
    }

    /// Schedules of a group, or of all, after a group and name; at most `limit`.
    pub(crate) async fn schedules(
        &self,
        home: &Home,
        group: Option<&str>,
        wanted: impl Fn(&str, &ScheduleRecord) -> bool,
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<Vec<((String, String), ScheduleRecord)>, StoreError> {
        let span = group.map_or_else(Span::all, |group| Span::prefix::<(String,)>(&(group,)));
        let span = match after {
            Some((group, name)) => span.after::<(String, String)>(&(group, name)),
            None => span,
        };
        let all = SCHEDULES.scan_all(&self.store().read().await?, &home.scope(), &span).await?;
        Ok(all.into_iter().filter(|((_, name), record)| wanted(name, record)).take(limit).collect())
    }
}
