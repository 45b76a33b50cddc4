//! One call of a model: whose API, which operation, which model.

use weir_rules::field::FieldId;

use super::super::held::Gathered;
use super::super::speaker::Speaker;
use super::operation::{Provider, operation_of};
use crate::decode::Sink;

/// How sure it is that an exchange is a call of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// Nothing speaks for it.
    #[default]
    None,
    /// The path may be that of one.
    Likely,
    /// It is one, and that was told.
    Told,
}

/// What is known of a call.
#[derive(Debug, Default)]
pub struct Call {
    certainty: Certainty,
    provider: Option<&'static str>,
    operation: Option<&'static str>,
    /// The model that is asked for, until it is told.
    model: Gathered,
    model_told: bool,
}

impl Call {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.certainty = Certainty::None;
        self.provider = None;
        self.operation = None;
        self.model.clear();
        self.model_told = false;
    }

    /// Takes the path of the request.
    pub fn path<S: Sink>(&mut self, path: &[u8], speaker: &mut Speaker<'_, S>) {
        let Some(operation) = operation_of(path) else { return };
        self.certainty = Certainty::Likely;
        self.provider = Some(operation.provider.name());
        self.operation = Some(operation.name);
        if let Some(model) = operation.model {
            self.model.clear();
            self.model.add(model);
        }
        if operation.is_certain {
            self.confirm(None, speaker);
        }
    }

    /// It is a call of an interface that is known.
    pub fn known<S: Sink>(
        &mut self,
        provider: &'static str,
        operation: &'static str,
        speaker: &mut Speaker<'_, S>,
    ) {
        (self.provider, self.operation) = (Some(provider), Some(operation));
        self.confirm(None, speaker);
    }

    /// Whether the path may be that of a call.
    pub fn is_likely(&self) -> bool {
        self.certainty >= Certainty::Likely
    }

    /// Whether it is a call.
    pub fn is_certain(&self) -> bool {
        self.certainty == Certainty::Told
    }

    /// It is one, as its shape shows: of this API, unless the path says another.
    pub fn confirm<S: Sink>(&mut self, shape: Option<Provider>, speaker: &mut Speaker<'_, S>) {
        if self.is_certain() {
            return;
        }
        self.certainty = Certainty::Told;
        if let Some(provider) = self.provider.or(shape.map(Provider::name)) {
            self.provider = Some(provider);
            speaker.whole(FieldId::LlmProvider, provider.as_bytes());
        }
        if let Some(operation) = self.operation {
            speaker.whole(FieldId::LlmOperation, operation.as_bytes());
        }
        self.tell_model(speaker);
    }

    /// Takes the name of the model, from wherever it is.
    pub fn model<S: Sink>(&mut self, name: &[u8], speaker: &mut Speaker<'_, S>) {
        if self.model_told && self.model.get() == name {
            return;
        }
        // One that is asked for and one that answers may differ. Both are told.
        self.model_told = false;
        self.model.clear();
        self.model.add(name);
        if self.is_certain() {
            self.tell_model(speaker);
        }
    }

    fn tell_model<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        if !self.model_told && !self.model.get().is_empty() {
            self.model_told = true;
            speaker.whole(FieldId::LlmModel, self.model.get());
        }
    }
}
