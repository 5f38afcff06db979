//! Policies: what capacity follows.

use api_application_autoscaling::{
    Alarm, DeleteScalingPolicy, DeleteScalingPolicyInput, DeleteScalingPolicyOutput, DescribeScalingPolicies,
    DescribeScalingPoliciesInput, DescribeScalingPoliciesOutput, GetPredictiveScalingForecast,
    GetPredictiveScalingForecastInput, PolicyType, PredefinedMetricSpecification, PutScalingPolicy,
    PutScalingPolicyInput, PutScalingPolicyOutput, ScalingPolicy, TargetTrackingScalingPolicyConfiguration,
};
use names::Arn;
use service_kit::{Ctx, Error, Fault, Outcome, paging};

use super::address::{self, own};
use crate::Scaling;
use crate::engine::look::alarm_name;
use crate::error::{invalid, no_policy, not_registered, too_many};
use crate::limits;
use crate::store::{Place, PolicyRecord, SERVICE};

/// The metrics that policies of DynamoDB's capacity follow.
const READS: &str = "DynamoDBReadCapacityUtilization";
const WRITES: &str = "DynamoDBWriteCapacityUtilization";
/// The alarms that AWS makes for each policy.
const ALARMS: [&str; 4] = ["AlarmHigh", "AlarmLow", "ProvisionedCapacityHigh", "ProvisionedCapacityLow"];

