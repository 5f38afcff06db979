//! Queries at work: events of their groups, newest first, through the commands, and the answer kept. A query that a crash cut
//! short is begun anew.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use names::{AccountId, Timestamp};
use service_kit::{Cloud, Error};
use store::{Order, Raw, Scope, Span};

use crate::calls;
use crate::engine::Engine;
use crate::engine::group::Group;
use crate::engine::home::Home;
use crate::engine::place::Place;
use crate::engine::protection::Mask;
use crate::engine::read::{CHUNK, Event, Range};
use crate::error::told;
use crate::insights::fields::{Fields, discover};
use crate::insights::pipeline::{Answer, Pipeline, Row};
use crate::insights::value::Value;
use crate::insights::{Query, RAW, parse};
use crate::limits;
use crate::ops::mask_of;
use crate::store::{QUERIES, QueryRecord, QueryState, RESULTS, Statistics, StreamNo};

/// Rows of an answer that are kept together.
const TOGETHER: usize = 500;

/// Runs a query in the background.
pub(crate) fn start(cloud: &Cloud, engine: &Engine, home: &Home, id: &str) {
    if !engine.take_up(id) {
        return;
    }
    let (cloud, engine, home, id) = (cloud.clone(), engine.clone(), home.clone(), id.to_owned());
    let runtime = engine.runtime().clone();
    runtime.tasks.spawn("logs.query", async move {
        if let Err(error) = run(&cloud, &engine, &home, &id).await {
            tracing::warn!(%error, id, "a query failed");
        }
        engine.lay_down(&id);
    });
}

/// Runs what a crash cut short.
pub(crate) async fn resume(cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
    let view = engine.store().read().await?;
    for (scope, id, record) in QUERIES.scan_everywhere(&view).await? {
        let open = matches!(record.status, QueryState::Scheduled | QueryState::Running);
        if let Some(home) = Home::of_scope(&scope).filter(|_| open) {
            start(cloud, engine, &home, &id);
        }
    }
    Ok(())
}

async fn run(cloud: &Cloud, engine: &Engine, home: &Home, id: &str) -> Result<(), Error> {
    let scope = home.scope();
    let Some(record) = change(engine, &scope, id, |record| record.status = QueryState::Running).await? else {
        return Ok(());
    };
    let began = engine.runtime().clock.real_now();
    let done = answer(cloud, engine, home, id, &record).await;
    let took = engine.runtime().clock.real_now().since(began).as_millis() as i64;
    match done {
        Ok(None) => Ok(()),
        Ok(Some((answer, statistics))) => {
            let rows = u32::try_from(answer.len()).unwrap_or(u32::MAX);
            keep(engine, &scope, id, &answer).await?;
            let finish = |record: &mut QueryRecord| {
                (record.status, record.rows) = (QueryState::Complete, rows);
                (record.statistics, record.took) = (statistics, Some(took));
            };
            change(engine, &scope, id, finish).await.map(|_| ())
        }
        Err(error) => {
            let fail = |record: &mut QueryRecord| (record.status, record.took) = (QueryState::Failed, Some(took));
            change(engine, &scope, id, fail).await?;
            Err(error)
        }
    }
}

/// Changes a query that is not over.
pub(crate) async fn change(
    engine: &Engine,
    scope: &Scope,
    id: &str,
    change: impl Fn(&mut QueryRecord),
) -> Result<Option<QueryRecord>, Error> {
    let change = &change;
    let changed = engine.store().transact(|tx| async move {
        let Some(mut record) = QUERIES.get(&tx, scope, &id).await? else { return Ok(None) };
        if !matches!(record.status, QueryState::Scheduled | QueryState::Running) {
            return Ok(None);
        }
        change(&mut record);
        QUERIES.put(&tx, scope, &id, &record)?;
        Ok::<_, store::StoreError>(Some(record))
    });
    Ok(changed.await?)
}

