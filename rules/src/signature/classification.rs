//! The classes that `classtype` names, with the text and the priority of Suricata's `classification.config`.

/// A class of signatures.
#[derive(Debug, PartialEq, Eq)]
pub struct Classification {
    /// The name in rules.
    pub name: &'static str,
    /// The text in events (`alert.category`).
    pub description: &'static str,
    /// The priority of its signatures (`alert.severity`); 1 is the worst.
    pub priority: u8,
}

impl Classification {
    /// The class called `name`.
    pub fn named(name: &str) -> Option<&'static Classification> {
        ALL.binary_search_by(|class| class.name.cmp(name)).ok().and_then(|at| ALL.get(at))
    }

    /// All of them, sorted by name.
    pub fn all() -> &'static [Classification] {
        ALL
    }
}

const fn class(name: &'static str, description: &'static str, priority: u8) -> Classification {
    Classification { name, description, priority }
}

static ALL: &[Classification] = &[
    class("attempted-admin", "Attempted Administrator Privilege Gain", 1),
    class("attempted-dos", "Attempted Denial of Service", 2),
    class("attempted-recon", "Attempted Information Leak", 2),
    class("attempted-user", "Attempted User Privilege Gain", 1),
    class("bad-unknown", "Potentially Bad Traffic", 2),
    class("coin-mining", "Crypto Currency Mining Activity Detected", 2),
    class("command-and-control", "Malware Command and Control Activity Detected", 1),
    class("credential-theft", "Successful Credential Theft Detected", 1),
    class("default-login-attempt", "Attempt to login by a default username and password", 2),
    class("denial-of-service", "Detection of a Denial of Service Attack", 2),
    class("domain-c2", "Domain Observed Used for C2 Detected", 1),
    class("exploit-kit", "Exploit Kit Activity Detected", 1),
    class("external-ip-check", "Device Retrieving External IP Address Detected", 2),
    class("icmp-event", "Generic ICMP event", 3),
    class("misc-activity", "Misc activity", 3),
    class("misc-attack", "Misc Attack", 2),
    class("network-scan", "Detection of a Network Scan", 3),
    class("non-standard-protocol", "Detection of a non-standard protocol or event", 2),
    class("not-suspicious", "Not Suspicious Traffic", 3),
    class("policy-violation", "Potential Corporate Privacy Violation", 1),
    class("protocol-command-decode", "Generic Protocol Command Decode", 3),
    class("pup-activity", "Possibly Unwanted Program Detected", 2),
    class("rpc-portmap-decode", "Decode of an RPC Query", 2),
    class("shellcode-detect", "Executable code was detected", 1),
    class("social-engineering", "Possible Social Engineering Attempted", 2),
    class("string-detect", "A suspicious string was detected", 3),
    class("successful-admin", "Successful Administrator Privilege Gain", 1),
    class("successful-dos", "Denial of Service", 2),
    class("successful-recon-largescale", "Large Scale Information Leak", 2),
    class("successful-recon-limited", "Information Leak", 2),
    class("successful-user", "Successful User Privilege Gain", 1),
    class("suspicious-filename-detect", "A suspicious filename was detected", 2),
    class("suspicious-login", "An attempted login using a suspicious username was detected", 2),
    class("system-call-detect", "A system call was detected", 2),
    class("targeted-activity", "Targeted Malicious Activity was Detected", 1),
    class("tcp-connection", "A TCP connection was detected", 4),
    class("trojan-activity", "A Network Trojan was detected", 1),
    class("unknown", "Unknown Traffic", 3),
    class("unsuccessful-user", "Unsuccessful User Privilege Gain", 1),
    class("unusual-client-port-connection", "A client was using an unusual port", 2),
    class("web-application-activity", "access to a potentially vulnerable web application", 2),
    class("web-application-attack", "Web Application Attack", 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_found_by_its_name() {
        for class in ALL {
            assert_eq!(Classification::named(class.name), Some(class));
        }
        assert_eq!(Classification::named("no-such-class"), None);
    }
}
