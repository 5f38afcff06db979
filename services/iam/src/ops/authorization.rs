//! `GetAccountAuthorizationDetails`: who there is in an account and what they may do, in one listing. Users come first, then
//! groups, roles, the account's policies, and those of AWS that someone has.

use api_iam::{
    EntityType, GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsInput,
    GetAccountAuthorizationDetailsOutput, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail,
};
use service_kit::{Ctx, Error, Outcome};

use super::edge::{Asked, encoded, engine, home, tags_out};
use super::shown;
use crate::engine::aws_managed;
use crate::engine::entity::Kind;
use crate::engine::group::groups_of;
use crate::engine::inline;
use crate::engine::policy::{Managed, Uses, uses, versions};
use crate::engine::profile::of_role;
use crate::store::{EntityRecord, key};

/// The sections of the listing, in its order, each with the mark of its positions.
const SECTIONS: [(char, EntityType); 5] = [
    ('0', EntityType::User),
    ('1', EntityType::Group),
    ('2', EntityType::Role),
    ('3', EntityType::LocalManagedPolicy),
    ('4', EntityType::AwsManagedPolicy),
];

/// Something listed.
enum Item {
    Entity(EntityRecord),
    Policy(Managed, Uses),
}

/// Shows who there is and what they may do.
pub(crate) async fn get_account_authorization_details(
    ctx: &Ctx,
    input: GetAccountAuthorizationDetailsInput,
) -> Outcome<GetAccountAuthorizationDetails> {
    let wanted = input.filter.unwrap_or_default();
    let filters: Vec<_> = wanted.iter().map(EntityType::as_str).collect();
    let asked = Asked::new(ctx, &filters.join(","), input.marker.as_deref(), input.max_items)?;
    let mut found = Vec::new();
    for (mark, section) in SECTIONS.into_iter().filter(|(_, section)| wanted.is_empty() || wanted.contains(section)) {
        let after = match asked.after.as_deref().and_then(|after| Some((after.chars().next()?, after.get(1..)?))) {
            Some((of, _)) if of > mark => continue,
            Some((of, after)) if of == mark => Some(after),
            _ => None,
        };
        let left = asked.wanted() - found.len();
        if left > 0 {
            found.extend(read(ctx, &section, after, left).await?);
        }
    }
    let page = asked.page(ctx, found, position);
    let mut output = GetAccountAuthorizationDetailsOutput {
        user_detail_list: Some(Vec::new()),
        group_detail_list: Some(Vec::new()),
        role_detail_list: Some(Vec::new()),
        policies: Some(Vec::new()),
        is_truncated: page.is_truncated,
        marker: page.marker,
    };
    for item in page.items {
        show(ctx, item, &mut output).await?;
    }
    Ok(output)
}

async fn read(ctx: &Ctx, section: &EntityType, after: Option<&str>, limit: usize) -> Result<Vec<Item>, Error> {
    let kind = match section {
        EntityType::User => Kind::User,
        EntityType::Group => Kind::Group,
        EntityType::Role => Kind::Role,
        EntityType::LocalManagedPolicy => return customers(ctx, after, limit).await,
        _ => return aws(ctx, after, limit).await,
    };
    let found = engine(ctx).entities(home(ctx), kind, "/", after, limit).await?;
    Ok(found.into_iter().map(Item::Entity).collect())
}

async fn customers(ctx: &Ctx, after: Option<&str>, limit: usize) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for record in engine(ctx).policies(home(ctx), after, limit, |_| true).await? {
        items.push(with_uses(ctx, Managed::Customer(record)).await?);
    }
    Ok(items)
}

async fn aws(ctx: &Ctx, after: Option<&str>, limit: usize) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for policy in aws_managed::all().iter().filter(|policy| after.is_none_or(|after| policy.name > after)) {
        if items.len() == limit {
            break;
        }
        let item = with_uses(ctx, Managed::Aws(policy)).await?;
        items.extend(Some(item).filter(|item| matches!(item, Item::Policy(_, uses) if *uses != Uses::default())));
    }
    Ok(items)
}

async fn with_uses(ctx: &Ctx, managed: Managed) -> Result<Item, Error> {
    let uses = uses(&engine(ctx).view().await?, home(ctx), &managed.arn(home(ctx))).await?;
    Ok(Item::Policy(managed, uses))
}

