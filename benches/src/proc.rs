//! What the kernel says of a process: CPU time, memory, and who listens on a port. Linux only, as `/proc` is.

use std::fs;
use std::io;
use std::time::Duration;

/// CPU time of a process so far, user and system, all threads that live or lived. Resolution: one clock tick, 10 ms.
///
/// # Errors
/// There is no such process.
pub fn cpu_time(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat).ok_or_else(|| io::Error::other("/proc/PID/stat has another form than proc(5) says"))?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

/// Resident memory of a process in bytes.
///
/// # Errors
/// There is no such process.
pub fn resident(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    kilobytes(&status, "VmRSS:").map(|k| k * 1024).ok_or_else(|| io::Error::other("the process has no memory"))
}

/// The process that listens on a TCP port of this machine, when we may see it.
pub fn listener(port: u16) -> Option<u32> {
    let inode =
        ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| inode(&fs::read_to_string(table).ok()?, port))?;
    let wanted = format!("socket:[{inode}]");
    let processes =
        fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    processes.into_iter().find(|pid| holds(*pid, &wanted))
}

/// CPU model, cores and load average, in one line.
pub fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} × {model}, load average {}", load_average())
}

/// Load average of the last minute.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// User and system ticks: fields 14 and 15. The name before them may hold spaces and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let mut after_name = stat[stat.rfind(')')? + 1..].split_ascii_whitespace().skip(11);
    let mut field = || after_name.next()?.parse::<u64>().ok();
    Some(field()? + field()?)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name)?.split_ascii_whitespace().next()?.parse().ok())
}

/// The inode of the listening socket (state 0A) on a port, in a table of `/proc/net`.
fn inode(table: &str, port: u16) -> Option<u64> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == "0A";
        if listens { fields.get(9)?.parse().ok() } else { None }
    })
}

fn holds(pid: u32, socket: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ticks_past_a_hostile_name() {
        let stat = "12 (a) b (c) S 1 12 12 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 1000 1000000 500 184";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("12 (x) S 1"), None);
    }

    #[test]
    fn finds_a_listening_socket_and_no_connected_one() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:11D6 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 41 1\n\
             1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 42 1\n";
        assert_eq!(inode(table, 4566), Some(42));
        assert_eq!(inode(table, 80), None);
    }

    #[test]
    fn knows_this_process() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listener(port), Some(std::process::id()));
        assert!(resident(std::process::id()).unwrap() > 100_000);
        cpu_time(std::process::id()).unwrap();
    }
}
