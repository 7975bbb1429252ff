//! Carries a condition out, within a budget: each step, each byte that is compared and each value that is kept is counted
//! before it is done.

use crate::destinations::condition::{
    functions, read,
    value::{Key, Map, Value},
};
use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr, operators},
};
use regex::Regex;
use std::{cell::Cell, cmp::Ordering, collections::HashMap, rc::Rc};

/// Steps that a condition may take: a fraction of a second.
const MOST_STEPS: usize = 3_000_000;
/// Bytes that are looked through in the time of one step.
const BYTES_A_STEP: usize = 32;
/// Values that a body and what is made of it may have.
const MOST_VALUES: usize = 500_000;
/// Bytes of their texts.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Why there is no value.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Such as a field that is not there. `||`, `&&` and macros may do without.
    Failed(String),
    /// The budget is used up: that ends it all.
    Spent(&'static str),
}

/// What is left.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: Cell<usize>,
    values: Cell<usize>,
    bytes: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: MOST_STEPS.into(), values: MOST_VALUES.into(), bytes: MOST_BYTES.into() }
    }
}

fn take(from: &Cell<usize>, count: usize, what: &'static str) -> Result<(), Fault> {
    let left = from.get().checked_sub(count).ok_or(Fault::Spent(what))?;
    from.set(left);
    Ok(())
}

impl Budget {
    /// Uses up steps.
    pub(crate) fn steps(&self, count: usize) -> Result<(), Fault> {
        take(&self.steps, count, "this event exceeds the time limit of conditions")
    }

    /// Uses up steps for searched bytes.
    pub(crate) fn bytes_read(&self, count: usize) -> Result<(), Fault> {
        self.steps(count / BYTES_A_STEP)
    }

    /// Uses up values and bytes of text.
    pub(crate) fn keep(&self, values: usize, bytes: usize) -> Result<(), Fault> {
        take(&self.values, values, "this event exceeds the value limit of conditions")?;
        take(&self.bytes, bytes, "this event exceeds the text limit of conditions")
    }
}

/// One look at one event.
pub(crate) struct Run<'e> {
    known: HashMap<&'static str, Value>,
    body: Result<Value, Fault>,
    patterns: &'e HashMap<String, Regex>,
    pub(crate) budget: Budget,
    /// Variables of macros, the innermost last.
    scopes: Vec<(&'e str, Result<Value, Fault>)>,
}

impl<'e> Run<'e> {
    pub(crate) fn new(
        known: HashMap<&'static str, Value>,
        body: Result<Value, Fault>,
        patterns: &'e HashMap<String, Regex>,
        budget: Budget,
    ) -> Self {
        Self { known, body, patterns, budget, scopes: Vec::new() }
    }

