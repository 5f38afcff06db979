//! Stacks: created, updated, deleted, listed.

use std::time::Duration;

use api_cloudformation::{
    CreateStack, CreateStackInput, CreateStackOutput, DeleteStack, DeleteStackInput, DeleteStackOutput, DescribeStacks,
    DescribeStacksInput, DescribeStacksOutput, ListStacks, ListStacksInput, ListStacksOutput,
    OnFailure as AskedOnFailure, Tag, UpdateStack, UpdateStackInput, UpdateStackOutput,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Scope, Span, Tx};

use super::intake::{self, Handed, Taken};
use super::{find, shown};
use crate::engine::policy;
use crate::error::{busy, invalid, no_stack, no_stack_with_id, stack_exists};
use crate::limits;
use crate::run::Stacks;
use crate::run::journal::{self, scope};
use crate::store::{Deployment, NAMES, Named, OnFailure, PENDING, Phase, Place, STACKS, StackRecord, WORK, Work};

/// What creating a stack touches.
pub(super) fn access_to_create(ctx: &Ctx, input: &CreateStackInput) -> Result<Access, Error> {
    let access = find::access_with(ctx, &input.stack_name, input.role_arn.as_deref())?;
    let access = find::with_policy(access, input.stack_policy_url.as_deref());
    Ok(with_input(access, input.template_url.as_deref(), input.resource_types.as_deref(), input.tags.as_deref()))
}

/// What updating one touches.
pub(super) fn access_to_update(ctx: &Ctx, input: &UpdateStackInput) -> Result<Access, Error> {
    let access = find::access_with(ctx, &input.stack_name, input.role_arn.as_deref())?;
    let access = find::with_policy(access, input.stack_policy_url.as_deref());
    Ok(with_input(access, input.template_url.as_deref(), input.resource_types.as_deref(), input.tags.as_deref()))
}

/// With the condition keys that a template and its tags give.
pub(super) fn with_input(access: Access, url: Option<&str>, types: Option<&[String]>, tags: Option<&[Tag]>) -> Access {
    let access = url.into_iter().fold(access, |access, url| access.with("cloudformation:TemplateUrl", url));
    let types = types.into_iter().flatten();
    let access = types.fold(access, |access, kind| access.with("cloudformation:ResourceTypes", kind));
    access.with_request_tags(tags.into_iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str())))
}

/// An operation about to begin.
pub(super) struct Begin {
    pub phase: Phase,
    pub creates: bool,
    pub token: Option<String>,
    pub on_failure: OnFailure,
    pub deadline: Option<Timestamp>,
    pub retain: Vec<String>,
    pub skip: Vec<String>,
    pub policy: Option<String>,
    pub broken: Option<String>,
    pub retain_except_on_create: bool,
}

impl Default for Begin {
    fn default() -> Self {
        Self {
            phase: Phase::Forward,
            creates: false,
            token: None,
            on_failure: OnFailure::Rollback,
            deadline: None,
            retain: Vec::new(),
            skip: Vec::new(),
            policy: None,
            broken: None,
            retain_except_on_create: false,
        }
    }
}

/// Writes a stack with the operation that begins on it, and its first event.
pub(super) async fn begin(ctx: &Ctx, tx: &Tx, stack: &StackRecord, begin: &Begin) -> Result<(), Error> {
    let (stacks, scope): (&Stacks, Scope) = (ctx.state(), scope(ctx));
    let work = Work {
        phase: begin.phase,
        creates: begin.creates,
        operation: stack.operation.clone(),
        caller: service_kit::Caller::clone(&ctx.caller),
        token: begin.token.clone(),
        deadline: begin.deadline,
        on_failure: begin.on_failure,
        retain: begin.retain.clone(),
        skip: begin.skip.clone(),
        cancelled: false,
        policy: begin.policy.clone(),
        broken: begin.broken.clone(),
        retain_except_on_create: begin.retain_except_on_create,
    };
    STACKS.put(&stacks.vault, tx, &scope, &stack.id, stack)?;
    WORK.put(&stacks.vault, tx, &scope, &stack.id, &work)?;
    PENDING.put(tx, &Scope::Global, &stack.id, &Place { account: ctx.account(), region: ctx.region.clone() })?;
    let event = journal::of_stack(stack, ctx.random().uuid(), ctx.now(), begin.token.clone());
    Ok(journal::event(tx, &scope, &stack.id, &event).await?)
}

