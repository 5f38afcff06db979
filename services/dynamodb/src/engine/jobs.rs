//! Exports and imports: which there are, and which are under way.

use store::{Batch, Scope, Span};

use super::Engine;
use super::refusal::Refusal;
use super::table::Home;
use crate::store::{EXPORTS, ExportRecord, IMPORTS, ImportRecord, Progress};

impl Engine {
    /// Keeps an export.
    pub(crate) async fn put_export(&self, home: &Home, id: &str, record: &ExportRecord) -> Result<(), Refusal> {
        let batch = Batch::new();
        EXPORTS.put(&batch, &home.scope(), &(home.name.as_str(), id), record)?;
        self.store().write(batch).await?;
        Ok(())
    }

    /// An export by its table's name and its id.
    pub(crate) async fn export(&self, home: &Home, id: &str) -> Result<Option<ExportRecord>, Refusal> {
        Ok(EXPORTS.get(&self.store().read().await?, &home.scope(), &(home.name.as_str(), id)).await?)
    }

    /// Exports of a place in order, of one table or of all.
    pub(crate) async fn exports(
        &self,
        home: &Home,
        table: Option<&str>,
    ) -> Result<Vec<(String, String, ExportRecord)>, Refusal> {
        let span = table.map_or(Span::all(), |table| Span::prefix(&(table,)));
        let rows = EXPORTS.scan_all(&self.store().read().await?, &home.scope(), &span).await?;
        Ok(rows.into_iter().map(|((name, id), record)| (name, id, record)).collect())
    }

    /// Those that are under way, everywhere.
    pub(crate) async fn exports_under_way(&self) -> Result<Vec<(Home, String, ExportRecord)>, Refusal> {
        let rows = EXPORTS.scan_everywhere(&self.store().read().await?).await?;
        let under_way = rows.into_iter().filter(|(.., record)| record.progress == Progress::UnderWay);
        Ok(under_way.filter_map(|(scope, (name, id), record)| Some((home(scope, name)?, id, record))).collect())
    }

    /// Keeps an import.
    pub(crate) async fn put_import(&self, home: &Home, id: &str, record: &ImportRecord) -> Result<(), Refusal> {
        let batch = Batch::new();
        IMPORTS.put(&batch, &home.scope(), &(home.name.as_str(), id), record)?;
        self.store().write(batch).await?;
        Ok(())
    }

    /// An import by its table's name and its id.
    pub(crate) async fn import(&self, home: &Home, id: &str) -> Result<Option<ImportRecord>, Refusal> {
        Ok(IMPORTS.get(&self.store().read().await?, &home.scope(), &(home.name.as_str(), id)).await?)
    }

    /// Imports of a place in order, of one table or of all.
    pub(crate) async fn imports(
        &self,
        home: &Home,
        table: Option<&str>,
    ) -> Result<Vec<(String, String, ImportRecord)>, Refusal> {
        let span = table.map_or(Span::all(), |table| Span::prefix(&(table,)));
        let rows = IMPORTS.scan_all(&self.store().read().await?, &home.scope(), &span).await?;
        Ok(rows.into_iter().map(|((name, id), record)| (name, id, record)).collect())
    }

    /// Those that are under way, everywhere.
    pub(crate) async fn imports_under_way(&self) -> Result<Vec<(Home, String, ImportRecord)>, Refusal> {
        let rows = IMPORTS.scan_everywhere(&self.store().read().await?).await?;
        let under_way = rows.into_iter().filter(|(.., record)| record.progress == Progress::UnderWay);
        Ok(under_way.filter_map(|(scope, (name, id), record)| Some((home(scope, name)?, id, record))).collect())
    }
}

fn home(scope: Scope, name: String) -> Option<Home> {
    let Scope::Regional(account, region) = scope else { return None };
    Some(Home { account, region, name })
}
