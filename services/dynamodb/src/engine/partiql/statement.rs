//! Statements: what they begin with, their clauses, their end.

use super::malformed;
use super::reader::{Read, Reader};
use super::token::Kind;
use super::tree::{Change, Node, Returning, SelectTree, Source, Tree, What};

/// Reads a statement that fills the text.
pub(super) fn read(reader: &mut Reader<'_>) -> Read<Tree> {
    let tree = match reader.peek().text.to_ascii_uppercase().as_str() {
        "SELECT" => Tree::Select(select(reader)?),
        "EXISTS" => exists(reader)?,
        "INSERT" => insert(reader)?,
        "UPDATE" => update(reader)?,
        "DELETE" => delete(reader)?,
        _ => return Err(malformed("Expected data manipulation")),
    };
    reader.take_mark(";");
    if reader.peek().kind == Kind::End { Ok(tree) } else { Err(malformed("Unexpected token after expression")) }
}

fn exists(reader: &mut Reader<'_>) -> Read<Tree> {
    reader.next();
    reader.expect("(", "LEFT_PAREN")?;
    if !reader.is_word("SELECT") {
        return Err(malformed("Expected data manipulation"));
    }
    let select = select(reader)?;
    reader.expect(")", "RIGHT_PAREN")?;
    Ok(Tree::Exists(select))
}

fn select(reader: &mut Reader<'_>) -> Read<SelectTree> {
    reader.next();
    if ["VALUE", "PIVOT"].iter().any(|word| reader.is_word(word)) {
        return Err("Select projection doesn't support value or pivot keywords".to_owned());
    }
    if reader.is_word("DISTINCT") || reader.is_word("ALL") {
        let word = reader.next();
        return Err(format!("Unsupported clause: {} {}", word.text.to_ascii_uppercase(), word.place));
    }
    let columns = columns(reader)?;
    if !reader.take_word("FROM") {
        return Err(malformed("Expected FROM after SELECT list"));
    }
    let from = source(reader)?;
    if ["JOIN", "INNER", "LEFT", "RIGHT", "OUTER", "FULL", "CROSS"].iter().any(|word| reader.is_word(word))
        || reader.is_mark(",")
    {
        return Err("Only select from a single table or index is supported.".to_owned());
    }
    let filter = filter(reader)?;
    let order = order(reader)?;
    for clause in ["GROUP", "HAVING", "LIMIT", "LET"] {
        if reader.take_word(clause) {
            return Err(format!("Unsupported clause: {clause} {}", reader.peek().place));
        }
    }
    Ok(SelectTree { columns, from, filter, order })
}

fn columns(reader: &mut Reader<'_>) -> Read<Option<Vec<Node>>> {
    const BOTH: &str = "Other attributes should not be present in the projection when '*' is used.";
    if reader.take_mark("*") {
        return if reader.is_mark(",") { Err(BOTH.to_owned()) } else { Ok(None) };
    }
    let mut columns = Vec::new();
    loop {
        if reader.is_mark("*") {
            return Err(BOTH.to_owned());
        }
        let column = reader.expression()?;
        if !matches!(column.what, What::Path(_)) {
            return Err(format!("Unexpected path component {}", column.place));
        }
        columns.push(column);
        if reader.is_word("AS") || reader.take_name().is_some() {
            return Err("Aliasing is not supported".to_owned());
        }
        if !reader.take_mark(",") {
            return Ok(Some(columns));
        }
    }
}

