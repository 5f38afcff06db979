//! The command line.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Load runs against the whole binary: a table of rates, latencies, server CPU, and the distance to a bare HTTP server.
#[derive(Debug, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Something else than a run.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to run.
    #[command(flatten)]
    pub run: Run,
}

/// Something else than a run.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve canned answers, read as JSON from standard input, on a free port that is printed. Used by the runs.
    Bare {
        /// Also compute SHA-256 of each body and an HMAC, as SigV4 asks for.
        #[arg(long)]
        hash: bool,
    },
}

/// What to run, against what, and how long.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// Run only workloads whose name contains one of these (see --list).
    pub filters: Vec<String>,
    /// The binary to load; otherwise `nephele` beside this one.
    #[arg(long, env = "NEPHELE_BINARY")]
    pub binary: Option<PathBuf>,
    /// Seconds to measure each workload, after one of warm-up.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Short runs over little data: shows that everything works, measures nothing.
    #[arg(long)]
    pub quick: bool,
    /// Items in the large table of the DynamoDB runs; tables with indexes have a tenth of it.
    #[arg(long, default_value_t = 1_000_000)]
    pub items: u64,
    /// Print JSON instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Print the workloads and stop.
    #[arg(long)]
    pub list: bool,
    /// Let the bare server compute SHA-256 and HMAC as well.
    #[arg(long)]
    pub bare_hash: bool,
    /// Leave the bare server out.
    #[arg(long)]
    pub no_bare: bool,
    /// Drive another server too: NAME=HOST:PORT or NAME=http://HOST:PORT. May be repeated.
    #[arg(long, value_name = "NAME=URL", value_parser = peer)]
    pub peer: Vec<Peer>,
    /// Only the peers.
    #[arg(long, requires = "peer")]
    pub peers_only: bool,
    /// Where data directories are made; it should be a real disk.
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
}

/// Another server to drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// What to call it.
    pub name: String,
    /// What its clients write as `Host`.
    pub host: String,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The sizes of everything.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Unmeasured time before each run.
    pub warm_up: Duration,
    /// Measured time of each run.
    pub measure: Duration,
    /// Messages waiting in the receive runs.
    pub depths: [u64; 3],
    /// Receivers waiting in the crowded wake-up run.
    pub crowd: usize,
    /// Wake-ups measured.
    pub wakes: usize,
    /// Messages in the store of the start runs.
    pub stored: u64,
    /// Starts measured of each kind.
    pub starts: usize,
    /// Items in the small and in the large table of the DynamoDB runs.
    pub items: [u64; 2],
    /// Rules on the bus of the run with many.
    pub rules: usize,
    /// Bytes of the largest object.
    pub largest: usize,
}

impl Run {
    /// The sizes asked for.
    pub fn scale(&self) -> Scale {
        if self.quick {
            Scale::QUICK
        } else {
            let measure = Duration::from_secs_f64(self.seconds.clamp(0.1, 600.0));
            Scale { measure, items: [Scale::FULL.items[0], self.items], ..Scale::FULL }
        }
    }

    /// Whether a workload is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }
}

impl Scale {
    const FULL: Self = Self {
        warm_up: Duration::from_secs(1),
        measure: Duration::from_secs(5),
        depths: [5_000, 100_000, 1_000_000],
        crowd: 1_000,
        wakes: 500,
        stored: 100_000,
        starts: 7,
        items: [1_000, 1_000_000],
        rules: 10_000,
        largest: 100 << 20,
    };
    const QUICK: Self = Self {
        warm_up: Duration::from_millis(50),
        measure: Duration::from_millis(250),
        depths: [200, 1_000, 2_000],
        crowd: 20,
        wakes: 20,
        stored: 1_000,
        starts: 1,
        items: [200, 1_000],
        rules: 200,
        largest: 1 << 20,
    };
}

fn peer(text: &str) -> Result<Peer, String> {
    let (name, url) = text.split_once('=').ok_or("expected NAME=URL")?;
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let address = host.to_socket_addrs().map_err(|error| format!("{host}: {error}"))?.next();
    let address = address.ok_or_else(|| format!("{host} has no address"))?;
    Ok(Peer { name: name.to_owned(), host: host.to_owned(), address })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn filters_are_parts_of_names() {
        let run = Cli::parse_from(["bench", "send-", "sts"]).run;
        let wanted = ["send-8", "sts", "receive"].map(|name| run.wants(name));
        assert_eq!(wanted, [true, true, false]);
        assert!(Cli::parse_from(["bench"]).run.wants("anything"));
    }

    #[test]
    fn peers_have_a_name_and_an_address() {
        let read = peer("moto=http://127.0.0.1:5000/").unwrap();
        assert_eq!((read.name.as_str(), read.host.as_str(), read.address.port()), ("moto", "127.0.0.1:5000", 5000));
        assert!(peer("127.0.0.1:5000").is_err());
    }
}
