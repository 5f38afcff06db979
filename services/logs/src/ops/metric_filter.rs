//! Metric filters: which events count for a metric, and as what.

use api_logs::{
    DeleteMetricFilter, DeleteMetricFilterInput, DeleteMetricFilterOutput, DescribeMetricFilters,
    DescribeMetricFiltersInput, DescribeMetricFiltersOutput, MetricFilter, MetricFilterMatchRecord,
    MetricTransformation, PutMetricFilter, PutMetricFilterInput, PutMetricFilterOutput, StandardUnit, TestMetricFilter,
    TestMetricFilterInput, TestMetricFilterOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::Span;

use super::address::{self, engine, own};
use super::event::readable;
use crate::error::{bad_pattern, invalid, missing, too_many};
use crate::filter::Pattern;
use crate::limits;
use crate::store::{GROUPS, METRIC_FILTERS, MetricFilterRecord, Transformation};

/// Sets a filter.
pub(crate) async fn put_metric_filter(ctx: &Ctx, input: PutMetricFilterInput) -> Outcome<PutMetricFilter> {
    engine(ctx).patterns().get(&input.filter_pattern).map_err(bad_pattern)?;
    let group = readable(ctx, &(own(ctx), input.log_group_name)).await?;
    let metric = input.metric_transformations.into_iter().next();
    let metric = metric.ok_or_else(|| invalid("metricTransformations must have one member."))?;
    check(&metric)?;
    let record = MetricFilterRecord {
        created: ctx.now(),
        pattern: input.filter_pattern,
        metric: Transformation {
            name: metric.metric_name,
            namespace: metric.metric_namespace,
            value: metric.metric_value,
            default: metric.default_value,
            dimensions: metric.dimensions.unwrap_or_default().into_iter().collect(),
            unit: metric.unit.map(|unit| unit.as_str().to_owned()),
        },
        transformed: input.apply_on_transformed_logs.unwrap_or(false),
        selection: input.field_selection_criteria,
        system_dimensions: input.emit_system_field_dimensions.unwrap_or_default(),
    };
    let (scope, no, name, put) = (group.home.scope(), group.no(), input.filter_name.as_str(), &record);
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = METRIC_FILTERS.scan_all(&tx, scope, &Span::prefix(&(no,))).await?;
                let known = there.iter().any(|((_, known), _)| known == name);
                if !known && there.len() >= limits::METRIC_FILTERS {
                    return Err(too_many());
                }
                Ok::<_, Error>(METRIC_FILTERS.put(&tx, scope, &(no, name), put)?)
            }
        })
        .await?;
    Ok(PutMetricFilterOutput {})
}

/// Removes a filter.
pub(crate) async fn delete_metric_filter(ctx: &Ctx, input: DeleteMetricFilterInput) -> Outcome<DeleteMetricFilter> {
    let group = address::group(ctx, &input.log_group_name).await?;
    let (scope, key) = (group.home.scope(), (group.no(), input.filter_name.as_str()));
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = METRIC_FILTERS.get(&tx, scope, &key).await?;
                there.ok_or_else(|| missing("The specified metric filter does not exist."))?;
                METRIC_FILTERS.delete(&tx, scope, &key);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteMetricFilterOutput {})
}

/// Filters of a group, of all groups, or of a metric.
pub(crate) async fn describe_metric_filters(
    ctx: &Ctx,
    input: DescribeMetricFiltersInput,
) -> Outcome<DescribeMetricFilters> {
    if input.metric_name.is_some() != input.metric_namespace.is_some() {
        return Err(invalid("Both metricName and metricNamespace must be specified, or neither of them."));
    }
    let prefix = input.filter_name_prefix.clone().unwrap_or_default();
    let filters = format!("{:?}/{prefix}/{:?}/{:?}", input.log_group_name, input.metric_name, input.metric_namespace);
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let mut found = all(ctx, input.log_group_name.as_deref()).await?;
    found.retain(|(_, name, record)| {
        name.starts_with(&prefix)
            && input.metric_name.as_ref().is_none_or(|wanted| *wanted == record.metric.name)
            && input.metric_namespace.as_ref().is_none_or(|wanted| *wanted == record.metric.namespace)
            && after.as_ref().is_none_or(|after| place(name, &record.created) > *after)
    });
    found.sort_by_key(|(_, name, record)| place(name, &record.created));
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    found.truncate(limit + 1);
    let page = paging::page(ctx, &filters, found, limit, |(_, name, record)| place(name, &record.created));
    let metric_filters = page.items.into_iter().map(|(group, name, record)| shown(group, name, record)).collect();
    Ok(DescribeMetricFiltersOutput { metric_filters: Some(metric_filters), next_token: page.next_token })
}

