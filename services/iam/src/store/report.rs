//! Records of reports and of what takes AWS a while.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `report` | 0 | the account's credential report |
//! | `access-job` | job | reports of last access: of whom, and which services they may use |
//! | `deletion` | task | deletions of service-linked roles |

use names::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

use super::SERVICE;
use crate::engine::report::Report;

/// The account's credential report.
pub(crate) const REPORTS: Table<u8, Report> = Table::new(SERVICE, "report");
/// Reports of last access.
pub(crate) const ACCESS_JOBS: Table<String, AccessJobRecord> = Table::new(SERVICE, "access-job");
/// Deletions of service-linked roles.
pub(crate) const DELETIONS: Table<String, DeletionRecord> = Table::new(SERVICE, "deletion");

/// A report of last access. What was used is read when it is shown, as far as it was used before the report was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessJobRecord {
    /// When it was made.
    pub made: Timestamp,
    /// Prefixes of the services that policies allow, sorted.
    pub services: Vec<String>,
    /// Of whom.
    pub of: AccessOf,
}

/// Whose access a report tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AccessOf {
    /// Users and roles of one account.
    Entities {
        /// Their unique ids.
        ids: Vec<String>,
        /// The policies, when single actions are told too.
        documents: Option<Vec<String>>,
    },
    /// Whole accounts of an organization, with their paths in it.
    Accounts(Vec<(AccountId, String)>),
}

/// The deletion of a service-linked role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletionRecord {
    /// When it was done.
    pub done: Timestamp,
}

records!(AccessJobRecord, DeletionRecord, Report);
