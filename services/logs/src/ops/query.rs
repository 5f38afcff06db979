//! Queries of Logs Insights: started, looked at, stopped; single events by their pointers, and the fields that groups have.

use api_logs::{
    DescribeQueries, DescribeQueriesInput, DescribeQueriesOutput, GetLogGroupFields, GetLogGroupFieldsInput,
    GetLogGroupFieldsOutput, GetLogRecord, GetLogRecordInput, GetLogRecordOutput, GetQueryResults,
    GetQueryResultsInput, GetQueryResultsOutput, ListLogGroupsForQuery, ListLogGroupsForQueryInput,
    ListLogGroupsForQueryOutput, LogGroupField, MalformedQueryException, QueryCompileError, QueryCompileErrorLocation,
    QueryInfo, QueryLanguage, QueryStatistics, QueryStatus, ResultField, StartQuery, StartQueryInput, StartQueryOutput,
    StopQuery, StopQueryInput, StopQueryOutput, errors,
};
use names::AccountId;
use service_kit::{Access, Ctx, Error, Fault, Outcome, paging};
use smithy::ApiError;
use store::{Batch, Order, Span};

use super::address::{self, engine, own};
use super::event::unmasking;
use crate::engine::home::Home;
use crate::engine::read::Range;
use crate::error::{invalid, missing, told};
use crate::insights::{Malformed, parse};
use crate::queries::{self, Source};
use crate::store::{QUERIES, QueryRecord, QueryState, Statistics};
use crate::{calls, limits};

/// Events that fields are looked for in.
const SAMPLE: usize = 1_000;

/// Starts a query.
pub(crate) async fn start_query(ctx: &Ctx, input: StartQueryInput) -> Outcome<StartQuery> {
    speaks(input.query_language.as_ref())?;
    let query = parse(&input.query_string).map_err(malformed)?;
    let range = (millis(input.start_time, 0), millis(input.end_time, 999));
    if range.0 > range.1 {
        return Err(invalid("Query's end date and time is before its start date and time"));
    }
    let (mut groups, mut identifiers) = (Vec::new(), Vec::new());
    for (home, name) in named(ctx, &input)? {
        let found = engine(ctx).group(&home, &name).await;
        found.map_err(|_| no_group(ctx, &home, &name))?;
        identifiers.push(if home == own(ctx) { name.clone() } else { home.group_arn(&name) });
        groups.push((home.account, name));
    }
    if groups.len() > limits::QUERY_GROUPS {
        return Err(invalid(format!("A query can look at no more than {} log groups.", limits::QUERY_GROUPS)));
    }
    let record = QueryRecord {
        text: input.query_string,
        groups,
        identifiers,
        range,
        limit: input.limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(limits::QUERY_ROWS_USUAL),
        created: ctx.now(),
        status: QueryState::Scheduled,
        statistics: Statistics::default(),
        rows: 0,
        user: ctx.caller.user_id(),
        unmask: query.unmasks,
        took: None,
    };
    let id = ctx.random().uuid();
    let open = |record: &QueryRecord| matches!(record.status, QueryState::Scheduled | QueryState::Running);
    if all(ctx).await?.iter().filter(|(_, record)| open(record)).count() >= limits::QUERIES {
        return Err(errors::limit_exceeded_exception("Too many queries are running.").into());
    }
    let batch = Batch::new();
    QUERIES.put(&batch, &own(ctx).scope(), &id.as_str(), &record)?;
    engine(ctx).store().write(batch).await?;
    queries::start(ctx.cloud(), engine(ctx), &own(ctx), &id);
    Ok(StartQueryOutput { query_id: Some(id) })
}

/// What a query touches: each of its groups, and what is masked when it asks for that.
pub(crate) fn access_to_start(ctx: &Ctx, input: &StartQueryInput) -> Result<Access, Error> {
    let unmasks = parse(&input.query_string).is_ok_and(|query| query.unmasks);
    let mut access = Access::any();
    for (home, name) in named(ctx, input)? {
        let resource = home.group_resource(&name);
        access = unmasking(access.and_to(&resource), &resource, Some(unmasks));
    }
    Ok(access)
}

