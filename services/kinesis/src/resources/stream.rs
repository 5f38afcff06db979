//! `AWS::Kinesis::Stream`. Its identifier is its name.

use api_kinesis::{
    AddTagsToStream, AddTagsToStreamInput, CreateStream, CreateStreamInput, DecreaseStreamRetentionPeriod,
    DecreaseStreamRetentionPeriodInput, DeleteStream, DeleteStreamInput, DescribeStreamSummary,
    DescribeStreamSummaryInput, DisableEnhancedMonitoring, DisableEnhancedMonitoringInput, EnableEnhancedMonitoring,
    EnableEnhancedMonitoringInput, EncryptionType, IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodInput,
    ListStreams, ListStreamsInput, ListTagsForStream, ListTagsForStreamInput, MetricsName, RemoveTagsFromStream,
    RemoveTagsFromStreamInput, ScalingType, StartStreamEncryption, StartStreamEncryptionInput, StopStreamEncryption,
    StopStreamEncryptionInput, StreamDescriptionSummary, StreamMode, StreamModeDetails, UpdateMaxRecordSize,
    UpdateMaxRecordSizeInput, UpdateShardCount, UpdateShardCountInput, UpdateStreamMode, UpdateStreamModeInput,
    UpdateStreamWarmThroughput, UpdateStreamWarmThroughputInput,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, give_name, show_tags, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, text, unless_gone};

/// A stream.
#[derive(Debug)]
pub(crate) struct Stream;

/// Hours that records are kept when a template says nothing.
const RETENTION: i32 = 24;
/// KiB of the largest record when a template says nothing.
const RECORD_KIB: i32 = 1_024;

