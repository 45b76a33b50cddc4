//! From what policy files say to a model: names become numbers, texts become ranges, and all that is wrong is
//! reported.

use std::collections::HashMap;
use std::sync::Arc;

use serde_saphyr::{Location, Spanned};

use super::cidr::Prefix;
use super::decision::IdentityId;
use super::document::{Document, IdentityEntry, MatchEntry, Names, RuleEntry, Scalar};
use super::limits::PolicyLimits;
use super::model::{Identity, Match, Model, PolicyRule, RuleModel, Scope, Selector, Services};
use super::ports;
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::names::nearest;
use crate::origin::Origin;
use crate::yaml::span_of;

/// The name of [`IdentityId::UNKNOWN`].
pub(super) const UNKNOWN: &str = "unknown";
/// What stands for everybody in a rule.
const ANY: &str = "any";

/// The largest VLAN id (IEEE 802.1Q; 4095 is reserved).
const MAX_VLAN: u32 = 4094;
/// The largest VNI (RFC 7348 §5: 24 bits).
const MAX_VNI: u32 = (1 << 24) - 1;

/// Findings after which names are no longer looked for.
const HINTS: usize = 100;

/// A model with nothing but `unknown`.
pub(super) fn empty_model() -> Model {
    Model { identities: vec![Identity { name: UNKNOWN.into(), origin: None }], ..Model::default() }
}

/// Resolves files one after the other.
pub(super) struct Resolver<'l> {
    pub model: Model,
    pub diagnostics: Vec<Diagnostic>,
    limits: &'l PolicyLimits,
    default: Option<Origin>,
    names: HashMap<String, IdentityId>,
    rule_names: HashMap<String, usize>,
}

impl<'l> Resolver<'l> {
    pub fn new(limits: &'l PolicyLimits) -> Resolver<'l> {
        Resolver {
            model: empty_model(),
            diagnostics: Vec::new(),
            limits,
            default: None,
            names: HashMap::from([(UNKNOWN.to_owned(), IdentityId::UNKNOWN)]),
            rule_names: HashMap::new(),
        }
    }

    /// Takes in the default and the identities of all files, then the rules: a rule may name an identity of a later
    /// file.
    pub fn resolve(&mut self, documents: &[(Arc<Source>, Document)]) {
        for (source, document) in documents {
            self.default(source, document);
            for identity in &document.identities {
                self.identity(source, identity);
            }
        }
        self.duplicate_matches();
        for (source, document) in documents {
            for rule in &document.rules {
                self.rule(source, rule);
            }
        }
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    fn error(&mut self, source: &Arc<Source>, at: Location, message: String, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(source, span_of(at), message).with_help(help));
    }

    fn warn(&mut self, origin: &Origin, message: String, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::warning(&origin.source, origin.span.clone(), message).with_help(help));
    }

    fn default(&mut self, source: &Arc<Source>, document: &Document) {
        let Some(default) = &document.default else { return };
        if let Some(earlier) = &self.default {
            let help = format!("it is given at {earlier}; leave one out");
            self.error(source, default.referenced, "the default is given twice".into(), help);
            return;
        }
        self.default = Some(origin_of(source, default.referenced));
        self.model.default = default.value;
    }

    fn identity(&mut self, source: &Arc<Source>, entry: &IdentityEntry) {
        let name = &entry.name.value;
        let at = entry.name.referenced;
        if self.model.identities.len() > self.limits.identities {
            let limit = self.limits.identities;
            return self.error(
                source,
                at,
                format!("more than {limit} identities"),
                "use fewer, larger identities",
            );
        }
        if name.is_empty() || [ANY, UNKNOWN].contains(&name.as_str()) {
            let message = format!("{name:?} can't be the name of an identity");
            return self.error(source, at, message, "`any` and `unknown` have a meaning of their own");
        }
        if let Some(&earlier) = self.names.get(name) {
            let place =
                self.model.identities.get(earlier.index()).and_then(|identity| identity.origin.as_ref());
            let help = format!(
                "it is defined at {}; add to its `match` there",
                place.map(Origin::to_string).unwrap_or_default()
            );
            return self.error(source, at, format!("the identity {name} is defined twice"), help);
        }
        let id = IdentityId(self.model.identities.len() as u32);
        let origin = origin_of(source, at);
        if entry.matches.is_empty() {
            self.warn(&origin, format!("nobody is {name}: its match is empty"), "add a cidr, vlan or vni");
        }
        self.names.insert(name.clone(), id);
        self.model.identities.push(Identity { name: name.as_str().into(), origin: Some(origin) });
        for found in &entry.matches {
            self.matches(source, found, id);
        }
    }

    fn matches(&mut self, source: &Arc<Source>, entry: &Spanned<MatchEntry>, identity: IdentityId) {
        let MatchEntry { cidr, vni, vlan } = &entry.value;
        if self.model.matches.len() >= self.limits.matches {
            let limit = self.limits.matches;
            return self.error(
                source,
                entry.referenced,
                format!("more than {limit} matches"),
                "join adjacent networks",
            );
        }
        let scope = match (vni, vlan) {
            (Some(_), Some(vlan)) => {
                let message = "vni and vlan in one match".to_owned();
                return self.error(
                    source,
                    vlan.referenced,
                    message,
                    "a tenant is one or the other; write two matches",
                );
            }
            (Some(vni), None) => self.id_in(source, vni, "VNI", MAX_VNI).map(Scope::Vni),
            (None, Some(vlan)) => {
                self.id_in(source, vlan, "VLAN", MAX_VLAN).map(|vlan| Scope::Vlan(vlan as u16))
            }
            (None, None) => Some(Scope::Everywhere),
        };
        let prefix = match cidr {
            Some(cidr) => match Prefix::parse(&cidr.value) {
                Ok(prefix) => Some(prefix),
                Err(error) => return self.error(source, cidr.referenced, error.message, error.help),
            },
            None => None,
        };
        let Some(scope) = scope else { return };
        if prefix.is_none() && scope == Scope::Everywhere {
            let help = "give a cidr, a vlan or a vni; rules call whoever is left `unknown`";
            return self.error(source, entry.referenced, "a match of nothing".into(), help);
        }
        let at = cidr.as_ref().map_or(entry.referenced, |cidr| cidr.referenced);
        self.model.matches.push(Match { scope, prefix, identity, origin: origin_of(source, at) });
    }

