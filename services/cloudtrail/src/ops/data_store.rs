//! Event data stores. They take events in and keep them; queries are not built yet.

use api_cloudtrail::{
    BillingMode, CreateEventDataStore, CreateEventDataStoreInput, CreateEventDataStoreOutput, DeleteEventDataStore,
    DeleteEventDataStoreInput, DeleteEventDataStoreOutput, EventDataStore, EventDataStoreStatus, GetEventDataStore,
    GetEventDataStoreInput, GetEventDataStoreOutput, ListEventDataStores, ListEventDataStoresInput,
    ListEventDataStoresOutput, RestoreEventDataStore, RestoreEventDataStoreInput, RestoreEventDataStoreOutput,
    StartEventDataStoreIngestion, StartEventDataStoreIngestionInput, StartEventDataStoreIngestionOutput,
    StopEventDataStoreIngestion, StopEventDataStoreIngestionInput, StopEventDataStoreIngestionOutput,
    UpdateEventDataStore, UpdateEventDataStoreInput, UpdateEventDataStoreOutput, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::resource_of;
use super::draft::{key_arn, own_organization};
use super::selectors::{self, Holder};
use super::tags;
use super::trail::Told;
use crate::CloudTrail;
use crate::engine::selectors::{Advanced, Condition, Selectors};
use crate::engine::trail::Refusal;
use crate::error::{bad_parameter, bad_token, no_such_store};
use crate::limits::{DATA_STORES, DEFAULT_RETENTION, FIXED_RETENTION};
use crate::store::{CHANNELS, DataStoreRecord};
use store::{Scope, Span};

/// Stores of one page when nobody says how many.
const PAGE: usize = 100;

/// Creates an event data store. It takes events in at once, unless told otherwise.
pub(crate) async fn create_event_data_store(
    ctx: &Ctx,
    input: CreateEventDataStoreInput,
) -> Outcome<CreateEventDataStore> {
    let selectors = match &input.advanced_event_selectors {
        Some(given) if !given.is_empty() => selectors::of_advanced(given, Holder::DataStore)?,
        _ => management_events(),
    };
    let fixed_price = matches!(input.billing_mode, Some(BillingMode::FixedRetentionPricing));
    let usual = if fixed_price { FIXED_RETENTION } else { DEFAULT_RETENTION };
    let organization = if input.organization_enabled == Some(true) { Some(own_organization(ctx).await?) } else { None };
    let now = Timestamp::from_secs(ctx.now().secs());
    let engine = ctx.state::<CloudTrail>().engine();
    let record = DataStoreRecord {
        id: engine.fresh_id(),
        account: ctx.account(),
        home: ctx.region.clone(),
        uuid: ctx.random().uuid(),
        name: input.name,
        selectors,
        multi_region: input.multi_region_enabled.unwrap_or(true),
        organization,
        retention: check_retention(input.retention_period.unwrap_or(usual), fixed_price)?,
        fixed_price,
        protected: input.termination_protection_enabled.unwrap_or(true),
        kms_key: input.kms_key_id.map(|key| key_arn(&key, &ctx.region, ctx.account())).transpose()?,
        insights: Vec::new(),
        insights_to: None,
        ingesting: input.start_ingestion.unwrap_or(true),
        deleted: None,
        created: now,
        updated: now,
        tags: tags::of_list(input.tags_list.as_deref().unwrap_or_default())?,
    };
    engine.create_data_store(&record).await.map_err(|refusal| refused(refusal, &record.name))?;
    let status = EventDataStoreStatus::Created;
    Ok(CreateEventDataStoreOutput {
        event_data_store_arn: Some(record.arn()),
        status: Some(status),
        advanced_event_selectors: selectors::shown(&record.selectors).1,
        multi_region_enabled: Some(record.multi_region),
        organization_enabled: Some(record.organization.is_some()),
        retention_period: Some(record.retention),
        termination_protection_enabled: Some(record.protected),
        tags_list: (!record.tags.is_empty()).then(|| tags::to_list(&record.tags)),
        created_timestamp: Some(now),
        updated_timestamp: Some(now),
        billing_mode: Some(billing_mode(fixed_price)),
        name: Some(record.name),
        kms_key_id: record.kms_key,
    })
}

/// Shows an event data store.
pub(crate) async fn get_event_data_store(ctx: &Ctx, input: GetEventDataStoreInput) -> Outcome<GetEventDataStore> {
    let record = own(ctx, &input.event_data_store).await?;
    Ok(GetEventDataStoreOutput {
        event_data_store_arn: Some(record.arn()),
        status: Some(status(&record)),
        advanced_event_selectors: selectors::shown(&record.selectors).1,
        multi_region_enabled: Some(record.multi_region),
        organization_enabled: Some(record.organization.is_some()),
        retention_period: Some(record.retention),
        termination_protection_enabled: Some(record.protected),
        created_timestamp: Some(record.created),
        updated_timestamp: Some(record.updated),
        billing_mode: Some(billing_mode(record.fixed_price)),
        name: Some(record.name),
        kms_key_id: record.kms_key,
        ..Default::default()
    })
}

/// Lists the event data stores of the account and region.
pub(crate) async fn list_event_data_stores(ctx: &Ctx, input: ListEventDataStoresInput) -> Outcome<ListEventDataStores> {
    let after = paging::position(ctx, "", input.next_token.as_deref()).map_err(|_| bad_token())?;
    let mut stores = ctx.state::<CloudTrail>().engine().data_stores(ctx.account(), &ctx.region).await?;
    stores.retain(|store| after.as_ref().is_none_or(|after| store.uuid > *after));
    let most = input.max_results.map_or(PAGE, |most| most.unsigned_abs() as usize);
    let page = paging::page(ctx, "", stores, most, |store| store.uuid.clone());
    // AWS shows no more than these two in a list, whatever the model says of the others.
    let shown = |store: DataStoreRecord| EventDataStore {
        event_data_store_arn: Some(store.arn()),
        name: Some(store.name),
        ..Default::default()
    };
    let event_data_stores = Some(page.items.into_iter().map(shown).collect());
    Ok(ListEventDataStoresOutput { event_data_stores, next_token: page.next_token })
}

/// Changes an event data store.
pub(crate) async fn update_event_data_store(
    ctx: &Ctx,
    input: UpdateEventDataStoreInput,
) -> Outcome<UpdateEventDataStore> {
    let record = active(own(ctx, &input.event_data_store).await?)?;
    let given = input.advanced_event_selectors.as_deref().filter(|given| !given.is_empty());
    let selectors = given.map(|given| selectors::of_advanced(given, Holder::DataStore)).transpose()?;
    let organization = match input.organization_enabled {
        Some(true) => Some(Some(own_organization(ctx).await?)),
        Some(false) => Some(None),
        None => None,
    };
    let key = input.kms_key_id.as_deref().map(|key| key_arn(key, &ctx.region, ctx.account())).transpose()?;
    let now = Timestamp::from_secs(ctx.now().secs());
    let change = |record: &mut DataStoreRecord| {
        if let Some(mode) = &input.billing_mode {
            let fixed = matches!(mode, BillingMode::FixedRetentionPricing);
            if fixed && !record.fixed_price {
                let text = "The billing mode cannot be changed to FIXED_RETENTION_PRICING.";
                return Err(Told(bad_parameter(text)));
            }
            record.fixed_price = fixed;
        }
        record.name = input.name.clone().unwrap_or_else(|| record.name.clone());
        record.selectors = selectors.clone().unwrap_or_else(|| record.selectors.clone());
        record.multi_region = input.multi_region_enabled.unwrap_or(record.multi_region);
        record.organization = organization.clone().unwrap_or_else(|| record.organization.clone());
        let retention = input.retention_period.unwrap_or(record.retention);
        record.retention = check_retention(retention, record.fixed_price).map_err(Told)?;
        record.protected = input.termination_protection_enabled.unwrap_or(record.protected);
        record.kms_key = key.clone().or_else(|| record.kms_key.clone());
        record.updated = now;
        Ok(())
    };
    let record = changed(ctx, &record, change).await?;
    Ok(UpdateEventDataStoreOutput {
        event_data_store_arn: Some(record.arn()),
        status: Some(status(&record)),
        advanced_event_selectors: selectors::shown(&record.selectors).1,
        multi_region_enabled: Some(record.multi_region),
        organization_enabled: Some(record.organization.is_some()),
        retention_period: Some(record.retention),
        termination_protection_enabled: Some(record.protected),
        created_timestamp: Some(record.created),
        updated_timestamp: Some(record.updated),
        billing_mode: Some(billing_mode(record.fixed_price)),
        name: Some(record.name),
        kms_key_id: record.kms_key,
        ..Default::default()
    })
}

/// Deletes an event data store. For seven days it can be restored.
pub(crate) async fn delete_event_data_store(
    ctx: &Ctx,
    input: DeleteEventDataStoreInput,
) -> Outcome<DeleteEventDataStore> {
    let record = active(own(ctx, &input.event_data_store).await?)?;
    check_channels(ctx, &record).await?;
    let now = ctx.now();
    let change = |record: &mut DataStoreRecord| {
        if record.protected {
            let text = "The event data store cannot be deleted because termination protection is enabled for it.";
            return Err(Told(errors::event_data_store_termination_protected_exception(text).into()));
        }
        record.deleted = Some(now);
        Ok(())
    };
    changed(ctx, &record, change).await?;
    Ok(DeleteEventDataStoreOutput {})
}

/// Takes a deletion back.
pub(crate) async fn restore_event_data_store(
    ctx: &Ctx,
    input: RestoreEventDataStoreInput,
) -> Outcome<RestoreEventDataStore> {
    let record = own(ctx, &input.event_data_store).await?;
    let change = |record: &mut DataStoreRecord| {
        if record.deleted.take().is_none() {
            return Err(Told(wrong_status("The event data store is not pending deletion.")));
        }
        Ok(())
    };
    let record = changed(ctx, &record, change).await?;
    Ok(RestoreEventDataStoreOutput {
        event_data_store_arn: Some(record.arn()),
        status: Some(status(&record)),
        advanced_event_selectors: selectors::shown(&record.selectors).1,
        multi_region_enabled: Some(record.multi_region),
        organization_enabled: Some(record.organization.is_some()),
        retention_period: Some(record.retention),
        termination_protection_enabled: Some(record.protected),
        created_timestamp: Some(record.created),
        updated_timestamp: Some(record.updated),
        billing_mode: Some(billing_mode(record.fixed_price)),
        name: Some(record.name),
        kms_key_id: record.kms_key,
    })
}

/// Lets an event data store take events in again.
pub(crate) async fn start_event_data_store_ingestion(
    ctx: &Ctx,
    input: StartEventDataStoreIngestionInput,
) -> Outcome<StartEventDataStoreIngestion> {
    ingest(ctx, &input.event_data_store, true).await?;
    Ok(StartEventDataStoreIngestionOutput {})
}

/// Lets an event data store take no more events in.
pub(crate) async fn stop_event_data_store_ingestion(
    ctx: &Ctx,
    input: StopEventDataStoreIngestionInput,
) -> Outcome<StopEventDataStoreIngestion> {
    ingest(ctx, &input.event_data_store, false).await?;
    Ok(StopEventDataStoreIngestionOutput {})
}

async fn ingest(ctx: &Ctx, store: &str, ingesting: bool) -> Result<(), Error> {
    let record = active(own(ctx, store).await?)?;
    let change = |record: &mut DataStoreRecord| {
        if record.ingesting == ingesting {
            let wanted = if ingesting { "STOPPED_INGESTION" } else { "ENABLED" };
            return Err(Told(wrong_status(&format!("The event data store must be in the {wanted} status."))));
        }
        record.ingesting = ingesting;
        Ok(())
    };
    changed(ctx, &record, change).await.map(|_| ())
}

/// An event data store of the account and region called, by ARN or by the id at its end.
pub(crate) async fn own(ctx: &Ctx, store: &str) -> Result<DataStoreRecord, Error> {
    let arn = arn_of(ctx, store);
    if resource_of(&arn).is_none_or(|(_, kind, _)| kind != "eventdatastore") {
        let text = format!("The event data store ARN {store} is not valid.");
        return Err(errors::event_data_store_arn_invalid_exception(text).into());
    }
    let stores = ctx.state::<CloudTrail>().engine().data_stores(ctx.account(), &ctx.region).await?;
    stores.into_iter().find(|one| one.arn() == arn).ok_or_else(|| no_such_store(store))
}

/// The ARN of a store that is named by it or by its id.
pub(crate) fn arn_of(ctx: &Ctx, store: &str) -> String {
    if store.starts_with("arn:") { store.to_owned() } else { ctx.arn(format!("eventdatastore/{store}")).to_string() }
}

/// Refuses a store that is pending deletion.
pub(crate) fn active(record: DataStoreRecord) -> Result<DataStoreRecord, Error> {
    if record.deleted.is_some() {
        let text = format!("The event data store {} is inactive.", record.arn());
        return Err(errors::inactive_event_data_store_exception(text).into());
    }
    Ok(record)
}

/// Changes a store that was found.
pub(crate) async fn changed(
    ctx: &Ctx,
    record: &DataStoreRecord,
    change: impl Fn(&mut DataStoreRecord) -> Result<(), Told>,
) -> Result<DataStoreRecord, Error> {
    let changed = ctx.state::<CloudTrail>().engine().change_data_store(record, change).await;
    changed.map_err(|Told(error)| error)
}

/// What an operation on a store touches.
pub(crate) fn access(ctx: &Ctx, store: &str) -> Access {
    Access::to(arn_of(ctx, store))
}

/// What creating a store touches: its id is not known yet.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateEventDataStoreInput) -> Result<Access, Error> {
    let access = tags::access_with(ctx.arn("eventdatastore/*"), input.tags_list.as_deref());
    Ok(needing(ctx, access, input.kms_key_id.as_deref(), input.organization_enabled))
}

