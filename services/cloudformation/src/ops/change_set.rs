//! Change sets: what an update would do, told before it is done.

use api_cloudformation as api;
use api_cloudformation::{
    Change, ChangeSetSummary, ChangeSetType, CreateChangeSet, CreateChangeSetInput, CreateChangeSetOutput,
    DeleteChangeSet, DeleteChangeSetInput, DeleteChangeSetOutput, DescribeChangeSet, DescribeChangeSetInput,
    DescribeChangeSetOutput, ExecuteChangeSet, ExecuteChangeSetInput, ExecuteChangeSetOutput, ListChangeSets,
    ListChangeSetsInput, ListChangeSetsOutput, errors,
};
use service_kit::{Access, Ctx, Error, Fault, Outcome, paging};
use store::{Reader, Span, StoreError, Tx};

use super::intake::{self, Handed};
use super::stack::{self, Begin, begin};
use super::{diff, find, shown};
use crate::error::{busy, invalid, no_change_set, no_stack, not_executable};
use crate::limits::PAGE;
use crate::run::Stacks;
use crate::run::journal::{self, scope};
use crate::store::{CHANGE_SETS, ChangeSetRecord, NAMES, Named, OnFailure, STACKS, StackRecord, of};

/// What creating a change set touches.
pub(super) fn access_to_create(ctx: &Ctx, input: &CreateChangeSetInput) -> Result<Access, Error> {
    let access = find::access_with(ctx, &input.stack_name, input.role_arn.as_deref())?;
    let access = access.with("cloudformation:ChangeSetName", &input.change_set_name);
    let (url, types) = (input.template_url.as_deref(), input.resource_types.as_deref());
    Ok(stack::with_input(access, url, types, input.tags.as_deref()))
}

/// What an operation on a change set touches: the stack that it is for.
pub(super) fn access(ctx: &Ctx, stack: Option<&str>, change_set: &str) -> Result<Access, Error> {
    let access = match stack {
        Some(stack) => find::access(ctx, stack)?,
        None => Access::any(),
    };
    Ok(access.with("cloudformation:ChangeSetName", change_set))
}

const UNCHANGED: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

/// Creates a change set.
pub(super) async fn create_change_set(ctx: &Ctx, input: CreateChangeSetInput) -> Outcome<CreateChangeSet> {
    let kind = input.change_set_type.clone().unwrap_or(ChangeSetType::Update);
    if kind == ChangeSetType::Import {
        let operation = "CreateChangeSet of type IMPORT".to_owned();
        return Err(Fault::NotImplemented { service: "cloudformation".to_owned(), operation }.into());
    }
    let creates = kind == ChangeSetType::Create;
    let (name, stack_name) = (input.change_set_name.clone(), input.stack_name.clone());
    let there = find::stack(ctx, &ctx.store().read().await?, &stack_name).await?;
    let stack = host(ctx, there, &stack_name, &name, creates)?;
    let present = stack.deployment.clone();
    let rewound = |parameter: &api::Parameter| {
        parameter.use_previous_value.unwrap_or(false).then(|| parameter.parameter_key.clone()).flatten()
    };
    let previous = input.parameters.iter().flatten().filter_map(rewound).collect();
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
        for_change_set: true,
    };
    let taken = intake::take(ctx, handed, present.as_ref(), (&stack.name, &stack.arn)).await?;
    let id = ctx.random().uuid();
    let mut set = ChangeSetRecord {
        arn: ctx.arn(format!("changeSet/{name}/{id}")).to_string(),
        id,
        name,
        kind: kind.as_str().to_owned(),
        description: input.description,
        status: "CREATE_COMPLETE".to_owned(),
        execution: "AVAILABLE".to_owned(),
        created: ctx.now(),
        on_failure: input.on_stack_failure.map(|one| one.as_str().to_owned()),
        nested: input.include_nested_stacks,
        import_existing: input.import_existing_resources,
        previous,
        token: input.client_token,
        deployment: taken.deployment,
        ..ChangeSetRecord::default()
    };
    let failure = match taken.document {
        None => taken.broken,
        Some(document) => {
            set.changes = diff::changes(ctx, &stack, &set.deployment, &document).await?;
            let shape = |name: &str| {
                set.deployment.processed.0.get(name) != present.as_ref().and_then(|one| one.processed.0.get(name))
            };
            let alike = set.changes.is_empty()
                && !creates
                && !shape("Outputs")
                && present.as_ref().is_some_and(|one| one.tags == set.deployment.tags);
            alike.then(|| UNCHANGED.to_owned())
        }
    };
    if let Some(reason) = failure {
        (set.status, set.execution, set.reason) = ("FAILED".to_owned(), "UNAVAILABLE".to_owned(), Some(reason));
    }
    write(ctx, &stack, &set, creates).await?;
    Ok(CreateChangeSetOutput { id: Some(set.arn), stack_id: Some(stack.arn) })
}

