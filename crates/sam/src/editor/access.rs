//! The policy of a REST API: who may call it, from where.

use crate::error::{Outcome, document};
use crate::intrinsic::{contents_of, sub_with};
use crate::node::{Map, Node, Text, hashed, list, map};
use crate::python::show;
use crate::work::as_list;

use super::{ANY_METHOD, Definition, not_a_path, starred};

const POLICY: &str = "x-amazon-apigateway-policy";

impl Definition {
    /// Adds lists of who may and may not call a path.
    pub(crate) fn add_access(&mut self, access: &Node, path: &Text, stage: &Node) -> Outcome<()> {
        let Some(lists) = access.as_map() else { return Err(document("Resource Policy is not a valid dictionary.")) };
        let resources = self.resources_of(path, stage)?;
        for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
            if let Some(accounts) = lists.some(name) {
                self.add_accounts(accounts, effect, &resources)?;
            }
        }
        for (name, operator) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
            if let Some(ranges) = lists.some(name) {
                let ranges = Node::List(as_list(ranges));
                self.deny_when(operator, map! { "aws:SourceIp" => ranges }, &resources);
            }
        }
        for (side, operator) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
            let networks = networks(lists, side)?;
            if !networks.is_empty() {
                self.deny_when(operator, networks, &resources);
            }
        }
        let policy = self.policy.clone();
        self.doc.set(POLICY, policy);
        Ok(())
    }

    /// Adds statements of the author's own.
    pub(crate) fn add_statements(&mut self, statements: &Node) {
        self.policy.set("Version", "2012-10-17");
        match self.policy.get("Statement").map(as_list) {
            None => self.policy.set("Statement", statements),
            Some(mut all) => {
                add_new(&mut all, as_list(statements));
                self.policy.set("Statement", all);
            }
        }
        let policy = self.policy.clone();
        self.doc.set(POLICY, policy);
    }

    /// The ARNs of a path's methods, for a stage.
    fn resources_of(&self, path: &Text, stage: &Node) -> Outcome<Node> {
        let mut methods = Vec::new();
        for item in contents_of(self.paths().get(path).unwrap_or(&Node::Null))? {
            methods.extend(item.as_map().ok_or_else(|| not_a_path(path))?.keys());
        }
        let path = starred(path, true);
        let resource = |method: &Text| {
            let lower = method.to_lowercase();
            let all = lower == ANY_METHOD || lower == "any";
            let method: Text = if all { "*".into() } else { method.with(method.to_uppercase()) };
            let resource = format!("execute-api:/${{__Stage__}}/{}{}", &*method, &*path);
            let by_author = method.is_written() || path.is_written();
            let resource = if by_author { Text::written(resource) } else { resource.into() };
            sub_with(resource, map! { "__Stage__" => stage })
        };
        Ok(Node::List(methods.iter().map(resource).collect()))
    }

    fn add_accounts(&mut self, accounts: &Node, effect: &str, resources: &Node) -> Outcome<()> {
        if accounts.as_list().is_none() && accounts.as_map().is_none() {
            let accounts = show(accounts);
            return Err(document(format!("Type of '{accounts}' must be a list or dictionary")));
        }
        self.policy.set("Version", "2012-10-17");
        let statement = Node::from(hashed! {
            "Effect" => effect,
            "Action" => "execute-api:Invoke",
            "Resource" => resources,
            "Principal" => hashed! { "AWS" => Node::List(as_list(accounts)) },
        });
        let statement = match self.policy.get("Statement").map(as_list) {
            None => statement,
            Some(mut all) => {
                all.push(statement);
                Node::List(all)
            }
        };
        self.policy.set("Statement", statement);
        Ok(())
    }

    /// Allows all, and denies those for whom a condition holds.
    fn deny_when(&mut self, operator: &str, keys: Map, resources: &Node) {
        self.policy.set("Version", "2012-10-17");
        let statement = |effect: &str| {
            hashed! {
                "Effect" => effect,
                "Action" => "execute-api:Invoke",
                "Resource" => resources,
                "Principal" => "*",
            }
        };
        let mut deny = statement("Deny");
        deny.set("Condition", map! { operator => keys });
        let mut all = self.policy.get("Statement").map(as_list).unwrap_or_default();
        add_new(&mut all, vec![statement("Allow").into(), deny.into()]);
        self.policy.set("Statement", all);
    }
}

/// Adds those statements that are not there.
fn add_new(all: &mut Vec<Node>, statements: Vec<Node>) {
    for statement in statements {
        if !all.contains(&statement) {
            all.push(statement);
        }
    }
}

/// The condition keys of the networks and endpoints of a list.
fn networks(lists: &Map, side: &str) -> Outcome<Map> {
    let named = lists.node(&format!("SourceVpc{side}"));
    let names = as_list(&named);
    if names.iter().any(|name| name.as_str().is_none()) {
        return Err(document(format!(
            "SourceVpc{side} must be a list of strings. Use IntrinsicVpc{side} instead for values that use Intrinsic \
             Functions"
        )));
    }
    let starting = |prefix: &str| {
        let found = names.iter().filter(|name| name.as_str().is_some_and(|name| name.starts_with(prefix)));
        found.cloned().collect::<Vec<Node>>()
    };
    let mut keys = Map::hashed();
    let mut add = |key: &str, values: Vec<Node>| {
        if !values.is_empty()
            && let Node::List(all) = keys.entry(&key.into(), || list![])
        {
            all.extend(values);
        }
    };
    add("aws:SourceVpc", starting("vpc-"));
    add("aws:SourceVpce", starting("vpce-"));
    add("aws:SourceVpc", as_list(&lists.node(&format!("IntrinsicVpc{side}"))));
    add("aws:SourceVpce", as_list(&lists.node(&format!("IntrinsicVpce{side}"))));
    Ok(keys)
}
