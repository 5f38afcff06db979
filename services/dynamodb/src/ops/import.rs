//! Imports of tables from S3.

use api_dynamodb::{
    CreateTableInput, CsvOptions, DescribeImport, DescribeImportInput, DescribeImportOutput, GlobalSecondaryIndex,
    ImportStatus, ImportSummary, ImportTable, ImportTableDescription, ImportTableInput, ImportTableOutput,
    InputCompressionType, InputFormat, InputFormatOptions, ListImports, ListImportsInput, ListImportsOutput,
    S3BucketSource, TableCreationParameters, errors,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::{address, create, export, shown};
use crate::Dynamo;
use crate::calls::{self, Bucket, keys};
use crate::engine::table::Home;
use crate::engine::transfer::{Format, Packing};
use crate::error::{invalid, told};
use crate::store::{Billing, ImportRecord, IndexRecord, Progress};

/// Imports shown at once ("ListImports": `PageSize` up to 25).
const SHOWN: usize = 25;
/// What may stand between values ("DynamoDB import format").
const DELIMITERS: [&str; 6] = [",", "\t", ":", ";", "|", " "];

/// Makes a table, and begins to fill it. That the bucket can be read is known once this is answered.
pub(crate) async fn import_table(ctx: &Ctx, input: ImportTableInput) -> Outcome<ImportTable> {
    let (engine, format) = (ctx.state::<Dynamo>().engine(), format(&input)?);
    let packing = match &input.input_compression_type {
        Some(InputCompressionType::Gzip) => Packing::Gzip,
        Some(InputCompressionType::Zstd) => Packing::Zstd,
        _ => Packing::None,
    };
    let parameters = input.table_creation_parameters;
    let home = address::own(ctx, &parameters.table_name);
    if let Some((id, record)) = repeated(ctx, &home, input.client_token.as_ref()).await? {
        return Ok(ImportTableOutput { import_table_description: described(&home, &id, record) });
    }
    let S3BucketSource { s3_bucket_owner, s3_bucket, s3_key_prefix } = input.s3_bucket_source;
    let parameters = creating(parameters);
    let mut draft = create::draft(&parameters, ctx.now())?;
    draft.encryption = keys::encryption(ctx, &home, parameters.sse_specification.as_ref()).await?;
    let mut record = ImportRecord {
        table: draft,
        begun: ctx.now(),
        progress: Progress::UnderWay,
        token: input.client_token,
        bucket: s3_bucket,
        owner: s3_bucket_owner,
        prefix: s3_key_prefix,
        format,
        packing,
        errors: 0,
        bytes: 0,
        read: 0,
        imported: 0,
    };
    calls::list_as_caller(ctx, &Bucket::of_import(&home, &record), record.prefix.as_deref().unwrap_or_default())
        .await?;
    let key = keys::new_key(ctx, &home, record.table.encryption.as_ref()).await?;
    let table = engine.create(&home, record.table, key).await.map_err(told)?;
    record.table = table.state().record.clone();
    let id = format!("{:014}-{}", ctx.now().micros() / 1_000, ctx.random().hex(4));
    engine.put_import(&home, &id, &record).await?;
    engine.chores().transfer.signal();
    Ok(ImportTableOutput { import_table_description: described(&home, &id, record) })
}

/// Describes an import.
pub(crate) async fn describe_import(ctx: &Ctx, input: DescribeImportInput) -> Outcome<DescribeImport> {
    let none = || {
        let text = format!("Import not found: {}", input.import_arn);
        Error::from(errors::import_not_found_exception(text))
    };
    let (home, id) = export::of_arn(&input.import_arn, "/import/").ok_or_else(none)?;
    let record = ctx.state::<Dynamo>().engine().import(&home, &id).await?.ok_or_else(none)?;
    Ok(DescribeImportOutput { import_table_description: described(&home, &id, record) })
}

/// Lists imports.
pub(crate) async fn list_imports(ctx: &Ctx, input: ListImportsInput) -> Outcome<ListImports> {
    let table = input
        .table_arn
        .as_deref()
        .map(|arn| Home::of_arn(arn).ok_or_else(|| invalid(format!("Invalid TableArn: {arn}"))));
    let table = table.transpose()?;
    let home = table.clone().unwrap_or_else(|| address::own(ctx, ""));
    let mut found =
        ctx.state::<Dynamo>().engine().imports(&home, table.as_ref().map(|home| home.name.as_str())).await?;
    let after = paging::position(ctx, &home.name, input.next_token.as_deref())?;
    found.retain(|(name, id, _)| after.as_ref().is_none_or(|after| format!("{name}/{id}") > *after));
    let limit = input.page_size.and_then(|most| usize::try_from(most).ok()).filter(|most| (1..=SHOWN).contains(most));
    let limit = limit.unwrap_or(SHOWN);
    let page = paging::page(ctx, &home.name, found, limit, |(name, id, _)| format!("{name}/{id}"));
    let summary = |(name, id, record): (String, String, ImportRecord)| {
        let shown = described(&home.sibling(&name), &id, record);
        ImportSummary {
            import_arn: shown.import_arn,
            import_status: shown.import_status,
            table_arn: shown.table_arn,
            s3_bucket_source: shown.s3_bucket_source,
            cloud_watch_log_group_arn: None,
            input_format: shown.input_format,
            start_time: shown.start_time,
            end_time: shown.end_time,
        }
    };
    let summaries = page.items.into_iter().map(summary).collect();
    Ok(ListImportsOutput { import_summary_list: Some(summaries), next_token: page.next_token })
}

/// What an import touches: the table that is made, and the bucket, which the caller must be allowed to read.
pub(crate) fn access(ctx: &Ctx, input: &ImportTableInput) -> Result<Access, Error> {
    let bucket = format!("arn:{}:s3:::{}", ctx.partition(), input.s3_bucket_source.s3_bucket);
    let table = Access::to(address::own(ctx, &input.table_creation_parameters.table_name).arn());
    Ok(table
        .and(Access::to(&bucket).as_action("s3:ListBucket"))
        .and(Access::to(format!("{bucket}/*")).as_action("s3:GetObject")))
}

/// The same request again, under its token.
async fn repeated(ctx: &Ctx, home: &Home, token: Option<&String>) -> Result<Option<(String, ImportRecord)>, Error> {
    let Some(token) = token else { return Ok(None) };
    let found = ctx.state::<Dynamo>().engine().imports(home, Some(&home.name)).await?;
    let same = found.into_iter().find(|(.., record)| record.token.as_ref() == Some(token));
    Ok(same.map(|(_, id, record)| (id, record)))
}

fn format(input: &ImportTableInput) -> Result<Format, Error> {
    let csv = input.input_format_options.as_ref().and_then(|options| options.csv.as_ref());
    Ok(match input.input_format {
        InputFormat::DynamodbJson => Format::Json,
        InputFormat::Ion => Format::Ion,
        _ => {
            let delimiter = csv.and_then(|csv| csv.delimiter.as_deref()).unwrap_or(",");
            if !DELIMITERS.contains(&delimiter) {
                return Err(invalid(format!("Invalid CSV delimiter: {delimiter}")));
            }
            Format::Csv {
                delimiter: delimiter.as_bytes()[0],
                header: csv.and_then(|csv| csv.header_list.clone()).filter(|header| !header.is_empty()),
            }
        }
    })
}

fn creating(parameters: TableCreationParameters) -> CreateTableInput {
    CreateTableInput {
        table_name: parameters.table_name,
        attribute_definitions: Some(parameters.attribute_definitions),
        key_schema: Some(parameters.key_schema),
        billing_mode: parameters.billing_mode,
        provisioned_throughput: parameters.provisioned_throughput,
        on_demand_throughput: parameters.on_demand_throughput,
        sse_specification: parameters.sse_specification,
        global_secondary_indexes: parameters.global_secondary_indexes,
        ..CreateTableInput::default()
    }
}

fn described(home: &Home, id: &str, record: ImportRecord) -> ImportTableDescription {
    let (ended, failure) = match &record.progress {
        Progress::UnderWay => (None, None),
        Progress::Done(at) => (Some(*at), None),
        Progress::Failed(at, code, text) => (Some(*at), Some((code.clone(), text.clone()))),
    };
    let whole = |count: u64| Some(i64::try_from(count).unwrap_or(i64::MAX));
    let options = match &record.format {
        Format::Csv { delimiter, header } => Some(InputFormatOptions {
            csv: Some(CsvOptions { delimiter: Some(char::from(*delimiter).to_string()), header_list: header.clone() }),
        }),
        _ => None,
    };
    ImportTableDescription {
        import_arn: Some(format!("{}/import/{id}", home.arn())),
        import_status: Some(match record.progress {
            Progress::UnderWay => ImportStatus::InProgress,
            Progress::Done(_) => ImportStatus::Completed,
            Progress::Failed(..) => ImportStatus::Failed,
        }),
        table_arn: Some(home.arn().to_string()),
        table_id: Some(record.table.id.clone()),
        input_format: Some(match record.format {
            Format::Json => InputFormat::DynamodbJson,
            Format::Ion => InputFormat::Ion,
            Format::Csv { .. } => InputFormat::Csv,
        }),
        input_format_options: options,
        input_compression_type: Some(match record.packing {
            Packing::None => InputCompressionType::None,
            Packing::Gzip => InputCompressionType::Gzip,
            Packing::Zstd => InputCompressionType::Zstd,
        }),
        table_creation_parameters: Some(parameters(home, &record)),
        client_token: record.token,
        s3_bucket_source: Some(S3BucketSource {
            s3_bucket_owner: record.owner,
            s3_bucket: record.bucket,
            s3_key_prefix: record.prefix,
        }),
        error_count: whole(record.errors),
        cloud_watch_log_group_arn: None,
        start_time: Some(record.begun),
        end_time: ended,
        processed_size_bytes: whole(record.bytes),
        processed_item_count: whole(record.read),
        imported_item_count: whole(record.imported),
        failure_code: failure.as_ref().map(|(code, _)| code.clone()),
        failure_message: failure.map(|(_, text)| text),
    }
}

fn parameters(home: &Home, record: &ImportRecord) -> TableCreationParameters {
    let table = &record.table;
    let on_demand = matches!(table.billing, Billing::OnDemand(_));
    let index = |index: &IndexRecord| GlobalSecondaryIndex {
        index_name: index.name.clone(),
        key_schema: shown::index_schema(index),
        projection: shown::projection(&index.projection),
        provisioned_throughput: (!on_demand).then(|| shown::bought(&index.throughput)),
        ..GlobalSecondaryIndex::default()
    };
    let indexes: Vec<_> = table.global.iter().map(index).collect();
    TableCreationParameters {
        table_name: home.name.clone(),
        attribute_definitions: table.attributes.iter().map(shown::definition).collect(),
        key_schema: shown::key_schema(&table.key),
        billing_mode: Some(if on_demand {
            api_dynamodb::BillingMode::PayPerRequest
        } else {
            api_dynamodb::BillingMode::Provisioned
        }),
        provisioned_throughput: (!on_demand).then(|| shown::bought(&table.throughput)),
        global_secondary_indexes: (!indexes.is_empty()).then_some(indexes),
        ..TableCreationParameters::default()
    }
}