/// What changing a store touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateEventDataStoreInput) -> Result<Access, Error> {
    let access = access(ctx, &input.event_data_store);
    Ok(needing(ctx, access, input.kms_key_id.as_deref(), input.organization_enabled))
}

/// What else is needed: the key that encrypts, and to see what the organization trusts. An alias is not what a key's policy
/// is about: only a key named as such is asked for.
fn needing(ctx: &Ctx, access: Access, key: Option<&str>, organization: Option<bool>) -> Access {
    let access = if organization == Some(true) { access.and(asks_organization()) } else { access };
    match key.and_then(|key| key_arn(key, &ctx.region, ctx.account()).ok()).filter(|arn| arn.contains(":key/")) {
        Some(key) => {
            let on_key = |action| Access::to(&key).as_action(action);
            access.and(on_key("kms:Decrypt")).and(on_key("kms:GenerateDataKey"))
        }
        None => access,
    }
}

/// To see what the organization trusts.
pub(crate) fn asks_organization() -> Access {
    Access::any().as_action("organizations:ListAWSServiceAccessForOrganization")
}

/// A store that channels lead to is not deleted.
async fn check_channels(ctx: &Ctx, record: &DataStoreRecord) -> Result<(), Error> {
    let view = ctx.store().read().await?;
    let channels = CHANNELS.scan_all(&view, &Scope::Account(ctx.account()), &Span::all()).await?;
    let arn = record.arn();
    if channels.iter().any(|(_, channel)| channel.destinations.contains(&arn)) {
        let text = "The event data store cannot be deleted because channels lead to it.";
        return Err(errors::channel_exists_for_eds_exception(text).into());
    }
    Ok(())
}

