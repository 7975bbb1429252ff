//! Reading a condition: what is wrong with it is said when it is saved, not when an event comes.

use crate::destinations::condition::{NAMES, Understood, functions};
use cel::{
    IdedExpr, Program,
    common::ast::{EntryExpr, Expr, LiteralValue, operators},
};
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;

/// Bytes of a condition.
const LONGEST: usize = 2_000;
/// How deep its parts may stand within one another.
const DEEPEST: usize = 60;
/// Bytes that the reader's stack has: what is nested deeply is refused by what it reads, not by the end of the process.
const STACK: usize = 64 * 1024 * 1024;
/// Bytes of one pattern made ready for use.
const LARGEST_PATTERN: usize = 256 * 1024;

/// What conditions know, and CEL's names of types.
const KNOWN: [&str; 13] = [
    "event",
    "headers",
    "body",
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

/// Reads a condition.
///
/// # Errors
/// A sentence that says what is wrong where.
pub(crate) fn read(text: &str) -> Result<Understood, String> {
    if text.len() > LONGEST {
        return Err(format!("longer than {LONGEST} characters"));
    }
    let text = text.to_owned();
    let reader =
        std::thread::Builder::new().name("condition".into()).stack_size(STACK).spawn(move || of(&text));
    let reader = reader.map_err(|error| format!("it can't be read: {error}"))?;
    // Should the parser of strangers ever panic, it ends with this.
    reader.join().unwrap_or_else(|_| Err("not a valid expression".to_owned()))
}

fn of(text: &str) -> Result<Understood, String> {
    let program = Program::compile(text).map_err(|errors| {
        let first = errors.errors.first();
        first.map_or_else(
            || "not a valid expression".to_owned(),
            |error| format!("at column {}: {}", error.pos.1.max(1), error.msg),
        )
    })?;
    let expression = program.expression().clone();
    if depth(&expression) > DEEPEST {
        return Err(format!("nested more than {DEEPEST} levels deep"));
    }
    if let Some(name) = unknown(&expression, &KNOWN) {
        return Err(format!("unknown name `{name}`; available are {NAMES}"));
    }
    let mut patterns = HashMap::new();
    check(&expression, &mut patterns)?;
    let reads_body = mentions(&expression, "body");
    Ok(Understood { expression, patterns, reads_body })
}

fn mentions(expression: &IdedExpr, wanted: &str) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if name == wanted)
        || parts(expression).into_iter().any(|part| mentions(part, wanted))
}

fn depth(expression: &IdedExpr) -> usize {
    1 + parts(expression).into_iter().map(depth).max().unwrap_or(0)
}

/// Looks for functions that there are not, and makes patterns ready.
fn check(expression: &IdedExpr, patterns: &mut HashMap<String, Regex>) -> Result<(), String> {
    match &expression.expr {
        Expr::Call(call) => {
            let name = call.func_name.as_str();
            let arguments = call.args.len() + usize::from(call.target.is_some());
            if !functions::is_known(name, arguments) {
                return Err(format!("no function `{name}` takes {arguments} values"));
            }
            if name == "matches" {
                let Some(Expr::Literal(LiteralValue::String(pattern))) =
                    call.args.last().map(|last| &last.expr)
                else {
                    return Err("the pattern of matches must be a literal in the condition".to_owned());
                };
                let ready = RegexBuilder::new(pattern.inner()).size_limit(LARGEST_PATTERN).build();
                let ready = ready.map_err(|error| format!("the pattern `{}`: {error}", pattern.inner()))?;
                patterns.insert(pattern.inner().to_owned(), ready);
            }
        }
        Expr::Struct(structure) => return Err(format!("unknown message type `{}`", structure.type_name)),
        Expr::Unspecified => return Err("not a valid expression".to_owned()),
        _ => {}
    }
    parts(expression).into_iter().try_for_each(|part| check(part, patterns))
}

/// The first name that stands for nothing.
fn unknown<'a>(expression: &'a IdedExpr, known: &[&'a str]) -> Option<&'a str> {
    match &expression.expr {
        Expr::Ident(name) => (!known.contains(&name.as_str())).then_some(name.as_str()),
        Expr::Comprehension(over) => {
            let own = [Some(&over.iter_var), over.iter_var2.as_ref(), Some(&over.accu_var)];
            let inner: Vec<&str> =
                known.iter().copied().chain(own.into_iter().flatten().map(String::as_str)).collect();
            unknown(&over.iter_range, known).or_else(|| {
                [&over.accu_init, &over.loop_cond, &over.loop_step, &over.result]
                    .into_iter()
                    .find_map(|part| unknown(part, &inner))
            })
        }
        _ => parts(expression).into_iter().find_map(|part| unknown(part, known)),
    }
}

/// What an expression is made of.
fn parts(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
        Expr::Struct(structure) => structure.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
        Expr::Comprehension(over) => {
            vec![&over.iter_range, &over.accu_init, &over.loop_cond, &over.loop_step, &over.result]
        }
    }
}

fn entries(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// Whether this is a CEL operator with this number of values.
pub(crate) fn is_operator(name: &str, values: usize) -> bool {
    use operators::*;
    match values {
        1 => [LOGICAL_NOT, NEGATE, NOT_STRICTLY_FALSE].contains(&name),
        2 => [
            LOGICAL_AND,
            LOGICAL_OR,
            SUBSTRACT,
            ADD,
            MULTIPLY,
            DIVIDE,
            MODULO,
            EQUALS,
            NOT_EQUALS,
            GREATER_EQUALS,
            LESS_EQUALS,
            GREATER,
            LESS,
            INDEX,
            IN,
        ]
        .contains(&name),
        3 => name == CONDITIONAL,
        _ => false,
    }
}
