//! Queries and scans: pages of items in order.

use std::sync::Arc;

use api_dynamodb::{Query, QueryInput, QueryOutput, Scan, ScanInput, ScanOutput, Select};
use bytes::Bytes;
use service_kit::{Ctx, Error, Outcome};

use super::consumed::{self, Told};
use super::params::{self, Placeholders};
use super::{address, item, legacy, values};
use crate::Dynamo;
use crate::engine::expression::Compiler;
use crate::engine::expression::condition::Condition;
use crate::engine::expression::key_condition::{self, KeyTest};
use crate::engine::expression::path::{Path, Paths};
use crate::engine::key::{self, Span};
use crate::engine::page::{Page, Wanted};
use crate::engine::refusal::Refusal;
use crate::engine::schema::{Index, Schema};
use crate::engine::table::{State, Table};
use crate::engine::value::{Item, Value};
use crate::error::{invalid, invalid_parameter, told};
use crate::store::Projection;

/// What both have in common.
struct Request {
    table: Arc<Table>,
    state: Arc<State>,
    index: Index,
    select: Option<Select>,
    paths: Option<Paths>,
    filter: Option<Condition>,
    start: Option<Item>,
    limit: usize,
    consistent: bool,
}

/// Reads items of one partition key, in the order of their sort keys.
pub(crate) async fn query(ctx: &Ctx, input: QueryInput) -> Outcome<Query> {
    let placeholders =
        Placeholders { names: input.expression_attribute_names, values: input.expression_attribute_values };
    let expressions = [
        ("ProjectionExpression", input.projection_expression.is_some()),
        ("FilterExpression", input.filter_expression.is_some()),
        ("KeyConditionExpression", input.key_condition_expression.is_some()),
    ];
    let old_keys = input.key_conditions.is_some() && input.key_condition_expression.is_some();
    let others = [
        ("AttributesToGet", input.attributes_to_get.is_some()),
        ("QueryFilter", input.query_filter.is_some()),
        ("ConditionalOperator", input.conditional_operator.is_some()),
        ("KeyConditions", old_keys),
    ];
    params::check(&expressions, &others, &placeholders)?;
    let operator = input.conditional_operator.as_ref();
    let has_filter = input.query_filter.is_some();
    let old_filter = input.query_filter.map(|given| legacy::filter(given, operator)).transpose()?.flatten();
    input.attributes_to_get.as_deref().map(legacy::attributes_to_get).transpose()?;
    let start = input.exclusive_start_key.map(values::start).transpose()?;
    if input.key_conditions.is_none() && input.key_condition_expression.is_none() {
        return Err(invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ));
    }
    let mut compiler = params::compiler(placeholders)?;
    let key = input.key_condition_expression.as_deref().map(|text| compiler.condition("KeyConditionExpression", text));
    let key = key.transpose().map_err(invalid)?;
    let texts = Texts {
        filter: input.filter_expression.as_deref(),
        projection: input.projection_expression.as_deref(),
        attributes: input.attributes_to_get.as_deref(),
    };
    let (filter, paths) = texts.read(compiler)?;
    let (tests, unserved) = match (key, input.key_conditions) {
        (Some(condition), _) => (key_condition::tests(&condition).map_err(invalid)?, Vec::new()),
        (None, given) => legacy::key_conditions(given.unwrap_or_default())?,
    };
    check_select(input.select.as_ref(), &texts, input.index_name.is_some())?;
    let request = Request::new(ctx, &input.table_name, input.index_name.as_deref(), input.consistent_read).await?;
    let request = Request {
        select: input.select,
        filter: filter.or(old_filter),
        paths,
        start,
        limit: limit(input.limit),
        ..request
    };
    let range = request.partition(&tests, &unserved, has_filter)?;
    let forward = input.scan_index_forward.unwrap_or(true);
    let partition = Some(range.start.clone());
    let page = request.page(ctx, range, forward, partition).await?;
    let (items, count, scanned) = request.shown(page.items, page.scanned);
    Ok(QueryOutput {
        items,
        count: Some(count),
        scanned_count: Some(scanned),
        last_evaluated_key: page.last.map(values::attributes),
        consumed_capacity: consumed::shown(
            input.return_consumed_capacity.as_ref(),
            &request.table.home.name,
            &page.consumed,
            Told::Units,
        ),
    })
}