/// How far a query is, and its answer.
pub(crate) async fn get_query_results(ctx: &Ctx, input: GetQueryResultsInput) -> Outcome<GetQueryResults> {
    let record = find(ctx, &input.query_id).await?;
    let answer = match record.status {
        QueryState::Complete => queries::answer_of(engine(ctx), &own(ctx).scope(), &input.query_id).await?,
        _ => Vec::new(),
    };
    let after = paging::position(ctx, &input.query_id, input.next_token.as_deref())?;
    let start = after.and_then(|place| place.parse::<usize>().ok()).unwrap_or(0);
    let limit = address::page_size(input.max_items, usize::MAX - 1);
    let rows = answer.into_iter().enumerate().skip(start).take(limit + 1).collect();
    let page = paging::page(ctx, &input.query_id, rows, limit, |(place, _)| (place + 1).to_string());
    let field = |(name, value)| ResultField { field: Some(name), value: Some(value) };
    let results = page.items.into_iter().map(|(_, row)| row.into_iter().map(field).collect()).collect();
    Ok(GetQueryResultsOutput {
        query_language: Some(QueryLanguage::Cwli),
        results: Some(results),
        statistics: Some(shown_statistics(&record.statistics)),
        status: Some(shown_state(record.status)),
        encryption_key: None,
        next_token: page.next_token,
    })
}

/// Stops a query.
pub(crate) async fn stop_query(ctx: &Ctx, input: StopQueryInput) -> Outcome<StopQuery> {
    let record = find(ctx, &input.query_id).await?;
    let stop = |record: &mut QueryRecord| record.status = QueryState::Cancelled;
    let stopped = queries::change(engine(ctx), &own(ctx).scope(), &input.query_id, stop).await?;
    if stopped.is_none() {
        let state = shown_state(record.status);
        return Err(invalid(format!("Query is already ended with {} status: {}", state.as_str(), input.query_id)));
    }
    Ok(StopQueryOutput { success: Some(true) })
}

/// Queries, the latest first.
pub(crate) async fn describe_queries(ctx: &Ctx, input: DescribeQueriesInput) -> Outcome<DescribeQueries> {
    let mut found = all(ctx).await?;
    found.sort_by(|(a, x), (b, y)| (y.created, b).cmp(&(x.created, a)));
    let filters = format!("{:?}/{:?}", input.log_group_name, input.status.as_ref().map(QueryStatus::as_str));
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let start = after.and_then(|place| place.parse::<usize>().ok()).unwrap_or(0);
    found.retain(|(_, record)| {
        let named = |name: &String| record.groups.iter().any(|(_, group)| group == name);
        input.log_group_name.as_ref().is_none_or(named)
            && input.status.as_ref().is_none_or(|status| *status == shown_state(record.status))
    });
    let other = input.query_language.is_some_and(|language| language != QueryLanguage::Cwli);
    let limit = address::page_size(input.max_results, 1_000);
    let found = found.into_iter().enumerate().skip(start).take(if other { 0 } else { limit + 1 }).collect();
    let page = paging::page(ctx, &filters, found, limit, |(place, _)| (place + 1).to_string());
    let queries = page.items.into_iter().map(|(_, (id, record))| described(id, record)).collect();
    Ok(DescribeQueriesOutput { queries: Some(queries), next_token: page.next_token })
}

/// The groups that a query looks at.
pub(crate) async fn list_log_groups_for_query(
    ctx: &Ctx,
    input: ListLogGroupsForQueryInput,
) -> Outcome<ListLogGroupsForQuery> {
    let record = find(ctx, &input.query_id).await?;
    Ok(ListLogGroupsForQueryOutput { log_group_identifiers: Some(record.identifiers), next_token: None })
}

