//! The variables a function finds. Source: Lambda developer guide, "Using Lambda environment variables".

use std::collections::BTreeMap;

use super::runtimes::Rooms;
use super::{EnvironmentSpec, RoleKeys};

/// All variables of the runtime's process: the function's own under those that are reserved.
pub(super) fn all(
    spec: &EnvironmentSpec,
    keys: &RoleKeys,
    rooms: &Rooms,
    api: &str,
    endpoint: Option<String>,
) -> Vec<(String, String)> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let (task, opt, runtime) = (rooms.task.display(), rooms.opt.display(), rooms.runtime.display());
    let python = spec.runtime.as_str();
    let node = spec.runtime.trim_start_matches("nodejs").trim_end_matches(".x");
    let mut put = |name: &str, value: String| drop(all.insert(name.to_owned(), value));
    put("LANG", "en_US.UTF-8".to_owned());
    put("TZ", ":UTC".to_owned());
    put("PATH", format!("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:{opt}/bin"));
    let libraries = format!("/lib64:/usr/lib64:{runtime}:{runtime}/lib:{task}:{task}/lib:{opt}/lib");
    put("LD_LIBRARY_PATH", libraries);
    if python.starts_with("python") {
        put("PYTHONPATH", runtime.to_string());
        put("PYTHONDONTWRITEBYTECODE", "1".to_owned());
    }
    if spec.runtime.starts_with("nodejs") {
        let modules = format!(
            "{opt}/nodejs/node{node}/node_modules:{opt}/nodejs/node_modules:{runtime}/node_modules:{runtime}:{task}"
        );
        put("NODE_PATH", modules);
    }
    if let Some(endpoint) = endpoint {
        put("AWS_ENDPOINT_URL", endpoint);
    }
    all.extend(spec.variables.iter().cloned());
    all.extend(reserved(spec, keys, rooms, api).into_iter().map(|(name, value)| (name.to_owned(), value)));
    all.into_iter().collect()
}

fn reserved(spec: &EnvironmentSpec, keys: &RoleKeys, rooms: &Rooms, api: &str) -> Vec<(&'static str, String)> {
    let (function, logging) = (&spec.function, &spec.logging);
    let mut reserved = vec![
        ("_HANDLER", spec.handler.clone()),
        ("AWS_ACCESS_KEY_ID", keys.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.clone()),
        ("AWS_SESSION_TOKEN", keys.session_token.clone()),
        ("AWS_REGION", spec.region.to_string()),
        ("AWS_DEFAULT_REGION", spec.region.to_string()),
        ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", spec.runtime)),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", function.version.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", logging.group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", logging.stream.clone()),
        ("AWS_LAMBDA_LOG_FORMAT", if logging.json { "JSON" } else { "Text" }.to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
        ("LAMBDA_TASK_ROOT", rooms.task.display().to_string()),
        ("LAMBDA_RUNTIME_DIR", rooms.runtime.display().to_string()),
        ("NEPHELE_OPT", rooms.opt.display().to_string()),
    ];
    reserved.extend(logging.application_level.clone().map(|level| ("AWS_LAMBDA_LOG_LEVEL", level)));
    reserved
}
