//! Runs a program.

use std::borrow::Cow;

use super::functions::Function;
use super::operators::Binary;
use super::program::{Loop, Program, Step};
use super::value::{Collection, Pair, Tree, Val, is_there};
use super::work::{COMPILED, bounded, work};
use super::{Memo, Out, Stop, fails, functions, lists, mismatch, operators};
use crate::cel::ast::{Element, Id, Over};

/// Runs an expression with the values of its variables. `left` is how many steps may still be made, and is counted
/// down; work on long texts and lists counts as many.
pub fn run<'v, T: Tree<'v>>(
    program: &'v Program,
    variables: Vec<Val<'v, T>>,
    memo: &mut Memo<'v, T>,
    left: &mut u32,
) -> Out<'v, T> {
    let mut run = Run {
        steps: &program.steps,
        variables,
        memo,
        left: *left,
    };
    let value = run.value(program.top);
    *left = run.left;
    value
}

struct Run<'v, 'm, T> {
    steps: &'v [Step],
    variables: Vec<Val<'v, T>>,
    memo: &'m mut Memo<'v, T>,
    left: u32,
}

impl<'v, T: Tree<'v>> Run<'v, '_, T> {
    /// Programs are only so deep, or they would not have been made.
    fn value(&mut self, id: Id) -> Out<'v, T> {
        self.charge(1)?;
        match self.steps.get(id as usize).ok_or(Stop::Unknown)? {
            Step::Null => Ok(Val::Null),
            Step::Bool(value) => Ok(Val::Bool(*value)),
            Step::Int(value) => Ok(Val::Int(*value)),
            Step::Uint(value) => Ok(Val::Uint(*value)),
            Step::Double(value) => Ok(Val::Double(*value)),
            Step::Str(text) => Ok(Val::Str(Cow::Borrowed(text))),
            Step::Variable(number) => {
                let known = self.variables.get(*number as usize);
                known.cloned().ok_or(Stop::Unknown)
            }
            Step::Field { of, name, optional } => self.field(*of, name, *optional),
            Step::Has { of, name } => match self.value(*of)? {
                Val::Optional(None) => Ok(Val::Bool(false)),
                Val::Optional(Some(inner)) => self.has(&inner, name).map(Val::Bool),
                value => self.has(&value, name).map(Val::Bool),
            },
            Step::And(parts) => self.chain(parts, false),
            Step::Or(parts) => self.chain(parts, true),
            Step::If(condition, yes, no) => {
                let way = if self.value(*condition)?.truth()? { yes } else { no };
                self.value(*way)
            }
            Step::Not(of) => Ok(Val::Bool(!self.value(*of)?.truth()?)),
            Step::Minus(of) => operators::minus(&self.value(*of)?),
            // The server settles that before it runs.
            Step::Binary(Binary::In, _, right) if self.is_empty_list(*right) => Ok(Val::Bool(false)),
            Step::Binary(binary, left, right) => {
                let left = self.value(*left)?;
                if let (Binary::In, Some(Step::List(elements))) = (binary, self.steps.get(*right as usize))
                    && let Some(found) = self.is_among(&left, elements)?
                {
                    return Ok(Val::Bool(found));
                }
                let right = self.value(*right)?;
                let (a, b) = (work(&left)?, work(&right)?);
                // The keys of maps are looked for one by one.
                let pairs = if left.is_map() && right.is_map() {
                    a.saturating_mul(b)
                } else {
                    0
                };
                self.charge(a.saturating_add(b).saturating_add(pairs))?;
                let made = binary.of(&left, &right);
                bounded(made.map_err(|stop| mismatch::told(stop, binary.name(), &[&left, &right]))?)
            }
            Step::Index { of, at, optional } => self.index(*of, *at, *optional),
            // What stands in for a value is asked for only where there is none.
            Step::Call {
                function: function @ (Function::Or | Function::OrValue),
                arguments,
                ..
            } if let [first, other] = arguments[..] => match (self.value(first)?, function) {
                (Val::Optional(None), _) => self.value(other),
                // Nothing in it is as good as nothing.
                (Val::Optional(Some(value)), Function::OrValue)
                    if value.surely().is_ok() || self.is_empty_map(other) =>
                {
                    Ok(Val::clone(&value))
                }
                (Val::Optional(Some(value)), Function::Or) if value.surely().is_ok() => {
                    Ok(Val::Optional(Some(value)))
                }
                _ => Err(Stop::Unknown),
            },
            Step::Call {
                function,
                name,
                arguments,
            } => {
                let mut values = Vec::with_capacity(arguments.len());
                let mut pairs = 1u32;
                for argument in arguments {
                    let value = self.value(*argument)?;
                    let work = work(&value)?;
                    pairs = pairs.saturating_mul(work.max(1));
                    self.charge(work)?;
                    values.push(value);
                }
                self.charge(match function {
                    Function::SetsContains | Function::SetsEquivalent | Function::SetsIntersects => pairs,
                    Function::Distinct | Function::Sort => pairs.saturating_mul(pairs),
                    // A pattern that is known only now is compiled each time.
                    Function::Matches => COMPILED,
                    _ => 0,
                })?;
                let made = functions::call(*function, &values);
                let told = |stop| mismatch::told(stop, name, &values.iter().collect::<Vec<_>>());
                let made = bounded(made.map_err(told)?)?;
                self.charge(work(&made)?)?;
                Ok(made)
            }
            Step::Matches(of, pattern) => match self.value(*of)? {
                value @ Val::Str(_) if self.charge(work(&value)?).is_err() => Err(Stop::Unknown),
                Val::Str(text) => pattern.matches(&text).map(Val::Bool).ok_or(Stop::Unknown),
                _ => Err(Stop::Unknown),
            },
            Step::List(elements) => {
                let mut items = Vec::with_capacity(elements.len());
                for element in elements {
                    items.extend(self.element(element)?);
                }
                Ok(Val::list(items))
            }
            Step::Map(entries) => {
                let mut map: Vec<Pair<'v, T>> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = self.value(*key)?;
                    if let Some(value) = self.element(value)? {
                        self.insert(&mut map, key, value)?;
                    }
                }
                Ok(Val::Map(std::rc::Rc::new(map)))
            }
            Step::Loop(of) => self.go_over(of),
            Step::Bind(value, inner) => {
                // It is asked for only where it is used.
                let value = self.value(*value).unwrap_or(Val::Open);
                self.within([value, Val::Null], false, *inner)
            }
            Step::OptionalMap { of, inner, flat } => match self.value(*of)? {
                Val::Optional(None) => Ok(Val::NONE),
                Val::Optional(Some(value)) => {
                    value.surely()?;
                    let made = self.within([Val::clone(&value), Val::Null], false, *inner)?;
                    Ok(if *flat { made } else { Val::some(made) })
                }
                _ => Err(Stop::Unknown),
            },
            Step::Type(name) => Ok(Val::Type(name)),
            Step::Unknown => Err(Stop::Unknown),
        }
    }

    fn is_empty_map(&self, id: Id) -> bool {
        matches!(self.steps.get(id as usize), Some(Step::Map(entries)) if entries.is_empty())
    }

    /// Whether a value is one of a list of texts and numbers, which need not be made; `None`: there are others.
    fn is_among(&mut self, value: &Val<'v, T>, elements: &[Element]) -> Result<Option<bool>, Stop> {
        let plain = |element: &Element| {
            let step = self.steps.get(element.value as usize);
            !element.optional && matches!(step, Some(Step::Str(_) | Step::Int(_)))
        };
        if !elements.iter().all(plain) {
            return Ok(None);
        }
        for element in elements {
            if self.value(element.value)?.equal(value)? {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    }

    fn is_empty_list(&self, id: Id) -> bool {
        matches!(self.steps.get(id as usize), Some(Step::List(elements)) if elements.is_empty())
    }

    fn charge(&mut self, steps: u32) -> Result<(), Stop> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        left.map(|_| ()).ok_or(Stop::Unknown)
    }

    /// Runs with one or two more variables.
    fn within(&mut self, [first, second]: [Val<'v, T>; 2], two: bool, inner: Id) -> Out<'v, T> {
        let before = self.variables.len();
        self.variables.push(first);
        if two {
            self.variables.push(second);
        }
        let value = self.value(inner);
        self.variables.truncate(before);
        value
    }

    /// What an element brings: nothing, if it is optional and missing.
    fn element(&mut self, element: &Element) -> Result<Option<Val<'v, T>>, Stop> {
        let value = self.value(element.value)?;
        match (element.optional, value) {
            (false, value) => Ok(Some(value)),
            (true, Val::Optional(value)) => Ok(value.map(|value| Val::clone(&value))),
            _ => Err(Stop::Unknown),
        }
    }

    /// `&&` and `||`: one part that settles it does so, whatever comes of the others.
    fn chain(&mut self, parts: &[Id], settles: bool) -> Out<'v, T> {
        let mut stop = None;
        for part in parts {
            match self.value(*part).and_then(|value| value.truth()) {
                Ok(truth) if truth == settles => return Ok(Val::Bool(settles)),
                Ok(_) => {}
                Err(why) => worse(&mut stop, why),
            }
        }
        stop.map_or(Ok(Val::Bool(!settles)), Err)
    }

    /// Whether there is a field or key; its value may be unknown.
    fn has(&mut self, of: &Val<'v, T>, name: &'v str) -> Result<bool, Stop> {
        match of {
            Val::Tree(tree) => is_there(self.memo.field(*tree, name)?),
            _ => of.has(name),
        }
    }

    fn field(&mut self, of: Id, name: &'v str, optional: bool) -> Out<'v, T> {
        let (value, wrapped) = match self.value(of)? {
            Val::Optional(None) => return Ok(Val::NONE),
            Val::Optional(Some(value)) => (Val::clone(&value), true),
            value => (value, false),
        };
        let found = match value {
            Val::Tree(tree) => self.memo.field(tree, name)?.map(Tree::read).transpose()?,
            _ => value.field(name)?,
        };
        match found {
            found if optional || wrapped => Ok(found.map_or(Val::NONE, Val::some)),
            Some(found) => Ok(found),
            None => fails(format!("there is no `{name}`")),
        }
    }

    fn index(&mut self, of: Id, at: Id, optional: bool) -> Out<'v, T> {
        let (value, wrapped) = match self.value(of)? {
            Val::Optional(None) => return Ok(Val::NONE),
            Val::Optional(Some(value)) => (Val::clone(&value), true),
            value => (value, false),
        };
        let at = self.value(at)?;
        self.charge(work(&value)?)?;
        match value.at(&at)? {
            found if optional || wrapped => Ok(found.map_or(Val::NONE, Val::some)),
            Some(found) => Ok(found),
            None => match at {
                Val::Int(at) => fails(format!("a list has no item {at}")),
                Val::Str(name) => fails(format!("there is no `{name}`")),
                _ => fails("there is no such key"),
            },
        }
    }

    /// Puts a key into a map, all of whose keys it is compared with.
    fn insert(&mut self, map: &mut Vec<Pair<'v, T>>, key: Val<'v, T>, value: Val<'v, T>) -> Result<(), Stop> {
        self.charge(u32::try_from(map.len()).unwrap_or(u32::MAX))?;
        for (known, _) in map.iter() {
            // The server refuses that.
            if known.equal(&key)? {
                return Err(Stop::Unknown);
            }
        }
        map.push((key, value));
        Ok(())
    }

    /// What a macro comes to.
    fn go_over(&mut self, of: &Loop) -> Out<'v, T> {
        let range = self.value(of.range)?;
        self.charge(work(&range)?)?;
        let mut result = Gathered::default();
        match &range {
            Val::Tree(tree) => match tree.collection() {
                Collection::Object => return Err(Stop::Unknown),
                Collection::Map => self.over_entries(of, &range, &mut result)?,
                // Read one by one: what comes first often settles it.
                _ => self.over_items(of, tree.items().map(Tree::read), &mut result)?,
            },
            Val::Map(_) => self.over_entries(of, &range, &mut result)?,
            _ => self.over_items(of, range.items()?.into_iter().map(Ok), &mut result)?,
        }
        let Gathered {
            found,
            stop,
            items,
            keys,
            map,
        } = result;
        match (of.kind, stop) {
            (Over::Exists, _) if found > 0 => Ok(Val::Bool(true)),
            (Over::All, _) if found > 0 => Ok(Val::Bool(false)),
            (_, Some(stop)) => Err(stop),
            (Over::All, None) => Ok(Val::Bool(true)),
            (Over::Exists, None) => Ok(Val::Bool(false)),
            (Over::One, None) => Ok(Val::Bool(found == 1)),
            (Over::List | Over::Filter, None) => Ok(Val::list(items)),
            (Over::Map | Over::Entries, None) => Ok(Val::Map(std::rc::Rc::new(map))),
            (Over::Sort, None) if range.is_map() => Err(Stop::Unknown),
            (Over::Sort, None) => {
                // As `sort`, which is charged with all pairs.
                let items_in_all = u32::try_from(items.len()).unwrap_or(u32::MAX);
                self.charge(items_in_all.saturating_mul(items_in_all))?;
                lists::sorted(items, &keys).map(Val::list)
            }
        }
    }

    fn over_entries(
        &mut self,
        of: &Loop,
        range: &Val<'v, T>,
        result: &mut Gathered<'v, T>,
    ) -> Result<(), Stop> {
        for (key, value) in range.entries()? {
            if self.turn(of, [key, value], result)? {
                return Ok(());
            }
        }
        let Val::Tree(tree) = range else { return Ok(()) };
        for key in tree.perhaps() {
            let mut other = Gathered::default();
            self.turn(of, [Val::Str(Cow::Borrowed(key)), Val::Open], &mut other)?;
            if other.counts() {
                worse(&mut result.stop, Stop::Unknown);
            }
        }
        Ok(())
    }

    fn over_items(
        &mut self,
        of: &Loop,
        items: impl Iterator<Item = Out<'v, T>>,
        result: &mut Gathered<'v, T>,
    ) -> Result<(), Stop> {
        for (i, item) in (0..).zip(items) {
            let pair = match of.two {
                true => [Val::Int(i), item?],
                false => [item?, Val::Null],
            };
            if self.turn(of, pair, result)? {
                break;
            }
        }
        Ok(())
    }

    /// One turn of a macro; whether it is settled.
    fn turn(&mut self, of: &Loop, pair: [Val<'v, T>; 2], result: &mut Gathered<'v, T>) -> Result<bool, Stop> {
        let test = match of.filter {
            Some(filter) => self
                .within(pair.clone(), of.two, filter)
                .and_then(|value| value.truth()),
            None => Ok(true),
        };
        match (of.kind, test) {
            (Over::All, Ok(passes)) => result.found += usize::from(!passes),
            (Over::Exists, Ok(passes)) => result.found += usize::from(passes),
            // What comes later may settle it still.
            (Over::All | Over::Exists, Err(why)) => worse(&mut result.stop, why),
            (_, Err(why)) => return Err(why),
            (_, Ok(false)) => {}
            (Over::One, _) => result.found += 1,
            (Over::Filter, _) => result.items.push({
                let [first, _] = pair;
                first
            }),
            (Over::List, _) => {
                let made = of.result.ok_or(Stop::Unknown)?;
                let made = self.within(pair, of.two, made)?;
                result.items.push(made);
            }
            (Over::Map, _) => {
                let made = of.result.ok_or(Stop::Unknown)?;
                let [key, value] = pair;
                let made = self.within([key.clone(), value], of.two, made)?;
                self.insert(&mut result.map, key, made)?;
            }
            (Over::Entries, _) => {
                let made = of.result.ok_or(Stop::Unknown)?;
                let made = self.within(pair, of.two, made)?;
                self.charge(work(&made)?)?;
                for (key, value) in made.entries()? {
                    self.insert(&mut result.map, key, value)?;
                }
            }
            (Over::Sort, _) => {
                let made = of.result.ok_or(Stop::Unknown)?;
                let [item, _] = pair.clone();
                result.items.push(item);
                result.keys.push(self.within(pair, of.two, made)?);
            }
        }
        Ok(result.found > 0 && matches!(of.kind, Over::All | Over::Exists))
    }
}

/// What the turns of a macro bring together.
struct Gathered<'v, T> {
    /// How many items passed; of `all`, how many did not.
    found: usize,
    stop: Option<Stop>,
    items: Vec<Val<'v, T>>,
    /// What items are sorted by.
    keys: Vec<Val<'v, T>>,
    map: Vec<Pair<'v, T>>,
}

impl<T> Gathered<'_, T> {
    /// Whether it would make a difference.
    fn counts(&self) -> bool {
        self.found > 0 || self.stop.is_some() || !self.items.is_empty() || !self.map.is_empty()
    }
}

impl<T> Default for Gathered<'_, T> {
    fn default() -> Self {
        Gathered {
            found: 0,
            stop: None,
            items: Vec::new(),
            keys: Vec::new(),
            map: Vec::new(),
        }
    }
}

/// What is unknown outweighs what fails.
fn worse(stop: &mut Option<Stop>, why: Stop) {
    if stop.is_none() || why == Stop::Unknown {
        *stop = Some(why);
    }
}