/// An event by its pointer, with all its fields.
pub(crate) async fn get_log_record(ctx: &Ctx, input: GetLogRecordInput) -> Outcome<GetLogRecord> {
    let wrong = || invalid("The specified log record pointer is invalid.");
    let (account, no, name, place) = queries::pointed_at(ctx.cloud(), &input.log_record_pointer).ok_or_else(wrong)?;
    let home = Home { account, region: ctx.region.clone() };
    let group = engine(ctx).group(&home, &name).await.ok().filter(|group| group.no() == no).ok_or_else(wrong)?;
    let kept = engine(ctx).event(&group, place).await.map_err(told)?.ok_or_else(wrong)?;
    let event = calls::open(ctx.cloud(), engine(ctx), &group, &[kept]).await?.remove(0);
    let unmask = input.unmask.unwrap_or(false);
    let events = super::protection::mask_events(ctx, &group, vec![event], unmask).await?;
    let source = Source::new(engine(ctx), group, Range { from: 0, to: 0 }).await?;
    let mut record = std::collections::BTreeMap::new();
    for event in events {
        let fields = source.fields(ctx.cloud(), &event, unmask);
        record.extend(fields.into_iter().filter_map(|(name, value)| Some((name, value.text_of_record()?))));
        record.insert("@message".to_owned(), event.message);
    }
    record.retain(|name, _| !name.starts_with(crate::insights::RAW));
    Ok(GetLogRecordOutput { log_record: Some(record) })
}

/// What an event by its pointer touches: its group.
pub(crate) fn access_to_record(ctx: &Ctx, input: &GetLogRecordInput) -> Result<Access, Error> {
    let pointed = queries::pointed_at(ctx.cloud(), &input.log_record_pointer);
    let resource = pointed.map(|(account, _, name, _): (AccountId, _, String, _)| {
        Home { account, region: ctx.region.clone() }.group_resource(&name)
    });
    let resource = resource.unwrap_or_else(|| own(ctx).group_resource(""));
    Ok(unmasking(Access::to(&resource), &resource, input.unmask))
}

