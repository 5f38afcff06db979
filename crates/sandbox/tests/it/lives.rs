//! One guest, one misdeed, one test.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use sandbox::{Bind, Exit, Level, Overlay};

use super::guests::{INIT, apart, command, offer, plan, shell, start, to_the_end};

#[tokio::test]
async fn a_guest_sees_its_own_world_only() {
    let Some((launcher, mut plan, _)) = apart("a world of its own").await else { return };
    let code = tempfile::tempdir().unwrap();
    std::fs::write(code.path().join("app.txt"), "code").unwrap();
    // Whoever may write it by its mode must not by its mount: the guest's user may be the one that owns the code.
    for path in [code.path(), &code.path().join("app.txt")] {
        open_to_all(path);
    }
    plan.binds.push(Bind { source: code.path().to_owned(), target: "/var/task".into() });
    let sandbox = start(&launcher, &plan).await;
    for (script, expected) in [
        ("cat /var/task/app.txt", "code"),
        ("id -u; id -g; grep ^Groups: /proc/self/status | tr -d '\\t '", "993\n990\nGroups:\n"),
        ("hostname", "guest\n"),
        ("test $(ls -d /proc/[0-9]* | wc -l) -lt 8 && echo few", "few\n"),
        ("ls /home /root /work /data 2>/dev/null; echo done", "done\n"),
        ("cat /etc/shadow 2>/dev/null || echo hidden", "hidden\n"),
        ("(echo x > /var/task/app.txt) 2>/dev/null || echo read-only", "read-only\n"),
        ("(echo x > /usr/x) 2>/dev/null || echo read-only", "read-only\n"),
        ("(echo x > /x) 2>/dev/null || echo read-only", "read-only\n"),
        ("echo x > /tmp/x && cat /tmp/x", "x\n"),
        ("(echo x > /var/task/new) 2>/dev/null || echo read-only", "read-only\n"),
        ("ls /sys 2>/dev/null || echo none", "none\n"),
        ("ls / | grep -v ^lib", "bin\ndev\netc\nproc\nsbin\ntmp\nusr\nvar\n"),
        ("ls /dev", "fd\nfull\nnull\nrandom\nstderr\nstdin\nstdout\nurandom\nzero\n"),
        ("ulimit -n; ulimit -c", "1024\n0\n"),
        ("env | cut -d= -f1 | grep -v _ | sort", "PATH\nPWD\n"),
        ("awk '$4 !~ /nosuid/ && $2 !~ /^.dev/ {print $2}' /proc/self/mounts", ""),
        ("awk '$4 !~ /^ro/ && $2 !~ /^.dev/ {print $2}' /proc/self/mounts | sort", "/proc\n/tmp\n"),
        ("awk '$2 == \"/tmp\" {print $4}' /proc/self/mounts | grep -o nodev", "nodev\n"),
        ("grep -E '^Cap(Eff|Prm|Bnd|Amb)' /proc/self/status | grep -vc 0000000000000000", "0\n"),
        ("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t\\n' '  '", "NoNewPrivs: 1 Seccomp: 2 "),
    ] {
        let (text, _) = shell(&sandbox, script).await;
        assert_eq!(text, expected, "{script}");
    }
    assert_eq!(std::fs::read_to_string(code.path().join("app.txt")).unwrap(), "code");
}

#[tokio::test]
async fn what_the_owner_has_open_is_not_open_to_guests() {
    let Some((launcher, plan, _)) = apart("descriptors").await else { return };
    let (_read, write) = rustix::pipe::pipe().unwrap();
    assert!(rustix::io::fcntl_getfd(&write).unwrap().is_empty(), "a child of this process would have it");
    let sandbox = start(&launcher, &plan).await;
    let (text, _) = shell(&sandbox, "ls /proc/self/fd | tr '\\n' ' '").await;
    assert_eq!(text, "0 1 2 3 ", "the last is the listing's own");
}

#[tokio::test]
async fn every_namespace_is_its_own() {
    let Some((launcher, plan, offer)) = apart("namespaces").await else { return };
    let sandbox = start(&launcher, &plan).await;
    let user = (offer.level == Level::UserNamespaces).then_some("user");
    for kind in ["cgroup", "ipc", "mnt", "net", "pid", "uts"].into_iter().chain(user) {
        let host = std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        let (text, _) = shell(&sandbox, &format!("readlink /proc/self/ns/{kind}")).await;
        assert!(text.starts_with(&format!("{kind}:[")), "{text}");
        assert_ne!(text.trim(), host.to_str().unwrap(), "{kind}");
    }
}