/// The answer; none when the query was stopped meanwhile.
async fn answer(
    cloud: &Cloud,
    engine: &Engine,
    home: &Home,
    id: &str,
    record: &QueryRecord,
) -> Result<Option<(Answer, Statistics)>, Error> {
    let query = parse(&record.text).map_err(|wrong| crate::error::invalid(wrong.message))?;
    let mut statistics = Statistics { groups: record.groups.len() as u64, ..Statistics::default() };
    let mut merge = Merge::new(cloud, engine, home, record).await?;
    let mut pipeline = Pipeline::new(&query, record.limit as usize, engine.now().millis());
    let deadline = engine.now().plus(limits::QUERY_TIME);
    while let Some((source, event)) = merge.next(cloud, engine).await? {
        statistics.scanned += 1;
        statistics.bytes += event.message.len() as u64;
        pipeline.add(source.row(cloud, home, event, &query, engine.now().millis()));
        if statistics.scanned.is_multiple_of(CHUNK as u64) && !goes_on(engine, home, id, deadline).await? {
            return Ok(None);
        }
    }
    statistics.matched = pipeline.matched;
    Ok(Some((pipeline.finish(), statistics)))
}

async fn goes_on(engine: &Engine, home: &Home, id: &str, deadline: Timestamp) -> Result<bool, Error> {
    tokio::task::yield_now().await;
    if engine.now() >= deadline {
        change(engine, &home.scope(), id, |record| record.status = QueryState::Timeout).await?;
        return Ok(false);
    }
    let view = engine.store().read().await?;
    let there = QUERIES.get(&view, &home.scope(), &id).await?;
    Ok(there.is_some_and(|there| there.status == QueryState::Running))
}

async fn keep(engine: &Engine, scope: &Scope, id: &str, answer: &Answer) -> Result<(), Error> {
    for (place, rows) in (0u32..).zip(answer.chunks(TOGETHER)) {
        let text = serde_json::to_vec(rows).map_err(|error| service_kit::Fault::internal(error.to_string()))?;
        let sealed = engine.seal().close(&engine.runtime().random, id.as_bytes(), &text);
        let batch = store::Batch::new();
        RESULTS.put(&batch, scope, &(id, place), &Raw(sealed.into()))?;
        engine.store().write(batch).await?;
    }
    Ok(())
}

/// The answer of a query that is over.
pub(crate) async fn answer_of(engine: &Engine, scope: &Scope, id: &str) -> Result<Answer, Error> {
    let view = engine.store().read().await?;
    let mut answer = Answer::new();
    for (_, Raw(sealed)) in RESULTS.scan_all(&view, scope, &Span::prefix(&(id,))).await? {
        let text = engine.seal().open(id.as_bytes(), &sealed)?;
        let rows: Answer = serde_json::from_slice(&text).map_err(|_| store::StoreError::corrupt("an answer"))?;
        answer.extend(rows);
    }
    Ok(answer)
}

/// A group that is read.
pub(crate) struct Source {
    group: Group,
    names: HashMap<StreamNo, Arc<str>>,
    mask: Mask,
    range: Range,
    waiting: VecDeque<Event>,
    beyond: Option<Place>,
    over: bool,
}

impl Source {
    /// Of a group, from when to when.
    pub(crate) async fn new(engine: &Engine, group: Group, range: Range) -> Result<Self, Error> {
        Ok(Self {
            names: engine.names_of(&group).await.map_err(told)?,
            mask: mask_of(engine, &group).await?,
            group,
            range,
            waiting: VecDeque::new(),
            beyond: None,
            over: false,
        })
    }

    async fn fill(&mut self, cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
        while self.waiting.is_empty() && !self.over {
            let kept = engine.events(&self.group, self.range, self.beyond, Order::Descending, CHUNK).await;
            let kept = kept.map_err(told)?;
            self.over = kept.len() < CHUNK;
            self.beyond = kept.last().map(|kept| kept.place);
            self.waiting.extend(calls::open(cloud, engine, &self.group, &kept).await?);
        }
        Ok(())
    }

