//! Insights: which are wanted, and what was found.

use api_cloudtrail::{
    GetInsightSelectors, GetInsightSelectorsInput, GetInsightSelectorsOutput, InsightSelector, InsightType,
    InsightsMetricDataType, ListInsightsMetricData, ListInsightsMetricDataInput, ListInsightsMetricDataOutput,
    PutInsightSelectors, PutInsightSelectorsInput, PutInsightSelectorsOutput, SourceEventCategory, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Scope, Span};

use super::address::{own, seen, trail_access};
use super::data_store;
use super::trail::{Told, changed};
use crate::engine::selectors::{InsightChoice, Selectors};
use crate::error::{bad_combination, bad_parameter, bad_token};
use crate::limits::DATA_POINTS;
use crate::store::RATES;

/// Sets which insights a trail or an event data store wants; none ends them.
pub(crate) async fn put_insight_selectors(ctx: &Ctx, input: PutInsightSelectorsInput) -> Outcome<PutInsightSelectors> {
    let choices = input.insight_selectors.iter().map(choice).collect::<Result<Vec<_>, _>>()?;
    match (&input.trail_name, &input.event_data_store) {
        (Some(name), None) => {
            let trail = own(ctx, name).await?;
            let trail = changed(ctx, &trail, |trail| {
                check(&trail.selectors, &choices).map_err(Told)?;
                trail.insights.clone_from(&choices);
                Ok(())
            });
            let (insight_selectors, trail_arn) = (Some(input.insight_selectors.clone()), Some(trail.await?.arn()));
            Ok(PutInsightSelectorsOutput { trail_arn, insight_selectors, ..Default::default() })
        }
        (None, Some(_)) => Err(bad_parameter(
            "Insights events are collected for trails only: event data stores do not analyze events in this version.",
        )),
        _ => Err(one_of_both()),
    }
}

/// Shows which insights are wanted.
pub(crate) async fn get_insight_selectors(ctx: &Ctx, input: GetInsightSelectorsInput) -> Outcome<GetInsightSelectors> {
    let (what, arn, choices) = match (&input.trail_name, &input.event_data_store) {
        (Some(name), None) => {
            let trail = seen(ctx, name).await?;
            ("Trail", trail.arn(), trail.insights)
        }
        (None, Some(arn)) => {
            let store = data_store::own(ctx, arn).await?;
            ("Event data store", store.arn(), store.insights)
        }
        _ => return Err(one_of_both()),
    };
    if choices.is_empty() {
        let text = format!(
            "{what} {arn} does not have Insights enabled. Edit the {} settings to enable Insights, and then try the \
             operation again.",
            what.to_ascii_lowercase()
        );
        return Err(errors::insight_not_enabled_exception(text).into());
    }
    let insight_selectors = Some(choices.iter().map(shown).collect());
    Ok(GetInsightSelectorsOutput { trail_arn: Some(arn), insight_selectors, ..Default::default() })
}

/// How often an operation was called, or failed, minute by minute or in longer periods.
pub(crate) async fn list_insights_metric_data(
    ctx: &Ctx,
    input: ListInsightsMetricDataInput,
) -> Outcome<ListInsightsMetricData> {
    let errors = match &input.insight_type {
        InsightType::ApiCallRateInsight => false,
        InsightType::ApiErrorRateInsight => true,
        other => return Err(bad_parameter(format!("The insight type {} is not valid.", other.as_str()))),
    };
    let code = input.error_code.clone().unwrap_or_default();
    if errors == code.is_empty() {
        return Err(bad_parameter("ErrorCode is required for ApiErrorRateInsight, and only for it."));
    }
    let asked = Asked::of(ctx, &input)?;
    let minutes = counted(ctx, &input, u8::from(errors), &code, &asked).await?;
    let filters = format!("{}/{}/{code}/{}", input.event_source, input.event_name, asked.period);
    let after = paging::position(ctx, &filters, input.next_token.as_deref()).map_err(|_| bad_token())?;
    let after = after.and_then(|text| text.parse::<i64>().ok());
    let fill = !matches!(input.data_type, Some(InsightsMetricDataType::NonZeroData));
    let points = points(&minutes, &asked, fill, after);
    let most = input.max_results.map_or(DATA_POINTS, |most| most.unsigned_abs() as usize).clamp(1, DATA_POINTS);
    let page = paging::page(ctx, &filters, points, most, |(at, _)| at.to_string());
    let (timestamps, values) = page.items.into_iter().map(|(at, value)| (Timestamp::from_secs(at), value)).unzip();
    Ok(ListInsightsMetricDataOutput {
        event_source: Some(input.event_source),
        event_name: Some(input.event_name),
        insight_type: Some(input.insight_type),
        error_code: input.error_code,
        timestamps: Some(timestamps),
        values: Some(values),
        next_token: page.next_token,
        ..Default::default()
    })
}

