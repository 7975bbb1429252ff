//! The functions of conditions.

use crate::destinations::condition::{
    read,
    run::{Budget, Fault},
    value::{Value, whole},
};
use cel::common::ast::operators;
use regex::Regex;
use std::{cmp::Ordering, collections::HashMap, rc::Rc};

/// Bytes searched in one step, per byte of a pattern.
const PATTERN_STEP: usize = 16;

/// Whether a function or operator takes this number of values, including its receiver.
pub(crate) fn is_known(name: &str, values: usize) -> bool {
    let own = match name {
        "size" | "string" | "int" | "uint" | "double" | "bool" | "bytes" | "dyn" | "type" => values == 1,
        "contains" | "startsWith" | "endsWith" | "matches" => values == 2,
        "max" | "min" => values > 0,
        _ => false,
    };
    own || read::is_operator(name, values)
}

/// The type that an expression names.
pub(crate) fn type_named(name: &str) -> Option<&'static str> {
    const TYPES: [&str; 10] =
        ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
    TYPES.into_iter().find(|one| *one == name)
}

/// Calls a function.
///
/// # Errors
/// It does not go with these values, or the budget is used up.
pub(crate) fn call(
    name: &str,
    values: &[Value],
    patterns: &HashMap<String, Regex>,
    budget: &Budget,
) -> Result<Value, Fault> {
    let found = match values {
        [] => None,
        _ if name == "max" => return extreme(values, Ordering::Greater, budget),
        _ if name == "min" => return extreme(values, Ordering::Less, budget),
        [one] => of_one(name, one, budget)?,
        [Value::Text(text), Value::Text(part)] => of_texts(name, text, part, patterns, budget)?,
        _ => None,
    };
    found.ok_or_else(|| {
        let types: Vec<_> = values.iter().map(Value::type_name).collect();
        Fault::Failed(format!("{name} does not accept {}", types.join(" and ")))
    })
}