/// A stack of a name, with fresh numbers.
pub(super) fn fresh(ctx: &Ctx, name: &str, status: &str) -> StackRecord {
    let id = ctx.random().uuid();
    StackRecord {
        arn: ctx.arn(format!("stack/{name}/{id}")).to_string(),
        name: name.to_owned(),
        status: status.to_owned(),
        reason: Some("User Initiated".to_owned()),
        created: ctx.now(),
        operation: ctx.random().uuid(),
        id,
        ..StackRecord::default()
    }
}

/// Creates a stack: its resources are made after the answer.
pub(super) async fn create_stack(ctx: &Ctx, input: CreateStackInput) -> Outcome<CreateStack> {
    let on_failure = on_failure(input.disable_rollback, input.on_failure.as_ref())?;
    let policy = stack_policy(ctx, input.stack_policy_body, input.stack_policy_url.as_deref()).await?;
    let mut new = fresh(ctx, &input.stack_name, "CREATE_IN_PROGRESS");
    let handed = Handed {
        body: input.template_body,
        url: input.template_url,
        parameters: input.parameters.unwrap_or_default(),
        capabilities: input.capabilities.unwrap_or_default(),
        resource_types: input.resource_types,
        role: input.role_arn,
        tags: input.tags,
        notifications: input.notification_arns,
        rollback: input.rollback_configuration,
        ..Handed::default()
    };
    let Taken { deployment, broken, .. } = intake::take(ctx, handed, None, (&new.name, &new.arn)).await?;
    new.deployment = Some(deployment);
    new.disable_rollback = on_failure == OnFailure::Nothing;
    new.protected = input.enable_termination_protection.unwrap_or(false);
    new.policy = policy;
    new.timeout = input.timeout_in_minutes;
    let minutes = input.timeout_in_minutes.and_then(|minutes| u64::try_from(minutes).ok());
    let begins = Begin {
        creates: true,
        token: input.client_request_token,
        on_failure,
        deadline: minutes.map(|minutes| ctx.now().plus(Duration::from_secs(60 * minutes))),
        broken,
        retain_except_on_create: input.retain_except_on_create.unwrap_or(false),
        ..Begin::default()
    };
    let (new, begins) = (&new, &begins);
    let created = ctx.store().transact(|tx| async move {
        let stacks: &Stacks = ctx.state();
        if let Some(there) = find::stack(ctx, &tx, &new.name).await? {
            let work = WORK.get(&stacks.vault, &tx, &scope(ctx), &there.id).await?;
            let again = work.is_some_and(|work| work.creates && work.token.is_some() && work.token == begins.token);
            if again {
                return Ok(there.arn);
            }
            if there.status != "REVIEW_IN_PROGRESS" {
                return Err(stack_exists(&new.name));
            }
            // What only change sets waited for becomes the stack; they are of no use any more.
            let stack = StackRecord { id: there.id, arn: there.arn, created: there.created, ..new.clone() };
            super::change_set::obsolete(ctx, &tx, &stack.id, None).await?;
            begin(ctx, &tx, &stack, begins).await?;
            return Ok(stack.arn);
        }
        NAMES.put(&tx, &scope(ctx), &new.name, &Named { stack: new.id.clone() })?;
        begin(ctx, &tx, new, begins).await?;
        Ok::<_, Error>(new.arn.clone())
    });
    let stack_id = created.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(CreateStackOutput { stack_id: Some(stack_id), ..CreateStackOutput::default() })
}