/// The stack that a change set is for.
fn host(ctx: &Ctx, there: Option<StackRecord>, name: &str, set: &str, creates: bool) -> Result<StackRecord, Error> {
    match there {
        Some(stack) if creates && stack.status != "REVIEW_IN_PROGRESS" => Err(invalid(format!(
            "Stack [{name}] already exists and cannot be created again with the changeSet [{set}]."
        ))),
        Some(stack) if creates => Ok(stack),
        Some(stack) if stack.status == "REVIEW_IN_PROGRESS" => Err(busy(&stack.arn, &stack.status)),
        Some(stack) => stack::updatable(&stack).map(|()| stack),
        None if creates && !name.starts_with("arn:") => Ok(stack::fresh(ctx, name, "REVIEW_IN_PROGRESS")),
        None => Err(no_stack(name)),
    }
}

async fn write(ctx: &Ctx, stack: &StackRecord, set: &ChangeSetRecord, creates: bool) -> Result<(), Error> {
    let written = ctx.store().transact(|tx| async move {
        let (stacks, scope): (&Stacks, _) = (ctx.state(), scope(ctx));
        if creates && find::stack(ctx, &tx, &stack.name).await?.is_none() {
            NAMES.put(&tx, &scope, &stack.name, &Named { stack: stack.id.clone() })?;
            STACKS.put(&stacks.vault, &tx, &scope, &stack.id, stack)?;
            let event = journal::of_stack(stack, ctx.random().uuid(), ctx.now(), None);
            journal::event(&tx, &scope, &stack.id, &event).await?;
        }
        let sets = CHANGE_SETS.all(&stacks.vault, &tx, &scope, &of(&stack.id)).await?;
        if sets.iter().any(|(_, other)| other.name == set.name && other.execution != "EXECUTED") {
            return Err(errors::already_exists_exception(format!("ChangeSet {} already exists", set.name)).into());
        }
        // One that was executed gives its name up.
        for ((_, id), _) in sets.iter().filter(|(_, other)| other.name == set.name) {
            CHANGE_SETS.delete(&tx, &scope, &(stack.id.as_str(), id.as_str()));
        }
        CHANGE_SETS.put(&stacks.vault, &tx, &scope, &(stack.id.as_str(), set.id.as_str()), set)?;
        Ok::<_, Error>(())
    });
    written.await
}

/// A change set and its stack.
async fn find_set(
    ctx: &Ctx,
    reader: &impl Reader,
    stack: Option<&str>,
    name: &str,
) -> Result<Option<(StackRecord, ChangeSetRecord)>, Error> {
    let (stacks, scope): (&Stacks, _) = (ctx.state(), scope(ctx));
    if name.starts_with("arn:") {
        let all = CHANGE_SETS.all(&stacks.vault, reader, &scope, &Span::all()).await?;
        let Some(((stack, _), set)) = all.into_iter().find(|(_, set)| set.arn == name) else { return Ok(None) };
        let stack = STACKS.get(&stacks.vault, reader, &scope, &stack).await?;
        return Ok(stack.map(|stack| (stack, set)));
    }
    let Some(stack) = stack else {
        return Err(invalid("StackName must be specified if ChangeSetName is not specified as an ARN."));
    };
    let record = find::stack(ctx, reader, stack).await?.ok_or_else(|| no_stack(stack))?;
    let sets = CHANGE_SETS.all(&stacks.vault, reader, &scope, &of(&record.id)).await?;
    Ok(sets.into_iter().find(|(_, set)| set.name == name).map(|(_, set)| (record, set)))
}

