//! `AWS::CloudTrail::Channel`.

use api_cloudtrail::{
    CreateChannel, DeleteChannel, DeleteChannelInput, GetChannel, GetChannelInput, ListChannels, ListChannelsInput,
    UpdateChannel,
};
use names::Tags;
use service_kit::properties::{give_name, tag_list, tags_of};
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, output, renamed, retag, tags, unless_gone};

/// A channel. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Channel;

/// Properties that are members of the operations of the same name.
const SETTINGS: [(&str, &str); 3] = [("Destinations", "Destinations"), ("Name", "Name"), ("Source", "Source")];

impl ResourceType for Channel {
    fn name(&self) -> &'static str {
        "AWS::CloudTrail::Channel"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Destinations", "Name", "Source", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Source"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["ChannelArn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(128));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let mut settings = renamed(&properties, &SETTINGS);
            settings.entry("Source").or_insert_with(|| "Custom".into());
            settings.extend(renamed(&properties, &[("Tags", "Tags")]));
            Ok(ctx.call::<CreateChannel>(input(settings.into())?).await?.channel_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let found = unless_gone(ctx.call::<GetChannel>(GetChannelInput { channel: id.to_owned() }).await)?;
            let Some(found) = found else { return Ok(None) };
            let mut properties = output(&found);
            if let Some(tags) = tag_list(&self.tags(ctx, id).await?) {
                properties.insert("Tags".to_owned(), tags);
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut settings = renamed(&properties, &SETTINGS);
            settings.remove("Source");
            settings.insert("Channel".to_owned(), id.into());
            ctx.call::<UpdateChannel>(input(settings.into())?).await?;
            retag(ctx, id, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteChannel>(DeleteChannelInput { channel: id.to_owned() }).await;
            unless_gone(deleted.map(|_| ())).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut arns, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListChannels>(ListChannelsInput { next_token, max_results: None }).await?;
                arns.extend(page.channels.unwrap_or_default().into_iter().filter_map(|channel| channel.channel_arn));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(arns);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = ctx.call::<GetChannel>(GetChannelInput { channel: id.to_owned() }).await?;
            Ok(found.destinations.unwrap_or_default().into_iter().map(|to| to.location).collect())
        }
    }
}