#[tokio::test]
async fn what_is_gone_leaves_no_control_group() {
    let Some((launcher, plan, _)) = apart("what is left").await else { return };
    let sandbox = start(&launcher, &plan).await;
    shell(&sandbox, "sleep 1000 >/dev/null 2>&1 & echo started").await;
    sandbox.end().await;
    assert_eq!(groups_of_this_process(), Vec::<std::path::PathBuf>::new());
}

/// Groups this test process has made: their names carry its number, and each test has a process of its own or is alone
/// in making one that is ended.
fn groups_of_this_process() -> Vec<std::path::PathBuf> {
    let name = format!("nephele-{}-0", std::process::id());
    let trees = std::fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten();
    trees.map(|tree| tree.path().join(&name)).filter(|group| group.exists()).collect()
}

#[tokio::test]
async fn layers_lie_over_each_other() {
    let Some((launcher, mut plan, _)) = apart("layers").await else { return };
    let layers = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (number, layer) in layers.iter().enumerate() {
        std::fs::write(layer.path().join("both"), number.to_string()).unwrap();
        std::fs::write(layer.path().join(format!("only{number}")), "").unwrap();
        open_to_all(layer.path());
    }
    let sources = layers.iter().map(|layer| layer.path().to_owned()).collect();
    plan.overlays.push(Overlay { sources, target: "/opt".into() });
    let sandbox = start(&launcher, &plan).await;
    let (text, _) = shell(&sandbox, "cat /opt/both; ls /opt").await;
    assert_eq!(text, "1both\nonly0\nonly1\n", "the last layer is the topmost");
}

#[tokio::test]
async fn tmp_is_as_large_as_planned() {
    let Some((launcher, plan, _)) = apart("the size of /tmp").await else { return };
    let sandbox = start(&launcher, &plan).await;
    let (text, _) = shell(&sandbox, "head -c 4000000 /dev/zero > /tmp/a && head -c 8000000 /dev/zero > /tmp/b").await;
    assert!(text.contains("No space left on device"), "{text}");
    assert_eq!(sandbox.tmp_used(), plan.tmp);
}

#[tokio::test]
async fn only_what_listens_inside_is_reached() {
    let Some((launcher, plan, _)) = apart("a network of its own").await else { return };
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = host.local_addr().unwrap().port();
    let sandbox = start(&launcher, &plan).await;
    let listener = sandbox.take_listeners().remove(0);
    let answer = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"hello").unwrap();
    });
    let reach =
        "import socket,sys\ns=socket.create_connection(('127.0.0.1',int(sys.argv[1])),5)\nprint(s.recv(9).decode())";
    let python = |port: u16| command("/usr/bin/python3", &["-c", reach, &port.to_string()]);
    let (text, exit) = to_the_end(sandbox.run(python(9_001)).await.unwrap()).await;
    assert_eq!((text.as_str(), exit), ("hello\n", Exit::Code(0)));
    answer.join().unwrap();
    let (text, _) = to_the_end(sandbox.run(python(port)).await.unwrap()).await;
    assert!(text.contains("ConnectionRefusedError"), "a port of the host: {text}");
}

#[tokio::test]
async fn ends_are_told_as_they_were() {
    let offer = offer().await;
    for level in [Level::Processes, offer.level] {
        let sandbox = start(&offer.launcher(INIT.into(), Vec::new()), &plan(level)).await;
        for (script, expected) in
            [("exit 3", Exit::Code(3)), ("kill -SEGV $$", Exit::Signal(11)), ("kill -9 $$", Exit::Signal(9))]
        {
            assert_eq!(shell(&sandbox, script).await.1, expected, "{script} at {level:?}");
        }
        let process = sandbox.run(command("/nowhere", &[])).await.unwrap();
        assert!(matches!(process.exit.await.unwrap(), Exit::NotStarted(_)));
    }
}

