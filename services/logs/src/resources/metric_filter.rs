//! `AWS::Logs::MetricFilter`. Its identifier is the names of its group and its own.

use api_logs::{
    DeleteMetricFilter, DeleteMetricFilterInput, DescribeMetricFilters, DescribeMetricFiltersInput,
    MetricTransformation, PutMetricFilter, PutMetricFilterInput, StandardUnit,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, both, needed, show, text, texts, truth, unless_gone};

/// A metric filter.
#[derive(Debug)]
pub(crate) struct MetricFilter;

impl ResourceType for MetricFilter {
    fn name(&self) -> &'static str {
        "AWS::Logs::MetricFilter"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "ApplyOnTransformedLogs",
            "EmitSystemFieldDimensions",
            "FieldSelectionCriteria",
            "FilterName",
            "FilterPattern",
            "LogGroupName",
            "MetricTransformations",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FilterName", "LogGroupName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if properties.get("FilterName").is_none_or(Value::is_null) {
            properties.insert("FilterName".to_owned(), invent(512).into());
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let id = format!("{}|{}", needed(&properties, "LogGroupName"), needed(&properties, "FilterName"));
            put(ctx, &id, &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (group, name) = both(id);
            let input = DescribeMetricFiltersInput {
                log_group_name: Some(group.clone()),
                filter_name_prefix: Some(name.clone()),
                ..Default::default()
            };
            let found = unless_gone(ctx.call::<DescribeMetricFilters>(input).await)?.and_then(|page| page.metric_filters);
            let found = found.into_iter().flatten().find(|known| known.filter_name.as_ref() == Some(&name));
            let Some(there) = found else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "LogGroupName", Some(group));
            show(&mut properties, "FilterName", Some(name));
            show(&mut properties, "FilterPattern", there.filter_pattern);
            show(&mut properties, "ApplyOnTransformedLogs", there.apply_on_transformed_logs);
            let metrics = there.metric_transformations.into_iter().flatten().map(shown).collect::<Vec<Value>>();
            show(&mut properties, "MetricTransformations", Some(metrics));
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            put(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (log_group_name, filter_name) = both(id);
            unless_gone(ctx.call::<DeleteMetricFilter>(DeleteMetricFilterInput { log_group_name, filter_name }).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<DescribeMetricFilters>(DescribeMetricFiltersInput { next_token, ..Default::default() }).await?;
                let filters = page.metric_filters.into_iter().flatten();
                found.extend(filters.filter_map(|one| Some(format!("{}|{}", one.log_group_name?, one.filter_name?))));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(found);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (group, name) = both(id);
        arn_of(ctx, format!("log-group:{group}:metric-filter:{name}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![arn_of(ctx, format!("log-group:{}", both(id).0))]) }
    }
}

async fn put(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let (log_group_name, filter_name) = both(id);
    let metrics = properties.get("MetricTransformations").and_then(Value::as_array).into_iter().flatten();
    let input = PutMetricFilterInput {
        log_group_name,
        filter_name,
        filter_pattern: needed(properties, "FilterPattern"),
        metric_transformations: metrics.filter_map(Value::as_object).map(transformation).collect(),
        apply_on_transformed_logs: truth(properties, "ApplyOnTransformedLogs"),
        field_selection_criteria: text(properties, "FieldSelectionCriteria"),
        emit_system_field_dimensions: texts(properties, "EmitSystemFieldDimensions"),
    };
    ctx.call::<PutMetricFilter>(input).await.map(|_| ())
}

fn transformation(properties: &PropertySource) -> MetricTransformation {
    let dimensions = properties.get("Dimensions").and_then(Value::as_array).into_iter().flatten();
    let pair = |one: &Value| Some((one["Key"].as_str()?.to_owned(), one["Value"].as_str()?.to_owned()));
    let dimensions: std::collections::BTreeMap<_, _> = dimensions.filter_map(pair).collect();
    MetricTransformation {
        metric_name: needed(properties, "MetricName"),
        metric_namespace: needed(properties, "MetricNamespace"),
        metric_value: needed(properties, "MetricValue"),
        default_value: text(properties, "DefaultValue").and_then(|number| number.parse().ok()),
        dimensions: (!dimensions.is_empty()).then_some(dimensions),
        unit: text(properties, "Unit").as_deref().map(StandardUnit::from),
    }
}

fn shown(metric: MetricTransformation) -> Value {
    let mut properties = PropertySource::new();
    show(&mut properties, "MetricName", Some(metric.metric_name));
    show(&mut properties, "MetricNamespace", Some(metric.metric_namespace));
    show(&mut properties, "MetricValue", Some(metric.metric_value));
    show(&mut properties, "DefaultValue", metric.default_value);
    show(&mut properties, "Unit", metric.unit.map(|unit| unit.as_str().to_owned()));
    let dimension = |(key, value): (String, String)| json!({"Key": key, "Value": value});
    show(
        &mut properties,
        "Dimensions",
        metric.dimensions.map(|all| all.into_iter().map(dimension).collect::<Vec<_>>()),
    );
    properties.into()
}
