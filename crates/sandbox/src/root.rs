//! Which parts of the host a guest sees: programs and libraries, and of `/etc` what those need. Homes, data and secrets of
//! the host are not among them.

use std::path::{Path, PathBuf};

use crate::plan::{Bind, Plan};

/// Directories of programs and libraries; on most hosts all but the first are links into it.
const PROGRAMS: [&str; 6] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];

/// What programs read of `/etc`, where it is.
const SETTINGS: [&str; 9] = [
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ssl",
    "/etc/ca-certificates",
    "/etc/pki",
    "/etc/localtime",
    "/etc/alternatives",
    "/etc/mime.types",
];

/// Adds to `plan` what any program of this host needs: binds, links, and small files in place of the host's.
pub fn host_parts(plan: &mut Plan) {
    for path in PROGRAMS.map(Path::new) {
        match path.read_link() {
            Ok(target) => plan.links.push((path.to_owned(), target)),
            Err(_) if path.is_dir() => plan.binds.push(same(path)),
            Err(_) => {}
        }
    }
    plan.binds.extend(SETTINGS.iter().map(Path::new).filter(|path| path.exists()).map(same));
    plan.binds.extend(java_settings().iter().map(|path| same(path)));
    plan.files.extend(identity(plan));
}

fn same(path: &Path) -> Bind {
    Bind { source: path.canonicalize().unwrap_or_else(|_| path.to_owned()), target: path.to_owned() }
}

/// Debian keeps parts of a JDK at `/etc/java-17-openjdk`, with links to there.
fn java_settings() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/etc").into_iter().flatten().flatten();
    let java = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("java-"));
    java.map(|entry| entry.path()).collect()
}

/// Who there is, and where names come from.
fn identity(plan: &Plan) -> Vec<(PathBuf, String)> {
    let (user, group) = plan.user;
    let text = [
        (
            "/etc/passwd",
            format!("root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:{user}:{group}::/tmp:/sbin/nologin\n"),
        ),
        ("/etc/group", format!("root:x:0:\nsbx_user1051:x:{group}:\n")),
        ("/etc/hosts", format!("127.0.0.1 localhost {}\n", plan.host_name)),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".to_owned()),
        ("/etc/hostname", format!("{}\n", plan.host_name)),
    ];
    text.into_iter().map(|(path, text)| (PathBuf::from(path), text)).collect()
}
