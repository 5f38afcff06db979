//! What an environment is made of: code and layers as directories, keys of the role, where lines go.

use std::sync::Arc;
use std::time::Duration;

use names::Arn;
use service_kit::{AssumeAs, BoxFuture, Caller, Cloud, Error, Fault};

use super::invoke::NotBegun;
use super::logs::Lines;
use crate::engine::Engine;
use crate::engine::home::{Home, Named};
use crate::environment::{
    Environment, EnvironmentSpec, FunctionIdentity, LogSettings, RoleCredentials, RoleKeys, StartFailure,
};
use crate::store::{Settings, VersionRecord};

/// The service principal that roles trust.
pub(crate) const PRINCIPAL: &str = "lambda.amazonaws.com";

/// The role of a function.
#[derive(Clone)]
pub(crate) struct Role {
    engine: Engine,
    cloud: Cloud,
    home: Home,
    role: Arn,
    function: String,
    name: String,
}

impl Role {
    /// A session of the role.
    pub(crate) async fn caller(&self) -> Result<Arc<Caller>, Error> {
        let ask = AssumeAs {
            service: PRINCIPAL,
            account: self.home.account,
            role: &self.role,
            session_name: &self.name,
            source_arn: Some(&self.function),
        };
        self.engine.roles().assume(&self.cloud, &ask).await
    }

    pub(super) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(super) fn home(&self) -> &Home {
        &self.home
    }
}

impl RoleCredentials for Role {
    fn fresh<'a>(&'a self) -> BoxFuture<'a, Result<RoleKeys, String>> {
        Box::pin(async move {
            let caller = self.caller().await.map_err(|error| error.to_string())?;
            let session = caller.session.as_ref().ok_or("the role has no session")?;
            let key = self.cloud.sessions().issue(&self.cloud.runtime().random, session);
            Ok(RoleKeys { access_key_id: key.access_key, secret_access_key: key.secret, session_token: key.token })
        })
    }
}

impl Engine {
    /// The role of a function in an account, as Lambda takes it on.
    pub(crate) fn role(&self, cloud: &Cloud, home: &Home, role: &str, name: &str) -> Option<Role> {
        Some(Role {
            engine: self.clone(),
            cloud: cloud.clone(),
            home: home.clone(),
            role: role.parse().ok()?,
            function: home.function(name),
            name: name.to_owned(),
        })
    }

    /// Whether Lambda can take on a role. Where nobody keeps roles, every role is believed.
    pub(crate) async fn trusts(&self, cloud: &Cloud, home: &Home, role: &str, name: &str) -> bool {
        let Some(role) = self.role(cloud, home, role, name) else { return false };
        matches!(role.caller().await, Ok(_) | Err(Error::Fault(Fault::NotImplemented { .. })))
    }

    /// Starts an environment of a version.
    pub(crate) async fn start(
        &self,
        cloud: &Cloud,
        named: &Named,
        version_name: &str,
        version: &VersionRecord,
    ) -> Result<Arc<dyn Environment>, NotBegun> {
        let spec = self.spec(cloud, named, version_name, version).await?;
        self.hosts().start(Arc::new(spec)).await.map_err(NotBegun::Start)
    }

    async fn spec(
        &self,
        cloud: &Cloud,
        named: &Named,
        version_name: &str,
        version: &VersionRecord,
    ) -> Result<EnvironmentSpec, NotBegun> {
        let (home, settings) = (&named.home, self.settings(version)?);
        let role = self.role(cloud, home, &settings.role, &named.name);
        let role = role.ok_or_else(|| NotBegun::Start(StartFailure::Role(settings.role.clone())))?;
        let code = self.unpacked(home, &version.digest).await?;
        let mut layers = Vec::with_capacity(settings.layers.len());
        for (layer, _) in &settings.layers {
            layers.extend(self.unpacked_layer(layer).await?);
        }
        let function = FunctionIdentity {
            arn: home.function(&named.name),
            name: named.name.clone(),
            version: version_name.to_owned(),
        };
        Ok(EnvironmentSpec {
            logging: self.logging(&settings, &function, role.clone()),
            function,
            runtime: settings.runtime.unwrap_or_default(),
            handler: settings.handler.unwrap_or_default(),
            architecture: settings.architecture,
            code,
            layers,
            variables: settings.variables.unwrap_or_default().into_iter().collect(),
            memory_mb: settings.memory,
            ephemeral_mb: settings.ephemeral,
            timeout: Duration::from_secs(settings.timeout.into()),
            credentials: Arc::new(role),
            region: home.region.clone(),
            endpoint: Some(cloud.base_url().to_owned()),
            traced: settings.tracing == "Active",
        })
    }

    async fn unpacked_layer(&self, arn: &str) -> Result<Option<std::path::PathBuf>, NotBegun> {
        let Some((home, name, number)) = layer_of(arn) else { return Ok(None) };
        match self.layer_version(&home, &name, number).await? {
            Some(layer) => Ok(Some(self.unpacked(&home, &layer.digest).await?)),
            None => Ok(None),
        }
    }

    fn logging(&self, settings: &Settings, function: &FunctionIdentity, role: Role) -> LogSettings {
        let group = settings.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", function.name));
        let day = self.now().iso8601()[..10].replace('-', "/");
        let stream = format!("{day}/[{}]{}", function.version, self.runtime().random.hex(32));
        LogSettings {
            sink: Lines::open(role, &group, &stream),
            group,
            stream,
            json: settings.json_logs,
            application_level: settings.application_level.clone(),
            system_level: settings.system_level.clone(),
        }
    }
}

/// The layer and version that an ARN names.
pub(crate) fn layer_of(arn: &str) -> Option<(Home, String, u64)> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "lambda")?;
    let home = Home { account: arn.account_id()?, region: arn.region_code()? };
    let (name, number) = arn.resource.strip_prefix("layer:")?.split_once(':')?;
    Some((home, name.to_owned(), number.parse().ok()?))
}
