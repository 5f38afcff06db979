//! SAML identity providers.

use api_iam::{
    AssertionEncryptionModeType, CreateSAMLProvider, CreateSAMLProviderInput, CreateSAMLProviderOutput,
    DeleteSAMLProvider, DeleteSAMLProviderInput, DeleteSAMLProviderOutput, GetSAMLProvider, GetSAMLProviderInput,
    GetSAMLProviderOutput, ListSAMLProviderTags, ListSAMLProviderTagsInput, ListSAMLProviderTagsOutput,
    ListSAMLProviders, ListSAMLProvidersInput, ListSAMLProvidersOutput, SAMLPrivateKey, SAMLProviderListEntry,
    TagSAMLProvider, TagSAMLProviderInput, TagSAMLProviderOutput, UntagSAMLProvider, UntagSAMLProviderInput,
    UntagSAMLProviderOutput, UpdateSAMLProvider, UpdateSAMLProviderInput, UpdateSAMLProviderOutput,
};
use service_kit::{Ctx, Outcome};

use crate::engine::saml::{Change, arn};
use crate::engine::tags::{add, remove};
use crate::ops::edge::{Asked, Page, engine, home, tags_in, tags_out};
use crate::store::federation::SamlRecord;

/// Creates a provider of its metadata.
pub(crate) async fn create_saml_provider(ctx: &Ctx, input: CreateSAMLProviderInput) -> Outcome<CreateSAMLProvider> {
    let tags = tags_in(input.tags.as_deref())?;
    let change = Change {
        metadata: Some(input.saml_metadata_document),
        encryption_required: input.assertion_encryption_mode.map(is_required),
        add_key: input.add_private_key,
        remove_key: None,
    };
    let record = engine(ctx).create_saml(home(ctx), &input.name, tags, change).await?;
    let (saml_provider_arn, tags) = (Some(arn(home(ctx), &record)), tags_out(&record.tags));
    Ok(CreateSAMLProviderOutput { saml_provider_arn, tags })
}

/// Shows a provider; its private keys are never shown.
pub(crate) async fn get_saml_provider(ctx: &Ctx, input: GetSAMLProviderInput) -> Outcome<GetSAMLProvider> {
    let record = engine(ctx).saml(home(ctx), &input.saml_provider_arn).await?;
    Ok(GetSAMLProviderOutput {
        tags: tags_out(&record.tags),
        assertion_encryption_mode: record.encryption_required.map(mode),
        private_key_list: keys(&record),
        saml_provider_uuid: Some(record.uuid),
        saml_metadata_document: Some(record.metadata),
        create_date: Some(record.created),
        valid_until: Some(record.until),
    })
}

/// Lists all providers.
pub(crate) async fn list_saml_providers(ctx: &Ctx, _input: ListSAMLProvidersInput) -> Outcome<ListSAMLProviders> {
    let all = engine(ctx).all_saml(home(ctx)).await?;
    let entry = |record: &SamlRecord| SAMLProviderListEntry {
        arn: Some(arn(home(ctx), record)),
        valid_until: Some(record.until),
        create_date: Some(record.created),
    };
    Ok(ListSAMLProvidersOutput { saml_provider_list: Some(all.iter().map(entry).collect()) })
}

/// Changes a provider's metadata, keys, or whether assertions must be encrypted.
pub(crate) async fn update_saml_provider(ctx: &Ctx, input: UpdateSAMLProviderInput) -> Outcome<UpdateSAMLProvider> {
    let change = Change {
        metadata: input.saml_metadata_document,
        encryption_required: input.assertion_encryption_mode.map(is_required),
        add_key: input.add_private_key,
        remove_key: input.remove_private_key,
    };
    engine(ctx).update_saml(home(ctx), &input.saml_provider_arn, change).await?;
    Ok(UpdateSAMLProviderOutput { saml_provider_arn: Some(input.saml_provider_arn) })
}

/// Deletes a provider.
pub(crate) async fn delete_saml_provider(ctx: &Ctx, input: DeleteSAMLProviderInput) -> Outcome<DeleteSAMLProvider> {
    engine(ctx).delete_saml(home(ctx), &input.saml_provider_arn).await?;
    Ok(DeleteSAMLProviderOutput {})
}

/// Adds tags to a provider, or changes them.
pub(crate) async fn tag_saml_provider(ctx: &Ctx, input: TagSAMLProviderInput) -> Outcome<TagSAMLProvider> {
    let tags = tags_in(Some(&input.tags))?;
    engine(ctx).retag_saml(home(ctx), &input.saml_provider_arn, |present| add(present, &tags)).await?;
    Ok(TagSAMLProviderOutput {})
}

/// Removes tags from a provider.
pub(crate) async fn untag_saml_provider(ctx: &Ctx, input: UntagSAMLProviderInput) -> Outcome<UntagSAMLProvider> {
    let edit = |present: &mut names::Tags| {
        remove(present, &input.tag_keys);
        Ok(())
    };
    engine(ctx).retag_saml(home(ctx), &input.saml_provider_arn, edit).await?;
    Ok(UntagSAMLProviderOutput {})
}

/// Lists the tags of a provider.
pub(crate) async fn list_saml_provider_tags(
    ctx: &Ctx,
    input: ListSAMLProviderTagsInput,
) -> Outcome<ListSAMLProviderTags> {
    let asked = Asked::new(ctx, &input.saml_provider_arn, input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).saml(home(ctx), &input.saml_provider_arn).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListSAMLProviderTagsOutput { tags: items, is_truncated, marker })
}

fn is_required(mode: AssertionEncryptionModeType) -> bool {
    mode == AssertionEncryptionModeType::Required
}

fn mode(required: bool) -> AssertionEncryptionModeType {
    if required { AssertionEncryptionModeType::Required } else { AssertionEncryptionModeType::Allowed }
}

fn keys(record: &SamlRecord) -> Option<Vec<SAMLPrivateKey>> {
    let shown =
        record.keys.iter().map(|key| SAMLPrivateKey { key_id: Some(key.id.clone()), timestamp: Some(key.uploaded) });
    (!record.keys.is_empty()).then(|| shown.collect())
}