fn management_events() -> Selectors {
    let category =
        Condition { field: "eventCategory".to_owned(), equals: vec!["Management".to_owned()], ..Condition::default() };
    let name = Some("Default management events".to_owned());
    Selectors::Advanced(vec![Advanced { name, conditions: vec![category] }])
}

fn check_retention(days: i32, fixed: bool) -> Result<i32, Error> {
    if fixed && days > FIXED_RETENTION {
        let text = format!("With FIXED_RETENTION_PRICING the retention period is at most {FIXED_RETENTION} days.");
        return Err(bad_parameter(text));
    }
    Ok(days)
}

fn status(record: &DataStoreRecord) -> EventDataStoreStatus {
    match (record.deleted, record.ingesting) {
        (Some(_), _) => EventDataStoreStatus::PendingDeletion,
        (None, true) => EventDataStoreStatus::Enabled,
        (None, false) => EventDataStoreStatus::StoppedIngestion,
    }
}

fn billing_mode(fixed: bool) -> BillingMode {
    if fixed { BillingMode::FixedRetentionPricing } else { BillingMode::ExtendableRetentionPricing }
}

fn wrong_status(text: &str) -> Error {
    errors::invalid_event_data_store_status_exception(text).into()
}

fn refused(refusal: Refusal, name: &str) -> Error {
    match refusal {
        Refusal::NoSuch => no_such_store(name),
        Refusal::Exists => {
            errors::event_data_store_already_exists_exception("An event data store with that name already exists.")
                .into()
        }
        Refusal::TooMany => {
            let text = format!("The maximum number of event data stores in this region is {DATA_STORES}.");
            errors::event_data_store_max_limit_exceeded_exception(text).into()
        }
        Refusal::Store(error) => error.into(),
    }
}