/// What describing filters touches: one group, or any.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeMetricFiltersInput) -> Result<Access, Error> {
    let any = || Access::to(own(ctx).group_resource(""));
    Ok(input.log_group_name.as_ref().map_or_else(any, |name| Access::to(own(ctx).group_resource(name))))
}

/// What a pattern makes of messages.
pub(crate) async fn test_metric_filter(_: &Ctx, input: TestMetricFilterInput) -> Outcome<TestMetricFilter> {
    let pattern = Pattern::parse(&input.filter_pattern).map_err(bad_pattern)?;
    let matched = |(number, message): (i64, String)| {
        let found = pattern.look(&message)?;
        Some(MetricFilterMatchRecord {
            event_number: Some(number),
            event_message: Some(message),
            extracted_values: Some(found.into_iter().collect()),
        })
    };
    let matches = (1..).zip(input.log_event_messages).filter_map(matched).collect();
    Ok(TestMetricFilterOutput { matches: Some(matches) })
}

/// Names of filters of one group are each there once; filters of several groups may share one.
fn place(name: &str, created: &names::Timestamp) -> String {
    format!("{name}/{:020}", created.micros())
}

async fn all(ctx: &Ctx, group: Option<&str>) -> Result<Vec<(String, String, MetricFilterRecord)>, Error> {
    let (view, scope) = (engine(ctx).store().read().await?, own(ctx).scope());
    let groups = match group {
        Some(name) => vec![(name.to_owned(), address::group(ctx, name).await?.no())],
        None => {
            let all = GROUPS.scan_all(&view, &scope, &Span::all()).await?;
            all.into_iter().map(|(name, record)| (name, record.no)).collect()
        }
    };
    let mut found = Vec::new();
    for (group, no) in groups {
        let rows = METRIC_FILTERS.scan_all(&view, &scope, &Span::prefix(&(no,))).await?;
        found.extend(rows.into_iter().map(|((_, name), record)| (group.clone(), name, record)));
    }
    Ok(found)
}

/// Source: MetricTransformation of the API reference.
fn check(metric: &MetricTransformation) -> Result<(), Error> {
    let dimensions = metric.dimensions.as_ref().map_or(0, std::collections::BTreeMap::len);
    if dimensions > 3 {
        return Err(invalid("A metric filter can have no more than 3 dimensions."));
    }
    if dimensions > 0 && metric.default_value.is_some() {
        return Err(invalid(
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
        ));
    }
    if !metric.metric_value.starts_with('$') && metric.metric_value.parse::<f64>().is_err() {
        return Err(invalid("Invalid metric transformation: metricValue must be a number or a field."));
    }
    Ok(())
}

fn shown(group: String, name: String, record: MetricFilterRecord) -> MetricFilter {
    let metric = record.metric;
    let transformation = MetricTransformation {
        metric_name: metric.name,
        metric_namespace: metric.namespace,
        metric_value: metric.value,
        default_value: metric.default,
        dimensions: Some(metric.dimensions.into_iter().collect())
            .filter(|all: &std::collections::BTreeMap<_, _>| !all.is_empty()),
        unit: metric.unit.as_deref().map(StandardUnit::from),
    };
    MetricFilter {
        filter_name: Some(name),
        filter_pattern: Some(record.pattern),
        metric_transformations: Some(vec![transformation]),
        creation_time: Some(record.created.millis()),
        log_group_name: Some(group),
        apply_on_transformed_logs: Some(record.transformed),
        field_selection_criteria: record.selection,
        emit_system_field_dimensions: Some(record.system_dimensions).filter(|fields| !fields.is_empty()),
    }
}