/// A change set that must be there, and its stack.
pub(super) async fn known(ctx: &Ctx, stack: Option<&str>, name: &str) -> Result<(StackRecord, ChangeSetRecord), Error> {
    let view = ctx.store().read().await?;
    find_set(ctx, &view, stack, name).await?.ok_or_else(|| no_change_set(name))
}

/// How far a change set is executed: what its stack says of it.
fn execution(stack: &StackRecord, set: &ChangeSetRecord) -> String {
    if set.execution != "EXECUTED" {
        return set.execution.clone();
    }
    let status = stack.status.as_str();
    let told = match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" => "EXECUTE_COMPLETE",
        "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "EXECUTE_IN_PROGRESS",
        _ => "EXECUTE_FAILED",
    };
    told.to_owned()
}

/// Tells of a change set.
pub(super) async fn describe_change_set(ctx: &Ctx, input: DescribeChangeSetInput) -> Outcome<DescribeChangeSet> {
    let (stack, set) = known(ctx, input.stack_name.as_deref(), &input.change_set_name).await?;
    let values = input.include_property_values.unwrap_or(false);
    let after = paging::position(ctx, &set.id, input.next_token.as_deref())?;
    let after = after.and_then(|after| after.parse::<usize>().ok()).unwrap_or(0);
    let numbered: Vec<_> = set.changes.iter().enumerate().skip(after).collect();
    let page = paging::page(ctx, &set.id, numbered, PAGE, |(number, _)| (number + 1).to_string());
    let changes: Vec<Change> = page.items.iter().map(|(_, change)| diff::shown(change, values)).collect();
    let document = shown::document(&set.deployment);
    let execution = execution(&stack, &set);
    Ok(DescribeChangeSetOutput {
        change_set_name: Some(set.name),
        change_set_id: Some(set.arn),
        stack_id: Some(stack.arn),
        stack_name: Some(stack.name),
        description: set.description,
        parameters: shown::some(shown::parameters(&set.deployment, document.as_ref())),
        creation_time: Some(set.created),
        execution_status: Some(execution.into()),
        status: Some(set.status.into()),
        status_reason: set.reason,
        notification_arns: Some(set.deployment.notifications.clone()),
        rollback_configuration: Some(shown::rollback(&set.deployment)),
        capabilities: Some(shown::capabilities(&set.deployment)),
        tags: shown::some(shown::tags(&set.deployment)),
        changes: Some(changes),
        next_token: page.next_token,
        include_nested_stacks: Some(set.nested.unwrap_or(false)),
        on_stack_failure: set.on_failure.map(Into::into),
        import_existing_resources: set.import_existing,
        ..DescribeChangeSetOutput::default()
    })
}

/// Lists the change sets of a stack.
pub(super) async fn list_change_sets(ctx: &Ctx, input: ListChangeSetsInput) -> Outcome<ListChangeSets> {
    let stack = find::known(ctx, &input.stack_name, no_stack).await?;
    let after = paging::position(ctx, &stack.id, input.next_token.as_deref())?;
    let view = ctx.store().read().await?;
    let rows = CHANGE_SETS.all(&ctx.state::<Stacks>().vault, &view, &scope(ctx), &of(&stack.id)).await?;
    let rest = rows.into_iter().map(|(_, set)| set);
    let rest = rest.filter(|set| set.execution != "EXECUTED" && after.as_ref().is_none_or(|after| set.id > *after));
    let page = paging::page(ctx, &stack.id, rest.collect(), PAGE, |set| set.id.clone());
    let summary = |set: ChangeSetRecord| ChangeSetSummary {
        stack_id: Some(stack.arn.clone()),
        stack_name: Some(stack.name.clone()),
        change_set_id: Some(set.arn),
        change_set_name: Some(set.name),
        execution_status: Some(set.execution.into()),
        status: Some(set.status.into()),
        status_reason: set.reason,
        creation_time: Some(set.created),
        description: set.description,
        include_nested_stacks: Some(set.nested.unwrap_or(false)),
        import_existing_resources: set.import_existing,
        ..ChangeSetSummary::default()
    };
    let summaries = page.items.into_iter().map(summary).collect();
    Ok(ListChangeSetsOutput { summaries: Some(summaries), next_token: page.next_token })
}

