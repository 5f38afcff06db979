//! Pipes.

use api_pipes::{
    CreatePipe, CreatePipeInput, CreatePipeOutput, DeletePipe, DeletePipeInput, DeletePipeOutput, DescribePipe,
    DescribePipeInput, DescribePipeOutput, ListPipes, ListPipesInput, ListPipesOutput, Pipe, PipeState,
    RequestedPipeState, RequestedPipeStateDescribeResponse, StartPipe, StartPipeInput, StartPipeOutput, StopPipe,
    StopPipeInput, StopPipeOutput, UpdatePipe, UpdatePipeInput, UpdatePipeOutput,
};
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Fault, Outcome, paging};

use super::address::{engine, home, page_size, pipe_access};
use super::check::checked;
use super::merge::merged;
use super::tags;
use crate::calls::as_json;
use crate::engine::Refusal;
use crate::engine::pipe::Change;
use crate::error::{absent, told};
use crate::run;
use crate::store::{PipeRecord, State};

/// Who takes the roles on.
const PIPES: &str = "pipes.amazonaws.com";

/// Creates a pipe.
pub(crate) async fn create_pipe(ctx: &Ctx, input: CreatePipeInput) -> Outcome<CreatePipe> {
    let (home, wanted) = (home(ctx), input.desired_state != Some(RequestedPipeState::Stopped));
    let tags = tags::read(input.tags.as_ref())?;
    let name = input.name.clone();
    let settings = checked(ctx.cloud(), settings(&input))?;
    let created = engine(ctx).create(&home, &name, &settings, wanted, tags).await;
    let pipe = created.map_err(|refusal| told(&name, refusal))?;
    run::stir(ctx.cloud(), engine(ctx), &home, &name, &pipe);
    Ok(CreatePipeOutput {
        arn: Some(home.pipe_arn(&name).to_string()),
        name: Some(name),
        desired_state: Some(desired(&pipe)),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
    })
}

/// What creating a pipe touches: itself, the role that is handed over, and with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreatePipeInput) -> Result<Access, Error> {
    let access = pipe_access(ctx, &input.name);
    let tagged = tags::setting(access.clone(), input.tags.as_ref());
    let access = match input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        true => tagged.clone().and(tagged.as_action("pipes:TagResource")),
        false => access,
    };
    Ok(access.passing_role(&input.role_arn, PIPES))
}

/// Changes a pipe.
pub(crate) async fn update_pipe(ctx: &Ctx, input: UpdatePipeInput) -> Outcome<UpdatePipe> {
    let (update, cloud) = (as_json(&input), ctx.cloud());
    let settings = |before: &Value| checked(cloud, merged(before, &update)).map_err(Refusal::Refused);
    let wanted = input.desired_state.as_ref().map(|desired| *desired == RequestedPipeState::Running);
    let pipe =
        change(ctx, &input.name, &Change { settings: Some(&settings), wanted, state: |_| State::Updating }).await?;
    Ok(UpdatePipeOutput {
        arn: Some(home(ctx).pipe_arn(&input.name).to_string()),
        name: Some(input.name),
        desired_state: Some(desired(&pipe)),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
    })
}

/// What changing a pipe touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdatePipeInput) -> Result<Access, Error> {
    Ok(pipe_access(ctx, &input.name).passing_role(&input.role_arn, PIPES))
}

/// Starts a pipe that stands. One that runs goes on.
pub(crate) async fn start_pipe(ctx: &Ctx, input: StartPipeInput) -> Outcome<StartPipe> {
    let start = |pipe: &PipeRecord| if pipe.state == State::Running { State::Running } else { State::Starting };
    let pipe = change(ctx, &input.name, &Change { settings: None, wanted: Some(true), state: start }).await?;
    Ok(StartPipeOutput {
        arn: Some(home(ctx).pipe_arn(&input.name).to_string()),
        name: Some(input.name),
        desired_state: Some(desired(&pipe)),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
    })
}

/// Stops a pipe. One that stands stays as it is.
pub(crate) async fn stop_pipe(ctx: &Ctx, input: StopPipeInput) -> Outcome<StopPipe> {
    let stop = |pipe: &PipeRecord| if pipe.state == State::Running { State::Stopping } else { State::Stopped };
    let pipe = change(ctx, &input.name, &Change { settings: None, wanted: Some(false), state: stop }).await?;
    Ok(StopPipeOutput {
        arn: Some(home(ctx).pipe_arn(&input.name).to_string()),
        name: Some(input.name),
        desired_state: Some(desired(&pipe)),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
    })
}

