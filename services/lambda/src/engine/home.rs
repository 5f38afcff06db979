//! Where resources are, and what they are called.

use names::{AccountId, Arn, Region};
use store::Scope;

/// The version that changes.
pub(crate) const LATEST: &str = "$LATEST";

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// A function, and the version or alias of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Named {
    pub(crate) home: Home,
    pub(crate) name: String,
    /// As it was given; none when it was not.
    pub(crate) qualifier: Option<String>,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// The home of a scope.
    pub(crate) fn of(scope: &Scope) -> Option<Self> {
        match scope {
            Scope::Regional(account, region) => Some(Self { account: *account, region: region.clone() }),
            _ => None,
        }
    }

    /// The ARN of something of Lambda's here.
    pub(crate) fn arn(&self, resource: impl Into<String>) -> String {
        Arn::regional("lambda", &self.region, self.account, resource).to_string()
    }

    /// The ARN of a function.
    pub(crate) fn function(&self, name: &str) -> String {
        self.arn(format!("function:{name}"))
    }

    /// The ARN of a version or alias.
    pub(crate) fn qualified(&self, name: &str, qualifier: &str) -> String {
        self.arn(format!("function:{name}:{qualifier}"))
    }

    /// The ARN of a layer.
    pub(crate) fn layer(&self, name: &str) -> String {
        self.arn(format!("layer:{name}"))
    }

    /// The ARN of a version of a layer.
    pub(crate) fn layer_version(&self, name: &str, number: u64) -> String {
        self.arn(format!("layer:{name}:{number}"))
    }
}

impl Named {
    /// Reads a name, a name with a qualifier, a partial ARN or an ARN. `here` is where it is meant when it does not say.
    pub(crate) fn read(text: &str, here: &Home) -> Option<Self> {
        let mut parts: Vec<&str> = text.split(':').collect();
        let mut home = here.clone();
        if parts.first() == Some(&"arn") {
            let arn: Arn = text.parse().ok().filter(|arn: &Arn| arn.service == "lambda")?;
            home = Home { account: arn.account_id()?, region: arn.region_code()? };
            parts.drain(..5);
        } else if parts.len() > 1 && parts[0].len() == 12 && parts[0].bytes().all(|b| b.is_ascii_digit()) {
            home.account = parts.remove(0).parse().ok()?;
        }
        if parts.len() > 1 && parts[0] == "function" {
            parts.remove(0);
        }
        let (name, qualifier) = match parts.as_slice() {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some((*qualifier).to_owned())),
            _ => return None,
        };
        (!name.is_empty()).then(|| Self { home, name: name.to_owned(), qualifier })
    }

    /// The ARN as it is named.
    pub(crate) fn arn(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => self.home.qualified(&self.name, qualifier),
            None => self.home.function(&self.name),
        }
    }

    /// The ARN with a qualifier, `$LATEST` where none is named.
    pub(crate) fn full_arn(&self) -> String {
        self.home.qualified(&self.name, self.qualifier())
    }

    /// The qualifier, `$LATEST` where none is named.
    pub(crate) fn qualifier(&self) -> &str {
        self.qualifier.as_deref().unwrap_or(LATEST)
    }
}

/// A version's name: `$LATEST` for 0.
pub(crate) fn version_name(number: u64) -> String {
    if number == 0 { LATEST.to_owned() } else { number.to_string() }
}

/// The number of a version, if that is what a qualifier names.
pub(crate) fn version_number(qualifier: &str) -> Option<u64> {
    if qualifier == LATEST {
        return Some(0);
    }
    let digits = !qualifier.starts_with('0') && qualifier.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| qualifier.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_in_many_ways() {
        let here = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        let read = |text: &str| Named::read(text, &here).map(|named| named.arn());
        let f = "arn:aws:lambda:us-east-1:000000000000:function:f";
        for (text, arn) in [
            ("f", Some(f.to_owned())),
            ("f:1", Some(format!("{f}:1"))),
            ("function:f", Some(f.to_owned())),
            ("000000000000:function:f", Some(f.to_owned())),
            ("000000000000:f:live", Some(format!("{f}:live"))),
            (f, Some(f.to_owned())),
            ("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", Some(format!("{f}:$LATEST"))),
            ("arn:aws:lambda:us-east-1:000000000000:function:f:1:2", None),
            ("arn:aws:s3:us-east-1:000000000000:function:f", None),
            ("", None),
        ] {
            assert_eq!(read(text), arn, "{text}");
        }
    }

    #[test]
    fn versions_have_numbers() {
        for (text, number) in [("$LATEST", Some(0)), ("1", Some(1)), ("01", None), ("live", None), ("", None)] {
            assert_eq!(version_number(text), number, "{text}");
        }
    }
}