    pub(crate) fn value(&mut self, expression: &'e IdedExpr) -> Result<Value, Fault> {
        self.budget.steps(1)?;
        match &expression.expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => self.named(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => self.call(call),
            Expr::List(list) => {
                let mut items = Vec::new();
                for element in &list.elements {
                    items.push(self.value(element)?);
                }
                self.budget.keep(items.len(), 0)?;
                Ok(Value::List(items.into()))
            }
            Expr::Map(map) => {
                let mut fields = Map::new();
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { return Err(no_value()) };
                    let key = self.value(&entry.key)?;
                    let key = key.key().ok_or_else(|| {
                        Fault::Failed(format!("a value of the type {} can't be a key", key.type_name()))
                    })?;
                    fields.insert(key, self.value(&entry.value)?);
                }
                self.budget.keep(fields.len(), 0)?;
                Ok(Value::Map(fields.into()))
            }
            Expr::Comprehension(over) => {
                let outer = self.scopes.len();
                let value = self.comprehension(over);
                self.scopes.truncate(outer);
                value
            }
            Expr::Struct(_) | Expr::Unspecified => Err(no_value()),
        }
    }

    fn literal(&self, literal: &LiteralValue) -> Result<Value, Fault> {
        Ok(match literal {
            LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
            LiteralValue::Double(value) => Value::Double(*value.inner()),
            LiteralValue::Int(value) => Value::Int(*value.inner()),
            LiteralValue::UInt(value) => Value::Uint(*value.inner()),
            LiteralValue::Null => Value::Null,
            LiteralValue::String(value) => {
                self.budget.bytes_read(value.inner().len())?;
                Value::from(value.inner())
            }
            LiteralValue::Bytes(value) => {
                self.budget.bytes_read(value.inner().len())?;
                Value::Bytes(value.inner().into())
            }
        })
    }

    fn named(&self, name: &str) -> Result<Value, Fault> {
        if let Some((_, value)) = self.scopes.iter().rev().find(|(own, _)| *own == name) {
            return value.clone();
        }
        if name == "body" {
            return self.body.clone();
        }
        if let Some(value) = self.known.get(name) {
            return Ok(value.clone());
        }
        functions::type_named(name)
            .map(Value::Type)
            .ok_or_else(|| Fault::Failed(format!("unknown name {name}")))
    }

    fn select(&mut self, select: &'e SelectExpr) -> Result<Value, Fault> {
        let from = self.value(&select.operand)?;
        let key = Key::from(select.field.as_str());
        match &from {
            Value::Map(fields) if select.test => Ok(Value::Bool(fields.contains_key(&key))),
            _ => at(&from, &key),
        }
    }

    fn call(&mut self, call: &'e CallExpr) -> Result<Value, Fault> {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::CONDITIONAL, [asked, yes, no]) => {
                let chosen = if self.truth(asked)? { yes } else { no };
                self.value(chosen)
            }
            (operators::LOGICAL_OR, [left, right]) => self.logical(left, right, true),
            (operators::LOGICAL_AND, [left, right]) => self.logical(left, right, false),
            (operators::LOGICAL_NOT, [value]) => Ok(Value::Bool(!self.truth(value)?)),
            (operators::NOT_STRICTLY_FALSE, [value]) => match self.truth(value) {
                Err(Fault::Failed(_)) => Ok(Value::Bool(true)),
                other => other.map(Value::Bool),
            },
            _ => {
                let mut values = Vec::with_capacity(call.args.len() + 1);
                for part in call.target.as_deref().into_iter().chain(&call.args) {
                    values.push(self.value(part)?);
                }
                if read::is_operator(name, values.len()) {
                    self.operator(name, &values)
                } else {
                    functions::call(name, &values, self.patterns, &self.budget)
                }
            }
        }
    }

    /// Yes or no.
    fn truth(&mut self, expression: &'e IdedExpr) -> Result<bool, Fault> {
        match self.value(expression)? {
            Value::Bool(value) => Ok(value),
            other => Err(Fault::Failed(format!("{} is not true or false", other.type_name()))),
        }
    }

    /// `||` where `ends` is true, `&&` where it is not: one side that decides is enough, even if the other fails.
    fn logical(&mut self, left: &'e IdedExpr, right: &'e IdedExpr, ends: bool) -> Result<Value, Fault> {
        let left = match self.truth(left) {
            Err(Fault::Spent(what)) => return Err(Fault::Spent(what)),
            Ok(value) if value == ends => return Ok(Value::Bool(ends)),
            left => left,
        };
        let right = self.truth(right)?;
        if right == ends { Ok(Value::Bool(ends)) } else { left.map(|_other| Value::Bool(!ends)) }
    }

    fn operator(&self, name: &str, values: &[Value]) -> Result<Value, Fault> {
        let unfit = || {
            let types: Vec<_> = values.iter().map(Value::type_name).collect();
            Fault::Failed(format!("`{name}` does not accept {}", types.join(" and ")))
        };
        let ordered = |wanted: &[Ordering]| {
            let [a, b] = values else { return Err(unfit()) };
            let order = a.compare(b, &self.budget)?.ok_or_else(unfit)?;
            Ok(Value::Bool(wanted.contains(&order)))
        };
        match (name, values) {
            (operators::EQUALS, [a, b]) => Ok(Value::Bool(a.equals(b, &self.budget)?)),
            (operators::NOT_EQUALS, [a, b]) => Ok(Value::Bool(!a.equals(b, &self.budget)?)),
            (operators::LESS, _) => ordered(&[Ordering::Less]),
            (operators::LESS_EQUALS, _) => ordered(&[Ordering::Less, Ordering::Equal]),
            (operators::GREATER, _) => ordered(&[Ordering::Greater]),
            (operators::GREATER_EQUALS, _) => ordered(&[Ordering::Greater, Ordering::Equal]),
            (operators::IN, [wanted, Value::List(items)]) => {
                for item in items.iter() {
                    if item.equals(wanted, &self.budget)? {
                        return Ok(Value::Bool(true));
                    }
                }
                Ok(Value::Bool(false))
            }
            (operators::IN, [wanted, Value::Map(fields)]) => {
                Ok(Value::Bool(wanted.key().is_some_and(|key| fields.contains_key(&key))))
            }
            (operators::INDEX, [from, index]) => {
                index_into(from, index).map_err(|why| why.unwrap_or_else(unfit))
            }
            _ => functions::arithmetic(name, values, &self.budget)?.ok_or_else(unfit),
        }
    }

    fn comprehension(&mut self, over: &'e ComprehensionExpr) -> Result<Value, Fault> {
        let items = match self.value(&over.iter_range)? {
            Value::List(items) => items,
            Value::Map(fields) => {
                self.budget.keep(fields.len(), 0)?;
                Rc::new(fields.keys().map(Value::from).collect())
            }
            other => return Err(Fault::Failed(format!("a {} is not a list", other.type_name()))),
        };
        let begun = self.value(&over.accu_init)?;
        let accumulator = self.scopes.len();
        self.scopes.push((&over.accu_var, Ok(begun)));
        self.scopes.push((&over.iter_var, Ok(Value::Null)));
        if let Some((filter, element)) = appended(over) {
            return self.gather(&items, accumulator + 1, filter, element);
        }
        for item in items.iter() {
            if !self.truth(&over.loop_cond)? {
                break;
            }
            self.set(accumulator + 1, Ok(item.clone()));
            // What failed may be done without, when a later one decides.
            match self.value(&over.loop_step) {
                Err(Fault::Spent(what)) => return Err(Fault::Spent(what)),
                step => self.set(accumulator, step),
            }
        }
        self.value(&over.result)
    }

    /// `map` and `filter`: a list that grows, without being copied for each element.
    fn gather(
        &mut self,
        items: &[Value],
        variable: usize,
        filter: Option<&'e IdedExpr>,
        element: &'e IdedExpr,
    ) -> Result<Value, Fault> {
        let mut gathered = Vec::new();
        for item in items {
            self.set(variable, Ok(item.clone()));
            let wanted = filter.map_or(Ok(true), |filter| self.truth(filter))?;
            if wanted {
                self.budget.keep(1, 0)?;
                gathered.push(self.value(element)?);
            }
        }
        Ok(Value::List(gathered.into()))
    }

    fn set(&mut self, index: usize, value: Result<Value, Fault>) {
        if let Some(scope) = self.scopes.get_mut(index) {
            scope.1 = value;
        }
    }
}