/// A range of instants in periods, in seconds.
struct Asked {
    from: i64,
    until: i64,
    period: i64,
}

impl Asked {
    fn of(ctx: &Ctx, input: &ListInsightsMetricDataInput) -> Result<Self, Error> {
        let period = i64::from(input.period.unwrap_or(3_600));
        if ![60, 300, 3_600].contains(&period) {
            return Err(bad_parameter("Period must be 60, 300, or 3600."));
        }
        let until = input.end_time.unwrap_or_else(|| ctx.now()).secs();
        let from = input.start_time.map_or(until - 24 * 3_600, Timestamp::secs);
        if from > until {
            return Err(bad_parameter("Start time must be before end time."));
        }
        Ok(Self { from: from.div_euclid(period) * period, until, period })
    }
}

async fn counted(
    ctx: &Ctx,
    input: &ListInsightsMetricDataInput,
    kind: u8,
    code: &str,
    asked: &Asked,
) -> Result<Vec<(i64, u32)>, Error> {
    let (view, scope) = (ctx.store().read().await?, Scope::Regional(ctx.account(), ctx.region.clone()));
    let series = (kind, input.event_source.as_str(), input.event_name.as_str(), code);
    let at = |seconds: i64| (series.0, series.1, series.2, series.3, seconds.div_euclid(60));
    let span = Span::prefix::<(u8, String, String, String)>(&series)
        .from::<(u8, String, String, String, i64)>(&at(asked.from))
        .until::<(u8, String, String, String, i64)>(&at(asked.until));
    let rows = RATES.scan_all(&view, &scope, &span).await?;
    Ok(rows.into_iter().map(|((.., minute), rate)| (minute * 60, rate.count)).collect())
}

/// Sums of periods after an instant: all, or those with something in them.
fn points(minutes: &[(i64, u32)], asked: &Asked, fill: bool, after: Option<i64>) -> Vec<(i64, f64)> {
    let mut sums = std::collections::BTreeMap::new();
    if fill {
        let mut at = asked.from;
        while at < asked.until && sums.len() <= DATA_POINTS {
            sums.insert(at, 0.0);
            at += asked.period;
        }
    }
    for (at, count) in minutes {
        *sums.entry(at.div_euclid(asked.period) * asked.period).or_insert(0.0) += f64::from(*count);
    }
    sums.into_iter().filter(|(at, _)| after.is_none_or(|after| *at > after)).collect()
}

fn choice(given: &InsightSelector) -> Result<InsightChoice, Error> {
    let wrong = |text: String| errors::invalid_insight_selectors_exception(text).into();
    let errors = match &given.insight_type {
        Some(InsightType::ApiCallRateInsight) => false,
        Some(InsightType::ApiErrorRateInsight) => true,
        Some(other) => return Err(wrong(format!("The insight type {} is not valid.", other.as_str()))),
        None => return Err(wrong("InsightType is required.".to_owned())),
    };
    let categories: Vec<_> = given.event_categories.iter().flatten().map(|one| one.as_str().to_owned()).collect();
    match categories.iter().find(|one| *one != "Management") {
        Some(other) => Err(wrong(format!("The event category {other} is not valid: only Management is analyzed."))),
        None => Ok(InsightChoice { errors, categories }),
    }
}

fn shown(choice: &InsightChoice) -> InsightSelector {
    let kind = if choice.errors { InsightType::ApiErrorRateInsight } else { InsightType::ApiCallRateInsight };
    let categories = choice.categories.iter().map(|one| SourceEventCategory::from(one.as_str()));
    let event_categories = (!choice.categories.is_empty()).then(|| categories.collect());
    InsightSelector { insight_type: Some(kind), event_categories }
}

/// Rates of calls are those of management events that change something; errors are of any management events.
fn check(selectors: &Selectors, choices: &[InsightChoice]) -> Result<(), Error> {
    let (writes, reads) = selectors.management();
    let fits = |choice: &InsightChoice| writes || (choice.errors && reads);
    if choices.iter().all(fits) {
        return Ok(());
    }
    let text = "The trail must log write management events to log Insights events on API call rate, and read or write \
                management events to log Insights events on API error rate.";
    Err(errors::invalid_insight_selectors_exception(text).into())
}

fn one_of_both() -> Error {
    bad_combination("You must specify either TrailName or EventDataStore, but not both.")
}

/// What an operation on the insights of a trail or event data store touches.
pub(crate) fn access(ctx: &Ctx, trail: Option<&str>, store: Option<&str>) -> Access {
    match (trail, store) {
        (Some(name), _) => trail_access(ctx, name),
        (None, Some(store)) => Access::to(data_store::arn_of(ctx, store)),
        (None, None) => Access::any(),
    }
}
