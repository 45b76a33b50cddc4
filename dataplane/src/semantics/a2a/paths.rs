//! Where messages of Agent2Agent say what, and where agent cards do.

use super::part::A2aPart;
use A2aPart as Part;

/// Paths of one kind of object.
type Group = &'static [(&'static str, A2aPart)];

/// A message at a path. Until 1.0, files are wrapped, and without JSON-RPC parts are called content.
macro_rules! message {
    ($at:literal) => {
        &[
            (concat!($at, ".parts[].text"), Part::Text),
            (concat!($at, ".parts[].data!"), Part::Text),
            (concat!($at, ".parts[].raw"), Part::Media),
            (concat!($at, ".parts[].file.bytes"), Part::Media),
            (concat!($at, ".content[].text"), Part::Text),
            (concat!($at, ".content[].data.data!"), Part::Text),
            (concat!($at, ".content[].file.fileWithBytes"), Part::Media),
        ]
    };
}

/// An artifact at a path.
macro_rules! artifact {
    ($at:literal) => {
        &[
            ($at, Part::Artifact),
            (concat!($at, ".artifactId"), Part::ArtifactId),
            (concat!($at, ".parts[].text"), Part::ArtifactText),
            (concat!($at, ".parts[].data!"), Part::ArtifactText),
            (concat!($at, ".parts[].raw"), Part::Media),
            (concat!($at, ".parts[].file.bytes"), Part::Media),
            (concat!($at, ".parts[].file.fileWithBytes"), Part::Media),
        ]
    };
}

/// An agent card, whose paths begin so.
macro_rules! card {
    ($at:literal) => {
        &[
            (concat!($at, "name"), Part::Agent),
            (concat!($at, "description"), Part::Description),
            (concat!($at, "url"), Part::Url),
            (concat!($at, "additionalInterfaces[].url"), Part::Url),
            (concat!($at, "supportedInterfaces[].url"), Part::Url),
            (concat!($at, "provider.organization"), Part::Description),
            (concat!($at, "skills[].id"), Part::Skill),
            (concat!($at, "skills[].name"), Part::Skill),
            (concat!($at, "skills[].description"), Part::Description),
            (concat!($at, "skills[].examples[]"), Part::Description),
            (concat!($at, "skills[].tags[]"), Part::Description),
            (concat!($at, "defaultInputModes[]"), Part::OnlyCards),
            (concat!($at, "defaultOutputModes[]"), Part::OnlyCards),
        ]
    };
}

/// The paths of messages and cards. An array stands for each of its elements.
pub const PATHS: &[Group] = &[
    message!("params.message"),
    // `result.content` is what tools of the Model Context Protocol give back; such messages have parts.
    &[
        ("result.parts[].text", Part::Text),
        ("result.parts[].data!", Part::Text),
        ("result.parts[].raw", Part::Media),
        ("result.parts[].file.bytes", Part::Media),
    ],
    message!("result.message"),
    message!("result.status.message"),
    message!("result.history[]"),
    message!("result.task.status.message"),
    message!("result.task.history[]"),
    message!("result.statusUpdate.status.message"),
    message!("message"),
    message!("task.status.message"),
    message!("task.history[]"),
    message!("statusUpdate.status.message"),
    artifact!("result.artifact"),
    artifact!("result.artifacts[]"),
    artifact!("result.task.artifacts[]"),
    artifact!("result.artifactUpdate.artifact"),
    artifact!("task.artifacts[]"),
    artifact!("artifactUpdate.artifact"),
    card!(""),
    card!("result."),
    TASKS,
];

const TASKS: Group = &[
    ("params.id", Part::TaskId),
    ("params.configuration.pushNotificationConfig.url", Part::PushUrl),
    ("params.configuration.taskPushNotificationConfig.url", Part::PushUrl),
    ("params.pushNotificationConfig.url", Part::PushUrl),
    ("params.config.pushNotificationConfig.url", Part::PushUrl),
    ("configuration.pushNotificationConfig.url", Part::PushUrl),
    ("configuration.taskPushNotificationConfig.url", Part::PushUrl),
    ("pushNotificationConfig.url", Part::PushUrl),
    ("result.pushNotificationConfig.url", Part::PushUrl),
    ("result.history[]", Part::Turn),
    ("result.status.message", Part::Turn),
    ("result.task.status.message", Part::Turn),
    ("result.statusUpdate.status.message", Part::Turn),
    ("task.status.message", Part::Turn),
    ("statusUpdate.status.message", Part::Turn),
    ("result.task.history[]", Part::Turn),
    ("task.history[]", Part::Turn),
    ("result.status.state", Part::State),
    ("result.task.status.state", Part::State),
    ("result.statusUpdate.status.state", Part::State),
    ("task.status.state", Part::State),
    ("statusUpdate.status.state", Part::State),
];
