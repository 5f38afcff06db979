//! Packages held against the records that name them.

use std::collections::BTreeSet;

use service_kit::{BoxFuture, Cloud, Error, Examiner, Holdings, WrongKind};
use store::{Scope, Span};

use crate::engine::Engine;
use crate::engine::home::Home;
use crate::engine::package::Package;
use crate::store::{CODES, LAYER_VERSIONS, LOOSE, VERSIONS};

/// Reads all packages.
pub(crate) struct Packages(pub(crate) Engine);

impl Examiner for Packages {
    fn examine<'a>(&'a self, cloud: &'a Cloud, _there: &'a BTreeSet<u128>) -> BoxFuture<'a, Result<Holdings, Error>> {
        Box::pin(async move {
            let (mut holdings, view) = (Holdings::default(), cloud.store().read().await?);
            for scope in Scope::all(&view).await? {
                let Some(home) = Home::of(&scope) else { continue };
                let waiting = LOOSE.scan_all(&view, &scope, &Span::all()).await?;
                holdings.examined.waiting += waiting.len() as u64;
                holdings.files.extend(waiting.into_iter().map(|(id, _)| id));
                for (digest, code) in CODES.scan_all(&view, &scope, &Span::all()).await? {
                    holdings.files.insert(code.blob.id.bits());
                    holdings.examined.contents += 1;
                    holdings.examined.bytes += code.blob.length;
                    self.read(&home, &digest, &mut holdings).await?;
                    let versions = VERSIONS.scan_all(&view, &scope, &Span::all()).await?;
                    let layers = LAYER_VERSIONS.scan_all(&view, &scope, &Span::all()).await?;
                    let named = versions.iter().filter(|(_, version)| version.digest == digest).count()
                        + layers.iter().filter(|(_, layer)| layer.digest == digest).count();
                    if named != code.uses as usize {
                        let detail = format!("counted {} times, named {named} times", code.uses);
                        holdings.examined.wrong(WrongKind::Miscounted, format!("package {digest}"), detail);
                    }
                }
            }
            Ok(holdings)
        })
    }
}

impl Packages {
    async fn read(&self, home: &Home, digest: &str, holdings: &mut Holdings) -> Result<(), Error> {
        let place = format!("package {digest}");
        match self.0.code_bytes(home, digest).await {
            Ok(bytes) => match Package::check(bytes) {
                Ok(package) if package.digest == digest => {}
                _ => holdings.examined.wrong(WrongKind::Damaged, place, "its bytes are not those of its digest"),
            },
            Err(error) => match WrongKind::of(&error) {
                Some(kind) => holdings.examined.wrong(kind, place, error.to_string()),
                None => return Err(error.into()),
            },
        }
        Ok(())
    }
}
