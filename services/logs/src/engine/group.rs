//! Log groups: created, found, changed, listed, deleted.

use bytes::Bytes;
use names::{Tags, Timestamp};
use store::{Order, Raw, Reader, Span, Tx};

use super::Engine;
use super::home::Home;
use super::refusal::Refusal;
use crate::limits;
use crate::store::{
    Class, GROUPS, GroupNo, GroupRecord, KEYS, KeyRecord, METRIC_FILTERS, Millis, SUBSCRIPTIONS, SWEEPS, TAILS,
};

/// A log group that was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Where it is.
    pub home: Home,
    /// Its name.
    pub name: String,
    /// What it is.
    pub record: GroupRecord,
}

/// A data key that KMS made for a group.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// The ARN of the key of KMS.
    pub key: String,
    /// The data key as it is kept.
    pub record: KeyRecord,
}

/// The number of a group's first data key; those after it are taken from all numbers.
const FIRST_KEY: u64 = 1;

/// What a group is to be.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Its class.
    pub class: Class,
    /// The key of KMS, and the data key made under it.
    pub key: Option<Made>,
    /// Whether it may not be deleted.
    pub protected: bool,
    /// Tags.
    pub tags: Tags,
}

impl Group {
    /// Its number.
    pub(crate) fn no(&self) -> GroupNo {
        self.record.no
    }

    /// Its ARN, without the star behind it.
    pub(crate) fn arn(&self) -> String {
        self.home.group_arn(&self.name)
    }

    /// Events before this one are no longer kept.
    pub(crate) fn horizon(&self, now: Timestamp) -> Option<Millis> {
        horizon(&self.record, now)
    }
}

/// The first millisecond that a group still keeps; none when it keeps all.
pub(crate) fn horizon(record: &GroupRecord, now: Timestamp) -> Option<Millis> {
    let days = match record.class {
        Class::Delivery => Some(limits::DELIVERY_DAYS),
        _ => record.retention,
    };
    days.map(|days| now.millis() - i64::from(days) * 86_400_000)
}

impl Engine {
    /// Creates a group.
    pub(crate) async fn create_group(&self, home: &Home, name: &str, plan: Plan) -> Result<Group, Refusal> {
        let record = GroupRecord {
            no: self.number().await?,
            created: self.now(),
            class: plan.class,
            retention: None,
            key: plan.key.as_ref().map(|made| made.key.clone()),
            data_key: plan.key.as_ref().map_or(0, |_| FIRST_KEY),
            protected: plan.protected,
            tags: plan.tags,
            protection: None,
            protection_gone: false,
            index: None,
            transformer: None,
        };
        let (scope, wanted, key) = (home.scope(), &record, &plan.key);
        self.store()
            .transact(|tx| {
                let scope = &scope;
                async move {
                    if let Some(made) = key {
                        KEYS.put(&tx, scope, &(wanted.no, FIRST_KEY), &made.record)?;
                    }
                    if GROUPS.get(&tx, scope, &name).await?.is_some() {
                        return Err(Refusal::GroupTaken);
                    }
                    Ok(GROUPS.put(&tx, scope, &name, wanted)?)
                }
            })
            .await?;
        Ok(Group { home: home.clone(), name: name.to_owned(), record })
    }

    /// The group of a name.
    pub(crate) async fn group(&self, home: &Home, name: &str) -> Result<Group, Refusal> {
        let view = self.store().read().await?;
        group(&view, home, name).await
    }

