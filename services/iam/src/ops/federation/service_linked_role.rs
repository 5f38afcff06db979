//! Roles of services.

use api_iam::{
    CreateServiceLinkedRole, CreateServiceLinkedRoleInput, CreateServiceLinkedRoleOutput, DeleteServiceLinkedRole,
    DeleteServiceLinkedRoleInput, DeleteServiceLinkedRoleOutput, DeletionTaskStatusType,
    GetServiceLinkedRoleDeletionStatus, GetServiceLinkedRoleDeletionStatusInput,
    GetServiceLinkedRoleDeletionStatusOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use crate::engine::linked_role::Link;
use crate::ops::edge::{engine, home};
use crate::ops::shown;

/// Creates the role of a service.
pub(crate) async fn create_service_linked_role(
    ctx: &Ctx,
    input: CreateServiceLinkedRoleInput,
) -> Outcome<CreateServiceLinkedRole> {
    let (service, suffix) = (&input.aws_service_name, input.custom_suffix.as_deref());
    let record = engine(ctx).create_linked_role(home(ctx), service, suffix, input.description).await?;
    let trust = engine(ctx).shown_trust(home(ctx), &record).await?;
    Ok(CreateServiceLinkedRoleOutput { role: Some(shown::role_made(home(ctx), &record, &trust)) })
}

/// Deletes the role of a service. It is gone at once; AWS takes a while.
pub(crate) async fn delete_service_linked_role(
    ctx: &Ctx,
    input: DeleteServiceLinkedRoleInput,
) -> Outcome<DeleteServiceLinkedRole> {
    let deletion_task_id = engine(ctx).delete_linked_role(home(ctx), &input.role_name).await?;
    Ok(DeleteServiceLinkedRoleOutput { deletion_task_id })
}

/// Tells how a deletion went.
pub(crate) async fn get_service_linked_role_deletion_status(
    ctx: &Ctx,
    input: GetServiceLinkedRoleDeletionStatusInput,
) -> Outcome<GetServiceLinkedRoleDeletionStatus> {
    engine(ctx).check_deletion(home(ctx), &input.deletion_task_id).await?;
    Ok(GetServiceLinkedRoleDeletionStatusOutput { status: DeletionTaskStatusType::Succeeded, reason: None })
}

/// What creating the role of a service touches.
pub(crate) fn access_by_service(ctx: &Ctx, input: &CreateServiceLinkedRoleInput) -> Result<Access, Error> {
    let service = &input.aws_service_name;
    let name = Link::of(service).map_or(Ok("*".to_owned()), |link| link.role_name(input.custom_suffix.as_deref()));
    let path = format!("/aws-service-role/{service}/");
    let arn = home(ctx).arn_of("role", &path, name.as_deref().unwrap_or("*"));
    Ok(Access::to(arn).with("iam:AWSServiceName", service))
}

/// What asking after a deletion touches: the role that was.
pub(crate) fn access_by_task(ctx: &Ctx, input: &GetServiceLinkedRoleDeletionStatusInput) -> Result<Access, Error> {
    let role = input.deletion_task_id.strip_prefix("task/").and_then(|rest| rest.rsplit_once('/'));
    Ok(Access::to(home(ctx).arn(format!("role/{}", role.map_or("*", |(role, _)| role)))))
}
