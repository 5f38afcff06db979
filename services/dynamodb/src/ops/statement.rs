//! PartiQL statements: executed one by one, in batches and in transactions.

use std::sync::Arc;

use api_dynamodb::{
    AttributeValue, BatchExecuteStatement, BatchExecuteStatementInput, BatchExecuteStatementOutput,
    BatchStatementError, BatchStatementErrorCodeEnum, BatchStatementRequest, BatchStatementResponse, ExecuteStatement,
    ExecuteStatementInput, ExecuteStatementOutput, ExecuteTransaction, ExecuteTransactionInput,
    ExecuteTransactionOutput, ItemResponse, errors,
};
use aws_lc_rs::digest;
use service_kit::{Access, Ctx, Error, Fault, Outcome};

use super::batch::Sums;
use super::consumed::{self, Told};
use super::item::{check_update, some_attributes, tells};
use super::touched::{known, scalar, together};
use super::transact::cancelled;
use super::{address, values};
use crate::Dynamo;
use crate::engine::capacity::{Consumed, read_units};
use crate::engine::expression::condition::Condition;
use crate::engine::expression::path::{Path, Paths};
use crate::engine::item::{Deed, Write, Written};
use crate::engine::key;
use crate::engine::page::Wanted;
use crate::engine::partiql::plan::{self, PartitionRead, Plan};
use crate::engine::partiql::{self, Returning, Select, Statement, Verb};
use crate::engine::refusal::Refusal;
use crate::engine::table::Table;
use crate::engine::transact::{Token, transactional_read_units};
use crate::engine::value::{Item, decode_item, encode_item};
use crate::error::{invalid, told};

/// Executes a statement.
pub(crate) async fn execute_statement(ctx: &Ctx, input: ExecuteStatementInput) -> Outcome<ExecuteStatement> {
    let statement = read(&input.statement, input.parameters.clone())?;
    let table = address::table_of_items(ctx, &statement.table).await?;
    let asked = input.return_consumed_capacity.as_ref();
    if let Verb::Select(select) = &statement.verb {
        let page = select_page(ctx, &input, &statement, select, &table).await?;
        return Ok(ExecuteStatementOutput {
            items: Some(page.items.into_iter().map(values::attributes).collect()),
            next_token: page.next,
            consumed_capacity: consumed::shown(asked, &table.home.name, &page.consumed, Told::Units),
            last_evaluated_key: page.last.map(values::attributes),
        });
    }
    let tells_item = tells(input.return_values_on_condition_check_failure.as_ref());
    let aimed = aim(&statement, &table, tells_item)?;
    let written = ctx.state::<Dynamo>().engine().write(&table, &aimed.write).await;
    let written = written.map_err(|refusal| aimed.refused(refusal))?;
    let consumed_capacity = consumed::shown(asked, &table.home.name, &written.consumed, Told::Units);
    let items = aimed.returned(written).map(values::attributes).into_iter().collect();
    Ok(ExecuteStatementOutput { items: Some(items), consumed_capacity, next_token: None, last_evaluated_key: None })
}

/// Executes statements, each for itself; each is about one item.
pub(crate) async fn batch_execute_statement(
    ctx: &Ctx,
    input: BatchExecuteStatementInput,
) -> Outcome<BatchExecuteStatement> {
    let (mut responses, mut sums) = (Vec::with_capacity(input.statements.len()), Sums::default());
    for request in input.statements {
        let response = match one_of_batch(ctx, request, &mut sums).await {
            Ok(response) => response,
            Err(error) => {
                let error = Some(batch_error(&error));
                BatchStatementResponse { error, ..BatchStatementResponse::default() }
            }
        };
        responses.push(response);
    }
    let asked = input.return_consumed_capacity.as_ref();
    Ok(BatchExecuteStatementOutput { responses: Some(responses), consumed_capacity: sums.shown(asked, Told::Units) })
}

