//! Keras: the configuration of a model, in the `config.json` of a `.keras` archive (version 3) or in the attribute
//! `model_config` of an HDF5 file (version 2).
//!
//! The configuration names classes, and whoever loads it imports them. A `Lambda` layer carries Python's bytecode; an
//! object of another `module` than Keras's own is imported from it, by `class_name` or, for functions, by what is in
//! `config`.

use memchr::memchr;

use super::layer::{Layer, Progress};
use super::report::Report;
use super::tokens::{Token, Tokens};
use super::told::Oddity;

/// Keys that matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Other,
    Module,
    ClassName,
    Config,
    RegisteredName,
}

/// What is known of an object.
#[derive(Debug, Default)]
struct Object {
    key: Key,
    module: Vec<u8>,
    class_name: Vec<u8>,
    config: Vec<u8>,
}

/// The configuration of a model.
#[derive(Debug, Default)]
pub(super) struct Config {
    tokens: Tokens,
    /// The objects and arrays that are open; those beyond are kept for reuse.
    objects: Vec<Object>,
    found: bool,
}

impl Config {
    fn clear(&mut self) {
        self.tokens.clear();
        self.found = false;
    }

    /// Takes a byte; whether it is JSON still.
    fn byte(&mut self, byte: u8, report: &mut Report<'_>) -> bool {
        let mut tokens = std::mem::take(&mut self.tokens);
        let depth = tokens.depth();
        let taken = tokens.push(byte, report.limits.max_name, &mut |token| self.token(token, depth, report));
        self.tokens = tokens;
        taken.is_ok()
    }

    fn token(&mut self, token: Token<'_>, depth: usize, report: &mut Report<'_>) {
        if matches!(token, Token::OpenObject | Token::OpenArray) && depth >= self.objects.len() {
            self.objects.push(Object::default());
        }
        let at = if matches!(token, Token::OpenObject | Token::OpenArray) {
            depth
        } else {
            depth.saturating_sub(1)
        };
        let Some(object) = self.objects.get_mut(at) else { return };
        match token {
            Token::OpenObject | Token::OpenArray => {
                object.key = Key::Other;
                object.module.clear();
                object.class_name.clear();
                object.config.clear();
            }
            Token::Key(key) => {
                object.key = match key {
                    b"module" => Key::Module,
                    b"class_name" => Key::ClassName,
                    b"config" => Key::Config,
                    b"registered_name" => Key::RegisteredName,
                    _ => Key::Other,
                };
            }
            Token::Text(text) => {
                let place = match object.key {
                    Key::Module => &mut object.module,
                    Key::ClassName => &mut object.class_name,
                    Key::Config => &mut object.config,
                    Key::RegisteredName if text.contains(&b'>') => {
                        return report.name("keras.registered_name", text);
                    }
                    Key::RegisteredName | Key::Other => return,
                };
                place.clear();
                place.extend_from_slice(text);
                self.found |= tell(object, report);
            }
            Token::Close | Token::Bare(_) => {}
        }
    }
}

/// Tells what a text has completed; whether the object is of a model.
fn tell(object: &Object, report: &mut Report<'_>) -> bool {
    let Object { key, module, class_name, config } = object;
    let is_class = *key == Key::ClassName;
    let is_model = is_class
        && (matches!(class_name.as_slice(), b"Sequential" | b"Functional" | b"Model")
            || module.starts_with(b"keras"));
    if is_model {
        report.format("keras");
    }
    if is_class && matches!(class_name.as_slice(), b"Lambda" | b"__lambda__") {
        report.format("keras");
        report.name("keras.layer", class_name);
    }
    // Functions are told by their name in `config`, everything else by its class.
    let name = if class_name == b"function" { config } else { class_name };
    if !module.is_empty() && !name.is_empty() && is_foreign(module) {
        report.format("keras");
        report.import(module, name);
    }
    is_model
}

/// Whether a module is not one of Keras.
fn is_foreign(module: &[u8]) -> bool {
    let root = module.split(|&octet| octet == b'.').next().unwrap_or_default();
    !matches!(root, b"keras" | b"tf_keras" | b"keras_nlp" | b"keras_cv" | b"keras_hub")
}

/// A `config.json`.
#[derive(Default)]
pub(super) struct KerasConfig(Config);

impl Layer for KerasConfig {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let more = bytes.iter().all(|&byte| self.0.byte(byte, report) && !self.0.tokens.is_whole());
        if more { Progress::More } else { Progress::Done }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        if self.0.found {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.0.found
    }
}

/// Bytes of the signature of an HDF5 file.
const SIGNATURE: u64 = 8;
/// Versions of its superblock (HDF5 File Format Specification 3.0, §II.A).
const MAX_SUPERBLOCK: u8 = 3;

/// An HDF5 file. Attributes lie anywhere in it, in one piece each: every object in JSON that is met is looked at.
#[derive(Default)]
pub(super) struct Hdf5 {
    at: u64,
    config: Config,
    inside: bool,
}

impl Layer for Hdf5 {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            if self.at <= SIGNATURE {
                self.header(byte, report);
                rest = tail;
                continue;
            }
            if self.inside {
                self.inside = self.config.byte(byte, report) && !self.config.tokens.is_whole();
                if !self.inside && byte == b'{' {
                    self.begin(byte, report);
                }
                rest = tail;
                continue;
            }
            let Some(found) = memchr(b'{', rest) else { break };
            self.begin(b'{', report);
            rest = rest.get(found + 1..).unwrap_or_default();
        }
        Progress::More
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        if self.at <= SIGNATURE {
            report.trouble(Oddity::Truncated);
        }
    }
}

impl Hdf5 {
    /// Takes a byte of signature and version.
    fn header(&mut self, byte: u8, report: &mut Report<'_>) {
        if self.at == 0 {
            report.format("hdf5");
        }
        if self.at == SIGNATURE && byte > MAX_SUPERBLOCK {
            report.trouble(Oddity::BadHeader);
        }
        self.at += 1;
    }

    fn begin(&mut self, byte: u8, report: &mut Report<'_>) {
        self.config.clear();
        self.inside = self.config.byte(byte, report);
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_run::run_any;

    const LAMBDA: &str = r#"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}},
        {"class_name": "L\u0061mbda", "config": {"function": ["4wEAAAA", null, null]}}]}}"#;

    #[test]
    fn lambda_layers_in_hdf5() {
        let bytes = [b"\x89HDF\r\n\x1a\n\0\0\0\0{\x01{{\"x", LAMBDA.as_bytes(), &[0x7b; 40]].concat();
        assert_eq!(run_any(&bytes), ["format hdf5", "format keras", "keras.layer = Lambda"]);
        assert_eq!(run_any(b"\x89HDF\r\n\x1a\n\x09\0\0\0"), ["format hdf5", "model_file.bad_header"]);
    }
}