/// Deletes a change set.
pub(super) async fn delete_change_set(ctx: &Ctx, input: DeleteChangeSetInput) -> Outcome<DeleteChangeSet> {
    let input = &input;
    let deleted = ctx.store().transact(|tx| async move {
        let found = find_set(ctx, &tx, input.stack_name.as_deref(), &input.change_set_name).await?;
        if let Some((stack, set)) = found {
            CHANGE_SETS.delete(&tx, &scope(ctx), &(stack.id.as_str(), set.id.as_str()));
        }
        Ok::<_, Error>(())
    });
    deleted.await?;
    Ok(DeleteChangeSetOutput::default())
}

/// Executes a change set: resources are made and changed after the answer.
pub(super) async fn execute_change_set(ctx: &Ctx, input: ExecuteChangeSetInput) -> Outcome<ExecuteChangeSet> {
    let input = &input;
    let executed = ctx.store().transact(|tx| async move {
        let found = find_set(ctx, &tx, input.stack_name.as_deref(), &input.change_set_name).await?;
        let (mut stack, set) = found.ok_or_else(|| no_change_set(&input.change_set_name))?;
        if set.execution != "AVAILABLE" {
            return Err(not_executable(&set.arn, &set.status));
        }
        let creates = stack.status == "REVIEW_IN_PROGRESS";
        if creates {
            stack.deployment = Some(set.deployment.clone());
            stack.status = "CREATE_IN_PROGRESS".to_owned();
            stack.reason = Some("User Initiated".to_owned());
            stack.updated = Some(ctx.now());
            stack.operation = ctx.random().uuid();
        } else {
            stack::updatable(&stack)?;
            stack::start_update(ctx, &mut stack, set.deployment.clone());
        }
        stack.change_set = Some(set.arn.clone());
        let on_failure = match set.on_failure.as_deref() {
            _ if input.disable_rollback == Some(true) => OnFailure::Nothing,
            Some("DO_NOTHING") => OnFailure::Nothing,
            Some("DELETE") => OnFailure::Delete,
            _ => OnFailure::Rollback,
        };
        stack.disable_rollback = on_failure == OnFailure::Nothing;
        obsolete(ctx, &tx, &stack.id, Some(&set)).await?;
        let begins = Begin {
            creates,
            token: input.client_request_token.clone(),
            on_failure,
            retain_except_on_create: input.retain_except_on_create.unwrap_or(false),
            ..Begin::default()
        };
        begin(ctx, &tx, &stack, &begins).await
    });
    executed.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(ExecuteChangeSetOutput::default())
}

/// Once a stack changes, its change sets cannot be executed any more: the one that was is kept as such.
pub(super) async fn obsolete(
    ctx: &Ctx,
    tx: &Tx,
    stack: &str,
    executed: Option<&ChangeSetRecord>,
) -> Result<(), StoreError> {
    let (stacks, scope): (&Stacks, _) = (ctx.state(), scope(ctx));
    for ((_, id), set) in CHANGE_SETS.all(&stacks.vault, tx, &scope, &of(stack)).await? {
        let execution = match executed {
            Some(executed) if executed.id == id => "EXECUTED",
            Some(_) => {
                CHANGE_SETS.delete(tx, &scope, &(stack, id.as_str()));
                continue;
            }
            None => "OBSOLETE",
        };
        let set = ChangeSetRecord { execution: execution.to_owned(), ..set };
        CHANGE_SETS.put(&stacks.vault, tx, &scope, &(stack, id.as_str()), &set)?;
    }
    Ok(())
}

/// Drops all change sets of a stack.
pub(super) async fn forget(ctx: &Ctx, tx: &Tx, stack: &str) -> Result<(), StoreError> {
    let (stacks, scope): (&Stacks, _) = (ctx.state(), scope(ctx));
    for ((_, id), _) in CHANGE_SETS.all(&stacks.vault, tx, &scope, &of(stack)).await? {
        CHANGE_SETS.delete(tx, &scope, &(stack, id.as_str()));
    }
    Ok(())
}
