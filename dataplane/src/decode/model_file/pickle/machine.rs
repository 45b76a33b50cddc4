//! The machine that a pickle is a program of, run for the names of what it imports only.
//!
//! Values that can't lead to a name are not told apart. Nothing is looked up, called or made.

use super::super::report::Report;
use super::super::told::Oddity;
use super::array::{Array, ArrayData};
use super::memo::Memo;
use super::name;
use super::opcode::{self, FRAME, PROTO, STOP};
use super::sign::sign;
use super::stack::{Stack, Underflow};
use super::texts::{Kept, Text, Texts};
use super::value::{Known, Value};
use super::voice::Voice;

/// The highest protocol that there is.
const MAX_PROTOCOL: u64 = 5;
/// Marks that are kept.
const MAX_MARKS: usize = 4096;

/// An opcode with what followed it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation<'a> {
    pub code: u8,
    /// The number behind it, or the length of the text.
    pub number: u64,
    /// The text, or line, as far as it is kept.
    pub text: &'a [u8],
    /// The second line.
    pub second: &'a [u8],
}

/// How to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// The pickle has ended.
    Stop,
    /// An array follows, before the next opcode.
    Array(ArrayData),
}

/// What CPython would raise an error at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault;

impl From<Underflow> for Fault {
    fn from(_: Underflow) -> Fault {
        Fault
    }
}

/// Stack and memo.
#[derive(Debug, Default)]
pub(super) struct Machine {
    stack: Stack,
    memo: Memo,
    texts: Texts,
    array: Array,
    /// The texts of the memo fill what there is: no more of them are kept there.
    memo_closed: bool,
    /// Something could not be kept.
    limited: bool,
}

impl Machine {
    pub fn clear(&mut self) {
        self.stack.clear();
        self.memo.clear();
        self.texts.clear();
        self.array = Array::default();
        self.memo_closed = false;
        self.limited = false;
    }

    pub fn height(&self) -> u64 {
        self.stack.height()
    }

    /// Runs an opcode.
    pub fn run(
        &mut self,
        operation: Operation<'_>,
        voice: &mut Voice,
        report: &mut Report<'_>,
    ) -> Result<Flow, Fault> {
        if let Some(name) = opcode::name_if_it_runs(operation.code) {
            voice.opcode(name, report);
        }
        let flow = self.execute(operation, voice, report);
        if std::mem::take(&mut self.limited) {
            voice.trouble(Oddity::Limit, report);
        }
        let flow = flow?;
        voice.weigh(sign(&operation), report);
        Ok(flow)
    }

    fn execute(
        &mut self,
        operation: Operation<'_>,
        voice: &mut Voice,
        report: &mut Report<'_>,
    ) -> Result<Flow, Fault> {
        match operation.code {
            PROTO if operation.number > MAX_PROTOCOL => return Err(Fault),
            PROTO | FRAME => {}
            STOP => {
                self.stack.top()?;
                return Ok(Flow::Stop);
            }
            b'(' => {
                if !self.stack.mark(MAX_MARKS) {
                    self.limited = true;
                }
            }
            b'c' | b'i' | 0x93 => self.import(operation, voice, report)?,
            b'R' | 0x81 | 0x92 | b'o' => self.call(operation.code, voice, report)?,
            b'b' => {
                self.stack.pop()?;
                if self.stack.top()? == Value::ArrayWrapper {
                    return Ok(Flow::Array(self.array.take()));
                }
            }
            b'g' | b'h' | b'j' | b'p' | b'q' | b'r' | 0x94 => self.remember(operation, voice, report)?,
            b')' | b't' | 0x85..=0x87 => self.tuple(operation.code, report)?,
            b'a' | b's' | b'u' | b'e' | 0x90 => self.add_items(operation.code)?,
            b'0' | b'1' | b'l' | b'd' | 0x91 | b'Q' | 0x98 => self.reduce_to_one(operation.code, report)?,
            _ => {
                let value = self.literal(operation, voice, report)?;
                self.push(value, report);
            }
        }
        Ok(Flow::Next)
    }

    fn push(&mut self, value: Value, report: &mut Report<'_>) {
        // What lies so deep can't be told apart from now on; importing it is reported.
        self.stack.push(value, report.limits.max_stack);
    }

    /// A value that is written out.
    fn literal(
        &mut self,
        operation: Operation<'_>,
        voice: &mut Voice,
        report: &mut Report<'_>,
    ) -> Result<Value, Fault> {
        let Operation { code, number, text, .. } = operation;
        Ok(match code {
            b'K' | b'M' | b'J' => i32::try_from(number).map_or(Value::Other, Value::Int),
            b'I' => name::int(text).ok_or(Fault)?,
            b'L' => name::int(text.strip_suffix(b"L").unwrap_or(text)).ok_or(Fault)?,
            b'F' => name::is_float(text).then_some(Value::Other).ok_or(Fault)?,
            b'S' => {
                let text = name::literal(text).ok_or(Fault)?;
                self.text(&text, report)
            }
            b'V' => self.text(&name::raw_unicode(text), report),
            b'T' | b'U' | b'X' | 0x8c | 0x8d => self.text(text, report),
            0x88 => Value::True,
            b'2' => self.stack.top()?,
            0x8a if text == name::TORCH_MAGIC => {
                voice.format("pytorch", report);
                Value::Other
            }
            _ => Value::Other,
        })
    }

