//! `AWS::KMS::Alias`.

use api_kms::{
    AliasListEntry, CreateAlias, CreateAliasInput, DeleteAlias, DeleteAliasInput, ListAliases, ListAliasesInput,
    UpdateAlias, UpdateAliasInput,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, text, unless_gone};

/// An alias. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Alias;

impl ResourceType for Alias {
    fn name(&self) -> &'static str {
        "AWS::KMS::Alias"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["AliasName", "TargetKeyId"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["AliasName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let alias_name = text(&properties, "AliasName").unwrap_or_default();
            let target_key_id = text(&properties, "TargetKeyId").unwrap_or_default();
            let input = CreateAliasInput { alias_name: alias_name.clone(), target_key_id };
            ctx.call::<CreateAlias>(input).await?;
            Ok(alias_name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let found = aliases(ctx).await?.into_iter().find(|alias| alias.alias_name.as_deref() == Some(id));
            Ok(found.map(|alias| {
                let mut properties = PropertySource::new();
                properties.insert("AliasName".to_owned(), id.into());
                properties.insert("TargetKeyId".to_owned(), alias.target_key_id.into());
                properties
            }))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let target_key_id = text(&properties, "TargetKeyId").unwrap_or_default();
            ctx.call::<UpdateAlias>(UpdateAliasInput { alias_name: id.to_owned(), target_key_id }).await?;
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            unless_gone(ctx.call::<DeleteAlias>(DeleteAliasInput { alias_name: id.to_owned() }).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(aliases(ctx).await?.into_iter().filter_map(|alias| alias.alias_name).collect()) }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("kms", &ctx.region, ctx.account(), id).to_string()
    }

    fn tags<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = aliases(ctx).await?.into_iter().find(|alias| alias.alias_name.as_deref() == Some(id));
            let key = found.and_then(|alias| alias.target_key_id);
            Ok(key.map(|key| ctx.arn(format!("key/{key}")).to_string()).into_iter().collect())
        }
    }
}

async fn aliases(ctx: &Ctx) -> Result<Vec<AliasListEntry>, Error> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let page = ctx.call::<ListAliases>(ListAliasesInput { limit: Some(100), marker, key_id: None }).await?;
        all.extend(page.aliases.unwrap_or_default());
        marker = page.next_marker;
        if marker.is_none() {
            return Ok(all);
        }
    }
}