    /// A number from 1 to `max`.
    fn id_in(&mut self, source: &Arc<Source>, text: &Spanned<Scalar>, what: &str, max: u32) -> Option<u32> {
        let number = text.value.0.parse().ok().filter(|number| (1..=max).contains(number));
        if number.is_none() {
            let message = format!("{:?} is not a {what}", text.value.0);
            self.error(source, text.referenced, message, format!("it is a number from 1 to {max}"));
        }
        number
    }

    /// The same network of the same tenant can't be two identities.
    fn duplicate_matches(&mut self) {
        let matches = std::mem::take(&mut self.model.matches);
        let mut seen: HashMap<(Scope, Option<Prefix>), usize> = HashMap::with_capacity(matches.len());
        for (index, found) in matches.iter().enumerate() {
            let first = *seen.entry((found.scope, found.prefix)).or_insert(index);
            let Some(earlier) = matches.get(first).filter(|_| first != index) else { continue };
            let name =
                self.model.identities.get(earlier.identity.index()).map_or("", |identity| &identity.name);
            let help = format!("it is given to {name} at {}", earlier.origin);
            if earlier.identity == found.identity {
                self.warn(&found.origin, "this is matched twice".into(), help);
            } else {
                let Origin { source, span, .. } = &found.origin;
                let error =
                    Diagnostic::error(source, span.clone(), "this belongs to another identity already");
                self.diagnostics.push(error.with_help(help));
            }
        }
        self.model.matches = matches;
    }

    fn rule(&mut self, source: &Arc<Source>, entry: &RuleEntry) {
        let at = entry.name.referenced;
        if self.model.rules.len() >= self.limits.rules {
            let message = format!("more than {} rules", self.limits.rules);
            return self.error(source, at, message, "join rules: they take lists of identities and ports");
        }
        let name = &entry.name.value;
        if let Some(earlier) = self.rule_names.get(name).and_then(|&earlier| self.model.rules.get(earlier)) {
            let origin = origin_of(source, at);
            let help =
                format!("the other one is at {}; events tell them apart by line only", earlier.rule.origin);
            self.warn(&origin, format!("another rule is called {name}"), help);
        }
        let (from, to) = (self.selector(source, &entry.from), self.selector(source, &entry.to));
        let services = self.services(source, entry);
        let (Some(from), Some(to), Some(services)) = (from, to, services) else { return };
        self.rule_names.entry(name.clone()).or_insert(self.model.rules.len());
        let rule = PolicyRule {
            name: name.as_str().into(),
            action: entry.action,
            mode: entry.mode,
            origin: origin_of(source, at),
        };
        self.model.rules.push(RuleModel { from, to, services, rule });
    }

    fn services(&mut self, source: &Arc<Source>, entry: &RuleEntry) -> Option<Services> {
        let Some(ports) = &entry.ports else { return Some(Services::Everything) };
        if ports.value.is_empty() {
            let help = "leave `ports` out for everything";
            self.error(source, ports.referenced, "a list of no ports".into(), help);
            return None;
        }
        let mut services = Vec::with_capacity(ports.value.len());
        let mut failed = false;
        for port in &ports.value {
            match ports::services_of(port) {
                Ok(found) => services.extend(found),
                Err(error) => {
                    failed = true;
                    self.error(source, error.at, error.message, error.help);
                }
            }
        }
        (!failed).then_some(Services::Of(services))
    }

    fn selector(&mut self, source: &Arc<Source>, names: &Spanned<Names>) -> Option<Selector> {
        let list: Vec<(&str, Location)> = match &names.value {
            Names::One(name) => vec![(name, names.referenced)],
            Names::List(list) => list.iter().map(|name| (name.value.as_str(), name.referenced)).collect(),
        };
        if list.is_empty() {
            let help = "write the names of identities, `unknown` or `any`";
            self.error(source, names.referenced, "a list of nobody".into(), help);
            return None;
        }
        let mut ids = Vec::with_capacity(list.len());
        let (mut any, mut failed) = (false, false);
        for (name, at) in list {
            match self.names.get(name) {
                Some(&id) => ids.push(id),
                None if name == ANY => any = true,
                None => {
                    failed = true;
                    let help = match self.meant_by(name) {
                        Some(nearest) => format!("do you mean {nearest}?"),
                        None => "define it under `identities`, or write `any`".to_owned(),
                    };
                    self.error(source, at, format!("there is no identity {name:?}"), help);
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        (!failed).then_some(if any { Selector::Any } else { Selector::Of(ids) })
    }

    /// The name that a wrong one is most like. Among many names that is slow, so it is not done for ever.
    fn meant_by(&self, name: &str) -> Option<&str> {
        let few = self.diagnostics.len() < HINTS;
        few.then(|| nearest(name, self.names.keys().map(String::as_str).chain([ANY]))).flatten()
    }
}

fn origin_of(source: &Arc<Source>, location: Location) -> Origin {
    Origin { source: source.clone(), span: span_of(location), line: location.line() as u32 }
}
