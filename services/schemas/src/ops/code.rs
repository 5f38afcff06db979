//! Code bindings.

use api_schemas::{
    CodeGenerationStatus, DescribeCodeBinding, DescribeCodeBindingInput, DescribeCodeBindingOutput,
    GetCodeBindingSource, GetCodeBindingSourceInput, GetCodeBindingSourceOutput, PutCodeBinding, PutCodeBindingInput,
    PutCodeBindingOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::address::{engine, schema, version};
use super::schema::shown;
use crate::engine::Code;
use crate::engine::binding::Target;
use crate::error::{invalid, of_schema};

/// Has code made for a schema.
pub(crate) async fn put_code_binding(ctx: &Ctx, input: PutCodeBindingInput) -> Outcome<PutCodeBinding> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let (number, target) = (version(input.schema_version.as_deref())?, target(&input.language)?);
    let code = engine(ctx).make_code(&id, number, target).await.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(PutCodeBindingOutput {
        creation_date: shown(code.created),
        last_modified: shown(code.ready.min(ctx.now())),
        schema_version: Some(code.number.to_string()),
        status: Some(status(ctx, &code)),
    })
}

/// Tells how code for a schema stands.
pub(crate) async fn describe_code_binding(ctx: &Ctx, input: DescribeCodeBindingInput) -> Outcome<DescribeCodeBinding> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let (number, target) = (version(input.schema_version.as_deref())?, target(&input.language)?);
    let code = engine(ctx).code(&id, number, target).await.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(DescribeCodeBindingOutput {
        creation_date: shown(code.created),
        last_modified: shown(code.ready.min(ctx.now())),
        schema_version: Some(code.number.to_string()),
        status: Some(status(ctx, &code)),
    })
}

/// Hands out the code for a schema: a zip archive.
pub(crate) async fn get_code_binding_source(
    ctx: &Ctx,
    input: GetCodeBindingSourceInput,
) -> Outcome<GetCodeBindingSource> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let (number, target) = (version(input.schema_version.as_deref())?, target(&input.language)?);
    let archive = engine(ctx).source(&id, number, target).await.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(GetCodeBindingSourceOutput { body: Some(archive.into()) })
}

fn target(named: &str) -> Result<Target, Error> {
    let languages = "Java8, Python36, TypeScript3 and Go1";
    Target::parse(named)
        .ok_or_else(|| invalid(format!("Language {named} is not supported. Supported are {languages}.")))
}

fn status(ctx: &Ctx, code: &Code) -> CodeGenerationStatus {
    match code.ready > ctx.now() {
        true => CodeGenerationStatus::CreateInProgress,
        false => CodeGenerationStatus::CreateComplete,
    }
}
