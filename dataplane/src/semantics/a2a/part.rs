//! The parts of messages of Agent2Agent, and how they are told.

use weir_rules::field::FieldId;

use super::super::rpc::{Join, Told};

/// A part of a message, or of an agent card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum A2aPart {
    /// The task that is asked about. The Model Context Protocol calls it otherwise.
    TaskId,
    /// One of several messages.
    Turn,
    /// What is said: text, or data as a document.
    Text,
    /// An artifact, or a piece of one.
    Artifact,
    /// Which artifact it is.
    ArtifactId,
    /// What is in it.
    ArtifactText,
    /// How far a task is.
    State,
    /// Where news of a task are to be sent.
    PushUrl,
    /// A file in base64.
    Media,
    /// The name of an agent.
    Agent,
    /// Where it is.
    Url,
    /// What it is said to do.
    Description,
    /// Something that it can do.
    Skill,
    /// What only agent cards have.
    OnlyCards,
}

impl A2aPart {
    /// Whether it is short, and told when it is whole.
    pub const fn is_name(self) -> bool {
        matches!(
            self,
            A2aPart::TaskId
                | A2aPart::ArtifactId
                | A2aPart::State
                | A2aPart::PushUrl
                | A2aPart::Agent
                | A2aPart::Url
                | A2aPart::Skill
        )
    }

    /// Whether it is one of an agent card.
    pub const fn is_of_card(self) -> bool {
        matches!(self, A2aPart::Agent | A2aPart::Url | A2aPart::Description | A2aPart::Skill)
    }

    /// How it is told.
    pub const fn told(self) -> Option<Told> {
        let (field, join) = match self {
            A2aPart::Text => (FieldId::A2aMessage, Join::Message),
            A2aPart::ArtifactText => (FieldId::A2aArtifact, Join::Artifact),
            A2aPart::State => (FieldId::A2aTaskState, Join::Name),
            A2aPart::PushUrl => (FieldId::A2aPushUrl, Join::Name),
            A2aPart::Agent => (FieldId::A2aAgent, Join::Name),
            A2aPart::Url => (FieldId::A2aUrl, Join::Name),
            A2aPart::Description => (FieldId::A2aDescription, Join::Value),
            A2aPart::Skill => (FieldId::A2aSkill, Join::Name),
            A2aPart::TaskId
            | A2aPart::Turn
            | A2aPart::Artifact
            | A2aPart::ArtifactId
            | A2aPart::Media
            | A2aPart::OnlyCards => return None,
        };
        Some(Told(field, join))
    }
}