/// Deletes a pipe, after what it has begun.
pub(crate) async fn delete_pipe(ctx: &Ctx, input: DeletePipeInput) -> Outcome<DeletePipe> {
    let delete = Change { settings: None, wanted: Some(false), state: |_| State::Deleting };
    let pipe = change(ctx, &input.name, &delete).await?;
    Ok(DeletePipeOutput {
        arn: Some(home(ctx).pipe_arn(&input.name).to_string()),
        name: Some(input.name),
        desired_state: Some(RequestedPipeStateDescribeResponse::Deleted),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
    })
}

/// Shows a pipe.
pub(crate) async fn describe_pipe(ctx: &Ctx, input: DescribePipeInput) -> Outcome<DescribePipe> {
    let home = home(ctx);
    let pipe = engine(ctx).pipe(&home, &input.name).await?.ok_or_else(|| absent(&input.name))?;
    let settings = engine(ctx).settings(&pipe)?.to_string();
    let mut shown = DescribePipeOutput::default();
    let read = protocols::json_value::read(settings.as_bytes(), &mut shown);
    read.map_err(|malformed| Fault::internal(format!("the settings of a pipe: {}", malformed.0)))?;
    let desired = match pipe.state {
        State::Deleting => RequestedPipeStateDescribeResponse::Deleted,
        _ if pipe.wanted => RequestedPipeStateDescribeResponse::Running,
        _ => RequestedPipeStateDescribeResponse::Stopped,
    };
    Ok(DescribePipeOutput {
        arn: Some(home.pipe_arn(&input.name).to_string()),
        name: Some(input.name),
        desired_state: Some(desired),
        current_state: Some(state(&pipe)),
        state_reason: pipe.reason,
        tags: Some(pipe.tags.into_iter().collect()),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
        ..shown
    })
}

/// Lists pipes by name, state, source and target.
pub(crate) async fn list_pipes(ctx: &Ctx, input: ListPipesInput) -> Outcome<ListPipes> {
    let (home, limit) = (home(ctx), page_size(input.limit));
    let filters = as_json(&ListPipesInput { next_token: None, limit: None, ..input.clone() }).to_string();
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let begins = |prefix: &Option<String>, text: &str| prefix.as_deref().is_none_or(|prefix| text.starts_with(prefix));
    let wanted = |name: &str, pipe: &PipeRecord, settings: &Value| {
        begins(&input.name_prefix, name)
            && begins(&input.source_prefix, settings["Source"].as_str().unwrap_or_default())
            && begins(&input.target_prefix, settings["Target"].as_str().unwrap_or_default())
            && input.desired_state.as_ref().is_none_or(|asked| *asked == desired(pipe))
            && input.current_state.as_ref().is_none_or(|asked| *asked == state(pipe))
    };
    let found = engine(ctx).pipes(&home, wanted, after.as_deref(), limit + 1).await?;
    let page = paging::page(ctx, &filters, found, limit, |(name, ..)| name.clone());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let shown = page.items.into_iter().map(|(name, pipe, settings)| Pipe {
        arn: Some(home.pipe_arn(&name).to_string()),
        name: Some(name),
        desired_state: Some(desired(&pipe)),
        current_state: Some(state(&pipe)),
        creation_time: Some(pipe.created),
        last_modified_time: Some(pipe.modified),
        state_reason: pipe.reason,
        source: text(&settings["Source"]),
        target: text(&settings["Target"]),
        enrichment: text(&settings["Enrichment"]),
    });
    Ok(ListPipesOutput { pipes: Some(shown.collect()), next_token: page.next_token })
}

/// Asks something of a pipe, and tells whoever works on it.
async fn change(ctx: &Ctx, name: &str, change: &Change<'_>) -> Result<PipeRecord, Error> {
    let home = home(ctx);
    let pipe = engine(ctx).change(&home, name, change).await.map_err(|refusal| told(name, refusal))?;
    run::stir(ctx.cloud(), engine(ctx), &home, name, &pipe);
    Ok(pipe)
}

/// What is kept of a pipe's settings: what it is created with, but for its name, its tags and whether it is to run.
fn settings(input: &CreatePipeInput) -> Value {
    let mut settings = as_json(input);
    if let Some(members) = settings.as_object_mut() {
        members.retain(|name, value| !["Name", "Tags", "DesiredState"].contains(&name.as_str()) && *value != "");
    }
    settings
}

fn desired(pipe: &PipeRecord) -> RequestedPipeState {
    if pipe.wanted { RequestedPipeState::Running } else { RequestedPipeState::Stopped }
}

fn state(pipe: &PipeRecord) -> PipeState {
    PipeState::from(pipe.state.name())
}
