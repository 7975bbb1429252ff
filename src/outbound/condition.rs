//! A destination's condition on what events hold, in the Common Expression Language (<https://cel.dev>). It always ends:
//! CEL has no loops but macros over lists, and those cannot be nested here, so that no sender can make one take long.

use crate::{
    db::deliveries::Payload,
    model::{delivery::Delivery, headers::is_secret},
};
use cel::{
    Context, IdedExpr, Program, Value,
    common::ast::{EntryExpr, Expr},
};
use std::{collections::HashMap, fmt, sync::Arc};

/// Bytes of a condition.
const LONGEST: usize = 2_000;

/// What conditions know, for hints and errors.
pub const NAMES: &str = "event.type, event.id, event.resource, event.endpoint, headers[\"name\"], body";

/// The same, and CEL's names of types.
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

/// A condition that was understood.
pub struct Condition(Program);

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition")
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// A sentence that says what is wrong where.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} characters"));
        }
        let program = Program::compile(text).map_err(|errors| {
            let first = errors.errors.first();
            first.map_or_else(
                || "it is no expression".to_owned(),
                |error| format!("at column {}: {}", error.pos.1.max(1), error.msg),
            )
        })?;
        if nesting(program.expression()) > 1 {
            return Err("all, exists, exists_one, map and filter cannot stand within one another".to_owned());
        }
        match unknown(program.expression(), &KNOWN) {
            Some(name) => Err(format!("there is no `{name}`; there are {NAMES}")),
            None => Ok(Self(program)),
        }
    }

    /// Whether it holds for a delivery.
    ///
    /// # Errors
    /// Why that cannot be told, such as a field that the body does not have.
    pub fn holds(&self, delivery: &Delivery, payload: &Payload) -> Result<bool, String> {
        let mut context = Context::default();
        let summary = &delivery.summary;
        let event = [
            ("type", summary.event_type.as_deref()),
            ("id", delivery.event_key.as_deref()),
            ("resource", summary.resource.as_deref()),
            ("endpoint", Some(summary.endpoint.name.as_str())),
        ];
        let event: HashMap<String, Value> = event
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.map_or(Value::Null, Value::from)))
            .collect();
        context.add_variable_from_value("event", event);
        context.add_variable_from_value("headers", headers(payload));
        let body = serde_json::from_slice(&payload.body).map_or(Value::Null, convert);
        context.add_variable_from_value("body", body);
        match self.0.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("it is no yes or no but {}", other.type_of())),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// By lower-case name; of repeated ones the first. What is secret is left out: who may write conditions may not see it.
fn headers(payload: &Payload) -> HashMap<String, Value> {
    let mut all = HashMap::new();
    for (name, value) in payload.headers.iter() {
        let name = name.to_ascii_lowercase();
        if !is_secret(&name) {
            all.entry(name).or_insert_with(|| Value::from(String::from_utf8_lossy(value).into_owned()));
        }
    }
    all
}

/// Whole numbers are `int`, as one writes them in a condition.
fn convert(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Null,
        },
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.into_iter().map(convert).collect())),
        serde_json::Value::Object(fields) => {
            let fields: HashMap<String, Value> =
                fields.into_iter().map(|(name, value)| (name, convert(value))).collect();
            Value::from(fields)
        }
    }
}

/// How deep macros over lists stand within one another.
fn nesting(expression: &IdedExpr) -> usize {
    match &expression.expr {
        // What is gone over may itself be a result: that is one after the other.
        Expr::Comprehension(over) => {
            let inner = [&over.loop_cond, &over.loop_step, &over.result].map(nesting);
            nesting(&over.iter_range).max(1 + inner.into_iter().max().unwrap_or(0))
        }
        _ => parts(expression).into_iter().map(nesting).max().unwrap_or(0),
    }
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
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Comprehension(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
        Expr::Struct(structure) => structure.entries.iter().flat_map(|entry| entries(&entry.expr)).collect(),
    }
}

fn entries(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

#[cfg(test)]
mod tests;
