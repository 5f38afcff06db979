//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod confirm;
mod draft;
mod endpoint;
mod permission;
mod platform;
mod policies;
mod protection;
mod publish;
mod sandbox;
mod sms;
mod subscribe;
mod subscription;
mod subscription_attributes;
mod tags;
mod topic;
mod topic_attributes;

use address::{access, access_to_subscription};
use api_sns as api;
pub(crate) use policies::TopicPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AddPermission>(|ctx, i| access(ctx, &i.topic_arn, "TopicArn"), permission::add_permission)
        .on::<api::CheckIfPhoneNumberIsOptedOut>(|_, _| Ok(Access::any()), sms::check_if_phone_number_is_opted_out)
        .on::<api::ConfirmSubscription>(confirm::access, confirm::confirm_subscription)
        .on::<api::CreatePlatformApplication>(|_, i| Ok(platform::access(&i.attributes)), platform::create)
        .on::<api::CreatePlatformEndpoint>(|_, _| Ok(Access::any()), endpoint::create)
        .on::<api::CreateSMSSandboxPhoneNumber>(|_, _| Ok(Access::any()), sandbox::create)
        .on::<api::CreateTopic>(topic::access_by_name, topic::create_topic)
        .on::<api::DeleteEndpoint>(|_, _| Ok(Access::any()), endpoint::delete)
        .on::<api::DeletePlatformApplication>(|_, _| Ok(Access::any()), platform::delete)
        .on::<api::DeleteSMSSandboxPhoneNumber>(|_, _| Ok(Access::any()), sandbox::delete)
        .on::<api::DeleteTopic>(|ctx, i| access(ctx, &i.topic_arn, "TopicArn"), topic::delete_topic)
        .on::<api::GetDataProtectionPolicy>(|ctx, i| access(ctx, &i.resource_arn, "ResourceArn"), protection::get)
        .on::<api::GetEndpointAttributes>(|_, _| Ok(Access::any()), endpoint::get_attributes)
        .on::<api::GetPlatformApplicationAttributes>(|_, _| Ok(Access::any()), platform::get_attributes)
        .on::<api::GetSMSAttributes>(|_, _| Ok(Access::any()), sms::get_sms_attributes)
        .on::<api::GetSMSSandboxAccountStatus>(|_, _| Ok(Access::any()), sandbox::status)
        .on::<api::GetSubscriptionAttributes>(
            |ctx, i| access_to_subscription(ctx, &i.subscription_arn),
            subscription::get_subscription_attributes,
        )
        .on::<api::GetTopicAttributes>(|ctx, i| access(ctx, &i.topic_arn, "TopicArn"), topic::get_topic_attributes)
        .on::<api::ListEndpointsByPlatformApplication>(|_, _| Ok(Access::any()), endpoint::list)
        .on::<api::ListOriginationNumbers>(|_, _| Ok(Access::any()), sms::list_origination_numbers)
        .on::<api::ListPhoneNumbersOptedOut>(|_, _| Ok(Access::any()), sms::list_phone_numbers_opted_out)
        .on::<api::ListPlatformApplications>(|_, _| Ok(Access::any()), platform::list)
        .on::<api::ListSMSSandboxPhoneNumbers>(|_, _| Ok(Access::any()), sandbox::list)
        .on::<api::ListSubscriptions>(|_, _| Ok(Access::any()), subscription::list_subscriptions)
        .on::<api::ListSubscriptionsByTopic>(
            |ctx, i| access(ctx, &i.topic_arn, "TopicArn"),
            subscription::list_subscriptions_by_topic,
        )
        .on::<api::ListTagsForResource>(|ctx, i| access(ctx, &i.resource_arn, "ResourceArn"), tags::list_tags)
        .on::<api::ListTopics>(|_, _| Ok(Access::any()), topic::list_topics)
        .on::<api::OptInPhoneNumber>(|_, _| Ok(Access::any()), sms::opt_in_phone_number)
        .on::<api::Publish>(publish::access, publish::publish)
        .on::<api::PublishBatch>(
            |ctx, i| Ok(access(ctx, &i.topic_arn, "TopicArn")?.as_action("sns:Publish")),
            publish::publish_batch,
        )
        .on::<api::PutDataProtectionPolicy>(|ctx, i| access(ctx, &i.resource_arn, "ResourceArn"), protection::put)
        .on::<api::RemovePermission>(|ctx, i| access(ctx, &i.topic_arn, "TopicArn"), permission::remove_permission)
        .on::<api::SetEndpointAttributes>(|_, _| Ok(Access::any()), endpoint::set_attributes)
        .on::<api::SetPlatformApplicationAttributes>(
            |_, i| Ok(platform::access(&i.attributes)),
            platform::set_attributes,
        )
        .on::<api::SetSMSAttributes>(|_, i| Ok(sms::access(&i.attributes)), sms::set_sms_attributes)
        .on::<api::SetSubscriptionAttributes>(
            |ctx, i| access_to_subscription(ctx, &i.subscription_arn),
            subscription::set_subscription_attributes,
        )
        .on::<api::SetTopicAttributes>(topic::access_to_set, topic::set_topic_attributes)
        .on::<api::Subscribe>(subscribe::access, subscribe::subscribe)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::Unsubscribe>(|ctx, i| address::open_access(ctx, &i.subscription_arn), subscription::unsubscribe)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::VerifySMSSandboxPhoneNumber>(|_, _| Ok(Access::any()), sandbox::verify)
}
