//! How much memory the process holds, as the kernel counts it.

/// Resident bytes; none where there is no `/proc`.
pub(super) fn resident_bytes() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The line `VmRSS:     1234 kB` (source: proc_pid_status(5)).
fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_line() {
        assert_eq!(parse("VmPeak:\t 1 kB\nVmRSS:\t    9876 kB\n"), Some(9876 * 1024));
        assert_eq!(parse("VmPeak:\t 1 kB\n"), None);
        assert!(!cfg!(target_os = "linux") || resident_bytes().is_some_and(|bytes| bytes > 100_000));
    }
}