/// Executes statements, all or none; either all of them read or all write.
pub(crate) async fn execute_transaction(ctx: &Ctx, input: ExecuteTransactionInput) -> Outcome<ExecuteTransaction> {
    let asked = input.return_consumed_capacity.clone();
    let token = input.client_request_token.as_ref().map(|token| Token {
        scope: crate::store::scope(ctx.account(), &ctx.region),
        token: token.clone(),
        digest: digest::digest(&digest::SHA256, format!("{:?}", input.transact_statements).as_bytes())
            .as_ref()
            .to_vec(),
    });
    let mut statements = Vec::with_capacity(input.transact_statements.len());
    for given in input.transact_statements {
        let statement = read(&given.statement, given.parameters)?;
        let table = address::table_of_items(ctx, &statement.table).await?;
        statements.push((statement, table, tells(given.return_values_on_condition_check_failure.as_ref())));
    }
    let reads =
        !statements.iter().any(|(statement, ..)| statement.verb.writes() || matches!(statement.verb, Verb::Exists(_)));
    if reads {
        return read_all(ctx, &statements, asked.as_ref()).await;
    }
    if statements.iter().any(|(statement, ..)| matches!(statement.verb, Verb::Select(_))) {
        return Err(invalid("A transaction cannot hold both reads and writes; use EXISTS to check a condition"));
    }
    let mut writes = Vec::with_capacity(statements.len());
    for (statement, table, tells_item) in &statements {
        writes.push((table.clone(), aim(statement, table, *tells_item)?.write));
    }
    let done = ctx.state::<Dynamo>().engine().transact(&writes, token.as_ref()).await;
    let done = done.map_err(|why| cancelled(why, writes.len()))?;
    let mut sums = Sums::default();
    for ((table, _), written) in writes.iter().zip(done.iter().flatten()) {
        sums.add(table, &written.consumed);
    }
    // Writes are answered with nothing each, and AWS leaves nothings out.
    Ok(ExecuteTransactionOutput {
        responses: Some(Vec::new()),
        consumed_capacity: sums.shown(asked.as_ref(), Told::Writes),
    })
}

/// What a statement touches.
pub(crate) fn access(ctx: &Ctx, input: &ExecuteStatementInput) -> Result<Access, Error> {
    of_statement(ctx, &input.statement, input.parameters.as_ref())
}

/// What statements of a batch touch.
pub(crate) fn access_of_batch(ctx: &Ctx, input: &BatchExecuteStatementInput) -> Result<Access, Error> {
    let all = input.statements.iter().filter_map(|one| of_statement(ctx, &one.statement, one.parameters.as_ref()).ok());
    Ok(together(all.collect()))
}

/// What statements of a transaction touch.
pub(crate) fn access_of_transaction(ctx: &Ctx, input: &ExecuteTransactionInput) -> Result<Access, Error> {
    let all = input.transact_statements.iter().map(|one| {
        let access = of_statement(ctx, &one.statement, one.parameters.as_ref())?;
        Ok(access.with("dynamodb:EnclosingOperation", "ExecuteTransaction"))
    });
    Ok(together(all.collect::<Result<_, Error>>()?))
}

fn of_statement(ctx: &Ctx, text: &str, parameters: Option<&Vec<AttributeValue>>) -> Result<Access, Error> {
    let statement = read(text, parameters.cloned())?;
    let access = address::access_to_index(ctx, &statement.table, statement.index.as_deref())?;
    let selected = match &statement.verb {
        Verb::Select(select) => select.columns.attributes(),
        _ => None,
    };
    let access = selected.into_iter().flatten().fold(access, |access, name| access.with("dynamodb:Attributes", name));
    let access = leading(ctx, &statement)?.into_iter().fold(access, |access, (key, value)| access.with(key, value));
    Ok(access.as_action(match statement.verb {
        Verb::Select(_) | Verb::Exists(_) => "dynamodb:PartiQLSelect",
        Verb::Insert(_) => "dynamodb:PartiQLInsert",
        Verb::Update { .. } => "dynamodb:PartiQLUpdate",
        Verb::Delete { .. } => "dynamodb:PartiQLDelete",
    }))
}