    /// Changes what a group is.
    pub(crate) async fn change_group(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&mut GroupRecord) -> Result<(), Refusal>,
    ) -> Result<Group, Refusal> {
        let (scope, change) = (home.scope(), &change);
        let record = self.store().transact(|tx| {
            let scope = &scope;
            async move {
                let mut record = GROUPS.get(&tx, scope, &name).await?.ok_or(Refusal::NoSuchGroup)?;
                change(&mut record)?;
                GROUPS.put(&tx, scope, &name, &record)?;
                Ok::<_, Refusal>(record)
            }
        });
        Ok(Group { home: home.clone(), name: name.to_owned(), record: record.await? })
    }

    /// Seals new events with a key of KMS, or with the group's own again.
    pub(crate) async fn associate(&self, home: &Home, name: &str, made: Option<Made>) -> Result<(), Refusal> {
        let (scope, made, key_no) = (home.scope(), &made, self.number().await?);
        self.store()
            .transact(|tx| {
                let scope = &scope;
                async move {
                    let mut record = GROUPS.get(&tx, scope, &name).await?.ok_or(Refusal::NoSuchGroup)?;
                    record.key = made.as_ref().map(|made| made.key.clone());
                    record.data_key = made.as_ref().map_or(0, |_| key_no);
                    if let Some(made) = made {
                        KEYS.put(&tx, scope, &(record.no, key_no), &made.record)?;
                    }
                    Ok(GROUPS.put(&tx, scope, &name, &record)?)
                }
            })
            .await
    }

    /// Deletes a group with all it holds.
    pub(crate) async fn delete_group(&self, home: &Home, name: &str) -> Result<(), Refusal> {
        let scope = home.scope();
        self.store()
            .transact(|tx| {
                let scope = &scope;
                async move {
                    let record = GROUPS.get(&tx, scope, &name).await?.ok_or(Refusal::NoSuchGroup)?;
                    if record.protected {
                        return Err(Refusal::Protected);
                    }
                    drop_filters(&tx, scope, record.no).await?;
                    GROUPS.delete(&tx, scope, &name);
                    Ok(SWEEPS.put(&tx, scope, &(record.no, 0), &Raw(Bytes::new()))?)
                }
            })
            .await?;
        self.chores().sweep.signal();
        Ok(())
    }

    /// Groups of a home whose names begin with a prefix, after one.
    pub(crate) async fn groups(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&str, &GroupRecord) -> bool,
    ) -> Result<Vec<Group>, Refusal> {
        let (view, scope) = (self.store().read().await?, home.scope());
        let (mut found, mut after) = (Vec::new(), after.map(str::to_owned));
        loop {
            let span = match &after {
                Some(after) if after.as_str() >= prefix => Span::all().after(&after.as_str()),
                _ => Span::all().from(&prefix),
            };
            let rows = GROUPS.scan(&view, &scope, &span, Order::Ascending, limit.max(100)).await?;
            let more = rows.len() == limit.max(100);
            for (name, record) in rows {
                if !name.starts_with(prefix) {
                    return Ok(found);
                }
                after = Some(name.clone());
                if wanted(&name, &record) {
                    found.push(Group { home: home.clone(), name, record });
                    if found.len() == limit {
                        return Ok(found);
                    }
                }
            }
            if !more {
                return Ok(found);
            }
        }
    }

    /// Bytes of the events of a group, as AWS counts them.
    pub(crate) async fn stored_bytes(&self, group: &Group) -> Result<u64, Refusal> {
        let view = self.store().read().await?;
        let tails = TAILS.scan_all(&view, &group.home.scope(), &Span::prefix(&(group.no(),))).await?;
        Ok(tails.into_iter().map(|(_, tail)| tail.bytes).sum())
    }

    /// How many metric filters a group has.
    pub(crate) async fn metric_filters(&self, group: &Group) -> Result<usize, Refusal> {
        let (view, span) = (self.store().read().await?, Span::prefix(&(group.no(),)));
        Ok(METRIC_FILTERS.scan_all(&view, &group.home.scope(), &span).await?.len())
    }
}

/// The group of a name, as a reader sees it.
pub(crate) async fn group(reader: &impl Reader, home: &Home, name: &str) -> Result<Group, Refusal> {
    let record = GROUPS.get(reader, &home.scope(), &name).await?.ok_or(Refusal::NoSuchGroup)?;
    Ok(Group { home: home.clone(), name: name.to_owned(), record })
}

/// Streams and tails go with the sweep; filters at once, so that none is found by its metric any more.
async fn drop_filters(tx: &Tx, scope: &store::Scope, no: GroupNo) -> Result<(), Refusal> {
    let span = Span::prefix(&(no,));
    for (key, _) in SUBSCRIPTIONS.scan_all(tx, scope, &span).await? {
        SUBSCRIPTIONS.delete(tx, scope, &key);
    }
    for (key, _) in METRIC_FILTERS.scan_all(tx, scope, &span).await? {
        METRIC_FILTERS.delete(tx, scope, &key);
    }
    Ok(())
}
