//! PartiQL statements, alone, in batches and in transactions.

use api_dynamodb::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn table() -> TestCloud {
    let cloud = cloud();
    create(&cloud, "abc", &["h", "r"]).await;
    for r in ["a", "b", "c"] {
        put(&cloud, "abc", [("h", s("x")), ("r", s(r)), ("v", n(1))]).await;
    }
    put(&cloud, "abc", [("h", s("y")), ("r", s("a")), ("v", n(2))]).await;
    cloud
}

fn stating(statement: &str, parameters: &[AttributeValue]) -> ExecuteStatementInput {
    let parameters = (!parameters.is_empty()).then(|| parameters.to_vec());
    ExecuteStatementInput { statement: statement.to_owned(), parameters, ..Default::default() }
}

async fn items(
    cloud: &TestCloud,
    statement: &str,
    parameters: &[AttributeValue],
) -> Vec<std::collections::BTreeMap<String, AttributeValue>> {
    cloud.call::<ExecuteStatement>(stating(statement, parameters)).await.unwrap().items.unwrap()
}

#[tokio::test]
async fn execute_statement_reads_and_pages() {
    let cloud = table().await;
    assert_eq!(
        items(&cloud, r#"SELECT r FROM "abc" WHERE h = ? AND r > ?"#, &[s("x"), s("a")]).await,
        [item([("r", s("b"))]), item([("r", s("c"))])]
    );
    assert_eq!(items(&cloud, "SELECT * FROM abc WHERE v = 2", &[]).await.len(), 1, "a scan");
    assert_eq!(items(&cloud, "SELECT * FROM abc WHERE h IN ['x', 'y'] AND r = 'a'", &[]).await.len(), 2);
    let mut input = ExecuteStatementInput { limit: Some(2), ..stating("SELECT r FROM abc WHERE h IN ['x', 'y']", &[]) };
    let mut seen = 0;
    loop {
        let page = cloud.call::<ExecuteStatement>(input.clone()).await.unwrap();
        seen += page.items.unwrap().len();
        input.next_token = page.next_token;
        if input.next_token.is_none() {
            break;
        }
    }
    assert_eq!(seen, 4);
}

#[tokio::test]
async fn execute_statement_writes() {
    let cloud = table().await;
    assert!(items(&cloud, "INSERT INTO abc VALUE {'h': ?, 'r': 'new', 'v': 7}", &[s("x")]).await.is_empty());
    let twice = stating("INSERT INTO abc VALUE {'h': 'x', 'r': 'new'}", &[]);
    assert_eq!(cloud.error::<ExecuteStatement>(twice).await.0, "DuplicateItemException");
    let updated =
        items(&cloud, "UPDATE abc SET v = v + 1 WHERE h = 'x' AND r = 'new' RETURNING MODIFIED NEW *", &[]).await;
    assert_eq!(updated, [item([("v", n(8))])]);
    let nothing = stating("UPDATE abc SET v = 1 WHERE h = 'x' AND r = 'nothing'", &[]);
    assert_eq!(cloud.error::<ExecuteStatement>(nothing).await.0, "ConditionalCheckFailedException");
    let deleted = items(&cloud, "DELETE FROM abc WHERE h = 'x' AND r = 'new' RETURNING ALL OLD *", &[]).await;
    assert_eq!(deleted[0]["v"], n(8));
    let text = refused::<ExecuteStatement>(
        cloud.call::<ExecuteStatement>(stating("DELETE FROM abc WHERE h = 'x'", &[])).await,
    );
    assert_eq!(text, "Where clause does not contain a mandatory equality on all key attributes");
}

#[tokio::test]
async fn batch_execute_statement_answers_each() {
    let cloud = table().await;
    let one = |statement: &str| BatchStatementRequest { statement: statement.to_owned(), ..Default::default() };
    let input = BatchExecuteStatementInput {
        statements: vec![
            one("SELECT * FROM abc WHERE h = 'x' AND r = 'a'"),
            one("SELECT * FROM abc WHERE h = 'x'"),
            one("SELECT * FROM \"absent\" WHERE h = 'x'"),
            one("INSERT INTO abc VALUE {'h': 'x', 'r': 'a'}"),
            BatchStatementRequest {
                return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
                ..one("UPDATE abc SET v = 2 WHERE h = 'x' AND r = 'a' AND v = 9")
            },
        ],
        ..Default::default()
    };
    let responses = cloud.call::<BatchExecuteStatement>(input).await.unwrap().responses.unwrap();
    assert_eq!(responses[0].item.as_ref().unwrap()["v"], n(1));
    let codes: Vec<_> = responses[1..].iter().map(|response| response.error.clone().unwrap().code.unwrap()).collect();
    use BatchStatementErrorCodeEnum as Code;
    assert_eq!(
        codes,
        [Code::ValidationError, Code::ResourceNotFound, Code::DuplicateItem, Code::ConditionalCheckFailed]
    );
    let failed = responses[4].error.clone().unwrap();
    assert_eq!(failed.message.unwrap(), "The conditional request failed");
    assert_eq!(failed.item.unwrap()["v"], n(1));
}

#[tokio::test]
async fn execute_transaction_is_all_or_nothing() {
    let cloud = table().await;
    let one = |statement: &str| ParameterizedStatement { statement: statement.to_owned(), ..Default::default() };
    let input = |statements: &[&str]| ExecuteTransactionInput {
        transact_statements: statements.iter().map(|statement| one(statement)).collect(),
        ..Default::default()
    };
    let good = input(&[
        "EXISTS(SELECT * FROM abc WHERE h = 'x' AND r = 'a' AND v = 1)",
        "UPDATE abc SET v = 5 WHERE h = 'x' AND r = 'b'",
    ]);
    cloud.call::<ExecuteTransaction>(good).await.unwrap();
    let bad = input(&["UPDATE abc SET v = 6 WHERE h = 'x' AND r = 'b'", "INSERT INTO abc VALUE {'h': 'x', 'r': 'a'}"]);
    assert_eq!(cloud.error::<ExecuteTransaction>(bad).await.0, "TransactionCanceledException");
    let reads = input(&["SELECT v FROM abc WHERE h = 'x' AND r = 'b'", "SELECT * FROM abc WHERE h = 'z' AND r = 'z'"]);
    let responses = cloud.call::<ExecuteTransaction>(reads).await.unwrap().responses.unwrap();
    assert_eq!((responses[0].item.clone(), responses[1].item.clone()), (Some(item([("v", n(5))])), None));
}
