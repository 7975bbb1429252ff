//! Values of conditions. Those that hold others are shared, so that handing one on costs nothing.

use crate::destinations::condition::run::{Budget, Fault};
use std::{cmp::Ordering, collections::BTreeMap, rc::Rc};

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    List(Rc<Vec<Value>>),
    Map(Rc<Map>),
    Type(&'static str),
}

pub(crate) type Map = BTreeMap<Key, Value>;

/// A key of a map. Numbers that are the same are the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Bool(bool),
    Int(i64),
    /// Beyond what an `int` holds.
    Uint(u64),
    Text(Rc<str>),
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Bool(value) => Self::Bool(*value),
            Key::Int(value) => Self::Int(*value),
            Key::Uint(value) => Self::Uint(*value),
            Key::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl Value {
    /// The name of its type in CEL.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Type(_) => "type",
        }
    }

    /// As a key of a map, if it can be one.
    pub(crate) fn key(&self) -> Option<Key> {
        match self {
            Self::Bool(value) => Some(Key::Bool(*value)),
            Self::Int(value) => Some(Key::Int(*value)),
            Self::Uint(value) => Some(i64::try_from(*value).map_or(Key::Uint(*value), Key::Int)),
            Self::Double(value) => whole(*value).map(Key::Int),
            Self::Text(text) => Some(Key::Text(text.clone())),
            _ => None,
        }
    }

    /// Whether two values are equal. Those of different types are not, but for numbers.
    pub(crate) fn equals(&self, other: &Self, budget: &Budget) -> Result<bool, Fault> {
        budget.steps(1)?;
        Ok(match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => {
                budget.bytes_read(a.len().min(b.len()))?;
                a == b
            }
            (Self::Bytes(a), Self::Bytes(b)) => {
                budget.bytes_read(a.len().min(b.len()))?;
                a == b
            }
            (Self::List(a), Self::List(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    if !a.equals(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Map(a), Self::Map(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for ((a_key, a), (b_key, b)) in a.iter().zip(b.iter()) {
                    // Both are in the order of their keys.
                    if !Self::from(a_key).equals(&Self::from(b_key), budget)? || !a.equals(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Type(a), Self::Type(b)) => a == b,
            _ => numbers(self, other) == Some(Ordering::Equal),
        })
    }

    /// Which of two values is larger, where that can be said.
    pub(crate) fn compare(&self, other: &Self, budget: &Budget) -> Result<Option<Ordering>, Fault> {
        Ok(match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => {
                budget.bytes_read(a.len().min(b.len()))?;
                Some(a.cmp(b))
            }
            (Self::Bytes(a), Self::Bytes(b)) => {
                budget.bytes_read(a.len().min(b.len()))?;
                Some(a.cmp(b))
            }
            _ => numbers(self, other),
        })
    }
}

/// Compares numbers of any type; none when one is not a number.
fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Double(a), b) => a.partial_cmp(&(integer(b)? as f64)),
        (a, Value::Double(b)) => (integer(a)? as f64).partial_cmp(b),
        (a, b) => Some(integer(a)?.cmp(&integer(b)?)),
    }
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::Uint(value) => Some(i128::from(*value)),
        _ => None,
    }
}

/// A number with nothing behind the point, as one without it.
pub(crate) fn whole(value: f64) -> Option<i64> {
    // Beyond 2^63 the cast would say something else.
    (value.fract() == 0.0 && value.abs() < 9.0e18).then_some(value as i64)
}
