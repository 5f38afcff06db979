//! Streams of Kinesis that are told of a table's changes.

use api_dynamodb::{
    ApproximateCreationDateTimePrecision, DescribeKinesisStreamingDestination,
    DescribeKinesisStreamingDestinationInput, DescribeKinesisStreamingDestinationOutput, DestinationStatus,
    DisableKinesisStreamingDestination, DisableKinesisStreamingDestinationInput,
    DisableKinesisStreamingDestinationOutput, EnableKinesisStreamingConfiguration, EnableKinesisStreamingDestination,
    EnableKinesisStreamingDestinationInput, EnableKinesisStreamingDestinationOutput, KinesisDataStreamDestination,
    UpdateKinesisStreamingDestination, UpdateKinesisStreamingDestinationInput, UpdateKinesisStreamingDestinationOutput,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address;
use crate::Dynamo;
use crate::engine::refusal::Refusal;
use crate::error::invalid;
use crate::store::Destination;

/// Tells a stream of changes from now on.
pub(crate) async fn enable_kinesis_streaming_destination(
    ctx: &Ctx,
    input: EnableKinesisStreamingDestinationInput,
) -> Outcome<EnableKinesisStreamingDestination> {
    let table = address::table(ctx, &input.table_name).await?;
    check_stream(ctx, &input.stream_arn)?;
    let given = input.enable_kinesis_streaming_configuration;
    let precision = given.as_ref().and_then(|given| given.approximate_creation_date_time_precision.clone());
    let micros = precision.as_ref().map(|precision| *precision == ApproximateCreationDateTimePrecision::Microsecond);
    ctx.state::<Dynamo>()
        .engine()
        .change(&table, |record| {
            let known = record.destinations.iter().position(|known| known.stream == input.stream_arn);
            if known.is_some_and(|at| record.destinations[at].on) {
                return Err(Refusal::invalid(ENABLED));
            }
            if record.destinations.iter().any(|known| known.on) {
                return Err(Refusal::invalid(ENABLED));
            }
            known.map(|at| record.destinations.remove(at));
            record.destinations.push(Destination { stream: input.stream_arn.clone(), on: true, micros });
            Ok(())
        })
        .await?;
    Ok(EnableKinesisStreamingDestinationOutput {
        table_name: Some(table.home.name.clone()),
        stream_arn: Some(input.stream_arn),
        destination_status: Some(DestinationStatus::Enabling),
        enable_kinesis_streaming_configuration: Some(EnableKinesisStreamingConfiguration {
            approximate_creation_date_time_precision: precision,
        }),
    })
}

/// Tells a stream of changes no longer; what it was not told yet is dropped.
pub(crate) async fn disable_kinesis_streaming_destination(
    ctx: &Ctx,
    input: DisableKinesisStreamingDestinationInput,
) -> Outcome<DisableKinesisStreamingDestination> {
    let table = address::table(ctx, &input.table_name).await?;
    ctx.state::<Dynamo>()
        .engine()
        .change(&table, |record| {
            let known = record.destinations.iter_mut().find(|known| known.stream == input.stream_arn && known.on);
            known.ok_or_else(|| Refusal::invalid(NOT_ENABLED))?.on = false;
            Ok(())
        })
        .await?;
    Ok(DisableKinesisStreamingDestinationOutput {
        table_name: Some(table.home.name.clone()),
        stream_arn: Some(input.stream_arn),
        destination_status: Some(DestinationStatus::Disabling),
        enable_kinesis_streaming_configuration: input.enable_kinesis_streaming_configuration,
    })
}

/// Changes how instants are told.
pub(crate) async fn update_kinesis_streaming_destination(
    ctx: &Ctx,
    input: UpdateKinesisStreamingDestinationInput,
) -> Outcome<UpdateKinesisStreamingDestination> {
    let table = address::table(ctx, &input.table_name).await?;
    let given = input.update_kinesis_streaming_configuration;
    let precision = given.as_ref().and_then(|given| given.approximate_creation_date_time_precision.clone());
    let precision = precision.ok_or_else(|| invalid(NO_CONFIGURATION))?;
    let micros = precision == ApproximateCreationDateTimePrecision::Microsecond;
    ctx.state::<Dynamo>()
        .engine()
        .change(&table, |record| {
            let known = record.destinations.iter_mut().find(|known| known.stream == input.stream_arn && known.on);
            let known = known.ok_or_else(|| {
                Refusal::Invalid(format!(
                    "Table is not in a valid state to enable Kinesis Streaming Destination: No streaming destination with \
                     streamArn: {} found for table with tableName: {}",
                    input.stream_arn, table.home.name
                ))
            })?;
            if known.micros == Some(micros) {
                return Err(Refusal::Invalid(format!(
                    "Invalid Request: Precision is already set to the desired value of {} for tableId: {}, kdsArn: {}",
                    precision.as_str(),
                    record.id,
                    input.stream_arn
                )));
            }
            known.micros = Some(micros);
            Ok(())
        })
        .await?;
    Ok(UpdateKinesisStreamingDestinationOutput {
        table_name: Some(table.home.name.clone()),
        stream_arn: Some(input.stream_arn),
        destination_status: Some(DestinationStatus::Updating),
        update_kinesis_streaming_configuration: given,
    })
}

/// Tells which streams are told of changes.
pub(crate) async fn describe_kinesis_streaming_destination(
    ctx: &Ctx,
    input: DescribeKinesisStreamingDestinationInput,
) -> Outcome<DescribeKinesisStreamingDestination> {
    let table = address::table(ctx, &input.table_name).await?;
    let shown = |known: &Destination| KinesisDataStreamDestination {
        stream_arn: Some(known.stream.clone()),
        destination_status: Some(if known.on { DestinationStatus::Active } else { DestinationStatus::Disabled }),
        destination_status_description: None,
        approximate_creation_date_time_precision: known.micros.map(|micros| {
            if micros {
                ApproximateCreationDateTimePrecision::Microsecond
            } else {
                ApproximateCreationDateTimePrecision::Millisecond
            }
        }),
    };
    Ok(DescribeKinesisStreamingDestinationOutput {
        table_name: Some(table.home.name.clone()),
        kinesis_data_stream_destinations: Some(table.state().record.destinations.iter().map(shown).collect()),
    })
}

/// What telling a stream touches: the table, and the stream, to which the caller must be allowed to write ("Using IAM with
/// Kinesis Data Streams and DynamoDB").
pub(crate) fn access_to_enable(ctx: &Ctx, table: &str, stream: &str) -> Result<Access, Error> {
    let put = |action| Access::to(stream).as_action(action);
    Ok(address::access(ctx, table)?.and(put("kinesis:PutRecord")).and(put("kinesis:DescribeStream")))
}

/// A stream of the table's account and region ("Kinesis Data Streams": both must be the same).
fn check_stream(ctx: &Ctx, stream: &str) -> Result<(), Error> {
    let arn: Option<Arn> = stream.parse().ok();
    let arn = arn.filter(|arn| arn.service == "kinesis" && arn.resource.starts_with("stream/"));
    let Some(arn) = arn else { return Err(invalid(format!("Invalid StreamArn: {stream}"))) };
    if arn.account_id() != Some(ctx.account()) || arn.region_code().as_ref() != Some(&ctx.region) {
        return Err(invalid(NO_PERMISSION));
    }
    Ok(())
}

const NO_PERMISSION: &str = "User does not have a permission to use kinesis stream";
const ENABLED: &str = "Table is not in a valid state to enable Kinesis Streaming \
                       Destination:EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE \
                       operation.";
const NOT_ENABLED: &str = "Table is not in a valid state to disable Kinesis Streaming \
                           Destination:DisableKinesisStreamingDestination must be ACTIVE to perform DISABLE operation.";
const NO_CONFIGURATION: &str = "Streaming destination cannot be updated with given parameters: \
                                UpdateKinesisStreamingConfiguration cannot be null or contain only null values";