fn position(item: &Item) -> String {
    match item {
        Item::Entity(record) => format!("{}{}", record.body.kind() as u8, key(&record.name)),
        Item::Policy(Managed::Customer(record), _) => format!("3{}", key(&record.name)),
        Item::Policy(Managed::Aws(policy), _) => format!("4{}", policy.name),
    }
}

async fn show(ctx: &Ctx, item: Item, output: &mut GetAccountAuthorizationDetailsOutput) -> Result<(), Error> {
    match item {
        Item::Entity(record) => match record.body.kind() {
            Kind::User => output.user_detail_list.get_or_insert_default().push(user(ctx, record).await?),
            Kind::Group => output.group_detail_list.get_or_insert_default().push(group(ctx, record).await?),
            Kind::Role => output.role_detail_list.get_or_insert_default().push(role(ctx, record).await?),
        },
        Item::Policy(managed, uses) => {
            output.policies.get_or_insert_default().push(policy(ctx, &managed, uses).await?);
        }
    }
    Ok(())
}

async fn inline_policies(ctx: &Ctx, record: &EntityRecord) -> Result<Vec<PolicyDetail>, Error> {
    let all = inline::all(&engine(ctx).view().await?, home(ctx), &record.id).await?;
    let detail = |policy: crate::store::InlineRecord| PolicyDetail {
        policy_document: Some(encoded(&policy.document)),
        policy_name: Some(policy.name),
    };
    Ok(all.into_iter().map(detail).collect())
}

async fn user(ctx: &Ctx, record: EntityRecord) -> Result<UserDetail, Error> {
    let groups = groups_of(&engine(ctx).view().await?, home(ctx), &record).await?;
    Ok(UserDetail {
        user_policy_list: Some(inline_policies(ctx, &record).await?),
        group_list: Some(groups.into_iter().map(|group| group.name).collect()),
        attached_managed_policies: Some(shown::attached(&record.attached)),
        permissions_boundary: shown::boundary(&record),
        tags: tags_out(&record.tags),
        arn: Some(home(ctx).entity(&record)),
        path: Some(record.path),
        user_name: Some(record.name),
        user_id: Some(record.id),
        create_date: Some(record.created),
    })
}

async fn group(ctx: &Ctx, record: EntityRecord) -> Result<GroupDetail, Error> {
    Ok(GroupDetail {
        group_policy_list: Some(inline_policies(ctx, &record).await?),
        attached_managed_policies: Some(shown::attached(&record.attached)),
        arn: Some(home(ctx).entity(&record)),
        path: Some(record.path),
        group_name: Some(record.name),
        group_id: Some(record.id),
        create_date: Some(record.created),
    })
}

async fn role(ctx: &Ctx, record: EntityRecord) -> Result<RoleDetail, Error> {
    let (engine, home) = (engine(ctx), home(ctx));
    let mut profiles = Vec::new();
    for profile in of_role(&engine.view().await?, home, &record.id).await? {
        profiles.push(shown::profile_listed(engine, home, &profile, Some(&record)).await?);
    }
    Ok(RoleDetail {
        assume_role_policy_document: Some(encoded(&engine.shown_trust(home, &record).await?)),
        instance_profile_list: Some(profiles),
        role_policy_list: Some(inline_policies(ctx, &record).await?),
        attached_managed_policies: Some(shown::attached(&record.attached)),
        permissions_boundary: shown::boundary(&record),
        tags: tags_out(&record.tags),
        role_last_used: Some(shown::last_used(engine.role_use(home, &record.id).await?)),
        arn: Some(home.entity(&record)),
        path: Some(record.path),
        role_name: Some(record.name),
        role_id: Some(record.id),
        create_date: Some(record.created),
    })
}

async fn policy(ctx: &Ctx, managed: &Managed, uses: Uses) -> Result<ManagedPolicyDetail, Error> {
    let all = versions(&engine(ctx).view().await?, home(ctx), managed).await?;
    let policy = shown::policy(home(ctx), managed, uses);
    Ok(ManagedPolicyDetail {
        policy_name: policy.policy_name,
        policy_id: policy.policy_id,
        arn: policy.arn,
        path: policy.path,
        default_version_id: policy.default_version_id,
        attachment_count: policy.attachment_count,
        permissions_boundary_usage_count: policy.permissions_boundary_usage_count,
        is_attachable: policy.is_attachable,
        description: policy.description,
        create_date: policy.create_date,
        update_date: policy.update_date,
        policy_version_list: Some(all.iter().map(shown::version).collect()),
    })
}