/// The partition keys that a statement names, or that it reads everything. Of a table that is not at hand nothing is known but
/// that, and such a statement counts as reading everything.
fn leading(ctx: &Ctx, statement: &Statement) -> Result<Vec<(&'static str, String)>, Error> {
    let full = |full: bool| ("dynamodb:FullTableScan", full.to_string());
    let Some(table) = known(ctx, &address::home(ctx, &statement.table)?) else { return Ok(vec![full(true)]) };
    let state = table.state_kept();
    let primary = state.schema.primary();
    let index = statement.index.as_deref().and_then(|name| state.schema.index(name)).unwrap_or(primary);
    let hashes: Vec<_> = match &statement.verb {
        Verb::Select(select) | Verb::Exists(select) => match select.plan(index).map_err(invalid)? {
            Plan::Scan(_) => return Ok(vec![full(true)]),
            Plan::Reads { reads, .. } => reads.into_iter().map(|read| read.hash).collect(),
        },
        Verb::Insert(item) => item.get(&primary.hash.name).cloned().into_iter().collect(),
        Verb::Update { filter, .. } | Verb::Delete { filter, .. } => {
            let (key, _) = plan::target(filter.as_ref(), primary).map_err(invalid)?;
            key.get(&primary.hash.name).cloned().into_iter().collect()
        }
    };
    let shown = hashes.into_iter().filter_map(|hash| scalar(&values::shown_value(hash)));
    Ok(shown.map(|value| ("dynamodb:LeadingKeys", value)).chain([full(false)]).collect())
}

fn read(text: &str, parameters: Option<Vec<AttributeValue>>) -> Result<Statement, Error> {
    let parameters = parameters.unwrap_or_default().into_iter().map(values::value).collect::<Result<Vec<_>, _>>()?;
    partiql::read(text, &parameters).map_err(invalid)
}

/// A statement's write, and what is answered of it.
struct Aimed {
    write: Write,
    returning: Option<Returning>,
    paths: Paths,
    inserts: bool,
}

impl Aimed {
    fn refused(&self, refusal: Refusal) -> Error {
        match refusal {
            Refusal::Condition(_) if self.inserts => {
                errors::duplicate_item_exception("Duplicate primary key exists in table").into()
            }
            other => told(other),
        }
    }

    fn returned(&self, written: Written) -> Option<Item> {
        let some = |item: Item| Some(item).filter(|item| !item.is_empty());
        match self.returning? {
            Returning::AllOld => written.old,
            Returning::AllNew => written.new,
            Returning::ModifiedOld => written.old.map(|item| self.paths.cut(&item)).and_then(some),
            Returning::ModifiedNew => written.new.map(|item| self.paths.cut(&item)).and_then(some),
        }
    }
}

/// The write that a statement is.
fn aim(statement: &Statement, table: &Table, tells_item: bool) -> Result<Aimed, Error> {
    let state = table.state_kept();
    let primary = state.schema.primary();
    let there = || Condition::Exists(Path::top(&primary.hash.name));
    let both = |rest: Option<Condition>| match rest {
        Some(rest) => Condition::And(there().into(), rest.into()),
        None => there(),
    };
    let (item, deed, condition, returning, paths) = match &statement.verb {
        Verb::Select(_) => return Err(invalid("A read is not a write")),
        Verb::Insert(item) => {
            let fresh = Condition::NotExists(Path::top(&primary.hash.name));
            (item.clone(), Deed::Put, Some(fresh), None, Paths::default())
        }
        Verb::Update { update, filter, returning } => {
            let (key, rest) = plan::target(filter.as_ref(), primary).map_err(invalid)?;
            check_update(&state.schema, update)?;
            (key, Deed::Update(update.clone()), Some(both(rest)), *returning, update.paths())
        }
        Verb::Delete { filter, returning } => {
            let (key, rest) = plan::target(filter.as_ref(), primary).map_err(invalid)?;
            (key, Deed::Delete, rest, *returning, Paths::default())
        }
        Verb::Exists(select) => {
            let found = select.single(primary).map_err(invalid)?;
            let (key, rest) = found.ok_or_else(|| {
                invalid("The WHERE clause of EXISTS must say the whole primary key with equality conditions")
            })?;
            (key, Deed::Check, Some(both(rest)), None, Paths::default())
        }
    };
    let inserts = matches!(statement.verb, Verb::Insert(_));
    Ok(Aimed { write: Write { item, deed, condition, tells_item, asks: true }, returning, paths, inserts })
}

