//! A bus compiled: its rules that are on, and its archives, as one set of patterns; and its targets. Made when it is first
//! needed and kept until something of its account and region changes.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use api_events::Target;
use bytes::Bytes;
use parking_lot::Mutex;
use pattern::{Pattern, Set};
use store::{Raw, Span, StoreError, Watch};

use super::home::{BusId, Home};
use super::{Engine, bus, target};
use crate::store::{ARCHIVES, ArchiveRecord, BUSES, BusRecord, RULES, RuleRecord, TARGETS};

/// A bus as events see it.
#[derive(Debug)]
pub(crate) struct BusView {
    /// What it is.
    pub(crate) record: BusRecord,
    /// All its rules by name.
    pub(crate) rules: HashMap<String, Arc<RuleView>>,
    /// Who wants which events.
    pub(crate) wanted: Set<Wanted>,
}

/// Who wants events.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    Rule(Arc<RuleView>),
    Archive(Arc<ArchiveRecord>),
}

/// A rule.
#[derive(Debug)]
pub(crate) struct RuleView {
    pub(crate) name: String,
    pub(crate) record: RuleRecord,
    pub(crate) targets: Vec<Arc<TargetView>>,
}

/// A target.
#[derive(Debug)]
pub(crate) struct TargetView {
    /// Its id.
    pub(crate) id: String,
    /// Its lane.
    pub(crate) lane: String,
    text: Bytes,
    read: OnceLock<Target>,
}

impl TargetView {
    /// The target as the API has it.
    pub(crate) fn target(&self) -> &Target {
        self.read.get_or_init(|| target::read(&self.text))
    }

    /// What it is.
    pub(crate) fn arn(&self) -> &str {
        &self.target().arn
    }
}

/// Views of all buses that were asked for.
#[derive(Default)]
pub(super) struct Views(Mutex<HashMap<Home, Compiled>>);

/// What is compiled of an account and region.
struct Compiled {
    /// Of everything that a view is made from.
    watches: [Watch; 4],
    /// Counts the changes: what was read before one is not kept after it.
    generation: u64,
    buses: HashMap<String, Option<Arc<BusView>>>,
    /// Patterns of each bus when it was compiled last, so that a rule that did not change is not read again.
    patterns: HashMap<String, Arc<Patterns>>,
}

/// Patterns by their text.
type Patterns = HashMap<String, Arc<Pattern>>;

impl Views {
    pub(super) fn forget(&self) {
        self.0.lock().clear();
    }
}

impl Compiled {
    fn refresh(&mut self) {
        // Each watch must be asked: one that told stays told.
        let changed = self.watches.iter_mut().fold(false, |changed, watch| watch.has_changed() | changed);
        if changed {
            self.generation += 1;
            self.buses.clear();
        }
    }
}

impl Engine {
    /// A bus as it is now; none when it is not there.
    pub(crate) async fn view(&self, bus: &BusId) -> Result<Option<Arc<BusView>>, StoreError> {
        let (generation, patterns) = {
            let mut views = self.0.views.0.lock();
            let compiled = views.entry(bus.home.clone()).or_insert_with(|| self.compiled(&bus.home));
            compiled.refresh();
            if let Some(view) = compiled.buses.get(&bus.name) {
                return Ok(view.clone());
            }
            (compiled.generation, compiled.patterns.get(&bus.name).cloned().unwrap_or_default())
        };
        let (view, used) = self.compile(bus, &patterns).await?;
        let mut views = self.0.views.0.lock();
        if let Some(compiled) = views.get_mut(&bus.home).filter(|compiled| compiled.generation == generation) {
            compiled.buses.insert(bus.name.clone(), view.clone());
            compiled.patterns.insert(bus.name.clone(), Arc::new(used));
        }
        Ok(view)
    }

    /// The policy of a bus. A bus that is not compiled is not compiled for it: who puts ten thousand rules is decided on as
    /// often, and each of them makes the last compilation worthless.
    pub(crate) async fn policy_of(&self, bus: &BusId) -> Result<Option<String>, StoreError> {
        let known = self.0.views.0.lock().get_mut(&bus.home).and_then(|compiled| {
            compiled.refresh();
            compiled.buses.get(&bus.name).cloned()
        });
        if let Some(view) = known {
            return Ok(view.and_then(|view| view.record.policy.clone()));
        }
        Ok(bus::find(&self.store().read().await?, bus).await?.and_then(|record| record.policy))
    }

    fn compiled(&self, home: &Home) -> Compiled {
        let scope = home.scope();
        let prefixes = [BUSES.prefix(&scope), RULES.prefix(&scope), TARGETS.prefix(&scope), ARCHIVES.prefix(&scope)];
        let watches = prefixes.map(|prefix| self.store().watch(&prefix));
        Compiled { watches, generation: 0, buses: HashMap::new(), patterns: HashMap::new() }
    }

    async fn compile(&self, bus: &BusId, known: &Patterns) -> Result<(Option<Arc<BusView>>, Patterns), StoreError> {
        let view = self.store().read().await?;
        let scope = bus.home.scope();
        let Some(record) = bus::find(&view, bus).await? else { return Ok((None, Patterns::new())) };
        let of_bus = Span::prefix::<(String,)>(&(bus.name.as_str(),));
        let mut targets: HashMap<String, Vec<Arc<TargetView>>> = HashMap::new();
        for ((_, rule, id), Raw(text)) in TARGETS.scan_all(&view, &scope, &of_bus).await? {
            let lane = target::lane(bus, &rule, &id);
            targets.entry(rule).or_default().push(Arc::new(TargetView { id, lane, text, read: OnceLock::new() }));
        }
        let mut rules = HashMap::new();
        for ((_, name), record) in RULES.scan_all(&view, &scope, &of_bus).await? {
            let targets = targets.remove(&name).unwrap_or_default();
            rules.insert(name.clone(), Arc::new(RuleView { name, record, targets }));
        }
        let archives = ARCHIVES.scan_all(&view, &scope, &Span::all()).await?;
        let archives = archives.into_iter().map(|(_, record)| record).filter(|archive| archive.bus == bus.name);
        let mut used = Patterns::new();
        let mut compiled = |text: &str| {
            let pattern = used.get(text).or_else(|| known.get(text)).cloned();
            let pattern = pattern.or_else(|| read(text).map(Arc::new))?;
            used.insert(text.to_owned(), pattern.clone());
            Some(pattern)
        };
        let mut wanted: Vec<(Wanted, Arc<Pattern>)> = Vec::new();
        for rule in rules.values().filter(|rule| rule.record.is_on()) {
            let pattern = rule.record.pattern.as_deref().and_then(&mut compiled);
            wanted.extend(pattern.map(|pattern| (Wanted::Rule(rule.clone()), pattern)));
        }
        for archive in archives {
            let pattern = compiled(archive.pattern.as_deref().unwrap_or(EVERYTHING));
            wanted.extend(pattern.map(|pattern| (Wanted::Archive(Arc::new(archive)), pattern)));
        }
        let wanted = Set::new(wanted.iter().map(|(wanted, pattern)| (wanted.clone(), &**pattern)));
        Ok((Some(Arc::new(BusView { record, rules, wanted })), used))
    }
}

/// A pattern that describes every event.
const EVERYTHING: &str = r#"{"version": [{"exists": true}]}"#;

/// A pattern that was checked when it was put.
fn read(text: &str) -> Option<Pattern> {
    Pattern::parse(text).inspect_err(|error| tracing::error!(%error, "a pattern cannot be read any more")).ok()
}