impl ResourceType for Stream {
    fn name(&self) -> &'static str {
        "AWS::Kinesis::Stream"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "DesiredShardLevelMetrics",
            "MaxRecordSizeInKiB",
            "Name",
            "RetentionPeriodHours",
            "ShardCount",
            "StreamEncryption",
            "StreamModeDetails",
            "Tags",
            "WarmThroughputMiBps",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "WarmThroughputObject"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(128));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let stream_name = text(&properties, "Name").unwrap_or_default();
            let tags = tags_of(&properties);
            ctx.call::<CreateStream>(CreateStreamInput {
                stream_name: stream_name.clone(),
                shard_count: number(&properties, "ShardCount"),
                stream_mode_details: mode(&properties).map(|stream_mode| StreamModeDetails { stream_mode }),
                tags: (!tags.is_empty()).then_some(tags),
                warm_throughput_mi_bps: number(&properties, "WarmThroughputMiBps"),
                max_record_size_in_ki_b: number(&properties, "MaxRecordSizeInKiB"),
            }).await?;
            settle(ctx, &stream_name, &properties).await?;
            Ok(stream_name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(there) = unless_gone(summary(ctx, id).await)? else { return Ok(None) };
            let mut properties = shown(&there);
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut properties, &tags);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            rescale(ctx, id, &properties).await?;
            settle(ctx, id, &properties).await?;
            retag(ctx, id, &self.tags(ctx, id).await?, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteStreamInput {
                stream_name: Some(id.to_owned()),
                enforce_consumer_deletion: Some(true),
                ..DeleteStreamInput::default()
            };
            unless_gone(ctx.call::<DeleteStream>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListStreamsInput { limit: Some(1_000), next_token, ..ListStreamsInput::default() };
                let page = ctx.call::<ListStreams>(input).await?;
                names.extend(page.stream_names);
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("kinesis", &ctx.region, ctx.account(), format!("stream/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForStreamInput { stream_name: Some(id.to_owned()), ..ListTagsForStreamInput::default() };
            let tags = ctx.call::<ListTagsForStream>(input).await?.tags;
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let there = unless_gone(summary(ctx, id).await)?;
            Ok(there.and_then(|there| there.key_id).filter(|key| key.starts_with("arn:")).into_iter().collect())
        }
    }
}

async fn summary(ctx: &Ctx, id: &str) -> Result<StreamDescriptionSummary, Error> {
    let input =
        DescribeStreamSummaryInput { stream_name: Some(id.to_owned()), ..DescribeStreamSummaryInput::default() };
    Ok(ctx.call::<DescribeStreamSummary>(input).await?.stream_description_summary)
}

fn shown(there: &StreamDescriptionSummary) -> PropertySource {
    let mode = there.stream_mode_details.as_ref().map(|details| details.stream_mode.clone()).unwrap_or_default();
    let mut properties = PropertySource::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("Arn", there.stream_arn.as_str().into());
    put("Name", there.stream_name.as_str().into());
    put("RetentionPeriodHours", there.retention_period_hours.into());
    put("StreamModeDetails", json!({"StreamMode": mode.as_str()}));
    put("MaxRecordSizeInKiB", there.max_record_size_in_ki_b.into());
    if mode == StreamMode::Provisioned {
        put("ShardCount", there.open_shard_count.into());
    }
    let metrics = there.enhanced_monitoring.iter().flat_map(|on| on.shard_level_metrics.iter().flatten());
    let metrics: Vec<_> = metrics.map(MetricsName::as_str).collect();
    if !metrics.is_empty() {
        put("DesiredShardLevelMetrics", metrics.into());
    }
    if let Some(key) = &there.key_id {
        put("StreamEncryption", json!({"EncryptionType": "KMS", "KeyId": key}));
    }
    if let Some(warm) = &there.warm_throughput {
        let (target, current) = (warm.target_mi_bps, warm.current_mi_bps);
        put("WarmThroughputMiBps", target.into());
        put("WarmThroughputObject", json!({"TargetMiBps": target, "CurrentMiBps": current}));
    }
    properties
}

/// What is set after a stream was created, or changed: retention, record size, metrics, encryption.
async fn settle(ctx: &Ctx, id: &str, wanted: &PropertySource) -> Result<(), Error> {
    let there = summary(ctx, id).await?;
    let (stream_name, arn) = (Some(id.to_owned()), Some(there.stream_arn.clone()));
    let hours = number(wanted, "RetentionPeriodHours").unwrap_or(RETENTION);
    if hours > there.retention_period_hours {
        let stream_name = stream_name.clone();
        let input =
            IncreaseStreamRetentionPeriodInput { stream_name, retention_period_hours: hours, ..Default::default() };
        ctx.call::<IncreaseStreamRetentionPeriod>(input).await?;
    } else if hours < there.retention_period_hours {
        let stream_name = stream_name.clone();
        let input =
            DecreaseStreamRetentionPeriodInput { stream_name, retention_period_hours: hours, ..Default::default() };
        ctx.call::<DecreaseStreamRetentionPeriod>(input).await?;
    }
    let kib = number(wanted, "MaxRecordSizeInKiB").unwrap_or(RECORD_KIB);
    if there.max_record_size_in_ki_b != Some(kib) {
        let input =
            UpdateMaxRecordSizeInput { stream_arn: arn.clone(), max_record_size_in_ki_b: kib, ..Default::default() };
        ctx.call::<UpdateMaxRecordSize>(input).await?;
    }
    watch(ctx, id, &there, wanted).await?;
    encrypt(ctx, id, &there, wanted).await
}

async fn watch(ctx: &Ctx, id: &str, there: &StreamDescriptionSummary, wanted: &PropertySource) -> Result<(), Error> {
    let asked = wanted.get("DesiredShardLevelMetrics").and_then(Value::as_array).into_iter().flatten();
    let asked: Vec<_> = asked.filter_map(Value::as_str).map(MetricsName::from).collect();
    let on: Vec<_> =
        there.enhanced_monitoring.iter().flat_map(|on| on.shard_level_metrics.clone().unwrap_or_default()).collect();
    let all = asked.contains(&MetricsName::All);
    let off: Vec<_> = on.into_iter().filter(|metric| !all && !asked.contains(metric)).collect();
    if !off.is_empty() {
        let input = DisableEnhancedMonitoringInput {
            stream_name: Some(id.to_owned()),
            shard_level_metrics: off,
            ..Default::default()
        };
        ctx.call::<DisableEnhancedMonitoring>(input).await?;
    }
    if !asked.is_empty() {
        let input = EnableEnhancedMonitoringInput {
            stream_name: Some(id.to_owned()),
            shard_level_metrics: asked,
            ..Default::default()
        };
        ctx.call::<EnableEnhancedMonitoring>(input).await?;
    }
    Ok(())
}

async fn encrypt(ctx: &Ctx, id: &str, there: &StreamDescriptionSummary, wanted: &PropertySource) -> Result<(), Error> {
    let asked = wanted.get("StreamEncryption").and_then(|wanted| wanted["KeyId"].as_str()).map(str::to_owned);
    let (stream_name, encryption_type) = (Some(id.to_owned()), EncryptionType::Kms);
    match (asked, &there.key_id) {
        (Some(key_id), present) if present.as_deref() != Some(&key_id) => {
            let input = StartStreamEncryptionInput { stream_name, encryption_type, key_id, ..Default::default() };
            ctx.call::<StartStreamEncryption>(input).await?;
        }
        (None, Some(key_id)) => {
            let key_id = key_id.clone();
            let input = StopStreamEncryptionInput { stream_name, encryption_type, key_id, ..Default::default() };
            ctx.call::<StopStreamEncryption>(input).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn rescale(ctx: &Ctx, id: &str, wanted: &PropertySource) -> Result<(), Error> {
    let there = summary(ctx, id).await?;
    let present = there.stream_mode_details.map(|details| details.stream_mode);
    let asked = mode(wanted).unwrap_or(StreamMode::Provisioned);
    if present.as_ref() != Some(&asked) {
        let stream_mode_details = StreamModeDetails { stream_mode: asked.clone() };
        let input = UpdateStreamModeInput { stream_arn: there.stream_arn, stream_mode_details, ..Default::default() };
        ctx.call::<UpdateStreamMode>(input).await?;
    }
    let stream_name = Some(id.to_owned());
    if asked == StreamMode::OnDemand {
        if let Some(warm_throughput_mi_bps) = number(wanted, "WarmThroughputMiBps") {
            let input = UpdateStreamWarmThroughputInput { stream_name, warm_throughput_mi_bps, ..Default::default() };
            ctx.call::<UpdateStreamWarmThroughput>(input).await?;
        }
        return Ok(());
    }
    let target = number(wanted, "ShardCount").filter(|count| *count != there.open_shard_count);
    if let Some(target_shard_count) = target {
        let scaling_type = ScalingType::UniformScaling;
        let input = UpdateShardCountInput { stream_name, target_shard_count, scaling_type, ..Default::default() };
        ctx.call::<UpdateShardCount>(input).await?;
    }
    Ok(())
}

async fn retag(ctx: &Ctx, id: &str, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let stream_name = Some(id.to_owned());
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        let stream_name = stream_name.clone();
        let input = RemoveTagsFromStreamInput { stream_name, tag_keys, ..Default::default() };
        ctx.call::<RemoveTagsFromStream>(input).await?;
    }
    if let Some(wanted) = change.set {
        let input = AddTagsToStreamInput { stream_name, tags: wanted, ..Default::default() };
        ctx.call::<AddTagsToStream>(input).await?;
    }
    Ok(())
}

fn number(properties: &PropertySource, name: &str) -> Option<i32> {
    let value = properties.get(name)?;
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    i32::try_from(number).ok()
}

fn mode(properties: &PropertySource) -> Option<StreamMode> {
    properties.get("StreamModeDetails").and_then(|details| details["StreamMode"].as_str()).map(StreamMode::from)
}
