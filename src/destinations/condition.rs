//! A destination's condition on what events hold, in the Common Expression Language (<https://cel.dev>).
//!
//! The crate `cel` reads it; we carry it out ourselves ([`run`]), with a budget: a body comes from a sender, and whatever it
//! holds, a condition neither takes long nor much memory. What goes beyond cannot be told.

mod functions;
mod json;
mod read;
mod run;
mod value;

use crate::{
    db::deliveries::Payload,
    model::{delivery::Delivery, headers::is_hidden},
};
use cel::IdedExpr;
use regex::Regex;
use run::{Budget, Fault, Run};
use std::{collections::HashMap, fmt};
use value::{Key, Value};

/// What conditions know, for hints and errors.
pub const NAMES: &str = "event.type, event.id, event.resource, event.endpoint, headers[\"name\"], body";

pub struct Condition(Result<Understood, String>);

struct Understood {
    expression: IdedExpr,
    /// The patterns that stand in it, ready for use.
    patterns: HashMap<String, Regex>,
    /// It asks for the body: else that need not be read.
    reads_body: bool,
}

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
        read::read(text).map(|understood| Self(Ok(understood)))
    }

    /// Takes one that is stored. Should this version not understand it, it says so when it is asked.
    pub fn load(text: &str) -> Self {
        Self(read::read(text))
    }

    /// Why it was not understood.
    pub fn unreadable(&self) -> Option<&str> {
        self.0.as_ref().err().map(String::as_str)
    }

    /// Whether it holds for a delivery.
    ///
    /// # Errors
    /// Why that cannot be told, such as a field that the body does not have.
    pub fn holds(&self, delivery: &Delivery, payload: &Payload) -> Result<bool, String> {
        let understood = self.0.as_ref().map_err(String::clone)?;
        let budget = Budget::default();
        let body = if understood.reads_body { json::read(&payload.body, &budget) } else { Ok(Value::Null) };
        let known = [("event", event(delivery)), ("headers", headers(payload))];
        let mut run = Run::new(known.into(), body, &understood.patterns, budget);
        match run.value(&understood.expression) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("the result is not true or false but {}", other.type_name())),
            Err(Fault::Failed(why)) => Err(why),
            Err(Fault::Spent(what)) => Err(what.to_owned()),
        }
    }
}

fn event(delivery: &Delivery) -> Value {
    let summary = &delivery.summary;
    let event = [
        ("type", summary.event_type.as_deref()),
        ("id", delivery.event_key.as_deref()),
        ("resource", summary.resource.as_deref()),
        ("endpoint", Some(summary.endpoint.name.as_str())),
    ];
    let fields =
        event.into_iter().map(|(name, value)| (Key::from(name), value.map_or(Value::Null, Value::from)));
    Value::Map(fields.collect::<value::Map>().into())
}

/// By lower-case name; of repeated ones the first. What is secret is left out: who may write conditions may not see it.
fn headers(payload: &Payload) -> Value {
    let mut all = value::Map::new();
    for (name, value) in payload.headers.iter() {
        let name = name.to_ascii_lowercase();
        if !is_hidden(&name, value) {
            let value = || Value::from(String::from_utf8_lossy(value).as_ref());
            all.entry(Key::from(name.as_str())).or_insert_with(value);
        }
    }
    Value::Map(all.into())
}

#[cfg(test)]
mod tests;
