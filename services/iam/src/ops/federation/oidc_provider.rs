//! OpenID Connect identity providers.

use api_iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderInput,
    AddClientIDToOpenIDConnectProviderOutput, CreateOpenIDConnectProvider, CreateOpenIDConnectProviderInput,
    CreateOpenIDConnectProviderOutput, DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderInput,
    DeleteOpenIDConnectProviderOutput, GetOpenIDConnectProvider, GetOpenIDConnectProviderInput,
    GetOpenIDConnectProviderOutput, ListOpenIDConnectProviderTags, ListOpenIDConnectProviderTagsInput,
    ListOpenIDConnectProviderTagsOutput, ListOpenIDConnectProviders, ListOpenIDConnectProvidersInput,
    ListOpenIDConnectProvidersOutput, OpenIDConnectProviderListEntry, RemoveClientIDFromOpenIDConnectProvider,
    RemoveClientIDFromOpenIDConnectProviderInput, RemoveClientIDFromOpenIDConnectProviderOutput,
    TagOpenIDConnectProvider, TagOpenIDConnectProviderInput, TagOpenIDConnectProviderOutput,
    UntagOpenIDConnectProvider, UntagOpenIDConnectProviderInput, UntagOpenIDConnectProviderOutput,
    UpdateOpenIDConnectProviderThumbprint, UpdateOpenIDConnectProviderThumbprintInput,
    UpdateOpenIDConnectProviderThumbprintOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use crate::engine::oidc::{arn, thumbprints};
use crate::engine::tags::{add, remove};
use crate::ops::access::tagging;
use crate::ops::edge::{Asked, Page, engine, home, tags_in, tags_out};

/// Creates a provider.
pub(crate) async fn create_open_id_connect_provider(
    ctx: &Ctx,
    input: CreateOpenIDConnectProviderInput,
) -> Outcome<CreateOpenIDConnectProvider> {
    let tags = tags_in(input.tags.as_deref())?;
    let (clients, prints) = (input.client_id_list.unwrap_or_default(), input.thumbprint_list.unwrap_or_default());
    let record = engine(ctx).create_oidc(home(ctx), &input.url, clients, &prints, tags).await?;
    let open_id_connect_provider_arn = Some(arn(home(ctx), &record.issuer));
    Ok(CreateOpenIDConnectProviderOutput { open_id_connect_provider_arn, tags: tags_out(&record.tags) })
}

/// Shows a provider.
pub(crate) async fn get_open_id_connect_provider(
    ctx: &Ctx,
    input: GetOpenIDConnectProviderInput,
) -> Outcome<GetOpenIDConnectProvider> {
    let record = engine(ctx).oidc(home(ctx), &input.open_id_connect_provider_arn).await?;
    Ok(GetOpenIDConnectProviderOutput {
        tags: tags_out(&record.tags),
        url: Some(record.issuer),
        client_id_list: Some(record.clients),
        thumbprint_list: Some(record.thumbprints),
        create_date: Some(record.created),
    })
}

/// Lists all providers.
pub(crate) async fn list_open_id_connect_providers(
    ctx: &Ctx,
    _input: ListOpenIDConnectProvidersInput,
) -> Outcome<ListOpenIDConnectProviders> {
    let all = engine(ctx).all_oidc(home(ctx)).await?;
    let entry = |issuer: &str| OpenIDConnectProviderListEntry { arn: Some(arn(home(ctx), issuer)) };
    let open_id_connect_provider_list = Some(all.iter().map(|record| entry(&record.issuer)).collect());
    Ok(ListOpenIDConnectProvidersOutput { open_id_connect_provider_list })
}