/// Updates a stack: its resources are changed after the answer.
pub(super) async fn update_stack(ctx: &Ctx, input: UpdateStackInput) -> Outcome<UpdateStack> {
    let present = find::known(ctx, &input.stack_name, no_stack_with_id).await?;
    updatable(&present)?;
    let policy = stack_policy(ctx, input.stack_policy_body, input.stack_policy_url.as_deref()).await?;
    let during =
        stack_policy(ctx, input.stack_policy_during_update_body, input.stack_policy_during_update_url.as_deref())
            .await?;
    let handed = Handed {
        body: input.template_body,
        url: input.template_url,
        use_previous: input.use_previous_template.unwrap_or(false),
        parameters: input.parameters.unwrap_or_default(),
        capabilities: input.capabilities.unwrap_or_default(),
        resource_types: input.resource_types,
        role: input.role_arn,
        tags: input.tags,
        notifications: input.notification_arns,
        rollback: input.rollback_configuration,
        for_change_set: false,
    };
    let taken = intake::take(ctx, handed, present.deployment.as_ref(), (&present.name, &present.arn)).await?;
    if present.deployment.as_ref().is_some_and(|there| same(there, &taken.deployment)) && policy.is_none() {
        return Err(invalid("No updates are to be performed."));
    }
    let begins = Begin {
        token: input.client_request_token,
        on_failure: if input.disable_rollback.unwrap_or(false) { OnFailure::Nothing } else { OnFailure::Rollback },
        policy: during,
        broken: taken.broken,
        retain_except_on_create: input.retain_except_on_create.unwrap_or(false),
        ..Begin::default()
    };
    let (deployment, begins, policy, present) = (&taken.deployment, &begins, &policy, &present);
    let updated = ctx.store().transact(|tx| async move {
        let mut stack = find::stack(ctx, &tx, &present.arn).await?.ok_or_else(|| no_stack(&present.name))?;
        updatable(&stack)?;
        start_update(ctx, &mut stack, deployment.clone());
        stack.policy = policy.clone().or(stack.policy);
        begin(ctx, &tx, &stack, begins).await?;
        Ok::<_, Error>(stack.arn)
    });
    let stack_id = updated.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(UpdateStackOutput { stack_id: Some(stack_id), ..UpdateStackOutput::default() })
}

/// Turns a stack to an update.
pub(super) fn start_update(ctx: &Ctx, stack: &mut StackRecord, deployment: Deployment) {
    stack.previous = stack.deployment.replace(deployment);
    stack.status = "UPDATE_IN_PROGRESS".to_owned();
    stack.reason = Some("User Initiated".to_owned());
    stack.updated = Some(ctx.now());
    stack.operation = ctx.random().uuid();
}

/// Whether two deployments make the same of a stack.
fn same(there: &Deployment, wanted: &Deployment) -> bool {
    let part = |deployment: &Deployment, name: &str| deployment.processed.0.get(name).cloned();
    ["Resources", "Outputs", "Parameters", "Conditions", "Mappings", "Metadata", "Rules"]
        .iter()
        .all(|name| part(there, name) == part(wanted, name))
        && there.parameters == wanted.parameters
        && there.tags == wanted.tags
        && there.notifications == wanted.notifications
        && there.role == wanted.role
}

/// Refuses stacks that cannot be updated as they stand.
pub(super) fn updatable(stack: &StackRecord) -> Result<(), Error> {
    let at_rest = [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
    ];
    if at_rest.contains(&stack.status.as_str()) { Ok(()) } else { Err(busy(&stack.arn, &stack.status)) }
}

/// A stack policy, from wherever it comes.
pub(super) async fn stack_policy(ctx: &Ctx, body: Option<String>, url: Option<&str>) -> Result<Option<String>, Error> {
    let text = match (body, url) {
        (Some(_), Some(_)) => return Err(invalid("You cannot specify both StackPolicyURL and StackPolicyBody")),
        (Some(body), None) => body,
        (None, Some(url)) => crate::calls::template(ctx, url).await?,
        (None, None) => return Ok(None),
    };
    policy::check(&text)?;
    Ok(Some(text))
}

fn on_failure(disable: Option<bool>, asked: Option<&AskedOnFailure>) -> Result<OnFailure, Error> {
    match (disable, asked) {
        (Some(_), Some(_)) => Err(invalid("Either DisableRollback or OnFailure can be specified, not both.")),
        (Some(true), None) | (None, Some(AskedOnFailure::DoNothing)) => Ok(OnFailure::Nothing),
        (None, Some(AskedOnFailure::Delete)) => Ok(OnFailure::Delete),
        _ => Ok(OnFailure::Rollback),
    }
}