/// What a macro adds to its list for each element, and on which condition; none: it is another macro.
fn appended(over: &ComprehensionExpr) -> Option<(Option<&IdedExpr>, &IdedExpr)> {
    let is_result = |one: &IdedExpr| matches!(&one.expr, Expr::Ident(name) if *name == over.accu_var);
    let (filter, add) = match &over.loop_step.expr {
        Expr::Call(step) => match step.args.as_slice() {
            [filter, add, otherwise] if step.func_name == operators::CONDITIONAL && is_result(otherwise) => {
                (Some(filter), add)
            }
            _ => (None, &over.loop_step),
        },
        _ => return None,
    };
    let Expr::Call(add) = &add.expr else { return None };
    let [result, list] = add.args.as_slice() else { return None };
    let Expr::List(list) = &list.expr else { return None };
    let [element] = list.elements.as_slice() else { return None };
    let is_append = add.func_name == operators::ADD && is_result(result) && is_result(&over.result);
    is_append.then_some((filter, element))
}

fn no_value() -> Fault {
    Fault::Failed("it has no value".to_owned())
}

/// The field of a map.
fn at(from: &Value, key: &Key) -> Result<Value, Fault> {
    let shown = match key {
        Key::Text(text) => text.to_string(),
        Key::Int(value) => value.to_string(),
        Key::Uint(value) => value.to_string(),
        Key::Bool(value) => value.to_string(),
    };
    match from {
        Value::Map(fields) => {
            fields.get(key).cloned().ok_or_else(|| Fault::Failed(format!("no field {shown}")))
        }
        other => Err(Fault::Failed(format!("{} has no field {shown}", other.type_name()))),
    }
}

/// An element of a list or a map; none as the error: these do not go together.
fn index_into(from: &Value, index: &Value) -> Result<Value, Option<Fault>> {
    match (from, index.key()) {
        (Value::List(items), Some(Key::Int(number))) => {
            let item = usize::try_from(number).ok().and_then(|number| items.get(number));
            item.cloned().ok_or_else(|| Some(Fault::Failed(format!("no element {number}"))))
        }
        (Value::Map(_), Some(key)) => at(from, &key).map_err(Some),
        _ => Err(None),
    }
}
