//! The methods of Agent2Agent, and the paths that stand for them.

/// The methods of all versions.
const METHODS: [&[u8]; 25] = [
    b"message/send",
    b"message/stream",
    b"tasks/get",
    b"tasks/list",
    b"tasks/cancel",
    b"tasks/resubscribe",
    b"tasks/pushNotificationConfig/set",
    b"tasks/pushNotificationConfig/get",
    b"tasks/pushNotificationConfig/list",
    b"tasks/pushNotificationConfig/delete",
    b"agent/getAuthenticatedExtendedCard",
    // Before 0.2.
    b"tasks/send",
    b"tasks/sendSubscribe",
    b"tasks/pushNotification/set",
    // Since 1.0.
    b"SendMessage",
    b"SendStreamingMessage",
    b"GetTask",
    b"ListTasks",
    b"CancelTask",
    b"SubscribeToTask",
    b"CreateTaskPushNotificationConfig",
    b"GetTaskPushNotificationConfig",
    b"ListTaskPushNotificationConfigs",
    b"DeleteTaskPushNotificationConfig",
    b"GetExtendedAgentCard",
];

/// Whether a method is one of the protocol's.
pub fn is_method(name: &[u8]) -> bool {
    METHODS.contains(&name)
}

/// Whether agent cards are found at a path.
pub fn is_card(path: &[u8]) -> bool {
    [&b"/.well-known/agent-card.json"[..], b"/.well-known/agent.json", b"/extendedAgentCard", b"/v1/card"]
        .into_iter()
        .any(|ending| path.ends_with(ending))
}

/// The method that a path stands for where there is no JSON-RPC around messages (§3.5.3 of version 0.3).
pub fn method_of_path(path: &[u8]) -> Option<&'static str> {
    let mut segments = path.rsplit(|byte| *byte == b'/');
    let (last, before) = (segments.next()?, segments.next());
    match last {
        b"message:send" => return Some("message/send"),
        b"message:stream" => return Some("message/stream"),
        b"pushNotificationConfigs" => return Some("tasks/pushNotificationConfig/set"),
        _ => {}
    }
    if before != Some(b"tasks") {
        return None;
    }
    if last.ends_with(b":cancel") {
        Some("tasks/cancel")
    } else if last.ends_with(b":subscribe") {
        Some("tasks/resubscribe")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stand_for_methods() {
        for (path, method) in [
            ("/v1/message:send", Some("message/send")),
            ("/agents/x/message:stream", Some("message/stream")),
            ("/v1/tasks/7:cancel", Some("tasks/cancel")),
            ("/v1/tasks/7:subscribe", Some("tasks/resubscribe")),
            ("/v1/tasks/7", None),
            ("/v1/messages", None),
            ("", None),
        ] {
            assert_eq!(method_of_path(path.as_bytes()), method, "{path}");
        }
        assert!(is_card(b"/agent/.well-known/agent.json") && !is_card(b"/agent.json"));
    }
}
