//! What is known of a value that a pickle makes: only what leads to the names of imports, and to the sizes of arrays
//! that joblib writes between the opcodes.

use super::texts::Text;

/// A value on the stack or in the memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Of no interest.
    Other,
    /// Of interest perhaps, but not known: it was not kept.
    Lost,
    /// There is none at this place of the memo.
    Absent,
    True,
    Int(i32),
    /// A string that may be a name.
    Text(Text),
    /// Something imported.
    Global(Known),
    /// A tuple that begins with a string.
    TextTuple(Text),
    /// A tuple that begins with a module.
    ModuleTuple(Text),
    /// A tuple of a module and a string: both, with a space between.
    MemberTuple(Text),
    /// A tuple of integers, as the shape of an array: their product.
    Shape(u32),
    /// Any other tuple.
    Tuple,
    /// A module that was imported by a call.
    Module(Text),
    /// What calls the method of this name on what it gets (`operator.methodcaller`), or gets it (`attrgetter`).
    Caller(Text),
    /// A numpy data type: bytes of an item, or none if it holds objects.
    Dtype(Option<u16>),
    /// The place of an array in a joblib file.
    ArrayWrapper,
}

impl Value {
    /// The text that it holds.
    pub fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Value::Text(text)
            | Value::TextTuple(text)
            | Value::ModuleTuple(text)
            | Value::MemberTuple(text)
            | Value::Module(text)
            | Value::Caller(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it may be a tuple.
    pub fn is_tuple(self) -> bool {
        matches!(
            self,
            Value::Tuple
                | Value::Shape(_)
                | Value::TextTuple(_)
                | Value::ModuleTuple(_)
                | Value::MemberTuple(_)
                | Value::Lost
        )
    }
}

/// Globals that what they are called with makes known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// None of these.
    Any,
    /// Takes the name of a module, and gives it: `builtins.__import__`, `importlib.import_module`.
    Importer,
    /// Takes `module:name` or `module.name`, and gives what that is: `pkgutil.resolve_name`, `pydoc.locate`.
    Resolver,
    /// Takes a name, and gives what takes an object: `operator.methodcaller`, `operator.attrgetter`.
    MethodCaller,
    /// Takes an object and a name: `builtins.getattr`.
    Getattr,
    /// `joblib.numpy_pickle.NumpyArrayWrapper`.
    ArrayWrapper,
    /// `numpy.dtype`.
    Dtype,
}

impl Known {
    pub fn of(module: &[u8], name: &[u8]) -> Known {
        match (module, name) {
            (b"builtins" | b"__builtin__", b"__import__")
            | (b"importlib", b"import_module" | b"__import__") => Known::Importer,
            (b"pkgutil", b"resolve_name") | (b"pydoc", b"locate") => Known::Resolver,
            (b"operator" | b"_operator", b"methodcaller" | b"attrgetter") => Known::MethodCaller,
            (b"builtins" | b"__builtin__", b"getattr") => Known::Getattr,
            (b"joblib.numpy_pickle", b"NumpyArrayWrapper") => Known::ArrayWrapper,
            (b"numpy", b"dtype") => Known::Dtype,
            _ => Known::Any,
        }
    }
}
