//! Settings for text messages, and the numbers that want none.

use std::collections::BTreeMap;

use api_sns::{
    CheckIfPhoneNumberIsOptedOut, CheckIfPhoneNumberIsOptedOutInput, CheckIfPhoneNumberIsOptedOutOutput,
    GetSMSAttributes, GetSMSAttributesInput, GetSMSAttributesOutput, ListOriginationNumbers,
    ListOriginationNumbersInput, ListOriginationNumbersOutput, ListPhoneNumbersOptedOut, ListPhoneNumbersOptedOutInput,
    ListPhoneNumbersOptedOutOutput, OptInPhoneNumber, OptInPhoneNumberInput, OptInPhoneNumberOutput, SetSMSAttributes,
    SetSMSAttributesInput, SetSMSAttributesOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::Span;

use crate::engine::phone;
use crate::error::{invalid_because, invalid_text, present};
use crate::store::{OPTED_OUT, OptedOut, SMS, scope};
use crate::{Sns, limits};

/// Sets attributes for all text messages of the account.
pub(crate) async fn set_sms_attributes(ctx: &Ctx, input: SetSMSAttributesInput) -> Outcome<SetSMSAttributes> {
    present(&input.attributes)?;
    input.attributes.iter().try_for_each(|(name, value)| check(name, value))?;
    let mine = scope(ctx.account(), &ctx.region);
    let set = |tx| {
        let (mine, given) = (&mine, &input.attributes);
        async move {
            let mut record = SMS.get(&tx, mine, &0).await?.unwrap_or_default();
            record.attributes.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
            Ok::<_, Error>(SMS.put(&tx, mine, &0, &record)?)
        }
    };
    ctx.state::<Sns>().engine().store().transact(set).await?;
    Ok(SetSMSAttributesOutput {})
}

/// Shows them, all or those asked for.
pub(crate) async fn get_sms_attributes(ctx: &Ctx, input: GetSMSAttributesInput) -> Outcome<GetSMSAttributes> {
    let view = ctx.store().read().await?;
    let record = SMS.get(&view, &scope(ctx.account(), &ctx.region), &0).await?.unwrap_or_default();
    let mut attributes = record.attributes;
    let usual = || limits::MONTHLY_SPENDING.to_string();
    attributes.entry("MonthlySpendLimit".to_owned()).or_insert_with(usual);
    if let Some(asked) = input.attributes.filter(|asked| !asked.is_empty()) {
        attributes.retain(|name, _| asked.contains(name));
    }
    Ok(GetSMSAttributesOutput { attributes: Some(attributes) })
}

/// Whether a number wants no text messages.
pub(crate) async fn check_if_phone_number_is_opted_out(
    ctx: &Ctx,
    input: CheckIfPhoneNumberIsOptedOutInput,
) -> Outcome<CheckIfPhoneNumberIsOptedOut> {
    let number = number(&input.phone_number)?;
    let view = ctx.store().read().await?;
    let record = OPTED_OUT.get(&view, &scope(ctx.account(), &ctx.region), &number.as_str()).await?;
    Ok(CheckIfPhoneNumberIsOptedOutOutput { is_opted_out: Some(record.is_some_and(|record| record.out)) })
}

/// Lists the numbers that want none, a hundred at a time.
pub(crate) async fn list_phone_numbers_opted_out(
    ctx: &Ctx,
    input: ListPhoneNumbersOptedOutInput,
) -> Outcome<ListPhoneNumbersOptedOut> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = after.map_or_else(Span::all, |after| Span::all().after::<String>(&after));
    let view = ctx.store().read().await?;
    let rows = OPTED_OUT.scan_all(&view, &scope(ctx.account(), &ctx.region), &span).await?;
    let numbers = rows.into_iter().filter(|(_, record)| record.out).map(|(number, _)| number);
    let page = paging::page(ctx, "", numbers.take(limits::PAGE + 1).collect(), limits::PAGE, Clone::clone);
    Ok(ListPhoneNumbersOptedOutOutput { phone_numbers: Some(page.items), next_token: page.next_token })
}

/// Lets a number get text messages again, once in thirty days. One that never was opted out is no mistake.
pub(crate) async fn opt_in_phone_number(ctx: &Ctx, input: OptInPhoneNumberInput) -> Outcome<OptInPhoneNumber> {
    let number = number(&input.phone_number)?;
    let (mine, now) = (scope(ctx.account(), &ctx.region), ctx.now());
    let opt_in = |tx| {
        let (mine, number) = (&mine, number.as_str());
        async move {
            let Some(record) = OPTED_OUT.get(&tx, mine, &number).await?.filter(|record| record.out) else {
                return Ok(());
            };
            if record.opted_in.is_some_and(|before| before.plus(limits::OPT_IN_PAUSE) > now) {
                return Err(invalid_because("PhoneNumber", "the number was opted in less than 30 days ago"));
            }
            let record = OptedOut { out: false, opted_in: Some(now) };
            Ok::<_, Error>(OPTED_OUT.put(&tx, mine, &number, &record)?)
        }
    };
    ctx.state::<Sns>().engine().store().transact(opt_in).await?;
    Ok(OptInPhoneNumberOutput {})
}

/// Lists the numbers that text messages come from: an account here has none of its own.
pub(crate) async fn list_origination_numbers(
    ctx: &Ctx,
    input: ListOriginationNumbersInput,
) -> Outcome<ListOriginationNumbers> {
    paging::position(ctx, "", input.next_token.as_deref())?;
    Ok(ListOriginationNumbersOutput { phone_numbers: Some(Vec::new()), next_token: None })
}

/// What setting attributes touches: the role that it hands to SNS.
pub(crate) fn access(attributes: &BTreeMap<String, String>) -> Access {
    let role = attributes.get("DeliveryStatusIAMRole").filter(|role| !role.is_empty());
    role.iter().fold(Access::any(), |access, role| access.passing_role(role, "sns.amazonaws.com"))
}

pub(super) fn number(text: &str) -> Result<String, Error> {
    let plus = text.starts_with('+') && phone::is_number(text);
    if plus { Ok(text.to_owned()) } else { Err(invalid_because("PhoneNumber", "input incorrectly formatted")) }
}

fn check(name: &str, value: &str) -> Result<(), Error> {
    let fine = match name {
        "MonthlySpendLimit" => value.parse::<u32>().is_ok(),
        "DeliveryStatusIAMRole" => value.is_empty() || value.contains(":role/"),
        "DeliveryStatusSuccessSamplingRate" => value.parse::<u8>().is_ok_and(|rate| rate <= 100),
        "DefaultSenderID" => is_sender(value),
        "DefaultSMSType" => matches!(value, "Promotional" | "Transactional"),
        "UsageReportS3Bucket" => value.is_empty() || (3..=63).contains(&value.len()),
        _ => return Err(invalid_text(format!("{name} is not a valid attribute"))),
    };
    if fine { Ok(()) } else { Err(invalid_text(format!("{name} is invalid"))) }
}

/// Up to 11 letters and digits, at least one of them a letter.
fn is_sender(value: &str) -> bool {
    let letters = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    value.is_empty() || (value.len() <= 11 && letters && value.bytes().any(|b| b.is_ascii_alphabetic()))
}
