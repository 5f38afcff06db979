//! Tags of accounts, roots, units, policies and transfers.

use api_organizations::{
    InvalidInputExceptionReason as Reason, ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput,
    Tag, TagResource, TagResourceInput, TagResourceOutput, UntagResource, UntagResourceInput, UntagResourceOutput,
};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::Scene;
use super::gate;
use super::paging::Turn;
use crate::Organizations;
use crate::error::invalid;

/// Adds tags, or changes them.
pub(crate) async fn tag_resource(ctx: &Ctx, input: TagResourceInput) -> Outcome<TagResource> {
    let seat = gate::writer(ctx, &access_to_tag(ctx, &input)?).await?;
    let tags = read(Some(input.tags))?;
    ctx.state::<Organizations>().engine().tag(&seat, &input.resource_id, &tags).await?;
    Ok(TagResourceOutput {})
}

/// Removes tags.
pub(crate) async fn untag_resource(ctx: &Ctx, input: UntagResourceInput) -> Outcome<UntagResource> {
    let seat = gate::writer(ctx, &access_to_untag(ctx, &input)?).await?;
    if input.tag_keys.iter().any(|key| is_reserved(key)) {
        return Err(reserved());
    }
    ctx.state::<Organizations>().engine().untag(&seat, &input.resource_id, &input.tag_keys).await?;
    Ok(UntagResourceOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_resource(ctx: &Ctx, input: ListTagsForResourceInput) -> Outcome<ListTagsForResource> {
    let seat = gate::reader(ctx, &access_to_list(ctx, &input)?).await?;
    let turn = Turn::of(ctx, &input.resource_id, input.next_token.as_deref(), None)?;
    let tags = ctx.state::<Organizations>().engine().tags(&seat, &input.resource_id).await?;
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    let page = turn.cut_all(ctx, tags);
    Ok(ListTagsForResourceOutput { tags: Some(page.items), next_token: page.next_token })
}

/// What setting tags touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagResourceInput) -> Result<Access, Error> {
    Ok(requested(Scene::of(ctx)?.to_taggable(&input.resource_id)?, Some(&input.tags)))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagResourceInput) -> Result<Access, Error> {
    let access = Scene::of(ctx)?.to_taggable(&input.resource_id)?;
    Ok(access.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// What listing tags touches.
pub(crate) fn access_to_list(ctx: &Ctx, input: &ListTagsForResourceInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_taggable(&input.resource_id)
}

/// With the tags that a call sets.
pub(super) fn requested(access: Access, tags: Option<&Vec<Tag>>) -> Access {
    access.with_request_tags(tags.into_iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str())))
}

/// With the tags that a call sets on something new: it then needs `organizations:TagResource` too.
pub(super) fn tagging(access: Access, tags: Option<&Vec<Tag>>) -> Access {
    match tags.filter(|tags| !tags.is_empty()) {
        None => access,
        tags => {
            let also = Access { also: Vec::new(), ..access.clone() }.as_action("organizations:TagResource");
            requested(access, tags).and(requested(also, tags))
        }
    }
}

/// The tags of an input.
pub(super) fn read(tags: Option<Vec<Tag>>) -> Result<Tags, Error> {
    let mut read = Tags::new();
    for Tag { key, value } in tags.unwrap_or_default() {
        if is_reserved(&key) {
            return Err(reserved());
        }
        if read.insert(key, value).is_some() {
            let text = "Tag keys must be unique among the tags attached to the same entity.";
            return Err(invalid(Reason::DuplicateTagKey, text));
        }
    }
    Ok(read)
}

fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

fn reserved() -> Error {
    let text = "You specified a tag key that is a system tag. You can't add, edit, or delete system tag keys because \
                they're reserved for AWS use.";
    invalid(Reason::InvalidSystemTagsParameter, text)
}
