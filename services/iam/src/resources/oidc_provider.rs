//! `AWS::IAM::OIDCProvider`. Its identifier is its ARN.

use api_iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderInput, CreateOpenIDConnectProvider,
    CreateOpenIDConnectProviderInput, DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderInput,
    GetOpenIDConnectProvider, GetOpenIDConnectProviderInput, ListOpenIDConnectProviders,
    ListOpenIDConnectProvidersInput, RemoveClientIDFromOpenIDConnectProvider,
    RemoveClientIDFromOpenIDConnectProviderInput, TagOpenIDConnectProvider, TagOpenIDConnectProviderInput,
    UntagOpenIDConnectProvider, UntagOpenIDConnectProviderInput, UpdateOpenIDConnectProviderThumbprint,
    UpdateOpenIDConnectProviderThumbprintInput,
};
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{difference, needed, properties, tag_difference, tag_property, tags, texts, unless_gone};

/// A provider of web identities.
#[derive(Debug)]
pub(super) struct OidcProvider;

impl Described for OidcProvider {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::OIDCProvider",
            properties: &["ClientIdList", "Tags", "ThumbprintList", "Url"],
            create_only: &["Url"],
            named_by: None,
            attributes: &["Arn"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreateOpenIDConnectProviderInput {
            url: needed(&given, "Url"),
            client_id_list: Some(texts(&given, "ClientIdList")),
            thumbprint_list: Some(texts(&given, "ThumbprintList")),
            tags: Some(tags(&given)),
        };
        let made = ctx.call::<CreateOpenIDConnectProvider>(input).await?;
        Ok(made.open_id_connect_provider_arn.unwrap_or_default())
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let input = GetOpenIDConnectProviderInput { open_id_connect_provider_arn: id.to_owned() };
        let found = unless_gone(ctx.call::<GetOpenIDConnectProvider>(input).await)?;
        Ok(found.map(|found| {
            properties([
                ("Arn", id.into()),
                ("Url", found.url.into()),
                ("ClientIdList", found.client_id_list.into()),
                ("ThumbprintList", found.thumbprint_list.into()),
                ("Tags", tag_property(found.tags).into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let (there, arn) = (self.read(ctx, id).await?.unwrap_or_default(), || id.to_owned());
        let (gone, new) = difference(&texts(&there, "ClientIdList"), &texts(&given, "ClientIdList"));
        for client_id in gone {
            let input = RemoveClientIDFromOpenIDConnectProviderInput { open_id_connect_provider_arn: arn(), client_id };
            ctx.call::<RemoveClientIDFromOpenIDConnectProvider>(input).await?;
        }
        for client_id in new {
            let input = AddClientIDToOpenIDConnectProviderInput { open_id_connect_provider_arn: arn(), client_id };
            ctx.call::<AddClientIDToOpenIDConnectProvider>(input).await?;
        }
        let thumbprint_list = texts(&given, "ThumbprintList");
        if !thumbprint_list.is_empty() && thumbprint_list != texts(&there, "ThumbprintList") {
            let input =
                UpdateOpenIDConnectProviderThumbprintInput { open_id_connect_provider_arn: arn(), thumbprint_list };
            ctx.call::<UpdateOpenIDConnectProviderThumbprint>(input).await?;
        }
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            let input = UntagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn(), tag_keys: gone };
            ctx.call::<UntagOpenIDConnectProvider>(input).await?;
        }
        if !put.is_empty() {
            let input = TagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn(), tags: put };
            ctx.call::<TagOpenIDConnectProvider>(input).await?;
        }
        Ok(())
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let input = DeleteOpenIDConnectProviderInput { open_id_connect_provider_arn: id.to_owned() };
        unless_gone(ctx.call::<DeleteOpenIDConnectProvider>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let listed = ctx.call::<ListOpenIDConnectProviders>(ListOpenIDConnectProvidersInput {}).await?;
        let all = listed.open_id_connect_provider_list.unwrap_or_default();
        Ok(all.into_iter().filter_map(|provider| provider.arn).collect())
    }
}
