//! `AWS::Pipes::Pipe`, for stacks, inventories and the map of what talks to what. It calls the service's own operations, so a
//! pipe made by a stack is the same as one made by hand. Properties have the names of the API's members.

use api_pipes::{
    CreatePipe, CreatePipeInput, DeletePipe, DeletePipeInput, DescribePipe, DescribePipeInput, ListPipes,
    ListPipesInput, PipeState, TagResource, TagResourceInput, UntagResource, UntagResourceInput, UpdatePipe,
    UpdatePipeInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, give_name, unless};
use service_kit::{Ctx, Error, Fault, Progress, PropertySource, ResourceFuture, ResourceType, Service, answer};
use smithy::Shape;

use crate::calls::as_json;
use crate::engine::home::Home;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(Pipe)
}

/// A pipe. Its identifier is its name.
#[derive(Debug)]
struct Pipe;

const PROPERTIES: [&str; 13] = [
    "Description",
    "DesiredState",
    "Enrichment",
    "EnrichmentParameters",
    "KmsKeyIdentifier",
    "LogConfiguration",
    "Name",
    "RoleArn",
    "Source",
    "SourceParameters",
    "Tags",
    "Target",
    "TargetParameters",
];

impl ResourceType for Pipe {
    fn name(&self) -> &'static str {
        "AWS::Pipes::Pipe"
    }

    fn properties(&self) -> &'static [&'static str] {
        &PROPERTIES
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name", "Source"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "CreationTime", "CurrentState", "LastModifiedTime", "StateReason"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreatePipeInput = input(&properties)?;
            let name = create.name.clone();
            ctx.call::<CreatePipe>(create).await?;
            Ok(name)
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! {
            let shown = ctx.call::<DescribePipe>(DescribePipeInput { name: id.to_owned() }).await?;
            let state = shown.current_state.unwrap_or(PipeState::Running);
            Ok(match state {
                PipeState::Running | PipeState::Stopped => Progress::Settled,
                failed if failed.as_str().ends_with("FAILED") => Progress::Failed(shown.state_reason.unwrap_or_default()),
                _ => Progress::Underway,
            })
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = unless_gone(ctx.call::<DescribePipe>(DescribePipeInput { name: id.to_owned() }).await)?;
            let Some(Value::Object(mut found)) = shown.map(|shown| as_json(&shown)) else { return Ok(None) };
            found.retain(|name, _| PROPERTIES.contains(&name.as_str()) || self.attributes().contains(&name.as_str()));
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let wanted: CreatePipeInput = input(&properties)?;
            let tags: Tags = wanted.tags.unwrap_or_default().into_iter().collect();
            retag(ctx, self.arn(ctx, id), &self.tags(ctx, id).await?, tags).await?;
            let update: UpdatePipeInput = input(&properties)?;
            ctx.call::<UpdatePipe>(UpdatePipeInput { name: id.to_owned(), ..update }).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { unless_gone(ctx.call::<DeletePipe>(DeletePipeInput { name: id.to_owned() }).await).map(|_| ()) }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut ids, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListPipes>(ListPipesInput { next_token, ..Default::default() }).await?;
                ids.extend(page.pipes.unwrap_or_default().into_iter().filter_map(|pipe| pipe.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(ids);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Home { account: ctx.account(), region: ctx.region.clone() }.pipe_arn(id).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let shown = ctx.call::<DescribePipe>(DescribePipeInput { name: id.to_owned() }).await?;
            Ok(shown.tags.unwrap_or_default().into_iter().collect())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let shown = unless_gone(ctx.call::<DescribePipe>(DescribePipeInput { name: id.to_owned() }).await)?;
            let Some(shown) = shown else { return Ok(Vec::new()) };
            Ok([shown.source, shown.enrichment, shown.target, shown.role_arn].into_iter().flatten().collect())
        }
    }
}

/// An operation's input with the members that properties of the same names give.
fn input<T: Shape + Default>(properties: &PropertySource) -> Result<T, Error> {
    let mut input = T::default();
    let text = Value::Object(properties.clone()).to_string();
    let read = protocols::json_value::read(text.as_bytes(), &mut input);
    read.map_err(|malformed| Fault::Invalid { message: format!("Invalid properties: {}", malformed.0) })?;
    Ok(input)
}

/// None when the resource is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == "NotFoundException")
}

async fn retag(ctx: &Ctx, resource_arn: String, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        let input = UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys };
        ctx.call::<UntagResource>(input).await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().collect();
        ctx.call::<TagResource>(TagResourceInput { resource_arn, tags }).await?;
    }
    Ok(())
}
