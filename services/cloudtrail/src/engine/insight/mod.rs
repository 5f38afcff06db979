//! Insights: rates of calls and of errors that are unusual against the seven days before.
//!
//! | file | what |
//! |---|---|
//! | `count.rs` | the event history as counts a minute |
//! | `rule.rs` | what is unusual. Pure |
//! | `record.rs` | the event that says so |
//!
//! Calls cost nothing for it: a task reads each minute of the event history once it is over. AWS does not publish its model;
//! ours is `rule.rs`. An account is analyzed once its history holds a day, as AWS too needs a day before its first insight.

mod count;
mod record;
mod rule;

use std::collections::BTreeMap;
use std::time::Duration;

use names::{AccountId, Region, Timestamp};
use service_kit::Cloud;
use store::{Batch, ReadView, Scope, Span, Store, StoreError};

use super::Engine;
use super::history;
use super::kept::{self, Kept};
use super::sinks::organization;
use crate::limits::BASELINE;
use crate::store::{OPEN_INSIGHTS, OpenInsight, RATES, RateRecord, SeriesKey, WATERMARKS, Watermark};
use count::Counts;
use record::State;

/// Events later than this are not yet counted: those of calls that end now may still be on their way.
const LAG: Duration = Duration::from_secs(15);
/// Minutes of history before the first insight.
const LEAST_HISTORY: i64 = 24 * 60;
/// The key of the one watermark of a scope.
const ONLY: u8 = 0;

/// An account and region, as far as insights are wanted of it.
struct Watched {
    account: AccountId,
    region: Region,
    organization: Option<String>,
}

impl Watched {
    fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }
}

/// What is usual of a series.
struct Usual {
    /// Calls a minute.
    average: f64,
    minutes: i64,
    rates: RateRecord,
}

impl Engine {
    /// Counts what is over and tells of what is unusual.
    pub(crate) async fn analyze_all(&self, cloud: &Cloud) -> Result<(), StoreError> {
        if !self.sinks().get().await?.any_insights() {
            return Ok(());
        }
        self.queue().flush().await?;
        for scope in Scope::all(&self.store().read().await?).await? {
            let Scope::Regional(account, region) = scope else { continue };
            let organization = organization(cloud, account).await;
            let watched = Watched { account, region, organization };
            if self.wanted(&watched, false).await? || self.wanted(&watched, true).await? {
                self.analyze(&watched).await?;
            }
        }
        Ok(())
    }

    async fn wanted(&self, watched: &Watched, errors: bool) -> Result<bool, StoreError> {
        let sinks = self.sinks().get().await?;
        Ok(!sinks.of_insight(watched.account, &watched.region, watched.organization.as_deref(), errors).is_empty())
    }

    async fn analyze(&self, watched: &Watched) -> Result<(), StoreError> {
        let now = self.runtime().clock.now();
        let (scope, until) = (watched.scope(), minute(now.minus(LAG)));
        history::bring_forward(self.store(), &scope).await?;
        let view = self.store().read().await?;
        let from = match WATERMARKS.get(&view, &scope, &ONLY).await? {
            Some(Watermark(from)) => from,
            None => minute(now.minus(BASELINE)),
        };
        if from >= until {
            return Ok(());
        }
        let counts = Counts::read(&view, &scope, from, until).await?;
        self.save(&scope, &counts).await?;
        drop(view);
        for (series, minutes) in &counts.series {
            self.judge(watched, series, minutes).await?;
        }
        self.end_quiet(watched, until).await?;
        // Only now: what a crash cuts short is counted anew, to the same numbers.
        let batch = Batch::new();
        WATERMARKS.put(&batch, &scope, &ONLY, &Watermark(until))?;
        self.store().write(batch).await.map(|_| ())
    }

    async fn save(&self, scope: &Scope, counts: &Counts) -> Result<(), StoreError> {
        let batch = Batch::new();
        for (series, minutes) in &counts.series {
            let (kind, source, name, code) = series;
            for (minute, rate) in minutes {
                let key = (*kind, source.as_str(), name.as_str(), code.as_str(), *minute);
                RATES.put(&batch, scope, &key, rate)?;
            }
        }
        self.store().write(batch).await.map(|_| ())
    }

    /// Goes through the minutes of a series in order.
    async fn judge(
        &self,
        watched: &Watched,
        series: &SeriesKey,
        minutes: &BTreeMap<i64, RateRecord>,
    ) -> Result<(), StoreError> {
        let (scope, errors) = (watched.scope(), series.0 == count::ERRORS);
        if !self.wanted(watched, errors).await? {
            return Ok(());
        }
        for (minute, rate) in minutes {
            let open = OPEN_INSIGHTS.get(&self.store().read().await?, &scope, &key(series)).await?;
            match open {
                Some(open) if *minute <= open.last => {}
                Some(open) if *minute == open.last + 1 && rule::is_unusual(rate.count, open.baseline, errors) => {
                    self.go_on(&scope, series, open, *minute, rate).await?;
                }
                Some(open) => {
                    self.end(watched, series, &open).await?;
                    self.begin_if_unusual(watched, series, *minute, rate).await?;
                }
                None => self.begin_if_unusual(watched, series, *minute, rate).await?,
            }
        }
        Ok(())
    }