/// Reads all items, or those of one segment.
pub(crate) async fn scan(ctx: &Ctx, input: ScanInput) -> Outcome<Scan> {
    let placeholders =
        Placeholders { names: input.expression_attribute_names, values: input.expression_attribute_values };
    let expressions = [
        ("ProjectionExpression", input.projection_expression.is_some()),
        ("FilterExpression", input.filter_expression.is_some()),
    ];
    let others = [
        ("AttributesToGet", input.attributes_to_get.is_some()),
        ("ScanFilter", input.scan_filter.is_some()),
        ("ConditionalOperator", input.conditional_operator.is_some()),
    ];
    params::check(&expressions, &others, &placeholders)?;
    let operator = input.conditional_operator.as_ref();
    input.attributes_to_get.as_deref().map(legacy::attributes_to_get).transpose()?;
    let old_filter = input.scan_filter.map(|given| legacy::filter(given, operator)).transpose()?.flatten();
    let start = input.exclusive_start_key.map(values::start).transpose()?;
    let segment = segment(input.segment, input.total_segments)?;
    let texts = Texts {
        filter: input.filter_expression.as_deref(),
        projection: input.projection_expression.as_deref(),
        attributes: input.attributes_to_get.as_deref(),
    };
    let (filter, paths) = texts.read(params::compiler(placeholders)?)?;
    check_select(input.select.as_ref(), &texts, input.index_name.is_some())?;
    let request = Request::new(ctx, &input.table_name, input.index_name.as_deref(), input.consistent_read).await?;
    let request = Request {
        select: input.select,
        filter: filter.or(old_filter),
        paths,
        start,
        limit: limit(input.limit),
        ..request
    };
    if let (Some(start), Some(_)) = (&request.start, &request.index.name) {
        request.check_start(start)?;
    }
    request.whole()?;
    if let (Some(start), None) = (&request.start, &request.index.name) {
        let keys = request.index.key().count();
        if start.len() != keys {
            return Err(invalid(
                "The provided starting key is invalid: The provided key element does not match the schema",
            ));
        }
    }
    request.check_primary_start()?;
    let (at, total) = segment;
    let range = key::segment(&request.index, at, total);
    let range = request.after_start(range, true, |range, place| {
        if range.contains(place) {
            return Ok(());
        }
        Err(invalid(format!(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct \
             Segment. TotalSegments: {total} Segment: {at}"
        )))
    })?;
    request.check_paths()?;
    let page = request.page(ctx, range, true, None).await?;
    let (items, count, scanned) = request.shown(page.items, page.scanned);
    Ok(ScanOutput {
        items,
        count: Some(count),
        scanned_count: Some(scanned),
        last_evaluated_key: page.last.map(values::attributes),
        consumed_capacity: consumed::shown(
            input.return_consumed_capacity.as_ref(),
            &request.table.home.name,
            &page.consumed,
            Told::Units,
        ),
    })
}

/// The texts that tell which items and what of them.
struct Texts<'a> {
    filter: Option<&'a str>,
    projection: Option<&'a str>,
    attributes: Option<&'a [String]>,
}

impl Texts<'_> {
    fn read(&self, mut compiler: Compiler) -> Result<(Option<Condition>, Option<Paths>), Error> {
        let filter =
            self.filter.map(|text| compiler.condition("FilterExpression", text)).transpose().map_err(invalid)?;
        let paths = self.projection.map(|text| compiler.projection(text)).transpose().map_err(invalid)?;
        compiler.finish().map_err(invalid)?;
        let attributes = self.attributes.map(legacy::attributes_to_get).transpose()?;
        Ok((filter, paths.or(attributes)))
    }
}

fn check_select(select: Option<&Select>, texts: &Texts<'_>, of_index: bool) -> Result<(), Error> {
    let named = match (texts.projection, texts.attributes) {
        (Some(_), _) => Some("ProjectionExpression"),
        (None, Some(_)) => Some("AttributesToGet"),
        (None, None) => None,
    };
    let what = match (select, named) {
        (Some(Select::SpecificAttributes), None) => {
            return Err(invalid(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
            ));
        }
        (Some(Select::AllProjectedAttributes), None) if !of_index => {
            return Err(invalid_parameter(
                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
            ));
        }
        (Some(Select::AllAttributes), Some(_)) => "ALL_ATTRIBUTES",
        (Some(Select::AllProjectedAttributes), Some(_)) => "ALL_PROJECTED_ATTRIBUTES",
        (Some(Select::Count), Some(_)) => "only the Count",
        _ => return Ok(()),
    };
    Err(invalid(format!("Cannot specify the {} when choosing to get {what}", named.unwrap_or_default())))
}

fn limit(asked: Option<i32>) -> usize {
    asked.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0).unwrap_or(usize::MAX)
}

