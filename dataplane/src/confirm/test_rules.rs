//! Conditions and signatures for tests, without the text of rules.

use std::sync::Arc;

use weir_rules::diagnostic::Source;
use weir_rules::signature::{
    Base, Buffer, BufferCondition, BufferMatch, Case, Content, Dollar, End, Greed, Operand, Presence, Regex,
    RegexFlags, RegexStart, RuleIndex, SignatureSet, Transform, Variables, load,
};

use super::{Compiled, Confirmer, Datasets, Limits, NoDatasets, Scratch, Value};
