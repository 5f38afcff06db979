//! What stacks export to each other.

use api_cloudformation::{
    Export, ListExports, ListExportsInput, ListExportsOutput, ListImports, ListImportsInput, ListImportsOutput,
};
use service_kit::{Ctx, Outcome, paging};
use store::{Order, Span};

use crate::error::invalid;
use crate::limits::PAGE;
use crate::run::journal::scope;
use crate::store::{EXPORTS, IMPORTS, of};

/// Lists all exports of the account in the region.
pub(super) async fn list_exports(ctx: &Ctx, input: ListExportsInput) -> Outcome<ListExports> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
    let view = ctx.store().read().await?;
    let rows = EXPORTS.scan(&view, &scope(ctx), &span, Order::Ascending, PAGE + 1).await?;
    let page = paging::page(ctx, "", rows, PAGE, |(name, _)| name.clone());
    let export = |(name, export): (String, crate::store::ExportRecord)| Export {
        exporting_stack_id: Some(export.arn),
        name: Some(name),
        value: Some(export.value),
    };
    let exports = page.items.into_iter().map(export).collect();
    Ok(ListExportsOutput { exports: Some(exports), next_token: page.next_token })
}

/// Lists the stacks that import something.
pub(super) async fn list_imports(ctx: &Ctx, input: ListImportsInput) -> Outcome<ListImports> {
    let (name, view) = (input.export_name, ctx.store().read().await?);
    if EXPORTS.get(&view, &scope(ctx), &name).await?.is_none() {
        return Err(invalid(format!("Export '{name}' does not exist.")));
    }
    let rows = IMPORTS.scan_all(&view, &scope(ctx), &of(&name)).await?;
    if rows.is_empty() {
        return Err(invalid(format!("Export '{name}' is not imported by any stack.")));
    }
    let imports = rows.into_iter().map(|(_, named)| named.stack).collect();
    Ok(ListImportsOutput { imports: Some(imports), next_token: None })
}
