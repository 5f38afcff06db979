//! The address of an object store: `s3://bucket/folder`, `gs://bucket/folder`, `az://container/folder`. Keys, regions and
//! endpoints are options by the names that each store's own tools have for them (`aws_access_key_id`, `aws_endpoint`).

use std::fmt;

use object_store::ObjectStore;
use object_store::path::Path;
use url::Url;

/// Schemes of stores that are reached by the network.
const SCHEMES: [&str; 6] = ["s3", "s3a", "gs", "az", "azure", "abfss"];

/// Where blobs are kept.
#[derive(Clone)]
pub struct Address {
    url: Url,
    options: Vec<(String, String)>,
}

/// An address that leads to no store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAddress(pub String);

impl fmt::Debug for Address {
    // Options hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAddress {}

impl Address {
    /// Reads an address. Of the options those count that the store knows; names in lower case.
    ///
    /// # Errors
    /// When it is no URL, or of a scheme that is none of those above.
    pub fn parse(text: &str, options: impl IntoIterator<Item = (String, String)>) -> Result<Self, InvalidAddress> {
        let url = Url::parse(text).map_err(|error| InvalidAddress(format!("{text} is no address: {error}")))?;
        if !SCHEMES.contains(&url.scheme()) {
            return Err(InvalidAddress(format!("{text}: blobs can be kept at {}", SCHEMES.join("://, ") + "://")));
        }
        let known = |(name, _): &(String, String)| ["aws_", "google_", "azure_"].iter().any(|p| name.starts_with(p));
        Ok(Self { url, options: options.into_iter().filter(known).collect() })
    }

    /// The store, and the folder in it.
    pub(crate) fn open(&self) -> Result<(Box<dyn ObjectStore>, Path), InvalidAddress> {
        let options = self.options.iter().cloned();
        object_store::parse_url_opts(&self.url, options).map_err(|error| InvalidAddress(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_stores_and_no_others() {
        let keys = || [("aws_region".to_owned(), "us-east-1".to_owned()), ("path".to_owned(), "/bin".to_owned())];
        for (text, folder) in [("s3://bucket/some/folder", "some/folder"), ("s3://bucket", "")] {
            let (_, path) = Address::parse(text, keys()).unwrap().open().unwrap();
            assert_eq!(path.as_ref(), folder, "{text}");
        }
        for text in ["bucket", "ftp://host/x", "http://host/x"] {
            assert!(Address::parse(text, keys()).is_err(), "{text}");
        }
        let secret = [("aws_secret_access_key".to_owned(), "hidden".to_owned())];
        assert!(!format!("{:?}", Address::parse("s3://b", secret).unwrap()).contains("hidden"));
    }
}
