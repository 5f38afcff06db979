//! An IAM that knows what a test tells it: roles and identity providers, where the real one has rules (addresses without
//! ports) that a test's issuer cannot keep. And guardrails that know one organization.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use api_iam::{
    FeatureType, GetOpenIDConnectProvider, GetOpenIDConnectProviderInput, GetOpenIDConnectProviderOutput, GetRole,
    GetRoleInput, GetRoleOutput, GetSAMLProvider, GetSAMLProviderInput, GetSAMLProviderOutput,
    ListOrganizationsFeatures, ListOrganizationsFeaturesInput, ListOrganizationsFeaturesOutput, Role, errors,
};
use names::AccountId;
use service_kit::{
    Access, BoxFuture, Cloud, Ctx, Error, Guardrails, HeldPolicy, Membership, Operations, Outcome, Service,
};
use testkit::TestCloud;

/// What the double knows.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) roles: HashMap<String, Role>,
    pub(crate) saml: HashMap<String, String>,
    pub(crate) oidc: HashMap<String, (Vec<String>, Vec<String>)>,
    pub(crate) root_sessions: bool,
    pub(crate) members: HashMap<AccountId, Arc<Membership>>,
}

/// A handle on it.
#[derive(Clone, Default)]
pub(crate) struct Double(Arc<Mutex<Known>>);

impl Double {
    /// Tells it something.
    pub(crate) fn tell(&self, what: impl FnOnce(&mut Known)) {
        what(&mut self.0.lock().expect("nobody panicked"));
    }

    fn ask<T>(&self, what: impl FnOnce(&Known) -> T) -> T {
        what(&self.0.lock().expect("nobody panicked"))
    }

    /// A role of an account with a trust policy; its ARN.
    pub(crate) fn role(&self, account: AccountId, name: &str, trust: &str) -> String {
        let arn = format!("arn:aws:iam::{account}:role/{name}");
        let role = Role {
            role_name: name.to_owned(),
            role_id: format!("AROA{:X<17}", name.to_uppercase()),
            arn: arn.clone(),
            assume_role_policy_document: Some(trust.to_owned()),
            max_session_duration: Some(7_200),
            ..Role::default()
        };
        self.tell(|known| drop(known.roles.insert(format!("{account}/{name}"), role)));
        arn
    }

    /// A member of the organization.
    pub(crate) fn member(&self, account: AccountId, management: AccountId, resource_control: Vec<HeldPolicy>) {
        let membership = Membership {
            organization: "o-exampleorg".to_owned(),
            management,
            path: "o-exampleorg/r-root/".to_owned(),
            service_control: Vec::new(),
            resource_control: if resource_control.is_empty() { Vec::new() } else { vec![resource_control] },
        };
        self.tell(|known| drop(known.members.insert(account, Arc::new(membership))));
    }

    fn service(&self) -> Service {
        let table = Operations::new()
            .on::<GetRole>(|_, _| Ok(Access::any()), get_role)
            .on::<GetSAMLProvider>(|_, _| Ok(Access::any()), get_saml_provider)
            .on::<GetOpenIDConnectProvider>(|_, _| Ok(Access::any()), get_oidc_provider)
            .on::<ListOrganizationsFeatures>(|_, _| Ok(Access::any()), list_features);
        Service::new(&api_iam::SERVICE, table).state(Arc::new(self.clone())).guardrails(Arc::new(self.clone()))
    }
}

impl Guardrails for Double {
    fn membership<'a>(
        &'a self,
        _cloud: &'a Cloud,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Membership>>, Error>> {
        Box::pin(std::future::ready(Ok(self.ask(|known| known.members.get(&account).cloned()))))
    }
}

/// A cloud with the double and STS, in a fresh account.
pub(crate) fn cloud() -> (TestCloud, Double) {
    let double = Double::default();
    let cloud = TestCloud::new(|parts| vec![double.service(), svc_sts::service(parts)]);
    (cloud.fresh_account(), double)
}

fn none() -> Error {
    errors::no_such_entity_exception("There is none.").into()
}

async fn get_role(ctx: &Ctx, input: GetRoleInput) -> Outcome<GetRole> {
    let key = format!("{}/{}", ctx.account(), input.role_name);
    let role = ctx.state::<Double>().ask(|known| known.roles.get(&key).cloned());
    Ok(GetRoleOutput { role: role.ok_or_else(none)? })
}

async fn get_saml_provider(ctx: &Ctx, input: GetSAMLProviderInput) -> Outcome<GetSAMLProvider> {
    let document = ctx.state::<Double>().ask(|known| known.saml.get(&input.saml_provider_arn).cloned());
    let saml_metadata_document = Some(document.ok_or_else(none)?);
    Ok(GetSAMLProviderOutput { saml_metadata_document, ..GetSAMLProviderOutput::default() })
}

async fn get_oidc_provider(ctx: &Ctx, input: GetOpenIDConnectProviderInput) -> Outcome<GetOpenIDConnectProvider> {
    let arn = input.open_id_connect_provider_arn;
    let known = ctx.state::<Double>().ask(|known| known.oidc.get(&arn).cloned());
    let (client_ids, thumbprints) = known.ok_or_else(none)?;
    Ok(GetOpenIDConnectProviderOutput {
        client_id_list: Some(client_ids),
        thumbprint_list: Some(thumbprints),
        ..GetOpenIDConnectProviderOutput::default()
    })
}

async fn list_features(ctx: &Ctx, _input: ListOrganizationsFeaturesInput) -> Outcome<ListOrganizationsFeatures> {
    let enabled = ctx.state::<Double>().ask(|known| known.root_sessions);
    let enabled_features = Some(if enabled { vec![FeatureType::RootSessions] } else { Vec::new() });
    Ok(ListOrganizationsFeaturesOutput { enabled_features, ..ListOrganizationsFeaturesOutput::default() })
}