/// Deletes a stack: its resources are deleted after the answer. One that is not there is deleted already.
pub(super) async fn delete_stack(ctx: &Ctx, input: DeleteStackInput) -> Outcome<DeleteStack> {
    let input = &input;
    let deleted = ctx.store().transact(|tx| async move {
        let Some(mut stack) = find::stack(ctx, &tx, &input.stack_name).await? else { return Ok(()) };
        if stack.protected {
            return Err(invalid(format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.name
            )));
        }
        if ["DELETE_COMPLETE", "DELETE_IN_PROGRESS"].contains(&stack.status.as_str()) {
            return Ok(());
        }
        let retain = input.retain_resources.clone().unwrap_or_default();
        if !retain.is_empty() && stack.status != "DELETE_FAILED" {
            return Err(invalid(
                "Invalid operation on stack. Resources can be retained only if the stack is in the DELETE_FAILED state.",
            ));
        }
        if let (Some(role), Some(deployment)) = (&input.role_arn, stack.deployment.as_mut()) {
            deployment.role = Some(role.clone());
        }
        stack.status = "DELETE_IN_PROGRESS".to_owned();
        stack.reason = Some("User Initiated".to_owned());
        stack.operation = ctx.random().uuid();
        super::change_set::forget(ctx, &tx, &stack.id).await?;
        let begins =
            Begin { phase: Phase::Remove, token: input.client_request_token.clone(), retain, ..Begin::default() };
        begin(ctx, &tx, &stack, &begins).await
    });
    deleted.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(DeleteStackOutput::default())
}

/// Tells of one stack, or of all that are not deleted.
pub(super) async fn describe_stacks(ctx: &Ctx, input: DescribeStacksInput) -> Outcome<DescribeStacks> {
    if let Some(name) = input.stack_name.filter(|name| !name.is_empty()) {
        let stack = find::known(ctx, &name, no_stack_with_id).await?;
        if forgotten(ctx, &stack) {
            return Err(no_stack_with_id(&name));
        }
        return Ok(DescribeStacksOutput { stacks: Some(vec![shown::stack(&stack)]), next_token: None });
    }
    let mut all = stacks(ctx).await?;
    all.retain(|stack| stack.status != "DELETE_COMPLETE");
    let page = paged(ctx, all, input.next_token.as_deref())?;
    Ok(DescribeStacksOutput {
        stacks: Some(page.items.iter().map(shown::stack).collect()),
        next_token: page.next_token,
    })
}

/// Lists stacks, deleted ones too.
pub(super) async fn list_stacks(ctx: &Ctx, input: ListStacksInput) -> Outcome<ListStacks> {
    let mut all = stacks(ctx).await?;
    if let Some(statuses) = input.stack_status_filter.filter(|statuses| !statuses.is_empty()) {
        all.retain(|stack| statuses.iter().any(|status| status.as_str() == stack.status));
    }
    all.retain(|stack| !forgotten(ctx, stack));
    let page = paged(ctx, all, input.next_token.as_deref())?;
    Ok(ListStacksOutput {
        stack_summaries: Some(page.items.iter().map(shown::summary).collect()),
        next_token: page.next_token,
    })
}

/// All stacks, the newest first.
async fn stacks(ctx: &Ctx) -> Result<Vec<StackRecord>, Error> {
    let (stacks, view): (&Stacks, _) = (ctx.state(), ctx.store().read().await?);
    let mut all: Vec<_> = STACKS
        .all(&stacks.vault, &view, &scope(ctx), &Span::all())
        .await?
        .into_iter()
        .map(|(_, stack)| stack)
        .collect();
    all.sort_by(|left, right| (right.created, &right.id).cmp(&(left.created, &left.id)));
    Ok(all)
}

/// Whether a stack was deleted so long ago that nobody tells of it any more.
fn forgotten(ctx: &Ctx, stack: &StackRecord) -> bool {
    let days = Duration::from_secs(limits::REMEMBERED_DAYS * 86_400);
    stack.deleted.is_some_and(|at| at.plus(days) < ctx.now())
}

fn paged(ctx: &Ctx, all: Vec<StackRecord>, token: Option<&str>) -> Result<paging::Page<StackRecord>, Error> {
    let after = paging::position(ctx, "", token)?;
    let rest = match after {
        Some(after) => all.into_iter().skip_while(|stack| stack.id != after).skip(1).collect(),
        None => all,
    };
    Ok(paging::page(ctx, "", rest, limits::PAGE, |stack| stack.id.clone()))
}