/// A table's name, and that of an index.
fn source(reader: &mut Reader<'_>) -> Read<Source> {
    if reader.is_mark("[") || reader.is_mark("<<") {
        return Err("Invalid list expression in source.".to_owned());
    }
    let name =
        |reader: &mut Reader<'_>| reader.take_name().ok_or_else(|| malformed("Expected identifier for simple path"));
    let table = name(reader)?;
    let index = if reader.take_mark(".") { Some(name(reader)?) } else { None };
    if reader.is_mark(".") {
        return Err("A path may contain at most 2 components in the FROM clause".to_owned());
    }
    if reader.is_mark("[") {
        return Err("Invalid list expression in source.".to_owned());
    }
    let good = |name: &str| {
        (3..=255).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if !good(&table) {
        return Err(
            "Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', '0-9', '-', '_', '.'."
                .to_owned(),
        );
    }
    Ok(Source { table, index })
}

fn target(reader: &mut Reader<'_>) -> Read<Source> {
    let source = source(reader)?;
    if source.index.is_some() {
        return Err("This operation is not supported on an index".to_owned());
    }
    if reader.is_mark(",") {
        return Err("FROM clause may only contain a single table name in data manipulation statements".to_owned());
    }
    Ok(source)
}

fn filter(reader: &mut Reader<'_>) -> Read<Option<Node>> {
    if reader.take_word("WHERE") { reader.expression().map(Some) } else { Ok(None) }
}

fn order(reader: &mut Reader<'_>) -> Read<Vec<(Node, bool)>> {
    let mut order = Vec::new();
    if !reader.take_word("ORDER") {
        return Ok(order);
    }
    if !reader.take_word("BY") {
        return Err(malformed("Expected BY"));
    }
    loop {
        let key = reader.expression()?;
        let turned = reader.take_word("DESC");
        if !turned {
            reader.take_word("ASC");
        }
        order.push((key, turned));
        if !reader.take_mark(",") {
            return Ok(order);
        }
    }
}

fn insert(reader: &mut Reader<'_>) -> Read<Tree> {
    const MANY: &str = "Unsupported operation: Inserting multiple items in a single statement is not supported, use \
                        \"INSERT INTO tableName VALUE item\" instead";
    reader.next();
    if !reader.take_word("INTO") {
        return Err(malformed("Expected INTO"));
    }
    let into = target(reader)?;
    if !reader.take_word("VALUE") {
        return Err(MANY.to_owned());
    }
    let item = reader.expression()?;
    if reader.is_word("RETURNING") {
        return Err("RETURNING is not supported in INSERT".to_owned());
    }
    if reader.take_word("AT") {
        return Err("AT is not supported in insert statements.".to_owned());
    }
    Ok(Tree::Insert(into, item))
}

fn update(reader: &mut Reader<'_>) -> Read<Tree> {
    reader.next();
    let table = target(reader)?;
    let mut changes = Vec::new();
    loop {
        if reader.take_word("SET") {
            assignments(reader, &mut changes)?;
        } else if reader.take_word("REMOVE") {
            changes.push(Change::Remove(reader.path()?));
            while reader.take_mark(",") {
                changes.push(Change::Remove(reader.path()?));
            }
        } else {
            break;
        }
    }
    if changes.is_empty() {
        return Err(malformed("Expected data manipulation"));
    }
    let filter = filter(reader)?;
    Ok(Tree::Update(table, changes, filter, returning(reader)?))
}

fn assignments(reader: &mut Reader<'_>, changes: &mut Vec<Change>) -> Read<()> {
    loop {
        let path = reader.path()?;
        reader.expect("=", "EQ")?;
        changes.push(Change::Set(path, reader.expression()?));
        if !reader.take_mark(",") {
            return Ok(());
        }
    }
}

fn delete(reader: &mut Reader<'_>) -> Read<Tree> {
    reader.next();
    if !reader.take_word("FROM") {
        return Err(malformed("Expected FROM"));
    }
    let table = target(reader)?;
    let filter = filter(reader)?;
    Ok(Tree::Delete(table, filter, returning(reader)?))
}

fn returning(reader: &mut Reader<'_>) -> Read<Option<Returning>> {
    if !reader.take_word("RETURNING") {
        return Ok(None);
    }
    let whole = reader.take_word("ALL");
    if !whole && !reader.take_word("MODIFIED") {
        return Err(malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause"));
    }
    let new = reader.take_word("NEW");
    if !new && !reader.take_word("OLD") {
        return Err(malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause"));
    }
    if !reader.take_mark("*") {
        return Err("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause".to_owned());
    }
    if reader.is_mark(",") {
        return Err("Invalid syntax with multiple returning elements in RETURNING clause".to_owned());
    }
    Ok(Some(match (whole, new) {
        (true, true) => Returning::AllNew,
        (true, false) => Returning::AllOld,
        (false, true) => Returning::ModifiedNew,
        (false, false) => Returning::ModifiedOld,
    }))
}
