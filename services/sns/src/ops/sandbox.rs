//! Phone numbers of the sandbox: registered, and verified with a password that is sent to them.

use api_sns::{
    CreateSMSSandboxPhoneNumber, CreateSMSSandboxPhoneNumberInput, CreateSMSSandboxPhoneNumberOutput,
    DeleteSMSSandboxPhoneNumber, DeleteSMSSandboxPhoneNumberInput, DeleteSMSSandboxPhoneNumberOutput,
    GetSMSSandboxAccountStatus, GetSMSSandboxAccountStatusInput, GetSMSSandboxAccountStatusOutput,
    ListSMSSandboxPhoneNumbers, ListSMSSandboxPhoneNumbersInput, ListSMSSandboxPhoneNumbersOutput,
    SMSSandboxPhoneNumber, SMSSandboxPhoneNumberVerificationStatus as Status, VerifySMSSandboxPhoneNumber,
    VerifySMSSandboxPhoneNumberInput, VerifySMSSandboxPhoneNumberOutput, errors,
};
use service_kit::{Ctx, Error, Outcome, paging};
use store::{Batch, Order, Span};

use super::sms::number;
use crate::engine::message::uuid;
use crate::engine::spool::Kind;
use crate::store::{SANDBOX, SandboxRecord, Spooled, scope};
use crate::{Sns, limits};

/// Registers a number, and sends it a password.
pub(crate) async fn create(ctx: &Ctx, input: CreateSMSSandboxPhoneNumberInput) -> Outcome<CreateSMSSandboxPhoneNumber> {
    let number = number(&input.phone_number)?;
    let (engine, mine, now) = (ctx.state::<Sns>().engine(), scope(ctx.account(), &ctx.region), ctx.now());
    let password = format!("{:06}", ctx.random().below(1_000_000));
    let spooled = Spooled {
        to: number.clone(),
        from: String::new(),
        subject: "Transactional".to_owned(),
        body: format!("Your verification code is {password}"),
        message: uuid(ctx.random().u128()),
        details: std::collections::BTreeMap::new(),
    };
    let place = engine.number().await?;
    let register = |tx| {
        let (mine, number, password, spooled) = (&mine, number.as_str(), &password, &spooled);
        async move {
            let present = SANDBOX.scan(&tx, mine, &Span::all(), Order::Ascending, limits::SANDBOX_NUMBERS + 1).await?;
            let known = present.iter().any(|(one, _)| one == number);
            if !known && present.len() >= limits::SANDBOX_NUMBERS {
                let text = "You have reached the maximum number of sandbox destination phone numbers";
                return Err(errors::user_error_exception(text).into());
            }
            if present.iter().any(|(one, record)| one == number && record.pending.is_none()) {
                return Ok(());
            }
            SANDBOX.put(&tx, mine, &number, &SandboxRecord { pending: Some((password.clone(), now)) })?;
            engine.spool(&tx, (ctx.account(), &ctx.region), Kind::Sms, (now, place), spooled)?;
            Ok::<_, Error>(())
        }
    };
    engine.store().transact(register).await?;
    Ok(CreateSMSSandboxPhoneNumberOutput {})
}

/// Verifies a number with the password that it was sent.
pub(crate) async fn verify(ctx: &Ctx, input: VerifySMSSandboxPhoneNumberInput) -> Outcome<VerifySMSSandboxPhoneNumber> {
    let number = number(&input.phone_number)?;
    let (mine, now) = (scope(ctx.account(), &ctx.region), ctx.now());
    let verify = |tx| {
        let (mine, number, given) = (&mine, number.as_str(), &input.one_time_password);
        async move {
            let record = SANDBOX.get(&tx, mine, &number).await?.ok_or_else(unknown)?;
            if let Some((password, sent)) = record.pending {
                if sent.plus(limits::ONE_TIME_PASSWORD) <= now || password != *given {
                    return Err(errors::verification_exception("Verification code is invalid or expired").into());
                }
                SANDBOX.put(&tx, mine, &number, &SandboxRecord { pending: None })?;
            }
            Ok::<_, Error>(())
        }
    };
    ctx.state::<Sns>().engine().store().transact(verify).await?;
    Ok(VerifySMSSandboxPhoneNumberOutput {})
}

/// Removes a number.
pub(crate) async fn delete(ctx: &Ctx, input: DeleteSMSSandboxPhoneNumberInput) -> Outcome<DeleteSMSSandboxPhoneNumber> {
    let (number, mine) = (number(&input.phone_number)?, scope(ctx.account(), &ctx.region));
    SANDBOX.get(&ctx.store().read().await?, &mine, &number.as_str()).await?.ok_or_else(unknown)?;
    let batch = Batch::new();
    SANDBOX.delete(&batch, &mine, &number.as_str());
    ctx.store().write(batch).await?;
    Ok(DeleteSMSSandboxPhoneNumberOutput {})
}

/// Lists the numbers.
pub(crate) async fn list(ctx: &Ctx, input: ListSMSSandboxPhoneNumbersInput) -> Outcome<ListSMSSandboxPhoneNumbers> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = after.map_or_else(Span::all, |after| Span::all().after::<String>(&after));
    let limit = usize::try_from(input.max_results.unwrap_or(100)).unwrap_or(limits::PAGE).clamp(1, limits::PAGE);
    let view = ctx.store().read().await?;
    let rows = SANDBOX.scan(&view, &scope(ctx.account(), &ctx.region), &span, Order::Ascending, limit + 1).await?;
    let page = paging::page(ctx, "", rows, limit, |(number, _)| number.clone());
    let shown = page.items.into_iter().map(|(number, record)| SMSSandboxPhoneNumber {
        phone_number: Some(number),
        status: Some(if record.pending.is_some() { Status::Pending } else { Status::Verified }),
    });
    Ok(ListSMSSandboxPhoneNumbersOutput { phone_numbers: shown.collect(), next_token: page.next_token })
}

/// Whether the account may send to registered numbers alone: on one's own machine there is nobody to protect from it.
pub(crate) async fn status(_ctx: &Ctx, _input: GetSMSSandboxAccountStatusInput) -> Outcome<GetSMSSandboxAccountStatus> {
    Ok(GetSMSSandboxAccountStatusOutput { is_in_sandbox: false })
}

fn unknown() -> Error {
    errors::resource_not_found_exception("The specified phone number does not exist in the sandbox").into()
}