#[tokio::test]
async fn a_fork_bomb_ends_with_its_sandbox() {
    let Some((launcher, plan, offer)) = apart("a fork bomb").await else { return };
    let (bombed, other) = (start(&launcher, &plan).await, start(&launcher, &plan).await);
    let bomb = "i=0; while [ $i -lt 100 ]; do sleep 1000 & i=$((i+1)); done; echo all";
    let (text, _) = to_the_end_of_output(bombed.run(command("/bin/sh", &["-c", bomb])).await.unwrap(), "ork").await;
    assert!(text.contains("Cannot fork") || text.contains("fork"), "{:?}: {text}", offer.hierarchy);
    assert_eq!(shell(&other, "echo well").await.0, "well\n", "the one beside it");
    bombed.end().await;
    assert!(!bombed.is_alive());
}

#[tokio::test]
async fn a_memory_hog_is_killed_alone_and_told_apart() {
    let Some((launcher, plan, offer)) = apart("a memory hog").await else { return };
    let (hog, other) = (start(&launcher, &plan).await, start(&launcher, &plan).await);
    let eat = "x = []\nwhile True: x.append(bytearray(1 << 20))";
    let (text, exit) = to_the_end(hog.run(command("/usr/bin/python3", &["-c", eat])).await.unwrap()).await;
    if offer.hierarchy.is_some() {
        assert_eq!((exit, hog.out_of_memory_kills() > 0), (Exit::Signal(9), true));
        assert!(hog.peak_memory().unwrap() > 48 << 20, "{:?}", hog.peak_memory());
    } else {
        assert!(text.contains("MemoryError"), "{text}");
    }
    assert_eq!((shell(&other, "echo well").await.0, other.out_of_memory_kills()), ("well\n".to_owned(), 0));
}

#[tokio::test]
async fn a_frozen_guest_stands_still_and_dies_when_told() {
    let Some((launcher, plan, _)) = apart("freezing").await else { return };
    let sandbox = start(&launcher, &plan).await;
    let count = "i=0; while true; do echo $i; i=$((i+1)); done";
    let process = sandbox.run(command("/bin/sh", &["-c", count])).await.unwrap();
    sandbox.freeze(true).await.unwrap();
    // What it wrote before it stopped may still be in the pipe: when that is read, nothing follows.
    // Looked at so often that one that runs would long have written again, however busy the machine is.
    let mut nothing = 0;
    let mut bytes = [0; 65_536];
    while nothing < 200_000 {
        match process.output.try_read(&mut bytes) {
            Ok(_) => nothing = 0,
            Err(_) => nothing += 1,
        }
        tokio::task::yield_now().await;
    }
    sandbox.freeze(false).await.unwrap();
    process.output.readable().await.unwrap();
    sandbox.freeze(true).await.unwrap();
    sandbox.end().await;
    assert_eq!(process.exit.await.unwrap(), Exit::Ended);
}

#[tokio::test]
async fn refused_calls_are_refused() {
    let Some((launcher, plan, _)) = apart("system calls").await else { return };
    let sandbox = start(&launcher, &plan).await;
    for script in
        ["unshare -U true", "mount -t tmpfs none /tmp", "nsenter -t 1 -m true", "hostname other", "chroot / true"]
    {
        let (text, exit) = shell(&sandbox, script).await;
        assert!(matches!(exit, Exit::Code(code) if code != 0), "{script}: {text}");
    }
}

#[tokio::test]
async fn init_cannot_be_harmed() {
    let Some((launcher, plan, _)) = apart("harm to init").await else { return };
    let sandbox = start(&launcher, &plan).await;
    for script in ["kill -9 1", "kill -STOP 1", "kill -TERM 1", "cat /proc/1/environ; ls /proc/1/fd"] {
        shell(&sandbox, script).await;
    }
    assert_eq!(shell(&sandbox, "echo here").await.0, "here\n");
    let (text, _) = shell(&sandbox, "ls /proc/1/fd 2>&1 || true").await;
    assert!(text.contains("Permission denied"), "{text}");
}