/// The fields of a group's events, and in how many of a hundred they are.
pub(crate) async fn get_log_group_fields(ctx: &Ctx, input: GetLogGroupFieldsInput) -> Outcome<GetLogGroupFields> {
    let place = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let group = address::group_at(ctx, &place).await?;
    // Eight minutes before and after the time that is named, or the last fifteen. Source: GetLogGroupFields.
    let range = match input.time.map(|time| millis(time, 0)) {
        Some(at) => Range { from: at - 480_000, to: at + 480_000 },
        None => Range { from: ctx.now().millis() - 900_000, to: ctx.now().millis() },
    };
    let kept = engine(ctx).events(&group, range, None, Order::Descending, SAMPLE).await.map_err(told)?;
    let events = calls::open(ctx.cloud(), engine(ctx), &group, &kept).await?;
    let source = Source::new(engine(ctx), group, range).await?;
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for event in &events {
        for (name, _) in source.fields(ctx.cloud(), event, false) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let percent = |count: usize| i32::try_from(count * 100 / events.len().max(1)).unwrap_or(100);
    let shown = |(name, count)| LogGroupField { name: Some(name), percent: Some(percent(count)) };
    let mut fields: Vec<_> = counts.into_iter().filter(|(name, _)| name != "@ptr").map(shown).collect();
    fields.sort_by_key(|field| std::cmp::Reverse(field.percent));
    Ok(GetLogGroupFieldsOutput { log_group_fields: Some(fields) })
}

fn named(ctx: &Ctx, input: &StartQueryInput) -> Result<Vec<(Home, String)>, Error> {
    let several = [&input.log_group_names, &input.log_group_identifiers];
    let count = several.iter().filter(|names| names.is_some()).count() + usize::from(input.log_group_name.is_some());
    if count != 1 {
        return Err(invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."));
    }
    let names = input.log_group_name.iter().chain(several.into_iter().flatten().flatten());
    names.map(|name| address::identified(ctx, name)).collect()
}

/// Other languages are not spoken here.
pub(crate) fn speaks(language: Option<&QueryLanguage>) -> Result<(), Error> {
    match language {
        None | Some(QueryLanguage::Cwli) => Ok(()),
        Some(other) => {
            let operation = format!("StartQuery in {}", other.as_str());
            Err(Fault::NotImplemented { service: "logs".to_owned(), operation }.into())
        }
    }
}

/// What is wrong with a query, in AWS's form.
pub(crate) fn malformed(wrong: Malformed) -> Error {
    let location = QueryCompileErrorLocation {
        start_char_offset: i32::try_from(wrong.start).ok(),
        end_char_offset: i32::try_from(wrong.end).ok(),
    };
    let compile = QueryCompileError { location: Some(location), message: Some(wrong.message.clone()) };
    let details = MalformedQueryException { query_compile_error: Some(compile) };
    Error::Modeled(ApiError { details: Some(Box::new(details)), ..errors::malformed_query_exception(wrong.message) })
}

/// Seconds, as documented, or milliseconds, which AWS takes too.
fn millis(time: i64, behind: i64) -> i64 {
    if time > 100_000_000_000 { time } else { time.saturating_mul(1_000).saturating_add(behind) }
}

/// AWS passes on the words of what is behind Insights, as recorded.
fn no_group(ctx: &Ctx, home: &Home, name: &str) -> Error {
    missing(format!(
        "Log group '{name}' does not exist for account ID '{}' (Service: AWSLogs; Status Code: 400; Error Code: \
         ResourceNotFoundException; Request ID: {}; Proxy: null)",
        home.account, ctx.request.id
    ))
}

async fn find(ctx: &Ctx, id: &str) -> Result<QueryRecord, Error> {
    let view = engine(ctx).store().read().await?;
    let found = QUERIES.get(&view, &own(ctx).scope(), &id).await?;
    found.ok_or_else(|| missing(format!("Query ID {id} does not exist.")))
}

async fn all(ctx: &Ctx) -> Result<Vec<(String, QueryRecord)>, Error> {
    let view = engine(ctx).store().read().await?;
    Ok(QUERIES.scan_all(&view, &own(ctx).scope(), &Span::all()).await?)
}

fn described(id: String, record: QueryRecord) -> QueryInfo {
    let sources = record.identifiers.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
    let (from, to) = record.range;
    QueryInfo {
        query_language: Some(QueryLanguage::Cwli),
        query_id: Some(id),
        query_string: Some(format!("SOURCE {sources} START={from} END={to} | {}", record.text)),
        status: Some(shown_state(record.status)),
        create_time: Some(record.created.millis()),
        log_group_name: record.identifiers.first().filter(|_| record.identifiers.len() == 1).cloned(),
        ..QueryInfo::default()
    }
}

fn shown_statistics(statistics: &Statistics) -> QueryStatistics {
    QueryStatistics {
        records_matched: Some(statistics.matched as f64),
        records_scanned: Some(statistics.scanned as f64),
        estimated_records_skipped: Some(0.0),
        bytes_scanned: Some(statistics.bytes as f64),
        estimated_bytes_skipped: Some(0.0),
        log_groups_scanned: Some(statistics.groups as f64),
    }
}

fn shown_state(state: QueryState) -> QueryStatus {
    match state {
        QueryState::Scheduled => QueryStatus::Scheduled,
        QueryState::Running => QueryStatus::Running,
        QueryState::Complete => QueryStatus::Complete,
        QueryState::Failed => QueryStatus::Failed,
        QueryState::Cancelled => QueryStatus::Cancelled,
        QueryState::Timeout => QueryStatus::Timeout,
    }
}
