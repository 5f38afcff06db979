//! `AWS::Events::Archive`.

use api_events::{
    CreateArchive, CreateArchiveInput, DeleteArchive, DeleteArchiveInput, DescribeArchive, DescribeArchiveInput,
    ListArchives, ListArchivesInput, UpdateArchive, UpdateArchiveInput,
};
use names::{Arn, Tags};
use service_kit::properties::give_name;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, as_object, as_text, input, properties, unless_gone};

/// An archive. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Archive;

impl ResourceType for Archive {
    fn name(&self) -> &'static str {
        "AWS::Events::Archive"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["ArchiveName", "Description", "EventPattern", "KmsKeyIdentifier", "RetentionDays", "SourceArn"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["ArchiveName", "SourceArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "ArchiveName", || invent(48));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, mut properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            source(&mut properties);
            as_text(&mut properties, "EventPattern");
            let create: CreateArchiveInput = input(&properties)?;
            let name = create.archive_name.clone();
            ctx.call::<CreateArchive>(create).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = ctx.call::<DescribeArchive>(DescribeArchiveInput { archive_name: id.to_owned() }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let mut found = properties(&shown, &["ArchiveArn", "ArchiveName", "Description", "EventPattern", "EventSourceArn", "KmsKeyIdentifier", "RetentionDays"]);
            as_object(&mut found, "EventPattern");
            rename(&mut found, "EventSourceArn", "SourceArn");
            rename(&mut found, "ArchiveArn", "Arn");
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, mut properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            properties.insert("ArchiveName".to_owned(), id.into());
            source(&mut properties);
            as_text(&mut properties, "EventPattern");
            let update: UpdateArchiveInput = input(&properties)?;
            ctx.call::<UpdateArchive>(update).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteArchive>(DeleteArchiveInput { archive_name: id.to_owned() }).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListArchivesInput { next_token, ..ListArchivesInput::default() };
                let page = ctx.call::<ListArchives>(input).await?;
                names.extend(page.archives.unwrap_or_default().into_iter().filter_map(|one| one.archive_name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Arn::regional("events", &ctx.region, ctx.account(), format!("archive/{id}")).to_string()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(std::future::ready(Ok(Tags::new())))
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = self.read(ctx, id).await?.unwrap_or_default();
            Ok(found.get("SourceArn").and_then(|arn| arn.as_str()).map(str::to_owned).into_iter().collect())
        }
    }
}

/// Templates call the bus by a shorter name than the API.
fn source(properties: &mut PropertySource) {
    rename(properties, "SourceArn", "EventSourceArn");
}

fn rename(properties: &mut PropertySource, from: &str, to: &str) {
    if let Some(value) = properties.remove(from) {
        properties.insert(to.to_owned(), value);
    }
}