/// The segment, and how many there are.
fn segment(segment: Option<i32>, total: Option<i32>) -> Result<(u32, u32), Error> {
    match (segment, total) {
        (None, None) => Ok((0, 1)),
        (Some(_), None) => Err(invalid(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        )),
        (None, Some(_)) => Err(invalid(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        )),
        (Some(segment), Some(total)) if segment >= total => Err(invalid(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not \
             less than TotalSegments: {total}"
        ))),
        (Some(segment), Some(total)) => {
            Ok((u32::try_from(segment).unwrap_or_default(), u32::try_from(total).unwrap_or(1)))
        }
    }
}

impl Request {
    async fn new(ctx: &Ctx, name: &str, index: Option<&str>, consistent: Option<bool>) -> Result<Self, Error> {
        let table = address::table_of_items(ctx, name).await?;
        let state = table.state_kept();
        let consistent = consistent.unwrap_or_default();
        let index = match index {
            None => state.schema.primary().clone(),
            Some(name) => {
                let found = state.schema.index(name).cloned();
                let found =
                    found.ok_or_else(|| invalid(format!("The table does not have the specified index: {name}")))?;
                if found.global && consistent {
                    return Err(invalid("Consistent reads are not supported on global secondary indexes"));
                }
                if found.filling {
                    return Err(invalid(format!("Cannot read from backfilling global secondary index: {name}")));
                }
                found
            }
        };
        let (select, paths, filter, start, limit) = (None, None, None, None, usize::MAX);
        Ok(Self { table, state, index, select, paths, filter, start, limit, consistent })
    }

    fn schema(&self) -> &Schema {
        &self.state.schema
    }

    /// The rows of a query: those of its partition that fit, after the start.
    fn partition(&self, tests: &[KeyTest], unserved: &[String], old_filter: bool) -> Result<store::KeyRange, Error> {
        if let Some(start) = &self.start {
            self.check_start(start)?;
        }
        self.check_served(tests, unserved)?;
        if self.index.is_wide() {
            let range = key_condition::of_wide_index(tests, &self.index).map_err(told)?;
            self.check_primary_start()?;
            item::check_paths(self.schema(), self.paths.as_ref())?;
            self.check_filter(old_filter)?;
            self.whole()?;
            self.check_paths()?;
            return Ok(range);
        }
        let (hash, span) = key_condition::of_index(tests, &self.index).map_err(told)?;
        self.check_primary_start()?;
        self.check_boundaries(&hash, &span)?;
        item::check_paths(self.schema(), self.paths.as_ref())?;
        self.check_filter(old_filter)?;
        self.whole()?;
        self.check_paths()?;
        Ok(key::range(&self.index, &hash, &span))
    }