    async fn begin_if_unusual(
        &self,
        watched: &Watched,
        series: &SeriesKey,
        minute: i64,
        rate: &RateRecord,
    ) -> Result<(), StoreError> {
        let errors = series.0 == count::ERRORS;
        if !rule::is_unusual(rate.count, 0.0, errors) {
            return Ok(());
        }
        let Some(usual) = usual(self.store(), &watched.scope(), series, minute).await? else { return Ok(()) };
        if !rule::is_unusual(rate.count, usual.average, errors) {
            return Ok(());
        }
        let open = OpenInsight {
            shared: self.runtime().random.uuid(),
            began: minute,
            last: minute,
            baseline: usual.average,
            baseline_minutes: usual.minutes,
            seen: rate.clone(),
        };
        self.tell(watched, series, &open, &usual.rates, State::Start).await
    }

    async fn go_on(
        &self,
        scope: &Scope,
        series: &SeriesKey,
        open: OpenInsight,
        minute: i64,
        rate: &RateRecord,
    ) -> Result<(), StoreError> {
        let mut seen = open.seen;
        count::add(&mut seen, rate);
        let batch = Batch::new();
        OPEN_INSIGHTS.put(&batch, scope, &key(series), &OpenInsight { last: minute, seen, ..open })?;
        self.store().write(batch).await.map(|_| ())
    }

    /// Ends what was not unusual in the last minute that is over.
    async fn end_quiet(&self, watched: &Watched, until: i64) -> Result<(), StoreError> {
        let open = OPEN_INSIGHTS.scan_all(&self.store().read().await?, &watched.scope(), &Span::all()).await?;
        for (series, insight) in open.iter().filter(|(_, insight)| insight.last < until - 1) {
            self.end(watched, series, insight).await?;
        }
        Ok(())
    }

    async fn end(&self, watched: &Watched, series: &SeriesKey, open: &OpenInsight) -> Result<(), StoreError> {
        let usual = usual(self.store(), &watched.scope(), series, open.began).await?;
        let rates = usual.map(|usual| usual.rates).unwrap_or_default();
        self.tell(watched, series, open, &rates, State::End).await
    }

    /// Writes the event that says so, together with what is known of the activity from now on.
    async fn tell(
        &self,
        watched: &Watched,
        series: &SeriesKey,
        open: &OpenInsight,
        usual: &RateRecord,
        state: State,
    ) -> Result<(), StoreError> {
        let (errors, scope) = (series.0 == count::ERRORS, watched.scope());
        let event = record::event(&self.runtime().random, watched, series, open, usual, state);
        let sinks = self.sinks().get().await?;
        let sinks = sinks.of_insight(watched.account, &watched.region, watched.organization.as_deref(), errors);
        let batch = Batch::new();
        kept::write_all(&batch, &[Kept::new(event, sinks, self.listeners())])?;
        match state {
            State::Start => OPEN_INSIGHTS.put(&batch, &scope, &key(series), open)?,
            State::End => OPEN_INSIGHTS.delete(&batch, &scope, &key(series)),
        }
        self.store().write(batch).await.map(|_| ())
    }

    /// Removes counts that no baseline needs any more.
    pub(crate) async fn expire_rates(&self, now: Timestamp) -> Result<(), StoreError> {
        let oldest = minute(now.minus(crate::limits::HISTORY));
        for scope in Scope::all(&self.store().read().await?).await? {
            let rows = RATES.scan_all(&self.store().read().await?, &scope, &Span::all()).await?;
            let batch = Batch::new();
            for ((kind, source, name, code, at), _) in rows.iter().filter(|((.., at), _)| *at < oldest) {
                RATES.delete(&batch, &scope, &(*kind, source.as_str(), name.as_str(), code.as_str(), *at));
            }
            if !batch.is_empty() {
                self.store().write(batch).await?;
            }
        }
        Ok(())
    }
}

/// What was usual of a series before a minute; none when the history is too short to tell.
async fn usual(store: &Store, scope: &Scope, series: &SeriesKey, before: i64) -> Result<Option<Usual>, StoreError> {
    let view = store.read().await?;
    let longest = i64::try_from(BASELINE.as_secs() / 60).expect("seven days");
    let minutes = (before - first_minute(&view, scope).await?.unwrap_or(before)).min(longest);
    if minutes < LEAST_HISTORY {
        return Ok(None);
    }
    let (kind, source, name, code) = (series.0, series.1.as_str(), series.2.as_str(), series.3.as_str());
    let span = Span::all()
        .from::<(u8, String, String, String, i64)>(&(kind, source, name, code, before - minutes))
        .until::<(u8, String, String, String, i64)>(&(kind, source, name, code, before));
    let mut rates = RateRecord::default();
    for (_, rate) in RATES.scan_all(&view, scope, &span).await? {
        count::add(&mut rates, &rate);
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of a week")]
    let average = f64::from(rates.count) / minutes as f64;
    Ok(Some(Usual { average, minutes, rates }))
}

async fn first_minute(view: &ReadView, scope: &Scope) -> Result<Option<i64>, StoreError> {
    Ok(history::first(view, scope).await?.map(minute))
}

fn key(series: &SeriesKey) -> (u8, &str, &str, &str) {
    (series.0, &series.1, &series.2, &series.3)
}

fn minute(at: Timestamp) -> i64 {
    at.secs().div_euclid(60)
}
