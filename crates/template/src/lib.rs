//! Templates of stacks: JSON and YAML read as CloudFormation reads them.