/// Adds an audience; one that is there already is no mistake.
pub(crate) async fn add_client_id_to_open_id_connect_provider(
    ctx: &Ctx,
    input: AddClientIDToOpenIDConnectProviderInput,
) -> Outcome<AddClientIDToOpenIDConnectProvider> {
    engine(ctx)
        .edit_oidc(home(ctx), &input.open_id_connect_provider_arn, |record| {
            if !record.clients.contains(&input.client_id) {
                record.clients.push(input.client_id.clone());
            }
            Ok(())
        })
        .await?;
    Ok(AddClientIDToOpenIDConnectProviderOutput {})
}

/// Removes an audience; one that is not there is no mistake.
pub(crate) async fn remove_client_id_from_open_id_connect_provider(
    ctx: &Ctx,
    input: RemoveClientIDFromOpenIDConnectProviderInput,
) -> Outcome<RemoveClientIDFromOpenIDConnectProvider> {
    engine(ctx)
        .edit_oidc(home(ctx), &input.open_id_connect_provider_arn, |record| {
            record.clients.retain(|client| *client != input.client_id);
            Ok(())
        })
        .await?;
    Ok(RemoveClientIDFromOpenIDConnectProviderOutput {})
}

/// Replaces all thumbprints.
pub(crate) async fn update_open_id_connect_provider_thumbprint(
    ctx: &Ctx,
    input: UpdateOpenIDConnectProviderThumbprintInput,
) -> Outcome<UpdateOpenIDConnectProviderThumbprint> {
    let prints = thumbprints(&input.thumbprint_list)?;
    engine(ctx)
        .edit_oidc(home(ctx), &input.open_id_connect_provider_arn, |record| {
            record.thumbprints.clone_from(&prints);
            Ok(())
        })
        .await?;
    Ok(UpdateOpenIDConnectProviderThumbprintOutput {})
}

/// Deletes a provider.
pub(crate) async fn delete_open_id_connect_provider(
    ctx: &Ctx,
    input: DeleteOpenIDConnectProviderInput,
) -> Outcome<DeleteOpenIDConnectProvider> {
    engine(ctx).delete_oidc(home(ctx), &input.open_id_connect_provider_arn).await?;
    Ok(DeleteOpenIDConnectProviderOutput {})
}

/// Adds tags to a provider, or changes them.
pub(crate) async fn tag_open_id_connect_provider(
    ctx: &Ctx,
    input: TagOpenIDConnectProviderInput,
) -> Outcome<TagOpenIDConnectProvider> {
    let (arn, tags) = (&input.open_id_connect_provider_arn, tags_in(Some(&input.tags))?);
    engine(ctx).edit_oidc(home(ctx), arn, |record| add(&mut record.tags, &tags)).await?;
    Ok(TagOpenIDConnectProviderOutput {})
}

/// Removes tags from a provider.
pub(crate) async fn untag_open_id_connect_provider(
    ctx: &Ctx,
    input: UntagOpenIDConnectProviderInput,
) -> Outcome<UntagOpenIDConnectProvider> {
    engine(ctx)
        .edit_oidc(home(ctx), &input.open_id_connect_provider_arn, |record| {
            remove(&mut record.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
    Ok(UntagOpenIDConnectProviderOutput {})
}

/// Lists the tags of a provider.
pub(crate) async fn list_open_id_connect_provider_tags(
    ctx: &Ctx,
    input: ListOpenIDConnectProviderTagsInput,
) -> Outcome<ListOpenIDConnectProviderTags> {
    let arn = &input.open_id_connect_provider_arn;
    let asked = Asked::new(ctx, arn, input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).oidc(home(ctx), arn).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListOpenIDConnectProviderTagsOutput { tags: items, is_truncated, marker })
}

/// What creating a provider touches.
pub(crate) fn access_by_url(ctx: &Ctx, input: &CreateOpenIDConnectProviderInput) -> Result<Access, Error> {
    let issuer = input.url.split_once("://").map_or(input.url.as_str(), |(_, issuer)| issuer);
    Ok(tagging(Access::to(arn(home(ctx), issuer)), input.tags.as_deref().unwrap_or_default()))
}