    /// A string, kept if it may be a name.
    fn text(&mut self, text: &[u8], report: &mut Report<'_>) -> Value {
        if text.is_empty() || text.iter().any(|&octet| octet < b' ' || octet == 0x7f) {
            return Value::Other;
        }
        let text = text.get(..report.limits.max_name).unwrap_or(text);
        let max = report.limits.max_texts;
        let mut kept = self.texts.add(text, max);
        if kept == Kept::Full {
            self.compact(max);
            kept = self.texts.add(text, max);
        }
        match kept {
            Kept::At(text) => Value::Text(text),
            Kept::Full | Kept::No => {
                self.limited = true;
                Value::Lost
            }
        }
    }

    /// Forgets the texts that are on neither the stack nor in the memo.
    fn compact(&mut self, max: usize) {
        let order = |text: &Text| (text.at, text.len);
        let values = self.stack.values_mut().chain(self.memo.values_mut());
        let mut live: Vec<Text> = values.filter_map(|value| value.text_mut().copied()).collect();
        live.sort_unstable_by_key(order);
        live.dedup();
        let moved = self.texts.compact(&live);
        for text in self.stack.values_mut().chain(self.memo.values_mut()).filter_map(Value::text_mut) {
            let at = live.binary_search_by_key(&order(text), order).ok();
            *text = at.and_then(|at| moved.get(at)).copied().unwrap_or(Text { at: 0, len: 0 });
        }
        self.memo_closed = self.texts.len() > max / 2;
    }

    /// GLOBAL, INST and STACK_GLOBAL.
    fn import(
        &mut self,
        operation: Operation<'_>,
        voice: &mut Voice,
        report: &mut Report<'_>,
    ) -> Result<(), Fault> {
        let Operation { code, text: mut module, second: mut name, .. } = operation;
        if code == b'i' {
            self.stack.pop_to_mark()?;
        }
        if code == 0x93 {
            let (second, first) = (self.stack.pop()?, self.stack.pop()?);
            let (Value::Text(first), Value::Text(second)) = (first, second) else {
                if !voice.is_sure() && first != Value::Lost && second != Value::Lost {
                    return Err(Fault);
                }
                voice.trouble(Oddity::UnresolvedImport, report);
                self.push(Value::Global(Known::Any), report);
                return Ok(());
            };
            (module, name) = (self.texts.get(first), self.texts.get(second));
        } else if !voice.is_sure() && !voice.takes(module, name) {
            return Err(Fault);
        }
        if module.len().max(name.len()) >= report.limits.max_name {
            self.limited = true;
        }
        voice.import(module, name, report);
        let known = Known::of(module, name);
        if known == Known::ArrayWrapper {
            voice.format("joblib", report);
        }
        self.push(if code == b'i' { Value::Other } else { Value::Global(known) }, report);
        Ok(())
    }

    /// REDUCE, NEWOBJ, NEWOBJ_EX and OBJ.
    fn call(&mut self, code: u8, voice: &mut Voice, report: &mut Report<'_>) -> Result<(), Fault> {
        if code == b'o' {
            let (_, count) = self.stack.above_mark()?;
            self.stack.pop_to_mark()?;
            self.push(Value::Other, report);
            return if count == 0 { Err(Fault) } else { Ok(()) };
        }
        if code == 0x92 {
            self.stack.pop()?;
        }
        let (arguments, callee) = (self.stack.pop()?, self.stack.pop()?);
        if code == b'R' && !arguments.is_tuple() && !voice.is_sure() {
            return Err(Fault);
        }
        let value = self.result(callee, arguments, voice, report);
        self.push(value, report);
        Ok(())
    }

    /// What is known of what a call gives.
    fn result(
        &mut self,
        callee: Value,
        arguments: Value,
        voice: &mut Voice,
        report: &mut Report<'_>,
    ) -> Value {
        match (callee, arguments) {
            (Value::Global(Known::Importer), Value::TextTuple(module)) => {
                voice.import(self.texts.get(module), b"", report);
                Value::Module(module)
            }
            (Value::Global(Known::Resolver), Value::TextTuple(path)) => {
                let (module, name) = name::resolved(self.texts.get(path));
                voice.import(module, name, report);
                Value::Global(Known::of(module, name))
            }
            (Value::Global(Known::MethodCaller), Value::TextTuple(name)) => Value::Caller(name),
            (Value::Global(Known::Getattr), Value::MemberTuple(both)) => {
                let (module, name) = name::member(self.texts.get(both));
                voice.import(module, name, report);
                Value::Global(Known::of(module, name))
            }
            (Value::Caller(name), Value::ModuleTuple(module)) => {
                voice.import(self.texts.get(module), self.texts.get(name), report);
                Value::Other
            }
            (Value::Global(Known::Dtype), Value::TextTuple(code)) => {
                self.array.dtype(self.texts.get(code)).map_or(Value::Other, Value::Dtype)
            }
            (Value::Global(Known::ArrayWrapper), _) => {
                self.array.begin();
                Value::ArrayWrapper
            }
            _ => Value::Other,
        }
    }

