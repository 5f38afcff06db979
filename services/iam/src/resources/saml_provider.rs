//! `AWS::IAM::SAMLProvider`. Its identifier is its ARN.

use api_iam::{
    AssertionEncryptionModeType, CreateSAMLProvider, CreateSAMLProviderInput, DeleteSAMLProvider,
    DeleteSAMLProviderInput, GetSAMLProvider, GetSAMLProviderInput, ListSAMLProviders, ListSAMLProvidersInput,
    TagSAMLProvider, TagSAMLProviderInput, UntagSAMLProvider, UntagSAMLProviderInput, UpdateSAMLProvider,
    UpdateSAMLProviderInput,
};
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{needed, properties, tag_difference, tag_property, tags, text, unless_gone};

/// A provider of SAML assertions.
#[derive(Debug)]
pub(super) struct SamlProvider;

fn mode(given: &PropertySource) -> Option<AssertionEncryptionModeType> {
    text(given, "AssertionEncryptionMode").map(AssertionEncryptionModeType::from)
}

impl Described for SamlProvider {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::SAMLProvider",
            properties: &[
                "AddPrivateKey",
                "AssertionEncryptionMode",
                "Name",
                "RemovePrivateKey",
                "SamlMetadataDocument",
                "Tags",
            ],
            create_only: &["Name"],
            named_by: Some(("Name", 128)),
            attributes: &["Arn", "SamlProviderUUID"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreateSAMLProviderInput {
            saml_metadata_document: needed(&given, "SamlMetadataDocument"),
            name: needed(&given, "Name"),
            tags: Some(tags(&given)),
            assertion_encryption_mode: mode(&given),
            add_private_key: text(&given, "AddPrivateKey"),
        };
        Ok(ctx.call::<CreateSAMLProvider>(input).await?.saml_provider_arn.unwrap_or_default())
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let input = GetSAMLProviderInput { saml_provider_arn: id.to_owned() };
        let found = unless_gone(ctx.call::<GetSAMLProvider>(input).await)?;
        Ok(found.map(|found| {
            let mode = found.assertion_encryption_mode.map(|mode| mode.as_str().to_owned());
            properties([
                ("Arn", id.into()),
                ("Name", id.rsplit('/').next().into()),
                ("SamlMetadataDocument", found.saml_metadata_document.into()),
                ("AssertionEncryptionMode", mode.into()),
                ("SamlProviderUUID", found.saml_provider_uuid.into()),
                ("Tags", tag_property(found.tags).into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let there = self.read(ctx, id).await?.unwrap_or_default();
        let input = UpdateSAMLProviderInput {
            saml_metadata_document: text(&given, "SamlMetadataDocument"),
            saml_provider_arn: id.to_owned(),
            assertion_encryption_mode: mode(&given),
            add_private_key: text(&given, "AddPrivateKey"),
            remove_private_key: text(&given, "RemovePrivateKey"),
        };
        ctx.call::<UpdateSAMLProvider>(input).await?;
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            let input = UntagSAMLProviderInput { saml_provider_arn: id.to_owned(), tag_keys: gone };
            ctx.call::<UntagSAMLProvider>(input).await?;
        }
        if !put.is_empty() {
            ctx.call::<TagSAMLProvider>(TagSAMLProviderInput { saml_provider_arn: id.to_owned(), tags: put }).await?;
        }
        Ok(())
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let input = DeleteSAMLProviderInput { saml_provider_arn: id.to_owned() };
        unless_gone(ctx.call::<DeleteSAMLProvider>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let listed = ctx.call::<ListSAMLProviders>(ListSAMLProvidersInput {}).await?;
        Ok(listed.saml_provider_list.unwrap_or_default().into_iter().filter_map(|provider| provider.arn).collect())
    }
}