    /// Conditions that no index serves are told of once it is known that no key attribute is without one.
    fn check_served(&self, tests: &[KeyTest], unserved: &[String]) -> Result<(), Error> {
        if unserved.is_empty() {
            return Ok(());
        }
        if self.index.range.is_none() && tests.len() + unserved.len() > 1 {
            return Err(invalid("Query key condition not supported"));
        }
        for key in self.index.key() {
            if unserved.contains(&key.name) {
                return Err(invalid("Attempted conditional constraint is not an indexable operation"));
            }
            if !tests.iter().any(|test| test.name == key.name) {
                return Err(invalid(format!("Query condition missed key schema element: {}", key.name)));
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        ctx: &Ctx,
        range: store::KeyRange,
        forward: bool,
        partition: Option<Bytes>,
    ) -> Result<Page, Error> {
        let range = self.after_start(range, forward, |_, _| Ok(()))?;
        let wanted = Wanted {
            index: &self.index,
            range,
            forward,
            limit: self.limit,
            filter: self.filter.as_ref(),
            consistent: self.consistent,
            whole: self.whole()?,
            partition,
        };
        let engine = ctx.state::<Dynamo>().engine();
        engine.page(&self.table, &self.state, wanted).await.map_err(told)
    }

    /// The rest of a range after the key at which the page is to begin.
    fn after_start(
        &self,
        range: store::KeyRange,
        forward: bool,
        check: impl FnOnce(&store::KeyRange, &[u8]) -> Result<(), Error>,
    ) -> Result<store::KeyRange, Error> {
        let Some(start) = &self.start else { return Ok(range) };
        let bad = || invalid("The provided starting key is invalid");
        let primary = key::row(self.schema().primary(), start).ok_or_else(bad)?;
        let place = match &self.index.name {
            None => primary,
            Some(_) => key::secondary_row(self.schema(), &self.index, start, &primary).ok_or_else(bad)?,
        };
        check(&range, &place)?;
        Ok(key::after(range, &place, forward))
    }

    /// A start must have the keys of table and index, and nothing else.
    fn check_start(&self, start: &Item) -> Result<(), Error> {
        let mut names: Vec<&str> =
            self.schema().primary().key().chain(self.index.key()).map(|key| key.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let bad = || invalid("The provided starting key is invalid");
        if start.len() != names.len() {
            return Err(bad());
        }
        for key in self.index.key() {
            let value = start.get(&key.name).ok_or_else(bad)?;
            if value.kind() != key.kind.as_str() {
                return Err(told(key::mismatch()));
            }
        }
        key::check_key(&self.index, &key::key_of(self.index.key(), start)).map_err(told)
    }

    /// The table's own key in a start.
    fn check_primary_start(&self) -> Result<(), Error> {
        let (Some(start), primary) = (&self.start, self.schema().primary()) else { return Ok(()) };
        key::check_key(primary, &key::key_of(primary.key(), start)).map_err(|refusal| match refusal {
            Refusal::Invalid(text) => invalid(format!("The provided starting key is invalid: {text}")),
            refusal => told(refusal),
        })
    }

    /// A start must lie where the query looks.
    fn check_boundaries(&self, hash: &Value, span: &Span) -> Result<(), Error> {
        let Some(start) = &self.start else { return Ok(()) };
        let same = start.get(&self.index.hash.name) == Some(hash);
        let range = self.index.range.as_ref().and_then(|range| start.get(&range.name));
        match (span, range) {
            (Span::All, _) | (_, None) if !same => {
                Err(invalid("The provided starting key is outside query boundaries based on provided conditions"))
            }
            (Span::All, _) | (_, None) => Ok(()),
            (span, Some(range)) if !span.has(range) => {
                Err(invalid("The provided starting key does not match the range key predicate"))
            }
            _ if !same => Err(invalid("The query can return at most one row and cannot be restarted")),
            _ => Ok(()),
        }
    }

    /// What a query's filter looks at is not part of its key.
    fn check_filter(&self, old: bool) -> Result<(), Error> {
        let Some(filter) = &self.filter else { return Ok(()) };
        let mut found = None;
        filter.paths(&mut |path: &Path| {
            if self.index.has_key(path.head()) {
                found.get_or_insert_with(|| path.head().to_owned());
            }
        });
        let name = if old { "QueryFilter" } else { "Filter Expression" };
        found.map_or(Ok(()), |key| {
            Err(invalid(format!("{name} can only contain non-primary key attributes: Primary key attribute: {key}")))
        })
    }

    fn check_paths(&self) -> Result<(), Error> {
        item::check_paths(self.schema(), self.paths.as_ref())?;
        let mut paths = Vec::new();
        if let Some(filter) = &self.filter {
            filter.paths(&mut |path: &Path| paths.push(path.clone()));
        }
        params::check_scalar(self.schema(), paths.iter()).map_err(told)
    }

    /// Whether items are wanted that the index does not hold whole.
    fn whole(&self) -> Result<bool, Error> {
        let Some(name) = self.index.name.as_deref().filter(|_| self.index.projection != Projection::All) else {
            return Ok(false);
        };
        if self.select == Some(Select::AllAttributes) {
            if self.index.global {
                return Err(invalid_parameter(format!(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index {name} because its projection \
                     type is not ALL"
                )));
            }
            return Ok(true);
        }
        let held = |name: &str| {
            let included =
                matches!(&self.index.projection, Projection::Include(names) if names.iter().any(|n| n == name));
            included || self.index.has_key(name) || self.schema().primary().has_key(name)
        };
        let beyond: Vec<_> =
            self.paths.iter().flat_map(Paths::iter).map(Path::head).filter(|name| !held(name)).collect();
        if self.index.global && !beyond.is_empty() {
            return Err(invalid_parameter(format!(
                "Global secondary index {name} does not project [{}]",
                beyond.join(", ")
            )));
        }
        Ok(!beyond.is_empty())
    }

    /// What is answered: the items unless only their number is wanted; how many; how many were looked at.
    fn shown(&self, items: Vec<Item>, scanned: usize) -> (Option<Vec<values::Attributes>>, i32, i32) {
        let (count, scanned) = (whole_number(items.len()), whole_number(scanned));
        if self.select == Some(Select::Count) {
            return (None, count, scanned);
        }
        let cut = |item: Item| match &self.paths {
            Some(paths) => paths.cut(&item),
            None => item,
        };
        (Some(items.into_iter().map(cut).map(values::attributes).collect()), count, scanned)
    }
}

fn whole_number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
