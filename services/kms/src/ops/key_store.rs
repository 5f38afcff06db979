//! Custom key stores. There are none: one stands on a CloudHSM cluster, and no cluster is here, or on a proxy outside
//! (XKS), which this cloud does not call yet. So each store that is named is not there, and creating one says why not.

use api_kms::{
    ConnectCustomKeyStore, ConnectCustomKeyStoreInput, CreateCustomKeyStore, CreateCustomKeyStoreInput,
    DeleteCustomKeyStore, DeleteCustomKeyStoreInput, DescribeCustomKeyStores, DescribeCustomKeyStoresInput,
    DescribeCustomKeyStoresOutput, DisconnectCustomKeyStore, DisconnectCustomKeyStoreInput, UpdateCustomKeyStore,
    UpdateCustomKeyStoreInput, errors,
};
use service_kit::{Ctx, Error, Outcome};

use super::paging::Wanted;
use crate::error::{invalid, not_here};
use crate::limits;

/// Refuses: no CloudHSM cluster is here.
pub(crate) async fn create_custom_key_store(
    _: &Ctx,
    input: CreateCustomKeyStoreInput,
) -> Outcome<CreateCustomKeyStore> {
    let kind = input.custom_key_store_type.as_ref().map_or("AWS_CLOUDHSM", |kind| kind.as_str());
    if kind != "AWS_CLOUDHSM" {
        return Err(not_here("CreateCustomKeyStore for an external key store"));
    }
    match input.cloud_hsm_cluster_id {
        Some(id) => Err(errors::cloud_hsm_cluster_not_found_exception(format!("Cluster {id} does not exist.")).into()),
        None => Err(invalid("CloudHsmClusterId is required when CustomKeyStoreType is AWS_CLOUDHSM.")),
    }
}

/// Lists key stores.
pub(crate) async fn describe_custom_key_stores(
    ctx: &Ctx,
    input: DescribeCustomKeyStoresInput,
) -> Outcome<DescribeCustomKeyStores> {
    if let Some(name) = input.custom_key_store_id.as_ref().or(input.custom_key_store_name.as_ref()) {
        return Err(missing(name));
    }
    let wanted = Wanted::new(ctx, "", limits::KEYS_SHOWN, input.limit, input.marker.as_deref())?;
    let page = wanted.cut([], |_: &api_kms::CustomKeyStoresListEntry| String::new());
    Ok(DescribeCustomKeyStoresOutput {
        custom_key_stores: Some(page.items),
        next_marker: page.next_marker,
        truncated: Some(page.truncated),
    })
}

/// Refuses: there is no such store.
pub(crate) async fn connect_custom_key_store(
    _: &Ctx,
    input: ConnectCustomKeyStoreInput,
) -> Outcome<ConnectCustomKeyStore> {
    Err(missing(&input.custom_key_store_id))
}

/// Refuses: there is no such store.
pub(crate) async fn disconnect_custom_key_store(
    _: &Ctx,
    input: DisconnectCustomKeyStoreInput,
) -> Outcome<DisconnectCustomKeyStore> {
    Err(missing(&input.custom_key_store_id))
}

/// Refuses: there is no such store.
pub(crate) async fn update_custom_key_store(
    _: &Ctx,
    input: UpdateCustomKeyStoreInput,
) -> Outcome<UpdateCustomKeyStore> {
    Err(missing(&input.custom_key_store_id))
}

/// Refuses: there is no such store.
pub(crate) async fn delete_custom_key_store(
    _: &Ctx,
    input: DeleteCustomKeyStoreInput,
) -> Outcome<DeleteCustomKeyStore> {
    Err(missing(&input.custom_key_store_id))
}

/// A key store that is not there.
pub(crate) fn missing(name: &str) -> Error {
    errors::custom_key_store_not_found_exception(format!("Custom key store {name} does not exist.")).into()
}
