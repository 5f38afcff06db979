//! Users: created, shown, renamed, deleted.

use api_iam::{
    CreateUser, CreateUserInput, CreateUserOutput, DeleteUser, DeleteUserInput, DeleteUserOutput, GetUser,
    GetUserInput, GetUserOutput, ListUsers, ListUsersInput, ListUsersOutput, UpdateUser, UpdateUserInput,
    UpdateUserOutput, User,
};
use service_kit::{Ctx, Outcome, Principal};

use super::edge::{Asked, engine, home, path, tags_in, user_or_self};
use super::shown;
use crate::engine::entity::{Body, Kind, NewEntity};
use crate::store::key;

/// Creates a user.
pub(crate) async fn create_user(ctx: &Ctx, input: CreateUserInput) -> Outcome<CreateUser> {
    let new = NewEntity {
        name: input.user_name,
        path: path(input.path),
        tags: tags_in(input.tags.as_deref())?,
        boundary: input.permissions_boundary,
        body: Body::User { groups: Vec::new() },
    };
    let record = engine(ctx).create(home(ctx), new).await?;
    Ok(CreateUserOutput { user: Some(shown::user(home(ctx), &record)) })
}

/// Shows a user; whoever calls when none is named, root too.
pub(crate) async fn get_user(ctx: &Ctx, input: GetUserInput) -> Outcome<GetUser> {
    let named = input.user_name.as_deref();
    if named.is_none() && ctx.caller.principal == Principal::Root {
        return Ok(GetUserOutput { user: root(ctx).await? });
    }
    let name = user_or_self(ctx, named)?;
    let record = engine(ctx).entity(home(ctx), Kind::User, &name).await?;
    Ok(GetUserOutput { user: shown::user(home(ctx), &record) })
}

/// Root has neither name nor path.
pub(crate) async fn root(ctx: &Ctx) -> Result<User, service_kit::Error> {
    let home = home(ctx);
    Ok(User {
        path: None,
        user_name: None,
        user_id: home.account.to_string(),
        arn: home.arn("root"),
        create_date: engine(ctx).born(home).await?,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    })
}

/// Lists users by the beginning of their paths.
pub(crate) async fn list_users(ctx: &Ctx, input: ListUsersInput) -> Outcome<ListUsers> {
    let prefix = path(input.path_prefix);
    let asked = Asked::new(ctx, &prefix, input.marker.as_deref(), input.max_items)?;
    let found = engine(ctx).entities(home(ctx), Kind::User, &prefix, asked.after.as_deref(), asked.wanted()).await?;
    let page = asked.page(ctx, found, |user| key(&user.name));
    let users = page.items.iter().map(|user| shown::user_listed(home(ctx), user)).collect();
    Ok(ListUsersOutput { users, is_truncated: page.is_truncated, marker: page.marker })
}

/// Gives a user another name, another path, or both.
pub(crate) async fn update_user(ctx: &Ctx, input: UpdateUserInput) -> Outcome<UpdateUser> {
    let (to, path) = (input.new_user_name.as_deref(), input.new_path.as_deref());
    engine(ctx).rename(home(ctx), Kind::User, &input.user_name, to, path).await?;
    Ok(UpdateUserOutput {})
}

/// Deletes a user that has nothing left.
pub(crate) async fn delete_user(ctx: &Ctx, input: DeleteUserInput) -> Outcome<DeleteUser> {
    engine(ctx).delete(home(ctx), Kind::User, &input.user_name).await?;
    Ok(DeleteUserOutput {})
}