fn of_one(name: &str, value: &Value, budget: &Budget) -> Result<Option<Value>, Fault> {
    let count = |count: usize| Some(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    Ok(match (name, value) {
        ("dyn", value) => Some(value.clone()),
        ("type", value) => Some(Value::Type(value.type_name())),
        ("size", Value::Text(text)) => {
            budget.bytes_read(text.len())?;
            count(text.chars().count())
        }
        ("size", Value::Bytes(bytes)) => count(bytes.len()),
        ("size", Value::List(items)) => count(items.len()),
        ("size", Value::Map(fields)) => count(fields.len()),
        _ => {
            if let Value::Text(text) = value {
                budget.bytes_read(text.len())?;
                budget.keep(1, text.len())?;
            }
            if let Value::Bytes(bytes) = value {
                budget.bytes_read(bytes.len())?;
                budget.keep(1, bytes.len())?;
            }
            converted(name, value)
        }
    })
}

fn converted(name: &str, value: &Value) -> Option<Value> {
    match (name, value) {
        ("string", Value::Text(_))
        | ("bytes", Value::Bytes(_))
        | ("int", Value::Int(_))
        | ("uint", Value::Uint(_))
        | ("double", Value::Double(_))
        | ("bool", Value::Bool(_)) => Some(value.clone()),
        ("string", Value::Int(number)) => Some(Value::from(number.to_string().as_str())),
        ("string", Value::Uint(number)) => Some(Value::from(number.to_string().as_str())),
        ("string", Value::Double(number)) => Some(Value::from(number.to_string().as_str())),
        ("string", Value::Bool(yes)) => Some(Value::from(yes.to_string().as_str())),
        ("string", Value::Bytes(bytes)) => std::str::from_utf8(bytes).ok().map(Value::from),
        ("bytes", Value::Text(text)) => Some(Value::Bytes(text.as_bytes().into())),
        ("int", Value::Uint(number)) => i64::try_from(*number).ok().map(Value::Int),
        ("int", Value::Double(number)) => whole(number.trunc()).map(Value::Int),
        ("int", Value::Text(text)) => text.parse().ok().map(Value::Int),
        ("uint", Value::Int(number)) => u64::try_from(*number).ok().map(Value::Uint),
        ("uint", Value::Double(number)) => {
            whole(number.trunc()).and_then(|whole| u64::try_from(whole).ok()).map(Value::Uint)
        }
        ("uint", Value::Text(text)) => text.parse().ok().map(Value::Uint),
        ("double", Value::Int(number)) => Some(Value::Double(*number as f64)),
        ("double", Value::Uint(number)) => Some(Value::Double(*number as f64)),
        ("double", Value::Text(text)) => text.parse().ok().map(Value::Double),
        ("bool", Value::Text(text)) => match &**text {
            "true" | "True" | "TRUE" | "t" | "1" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" | "f" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

fn of_texts(
    name: &str,
    text: &str,
    part: &str,
    patterns: &HashMap<String, Regex>,
    budget: &Budget,
) -> Result<Option<Value>, Fault> {
    let found = match name {
        "startsWith" => {
            budget.bytes_read(part.len())?;
            text.starts_with(part)
        }
        "endsWith" => {
            budget.bytes_read(part.len())?;
            text.ends_with(part)
        }
        "contains" => {
            budget.bytes_read(text.len().saturating_add(part.len()))?;
            text.contains(part)
        }
        "matches" => {
            // In the worst case each byte is compared with each state of the pattern.
            budget.steps(text.len().saturating_mul(part.len()) / PATTERN_STEP)?;
            let Some(pattern) = patterns.get(part) else { return Ok(None) };
            pattern.is_match(text)
        }
        _ => return Ok(None),
    };
    Ok(Some(Value::Bool(found)))
}

/// The largest or smallest of some values, or of the elements of a list.
fn extreme(values: &[Value], wanted: Ordering, budget: &Budget) -> Result<Value, Fault> {
    let items = match values {
        [Value::List(items)] => items.as_slice(),
        values => values,
    };
    let Some((first, rest)) = items.split_first() else { return Ok(Value::Null) };
    let mut found = first;
    for item in rest {
        budget.steps(1)?;
        match item.compare(found, budget)? {
            Some(order) if order == wanted => found = item,
            Some(_) => {}
            None => {
                let types = (item.type_name(), found.type_name());
                return Err(Fault::Failed(format!("{} and {} can't be compared", types.0, types.1)));
            }
        }
    }
    Ok(found.clone())
}

/// `+ - * / %` and the sign; none: the operator does not go with these values.
///
/// # Errors
/// The result is beyond its type, or the budget is used up.
pub(crate) fn arithmetic(name: &str, values: &[Value], budget: &Budget) -> Result<Option<Value>, Fault> {
    let beyond = || Fault::Failed("number overflow or division by zero".to_owned());
    Ok(Some(match values {
        [Value::Int(a)] if name == operators::NEGATE => Value::Int(a.checked_neg().ok_or_else(beyond)?),
        [Value::Double(a)] if name == operators::NEGATE => Value::Double(-a),
        [Value::Int(a), Value::Int(b)] => {
            let result = match name {
                operators::ADD => a.checked_add(*b),
                operators::SUBSTRACT => a.checked_sub(*b),
                operators::MULTIPLY => a.checked_mul(*b),
                operators::DIVIDE => a.checked_div(*b),
                operators::MODULO => a.checked_rem(*b),
                _ => return Ok(None),
            };
            Value::Int(result.ok_or_else(beyond)?)
        }
        [Value::Uint(a), Value::Uint(b)] => {
            let result = match name {
                operators::ADD => a.checked_add(*b),
                operators::SUBSTRACT => a.checked_sub(*b),
                operators::MULTIPLY => a.checked_mul(*b),
                operators::DIVIDE => a.checked_div(*b),
                operators::MODULO => a.checked_rem(*b),
                _ => return Ok(None),
            };
            Value::Uint(result.ok_or_else(beyond)?)
        }
        [Value::Double(a), Value::Double(b)] => Value::Double(match name {
            operators::ADD => a + b,
            operators::SUBSTRACT => a - b,
            operators::MULTIPLY => a * b,
            operators::DIVIDE => a / b,
            _ => return Ok(None),
        }),
        [Value::Text(a), Value::Text(b)] if name == operators::ADD => {
            let length = a.len().saturating_add(b.len());
            budget.bytes_read(length)?;
            budget.keep(1, length)?;
            Value::Text([&**a, &**b].concat().into())
        }
        [Value::Bytes(a), Value::Bytes(b)] if name == operators::ADD => {
            let length = a.len().saturating_add(b.len());
            budget.bytes_read(length)?;
            budget.keep(1, length)?;
            Value::Bytes([&**a, &**b].concat().into())
        }
        [Value::List(a), Value::List(b)] if name == operators::ADD => {
            let length = a.len().saturating_add(b.len());
            budget.steps(length)?;
            budget.keep(length, 0)?;
            Value::List(Rc::new(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => return Ok(None),
    }))
}
