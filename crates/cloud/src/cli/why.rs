//! `nephele why`: every policy that was read for a request, and the statement that decided.

use authority::Ruling;
use clap::Args;
use policy::{Effect, Outcome as Fit, PolicyTrace, StatementTrace};

use super::{Outcome, Situation, output};
use crate::report::Rulings;

const EXAMPLES: &str = "\
Examples:
  nephele why                                        the last refusals
  nephele why 5d6c1f0e-9f1b-5c0e-8a55-7a0c2b9d1e2f   one request, as its answer names it
  nephele why --json                                 all of it, for programs

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Explain why a request was allowed or refused: policies, statements, conditions.
/// Request ids stand in every answer and error of AWS's tools, and in `nephele logs --json`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Why {
    /// Id of the request; the last refusals without it
    request: Option<String>,
}

impl Why {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let path = self.request.map_or("/_nephele/why".to_owned(), |id| format!("/_nephele/why/{id}"));
        let answer: Rulings = situation.client()?.get(&path).await?;
        output::print(situation.common.json, &answer, || shown(&answer.rulings))
    }
}

fn shown(rulings: &[Ruling]) -> String {
    if rulings.is_empty() {
        return "Nothing was refused of late.".to_owned();
    }
    rulings.iter().map(ruling).collect::<Vec<_>>().join("\n")
}

fn ruling(ruling: &Ruling) -> String {
    let answer = match &ruling.reason {
        Some(reason) => format!("refused {reason}"),
        None => "allowed".to_owned(),
    };
    let head = format!(
        "{} request {}\n  {} asked for {}\n  on {}\n  {answer}\n",
        ruling.at, ruling.request, ruling.principal, ruling.action, ruling.resource
    );
    ruling.explanation.policies.iter().fold(head, |text, trace| text + &policy(trace))
}

fn policy(trace: &PolicyTrace) -> String {
    let level = trace.level.map(|level| format!(" (level {level})")).unwrap_or_default();
    let head = format!("  {}{level} {}\n", trace.source.noun(), trace.name);
    trace.statements.iter().enumerate().fold(head, |text, (index, trace)| text + &statement(index, trace))
}

fn statement(index: usize, trace: &StatementTrace) -> String {
    let name = trace.sid.clone().unwrap_or_else(|| format!("statement {}", index + 1));
    let effect = if trace.effect == Effect::Deny { "Deny" } else { "Allow" };
    format!("    {effect} {name}: {}\n", fit(&trace.outcome))
}

fn fit(outcome: &Fit) -> String {
    match outcome {
        Fit::Matched => "matches".to_owned(),
        Fit::Action => "is of other actions".to_owned(),
        Fit::Principal => "is of other principals".to_owned(),
        Fit::Resource => "is of other resources".to_owned(),
        Fit::Condition { operator, key, want, have } => {
            let have = have.as_ref().map_or("absent".to_owned(), |values| values.join(", "));
            format!("{operator} {key} wants {}, which is {have}", want.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_what_it_wants_and_gets() {
        let outcome = |have: Option<Vec<String>>| Fit::Condition {
            operator: "StringEquals".to_owned(),
            key: "aws:PrincipalTag/team".to_owned(),
            want: vec!["red".to_owned(), "blue".to_owned()],
            have,
        };
        let absent = "StringEquals aws:PrincipalTag/team wants red or blue, which is absent";
        assert_eq!(fit(&outcome(None)), absent);
        assert!(fit(&outcome(Some(vec!["green".to_owned()]))).ends_with("which is green"));
    }

    #[test]
    fn nothing_refused_says_so() {
        assert_eq!(shown(&[]), "Nothing was refused of late.");
    }
}