/// Puts a policy, in place of the one of its name.
pub(crate) async fn put_scaling_policy(ctx: &Ctx, input: PutScalingPolicyInput) -> Outcome<PutScalingPolicy> {
    let (place, scalable) =
        address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    engine.target(&scope, &place).await?.ok_or_else(|| not_registered(&place))?;
    let present = engine.policies(&scope, &place).await?;
    let before = present.iter().find(|(name, _)| *name == input.policy_name).map(|(_, record)| record);
    let configuration = configuration(&input, before.is_some())?;
    let metric = metric(&configuration, scalable.reads)?;
    check(&configuration)?;
    if present.iter().any(|(name, other)| *name != input.policy_name && other.metric == metric) {
        return Err(invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed."));
    }
    if before.is_none() && present.len() >= limits::POLICIES {
        return Err(too_many("You have reached the limit of scaling policies for this scalable target"));
    }
    let seconds = |given: Option<i32>| given.and_then(|seconds| u32::try_from(seconds).ok());
    let record = PolicyRecord {
        arn: before.map_or_else(|| policy_arn(ctx, &place, &input.policy_name), |before| before.arn.clone()),
        created: before.map_or(ctx.now(), |before| before.created),
        target: configuration.target_value,
        out_cooldown: seconds(configuration.scale_out_cooldown),
        in_cooldown: seconds(configuration.scale_in_cooldown),
        never_in: configuration.disable_scale_in.unwrap_or_default(),
        metric,
        alarms: before.map_or_else(|| ctx.random().uuid(), |before| before.alarms.clone()),
        went_out: before.and_then(|before| before.went_out),
        went_in: before.and_then(|before| before.went_in),
    };
    engine.put_policy(&scope, &place, &input.policy_name, Some(&record)).await?;
    Ok(PutScalingPolicyOutput { alarms: Some(alarms(ctx, &place, &record)), policy_arn: record.arn })
}

/// Deletes a policy.
pub(crate) async fn delete_scaling_policy(ctx: &Ctx, input: DeleteScalingPolicyInput) -> Outcome<DeleteScalingPolicy> {
    let (place, _) = address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    let present = engine.policies(&scope, &place).await?;
    if !present.iter().any(|(name, _)| *name == input.policy_name) {
        return Err(no_policy(&place, &input.policy_name));
    }
    engine.put_policy(&scope, &place, &input.policy_name, None).await?;
    Ok(DeleteScalingPolicyOutput {})
}

/// Tells which policies there are.
pub(crate) async fn describe_scaling_policies(
    ctx: &Ctx,
    input: DescribeScalingPoliciesInput,
) -> Outcome<DescribeScalingPolicies> {
    let (engine, namespace) = (ctx.state::<Scaling>().engine(), input.service_namespace.as_str());
    let dimension = input.scalable_dimension.as_ref().map(|dimension| dimension.as_str());
    let mut found = engine.all_policies(&own(ctx), namespace).await?;
    found.retain(|(place, name, _)| {
        dimension.is_none_or(|dimension| place.dimension == dimension)
            && input.resource_id.as_ref().is_none_or(|resource| place.resource == *resource)
            && input.policy_names.as_ref().is_none_or(|names| names.is_empty() || names.contains(name))
    });
    let after = paging::position(ctx, namespace, input.next_token.as_deref())?;
    let position =
        |(place, name, _): &(Place, String, PolicyRecord)| format!("{} {} {name}", place.resource, place.dimension);
    found.retain(|policy| after.as_ref().is_none_or(|after| position(policy) > *after));
    let page = paging::page(ctx, namespace, found, address::shown(input.max_results), position);
    let policies = page.items.into_iter().map(|(place, name, record)| shown(ctx, place, name, record)).collect();
    Ok(DescribeScalingPoliciesOutput { scaling_policies: Some(policies), next_token: page.next_token })
}

/// Forecasts are of predictive policies, which DynamoDB's capacity does not have.
pub(crate) async fn get_predictive_scaling_forecast(
    ctx: &Ctx,
    input: GetPredictiveScalingForecastInput,
) -> Outcome<GetPredictiveScalingForecast> {
    let (place, _) = address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let present = ctx.state::<Scaling>().engine().policies(&own(ctx), &place).await?;
    if !present.iter().any(|(name, _)| *name == input.policy_name) {
        return Err(invalid(format!(
            "No predictive scaling policy found for resource ID: {}, policy name: {}",
            place.resource, input.policy_name
        )));
    }
    Err(invalid(format!("The policy {} is not a predictive scaling policy", input.policy_name)))
}

/// DynamoDB has policies that track a target alone ("Step scaling policies", "Predictive scaling": not for DynamoDB).
fn configuration(
    input: &PutScalingPolicyInput,
    known: bool,
) -> Result<TargetTrackingScalingPolicyConfiguration, Error> {
    let tracks = match &input.policy_type {
        Some(kind) => *kind == PolicyType::TargetTrackingScaling,
        // Nothing said means steps ("PutScalingPolicy").
        None => known || input.target_tracking_scaling_policy_configuration.is_some(),
    };
    if !tracks {
        return Err(invalid(format!(
            "Policy type {} is not supported for service namespace dynamodb",
            input.policy_type.as_ref().map_or("StepScaling", |kind| kind.as_str())
        )));
    }
    let given = input.target_tracking_scaling_policy_configuration.clone();
    given.ok_or_else(|| {
        invalid("TargetTrackingScalingPolicyConfiguration must be specified for policy type TargetTrackingScaling")
    })
}

fn metric(configuration: &TargetTrackingScalingPolicyConfiguration, reads: bool) -> Result<String, Error> {
    match (&configuration.predefined_metric_specification, &configuration.customized_metric_specification) {
        (Some(PredefinedMetricSpecification { predefined_metric_type, .. }), None) => {
            let metric = predefined_metric_type.as_str();
            if metric == if reads { READS } else { WRITES } {
                return Ok(metric.to_owned());
            }
            Err(invalid(format!("Invalid predefined metric type {metric} for the scalable dimension")))
        }
        (None, Some(_)) => {
            let operation = "customized metrics, which CloudWatch would keep".to_owned();
            Err(Fault::NotImplemented { service: SERVICE.to_owned(), operation }.into())
        }
        _ => Err(invalid(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified",
        )),
    }
}

fn check(configuration: &TargetTrackingScalingPolicyConfiguration) -> Result<(), Error> {
    if !limits::TARGETS.contains(&configuration.target_value) {
        return Err(invalid("TargetValue must be between 20 and 90 for DynamoDB capacity utilization"));
    }
    let cooldowns = [configuration.scale_out_cooldown, configuration.scale_in_cooldown];
    if cooldowns.into_iter().flatten().any(|seconds| seconds < 0) {
        return Err(invalid("Cooldowns cannot be negative"));
    }
    Ok(())
}

fn policy_arn(ctx: &Ctx, place: &Place, name: &str) -> String {
    let resource = format!("resource/{}/{}:policyName/{name}", place.namespace, place.resource);
    let resource = format!("scalingPolicy:{}:{resource}", ctx.random().uuid());
    Arn::regional("autoscaling", &ctx.region, ctx.account(), resource).to_string()
}

fn alarms(ctx: &Ctx, place: &Place, record: &PolicyRecord) -> Vec<Alarm> {
    let alarm = |kind: &&str| {
        let name = alarm_name(place, kind, record);
        let arn = Arn::regional("cloudwatch", &ctx.region, ctx.account(), format!("alarm:{name}"));
        Alarm { alarm_name: name, alarm_arn: arn.to_string() }
    };
    ALARMS.iter().map(alarm).collect()
}

fn shown(ctx: &Ctx, place: Place, name: String, record: PolicyRecord) -> ScalingPolicy {
    let seconds = |cooldown: Option<u32>| cooldown.and_then(|seconds| i32::try_from(seconds).ok());
    ScalingPolicy {
        alarms: Some(alarms(ctx, &place, &record)),
        policy_arn: record.arn,
        policy_name: name,
        service_namespace: place.namespace.into(),
        resource_id: place.resource,
        scalable_dimension: place.dimension.into(),
        policy_type: PolicyType::TargetTrackingScaling,
        step_scaling_policy_configuration: None,
        target_tracking_scaling_policy_configuration: Some(TargetTrackingScalingPolicyConfiguration {
            target_value: record.target,
            predefined_metric_specification: Some(PredefinedMetricSpecification {
                predefined_metric_type: record.metric.into(),
                resource_label: None,
            }),
            customized_metric_specification: None,
            scale_out_cooldown: seconds(record.out_cooldown),
            scale_in_cooldown: seconds(record.in_cooldown),
            disable_scale_in: Some(record.never_in),
        }),
        predictive_scaling_policy_configuration: None,
        creation_time: record.created,
    }
}
