//! The credential report.

use api_iam::{
    GenerateCredentialReport, GenerateCredentialReportInput, GenerateCredentialReportOutput, GetCredentialReport,
    GetCredentialReportInput, GetCredentialReportOutput, ReportFormatType, ReportStateType, errors,
};
use service_kit::{Ctx, Outcome};
use smithy::Bytes;

use crate::ops::edge::{engine, home};

/// Makes a report, unless one of the last four hours is there. It is ready at once, but as with AWS the first answer says
/// that it was started.
pub(crate) async fn generate_credential_report(
    ctx: &Ctx,
    _input: GenerateCredentialReportInput,
) -> Outcome<GenerateCredentialReport> {
    let present = engine(ctx).credential_report(home(ctx)).await?;
    if present.is_some_and(|report| report.is_fresh(ctx.now())) {
        return Ok(GenerateCredentialReportOutput { state: Some(ReportStateType::Complete), description: None });
    }
    engine(ctx).report_credentials(home(ctx)).await?;
    let description = Some("No report exists. Starting a new report generation task".to_owned());
    Ok(GenerateCredentialReportOutput { state: Some(ReportStateType::Started), description })
}

/// Shows the report.
pub(crate) async fn get_credential_report(ctx: &Ctx, _input: GetCredentialReportInput) -> Outcome<GetCredentialReport> {
    let present = engine(ctx).credential_report(home(ctx)).await?;
    let report =
        present.ok_or_else(|| errors::credential_report_not_present_exception("Credential report not present"))?;
    if !report.is_fresh(ctx.now()) {
        return Err(errors::credential_report_expired_exception("Credential report has expired").into());
    }
    Ok(GetCredentialReportOutput {
        content: Some(Bytes::from(report.text)),
        report_format: Some(ReportFormatType::TextCsv),
        generated_time: Some(report.made),
    })
}
