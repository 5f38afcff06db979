//! Pipes: created, changed, begun, removed.

use names::Tags;
use serde_json::Value;
use store::{Span, StoreError, Tx};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{CHECKPOINTS, PIPES, PipeRecord, State};

/// Makes new settings of old ones.
pub(crate) type Remake<'a> = dyn Fn(&Value) -> Answer<Value> + Send + Sync + 'a;

/// What is asked of a pipe.
pub(crate) struct Change<'a> {
    /// Its new settings, made of the old ones; none when they stay.
    pub settings: Option<&'a Remake<'a>>,
    /// Whether it is to run; none when that stays.
    pub wanted: Option<bool>,
    /// What it does from now on.
    pub state: fn(&PipeRecord) -> State,
}

impl Engine {
    /// Creates a pipe.
    pub(crate) async fn create(
        &self,
        home: &Home,
        name: &str,
        settings: &Value,
        wanted: bool,
        tags: Tags,
    ) -> Answer<PipeRecord> {
        let (no, now) = (self.0.numbers.next().await?, self.now());
        let record = &PipeRecord {
            no,
            form: 0,
            created: now,
            modified: now,
            wanted,
            state: State::Creating,
            reason: None,
            settings: self.close(no, settings),
            tags,
        };
        let create = async |tx: Tx| match PIPES.get(&tx, &home.scope(), &name).await? {
            Some(_) => Err(Refusal::Taken),
            None => Ok(PIPES.put(&tx, &home.scope(), &name, record)?),
        };
        self.store().transact(create).await?;
        Ok(record.clone())
    }

    /// A pipe, if it is there.
    pub(crate) async fn pipe(&self, home: &Home, name: &str) -> Result<Option<PipeRecord>, StoreError> {
        PIPES.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// Asks something of a pipe. What was asked before must be done.
    pub(crate) async fn change(&self, home: &Home, name: &str, change: &Change<'_>) -> Answer<PipeRecord> {
        let now = self.now();
        let changed = async |tx: Tx| {
            let mut pipe = PIPES.get(&tx, &home.scope(), &name).await?.ok_or(Refusal::Absent)?;
            if pipe.state.is_busy() {
                return Err(Refusal::Busy(pipe.state));
            }
            if let Some(settings) = change.settings {
                pipe.settings = self.close(pipe.no, &settings(&self.settings(&pipe)?)?);
            }
            pipe.wanted = change.wanted.unwrap_or(pipe.wanted);
            (pipe.state, pipe.reason) = ((change.state)(&pipe), None);
            (pipe.form, pipe.modified) = (pipe.form + 1, now);
            PIPES.put(&tx, &home.scope(), &name, &pipe)?;
            Ok(pipe)
        };
        self.store().transact(changed).await
    }

    /// Notes what became of a pipe, unless something else was asked of it since.
    pub(crate) async fn settle(
        &self,
        home: &Home,
        name: &str,
        pipe: &PipeRecord,
        state: State,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        let reason = &reason.map(|reason| reason.chars().take(limits::REASON).collect::<String>());
        let settled = async |tx: Tx| {
            let there = PIPES.get(&tx, &home.scope(), &name).await?;
            let Some(there) = there.filter(|there| (there.no, there.form) == (pipe.no, pipe.form)) else {
                return Ok(());
            };
            PIPES.put(&tx, &home.scope(), &name, &PipeRecord { state, reason: reason.clone(), ..there })
        };
        self.store().transact(settled).await
    }

    /// Removes a pipe that goes, and what is known of its source.
    pub(crate) async fn remove(&self, home: &Home, name: &str, pipe: &PipeRecord) -> Result<(), StoreError> {
        let of_pipe = &Span::prefix(&(pipe.no,));
        self.store().delete_range(CHECKPOINTS.range(&home.scope(), of_pipe)).await?;
        let removed = async |tx: Tx| {
            if PIPES.get(&tx, &home.scope(), &name).await?.is_some_and(|there| there.no == pipe.no) {
                PIPES.delete(&tx, &home.scope(), &name);
            }
            Ok::<_, StoreError>(())
        };
        self.store().transact(removed).await
    }

    /// Pipes with names that begin so, after a name, those that are `wanted`; at most `limit`.
    pub(crate) async fn pipes(
        &self,
        home: &Home,
        wanted: impl Fn(&str, &PipeRecord, &Value) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, PipeRecord, Value)>, StoreError> {
        let span = after.map_or(Span::all(), |after| Span::all().after(&after));
        let mut found = Vec::new();
        for (name, pipe) in PIPES.scan_all(&self.store().read().await?, &home.scope(), &span).await? {
            let settings = self.settings(&pipe)?;
            if found.len() < limit && wanted(&name, &pipe, &settings) {
                found.push((name, pipe, settings));
            }
        }
        Ok(found)
    }

    /// All pipes of all accounts that somebody is to work on.
    pub(crate) async fn at_work(&self) -> Result<Vec<(Home, String, PipeRecord)>, StoreError> {
        let mut found = Vec::new();
        for (scope, name, pipe) in PIPES.scan_everywhere(&self.store().read().await?).await? {
            let store::Scope::Regional(account, region) = scope else { continue };
            if pipe.state.is_busy() || pipe.state == State::Running {
                found.push((Home { account, region }, name, pipe));
            }
        }
        Ok(found)
    }

    /// Changes the tags of a pipe.
    pub(crate) async fn retag(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&Tags) -> Answer<Tags> + Send + Sync,
    ) -> Answer<()> {
        let change = &change;
        let retagged = async |tx: Tx| {
            let mut pipe = PIPES.get(&tx, &home.scope(), &name).await?.ok_or(Refusal::Absent)?;
            pipe.tags = change(&pipe.tags)?;
            Ok(PIPES.put(&tx, &home.scope(), &name, &pipe)?)
        };
        self.store().transact(retagged).await
    }
}