    /// The fields of an event.
    pub(crate) fn fields(&self, cloud: &Cloud, event: &Event, raw: bool) -> Fields {
        let group = &self.group;
        let message = if self.mask.is_empty() { event.message.clone() } else { self.mask.apply(&event.message) };
        let mut fields = discover(&message, group.name.starts_with("/aws/lambda/"));
        if raw && message != event.message {
            let of_raw = discover(&event.message, group.name.starts_with("/aws/lambda/"));
            fields.extend(of_raw.into_iter().map(|(name, value)| (format!("{RAW}{name}"), value)));
            fields.insert(format!("{RAW}@message"), Value::Text(event.message.clone()));
        }
        let stream = self.names.get(&event.stream).map(|name| name.to_string()).unwrap_or_default();
        let text = |text: String| Value::Text(text);
        fields.extend([
            ("@message".to_owned(), text(message)),
            ("@timestamp".to_owned(), Value::Time(event.place.at)),
            ("@ingestionTime".to_owned(), Value::Time(event.ingested)),
            ("@logStream".to_owned(), text(stream)),
            ("@log".to_owned(), text(format!("{}:{}", group.home.account, group.name))),
            ("@aws.account".to_owned(), text(group.home.account.to_string())),
            ("@aws.region".to_owned(), text(group.home.region.to_string())),
            ("@ptr".to_owned(), text(pointer(cloud, group, event.place))),
        ]);
        fields
    }

    fn row(&self, cloud: &Cloud, _home: &Home, event: Event, query: &Query, now: i64) -> Row {
        Row::of(self.fields(cloud, &event, query.unmasks), now)
    }
}

/// Several groups as one, newest events first.
struct Merge(Vec<Source>);

impl Merge {
    async fn new(_cloud: &Cloud, engine: &Engine, home: &Home, record: &QueryRecord) -> Result<Self, Error> {
        let (mut sources, range) = (Vec::new(), Range { from: record.range.0, to: record.range.1 });
        for (account, name) in &record.groups {
            let home = Home { account: *account, region: home.region.clone() };
            // A group that was deleted meanwhile has no events.
            if let Ok(group) = engine.group(&home, name).await {
                sources.push(Source::new(engine, group, range).await?);
            }
        }
        Ok(Self(sources))
    }

    async fn next(&mut self, cloud: &Cloud, engine: &Engine) -> Result<Option<(&Source, Event)>, Error> {
        for source in &mut self.0 {
            source.fill(cloud, engine).await?;
        }
        let newest = |(_, source): &(usize, &Source)| source.waiting.front().map(|event| event.place);
        let found = self.0.iter().enumerate().max_by_key(newest).map(|(place, _)| place);
        let Some(source) = found.and_then(|place| self.0.get_mut(place)) else { return Ok(None) };
        let Some(event) = source.waiting.pop_front() else { return Ok(None) };
        Ok(Some((source, event)))
    }
}

/// What a pointer is signed for.
const POINTER: &str = "logs/ptr";

/// `@ptr`: where an event is, so that only this cloud can have written it.
fn pointer(cloud: &Cloud, group: &Group, place: Place) -> String {
    let text = format!("{}|{}|{}|{}|{}", group.home.account, group.no(), place.at, place.no, group.name);
    cloud.page_tokens().seal(POINTER, text.as_bytes())
}

/// Where a pointer points to: account, number and name of the group, and the place in it.
pub(crate) fn pointed_at(cloud: &Cloud, pointer: &str) -> Option<(AccountId, u64, String, Place)> {
    let text = String::from_utf8(cloud.page_tokens().open(POINTER, pointer).ok()?).ok()?;
    let mut parts = text.splitn(5, '|');
    let (account, group) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let place = Place { at: parts.next()?.parse().ok()?, no: parts.next()?.parse().ok()? };
    Some((account, group, parts.next()?.to_owned(), place))
}