#[tokio::test]
async fn kill_all_leaves_the_sandbox() {
    let offer = offer().await;
    for level in [Level::Processes, offer.level] {
        let sandbox = start(&offer.launcher(INIT.into(), Vec::new()), &plan(level)).await;
        let process = sandbox.run(command("/bin/sleep", &["1000"])).await.unwrap();
        sandbox.kill_all().await.unwrap();
        assert_eq!(process.exit.await.unwrap(), Exit::Signal(9), "{level:?}");
        assert_eq!(shell(&sandbox, "echo again").await.0, "again\n");
    }
}

/// Each asked for by its number, so that nothing but the filter can refuse it in this way.
#[tokio::test]
async fn calls_are_refused_one_by_one() {
    let Some((launcher, plan, _)) = apart("calls by number").await else { return };
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let sandbox = start(&launcher, &plan).await;
    // PTRACE_TRACEME, io_uring_setup, keyctl, add_key, userfaultfd, perf_event_open, bpf, process_vm_readv,
    // personality: EPERM. clone3: ENOSYS. clone(CLONE_NEWUSER): EPERM. The same by the x32 numbers.
    let ask = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nfor way in 0, 1 << 30:\n\
        \x20for call, *more in (101,), (425,), (250,), (248,), (323,), (298,), (321,), (310,), (135,), (435,), (56, 1 << 28):\n\
        \x20 if libc.syscall(call | way, *map(ctypes.c_long, more + [0] * (5 - len(more)))) == 0 and call == 56:\n   import os; os._exit(0)\n\
        \x20 print(ctypes.get_errno(), end=' ')";
    let (text, _) = to_the_end(sandbox.run(command("/usr/bin/python3", &["-c", ask])).await.unwrap()).await;
    let once = "1 1 1 1 1 1 1 1 1 38 1 ";
    assert_eq!(text, once.repeat(2));
}

/// The owner is another process, killed with -9 while a guest of its sandbox is frozen: nothing of it is left.
#[test]
fn nothing_outlives_its_owner() {
    let me = std::env::current_exe().unwrap();
    let mut owner = std::process::Command::new(me)
        .args(["--exact", "lives::owner_of_a_frozen_guest", "--ignored", "--nocapture"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It prints the token once its guest is frozen.
    let mut text = String::new();
    let mut out = owner.stdout.take().unwrap();
    let mut byte = [0];
    while !text.ends_with("END\n") && out.read(&mut byte).unwrap() == 1 {
        text.push(char::from(byte[0]));
    }
    if text.contains("SKIPPED") {
        eprintln!("skipped: no namespaces here");
        owner.wait().unwrap();
        return;
    }
    let token = text.split("TOKEN ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a token").to_owned();
    assert!(running(&token) > 0, "the guest runs");
    owner.kill().unwrap();
    owner.wait().unwrap();
    let gone = (0..1_000_000).any(|_| {
        std::thread::yield_now();
        running(&token) == 0
    });
    assert!(gone, "a process outlived its owner");
}

/// Processes of this host with `token` among their arguments.
fn running(token: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).split('\0').any(|argument| argument == token)).count()
}

#[tokio::test]
#[ignore = "the other half of nothing_outlives_its_owner"]
async fn owner_of_a_frozen_guest() {
    let Some((launcher, plan, _)) = apart("an owner").await else {
        println!("SKIPPED END");
        return;
    };
    let sandbox = start(&launcher, &plan).await;
    let token = format!("1000.{}", std::process::id());
    let mut process = sandbox.run(command("/bin/sh", &["-c", "echo up; exec sleep \"$0\"", &token])).await.unwrap();
    let mut up = [0; 3];
    tokio::io::AsyncReadExt::read_exact(&mut process.output, &mut up).await.unwrap();
    while running(&token) == 0 {
        tokio::task::yield_now().await;
    }
    sandbox.freeze(true).await.unwrap();
    println!("TOKEN {token} END");
    process.exit.await.unwrap();
}

/// Reads until `word` comes, then leaves the process to itself.
async fn to_the_end_of_output(mut process: sandbox::Process, word: &str) -> (String, sandbox::Process) {
    let mut text = String::new();
    let mut bytes = [0; 4_096];
    while !text.contains(word) {
        match tokio::io::AsyncReadExt::read(&mut process.output, &mut bytes).await.unwrap() {
            0 => break,
            length => text.push_str(&String::from_utf8_lossy(&bytes[..length])),
        }
    }
    (text, process)
}

/// The guest's user is not the one that made the directory.
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}