/// A page of what a statement selects.
#[derive(Default)]
struct Selected {
    items: Vec<Item>,
    consumed: Consumed,
    last: Option<Item>,
    next: Option<String>,
}

async fn select_page(
    ctx: &Ctx,
    input: &ExecuteStatementInput,
    statement: &Statement,
    select: &Select,
    table: &Table,
) -> Result<Selected, Error> {
    let state = table.state_kept();
    let consistent = input.consistent_read.unwrap_or_default();
    let index = match statement.index.as_deref() {
        None => state.schema.primary(),
        Some(name) => state
            .schema
            .index(name)
            .ok_or_else(|| invalid(format!("The table does not have the specified index: {name}")))?,
    };
    if index.global && consistent {
        return Err(invalid("Consistent reads are not supported on global secondary indexes"));
    }
    if index.filling {
        let name = index.name.as_deref().unwrap_or_default();
        return Err(invalid(format!("Cannot read from backfilling global secondary index: {name}")));
    }
    let scope = format!("dynamodb/{}/{}", table.home.arn(), input.statement);
    let (mut at, mut start) = open(ctx, &scope, input.next_token.as_deref())?;
    // Keys of several attributes are not planned by: such an index is read through.
    let plan = if index.is_wide() && select.order.is_empty() {
        Plan::Scan(select.filter.clone())
    } else {
        select.plan(index).map_err(invalid)?
    };
    plan.check_projected(&state.schema, index).map_err(invalid)?;
    let (reads, forward) = match plan {
        Plan::Reads { reads, forward } => (reads.into_iter().map(Read::Partition).collect(), forward),
        Plan::Scan(filter) => (vec![Read::All(filter)], true),
    };
    let mut left = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let (mut page, engine) = (Selected::default(), ctx.state::<Dynamo>().engine());
    while let Some(read) = reads.get(at) {
        let (range, filter) = match read {
            Read::Partition(read) => (key::range(index, &read.hash, &read.span), read.filter.as_ref()),
            Read::All(filter) => (key::segment(index, 0, 1), filter.as_ref()),
        };
        let range = match start.take() {
            None => range,
            Some(start) => {
                let primary = key::row(state.schema.primary(), &start).ok_or(Fault::InvalidPageToken)?;
                let place = match &index.name {
                    None => Some(primary),
                    Some(_) => key::secondary_row(&state.schema, index, &start, &primary),
                };
                key::after(range, &place.ok_or(Fault::InvalidPageToken)?, forward)
            }
        };
        let partition = matches!(read, Read::Partition(_)).then(|| range.start.clone());
        let wanted = Wanted { index, range, forward, limit: left, filter, consistent, whole: false, partition };
        let got = engine.page(table, &state, wanted).await.map_err(told)?;
        left -= got.scanned.min(left);
        page.consumed.add(&got.consumed);
        page.items.extend(got.items.into_iter().map(|item| select.columns.cut(item)));
        if let Some(last) = got.last {
            page.next = Some(seal(ctx, &scope, at, &last));
            page.last = Some(last);
            return Ok(page);
        }
        at += 1;
    }
    Ok(page)
}

enum Read {
    Partition(PartitionRead),
    All(Option<Condition>),
}

/// A token that says in which read, after which row.
fn seal(ctx: &Ctx, scope: &str, at: usize, last: &Item) -> String {
    let mut inside = u32::try_from(at).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    encode_item(last, &mut inside);
    ctx.cloud().page_tokens().seal(scope, &inside)
}

fn open(ctx: &Ctx, scope: &str, token: Option<&str>) -> Result<(usize, Option<Item>), Error> {
    let Some(token) = token else { return Ok((0, None)) };
    let inside = ctx.cloud().page_tokens().open(scope, token).map_err(|_| Fault::InvalidPageToken)?;
    let (at, last) = inside.split_first_chunk::<4>().ok_or(Fault::InvalidPageToken)?;
    let last = decode_item(last).ok_or(Fault::InvalidPageToken)?;
    Ok((u32::from_le_bytes(*at) as usize, Some(last)))
}