    /// GET, PUT and MEMOIZE, in all widths.
    fn remember(
        &mut self,
        operation: Operation<'_>,
        voice: &Voice,
        report: &mut Report<'_>,
    ) -> Result<(), Fault> {
        let Operation { code, number, text, .. } = operation;
        let number = match code {
            b'g' | b'p' => name::index(text).ok_or(Fault)?,
            0x94 => self.memo.next(),
            _ => number,
        };
        if matches!(code, b'g' | b'h' | b'j') {
            let value = self.memo.get(number);
            self.push(value.unwrap_or(Value::Other), report);
            return value.map(|_| ()).ok_or(Fault);
        }
        let mut value = self.stack.top()?;
        if self.memo_closed && value.text_mut().is_some() {
            value = Value::Lost;
        }
        if !self.memo.put(number, value, report.limits.max_memo) {
            // No pickler begins there, but texts may.
            if !voice.is_sure() {
                return Err(Fault);
            }
            self.limited = true;
        }
        Ok(())
    }

    fn tuple(&mut self, code: u8, report: &mut Report<'_>) -> Result<(), Fault> {
        let tuple = match code {
            b')' => summary(std::iter::empty()),
            b't' => {
                let (values, count) = self.stack.above_mark()?;
                let tuple = summary(values);
                let known = self.stack.above_mark()?.0.count() as u64;
                self.stack.pop_to_mark()?;
                if known == count { tuple } else { Summary::default() }
            }
            _ => {
                let count = usize::from(code - 0x84);
                let mut values = [Value::Other; 3];
                for value in values.iter_mut().take(count).rev() {
                    *value = self.stack.pop()?;
                }
                summary(values.into_iter().take(count))
            }
        };
        let value = match (tuple.first, tuple.second) {
            (Value::Text(text), _) => Value::TextTuple(text),
            (Value::Module(module), Value::Text(name)) => {
                let both = [self.texts.get(module), b" ", self.texts.get(name)].concat();
                match self.text(&both, report) {
                    Value::Text(both) => Value::MemberTuple(both),
                    _ => Value::Tuple,
                }
            }
            (Value::Module(module), _) => Value::ModuleTuple(module),
            _ => tuple.product.map_or(Value::Tuple, Value::Shape),
        };
        self.push(value, report);
        Ok(())
    }

    /// APPEND, SETITEM, SETITEMS, APPENDS and ADDITEMS: what is on top is put into what is below.
    fn add_items(&mut self, code: u8) -> Result<(), Fault> {
        match code {
            b'a' => {
                self.stack.pop()?;
            }
            b's' => {
                let (value, key) = (self.stack.pop()?, self.stack.pop()?);
                self.array.item(key, value, &self.texts);
            }
            _ => {
                if code == b'u' && self.array.is_on() {
                    let (mut values, _) = self.stack.above_mark()?;
                    while let (Some(key), Some(value)) = (values.next(), values.next()) {
                        self.array.item(key, value, &self.texts);
                    }
                }
                self.stack.pop_to_mark()?;
            }
        }
        self.stack.top()?;
        Ok(())
    }

    /// What takes values off and leaves one of no interest, or none.
    fn reduce_to_one(&mut self, code: u8, report: &mut Report<'_>) -> Result<(), Fault> {
        match code {
            b'0' => {
                if !self.stack.pop_mark_at_top() {
                    self.stack.pop()?;
                }
            }
            b'1' => self.stack.pop_to_mark()?,
            b'l' | b'd' | 0x91 => {
                self.stack.pop_to_mark()?;
                self.push(Value::Other, report);
            }
            // A persistent id gives what it stands for; a buffer is made read-only.
            _ => {
                self.stack.pop()?;
                self.push(Value::Other, report);
            }
        }
        Ok(())
    }
}

/// What is known of the items of a tuple.
#[derive(Clone, Copy, Debug)]
struct Summary {
    first: Value,
    second: Value,
    product: Option<u32>,
}

impl Default for Summary {
    fn default() -> Summary {
        Summary { first: Value::Lost, second: Value::Lost, product: None }
    }
}

fn summary(values: impl Iterator<Item = Value>) -> Summary {
    let mut summary = Summary { first: Value::Other, second: Value::Other, product: Some(1) };
    for (at, value) in values.enumerate() {
        match at {
            0 => summary.first = value,
            1 => summary.second = value,
            _ => {}
        }
        summary.product = match (summary.product, value) {
            (Some(product), Value::Int(count)) => {
                u32::try_from(count).ok().and_then(|count| product.checked_mul(count))
            }
            _ => None,
        };
    }
    summary
}
