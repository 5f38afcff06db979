//! AWS's numbers, from "Understand CloudFormation quotas" and the API reference.

/// Tags of a stack.
pub(crate) const TAGS: usize = 50;
/// Stacks of an account in a region that are not deleted.
pub(crate) const STACKS: i32 = 2_000;
/// Outputs of a template.
pub(crate) const OUTPUTS: i32 = 200;
/// Resources running at once in an account and region.
pub(crate) const CONCURRENT: i32 = 2_500;
/// For how many days a deleted stack is told of.
pub(crate) const REMEMBERED_DAYS: u64 = 90;
/// Stacks, resources, events and the like on a page.
pub(crate) const PAGE: usize = 100;
