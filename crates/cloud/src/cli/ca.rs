//! `nephele ca`: the certificate to trust.

use clap::Args;

use super::{Outcome, Situation, output};
use crate::config::Layer;
use crate::data_dir::DataDir;

const EXAMPLES: &str = "\
Examples:
  nephele ca > ca.pem
  AWS_CA_BUNDLE=ca.pem aws --endpoint-url https://localhost:4566 sts get-caller-identity
  nephele ca --path            where it lies, for a cloud with a data directory

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Print the certificate authority that signs this cloud's TLS certificates.
/// Clients that trust it can use https on the same port, under any host name.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Ca {
    /// Print the path of the file instead
    #[arg(long)]
    path: bool,
}

impl Ca {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        if self.path {
            let (settings, _) = situation.settings(Layer::default())?;
            let path = DataDir::at(settings.data).ca_certificate().display().to_string();
            return output::print(situation.common.json, &serde_json::json!({ "path": path }), || path.clone());
        }
        let pem = situation.client()?.text("/_nephele/ca.pem").await?;
        output::print(situation.common.json, &serde_json::json!({ "certificate": pem }), || pem.clone())
    }
}
