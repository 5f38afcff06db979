//! From text to a compiled policy, in the stages in which AWS refuses.
//!
//! | file | stage |
//! |---|---|
//! | `json.rs` | text to a tree, members given twice refused |
//! | `draft.rs` | tree to elements: which there are, and of what type |
//! | `identity.rs` | the rules of documents without principals, in the order recorded from IAM |
//! | `resource_form.rs`, `action_form.rs`, `date_form.rs` | the forms those rules ask for |
//! | `resource_based.rs` | the rules of documents with principals |
//! | `organization.rs` | the rules of service and resource control policies |
//! | `compile.rs` | elements to matchers |
//! | `position.rs` | where each statement stands in the text |

mod action_form;
mod compile;
mod date_form;
mod draft;
mod identity;
mod json;
mod organization;
pub(crate) mod position;
mod resource_based;
mod resource_form;

use crate::kind::Kind;
use crate::malformed::Malformed;
use crate::policy::Policy;

pub(crate) fn policy(text: &str, kind: Kind) -> Result<Policy, Malformed> {
    let tree = serde_json::from_str(text);
    let draft = match kind {
        Kind::Identity | Kind::Inline | Kind::Session => {
            let draft = draft::read(&tree.map_err(|_| Malformed::syntax())?).map_err(|_| Malformed::syntax())?;
            identity::check(&draft, kind)?;
            draft
        }
        Kind::Resource | Kind::Trust | Kind::Endpoint => {
            let tree = tree.map_err(|_| Malformed::new("This policy contains invalid Json"))?;
            let draft = draft::read(&tree).map_err(resource_based::wrong)?;
            resource_based::check(&draft, kind)?;
            draft
        }
        Kind::ServiceControl | Kind::ResourceControl | Kind::ResourceControlFull => {
            let draft = tree.ok().and_then(|tree| draft::read(&tree).ok()).ok_or_else(organization::refusal)?;
            organization::check(&draft, kind)?;
            draft
        }
    };
    compile::policy(&draft, kind, &position::statements(text))
}