async fn one_of_batch(
    ctx: &Ctx,
    request: BatchStatementRequest,
    sums: &mut Sums,
) -> Result<BatchStatementResponse, Error> {
    let statement = read(&request.statement, request.parameters)?;
    let table = address::table_of_items(ctx, &statement.table).await?;
    let engine = ctx.state::<Dynamo>().engine();
    let item = if let Verb::Select(select) = &statement.verb {
        let key = key_of(select, &table)?;
        let consistent = request.consistent_read.unwrap_or_default();
        let mut found = engine.get_all(&[(table.clone(), key)], |bytes| read_units(bytes, consistent)).await?;
        found.pop().transpose()?.and_then(|(item, units)| {
            sums.add(&table, &units);
            item.map(|item| select.columns.cut(item))
        })
    } else {
        let aimed = aim(&statement, &table, tells(request.return_values_on_condition_check_failure.as_ref()))?;
        match engine.write(&table, &aimed.write).await {
            Ok(written) => {
                sums.add(&table, &written.consumed);
                aimed.returned(written)
            }
            Err(Refusal::Condition(item)) => {
                let told = batch_error(&aimed.refused(Refusal::Condition(None)));
                let error = Some(BatchStatementError { item: some_attributes(item), ..told });
                return Ok(BatchStatementResponse { error, ..BatchStatementResponse::default() });
            }
            Err(refusal) => return Err(aimed.refused(refusal)),
        }
    };
    let table_name = Some(table.home.name.clone());
    Ok(BatchStatementResponse { table_name, item: some_attributes(item), error: None })
}

fn key_of(select: &Select, table: &Table) -> Result<Item, Error> {
    let key = select.only_key(table.state().schema.primary()).map_err(invalid)?;
    key.ok_or_else(|| {
        invalid("Select statements within BatchExecuteStatement must specify the primary key in the where clause.")
    })
}

async fn read_all(
    ctx: &Ctx,
    statements: &[(Statement, Arc<Table>, bool)],
    asked: Option<&api_dynamodb::ReturnConsumedCapacity>,
) -> Outcome<ExecuteTransaction> {
    let (mut wanted, mut columns) = (Vec::new(), Vec::new());
    for (statement, table, _) in statements {
        if let Verb::Select(select) = &statement.verb {
            wanted.push((table.clone(), key_of(select, table)?));
            columns.push(&select.columns);
        }
    }
    let found = ctx.state::<Dynamo>().engine().get_all(&wanted, transactional_read_units).await.map_err(told)?;
    let (mut responses, mut sums) = (Vec::new(), Sums::default());
    for ((got, columns), (table, _)) in found.into_iter().zip(columns).zip(&wanted) {
        let (item, units) = got.map_err(told)?;
        sums.add(table, &units);
        responses.push(ItemResponse { item: some_attributes(item.map(|item| columns.cut(item))) });
    }
    Ok(ExecuteTransactionOutput { responses: Some(responses), consumed_capacity: sums.shown(asked, Told::Reads) })
}

/// What went wrong with one statement of a batch, as its response tells it.
fn batch_error(error: &Error) -> BatchStatementError {
    use BatchStatementErrorCodeEnum as Code;
    let (code, message) = match error {
        Error::Modeled(error) => {
            let code = match error.schema.code {
                "ConditionalCheckFailedException" => Code::ConditionalCheckFailed,
                "DuplicateItemException" => Code::DuplicateItem,
                "ResourceNotFoundException" => Code::ResourceNotFound,
                "ProvisionedThroughputExceededException" => Code::ProvisionedThroughputExceeded,
                "ThrottlingException" => Code::ThrottlingError,
                _ => Code::InternalServerError,
            };
            (code, error.message.clone())
        }
        Error::Fault(Fault::Invalid { message }) => (Code::ValidationError, message.clone()),
        Error::Fault(_) => (Code::InternalServerError, "Internal server error".to_owned()),
    };
    BatchStatementError { code: Some(code), message: Some(message), item: None }
}
