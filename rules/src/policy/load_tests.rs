use std::net::IpAddr;

use super::*;
use crate::diagnostic::{Diagnostic, Source};

const POLICY: &str = r#"# who may talk to whom
default: reject
identities:
  - name: trainers
    match:
      - cidr: 10.1.0.0/16
      - { vni: 5001, cidr: 10.0.0.0/8 }
      - { vlan: 12 }
  - name: gateway
    match: [ { cidr: 10.1.2.3 }, { cidr: "fd00::/8" } ]
rules:
  - name: gateway-to-trainers
    from: [gateway]
    to: trainers
    ports: [ {protocol: tcp, port: 8000}, {protocol: tcp, port: 9000-9010}, {protocol: icmp} ]
    action: allow
  - name: strangers
    from: [unknown]
    to: any
    action: deny
    mode: observe
"#;

fn load(texts: &[&str]) -> Result<(Policy, Vec<String>), Vec<String>> {
    let sources: Vec<_> =
        texts.iter().enumerate().map(|(n, text)| Source::new(format!("{n}.yaml"), *text)).collect();
    let shown = |list: Vec<Diagnostic>| list.iter().map(Diagnostic::to_string).collect();
    Policy::load(&sources).map(|(policy, warnings)| (policy, shown(warnings))).map_err(shown)
}

fn endpoint(address: &str, vlan: [u16; 2], vni: u32) -> Endpoint {
    let address = match address.parse().unwrap() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    };
    Endpoint { address, vlan, vni }
}

#[test]
fn reads_what_the_documentation_shows() {
    let (policy, warnings) = load(&[POLICY]).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let table = [
        ("10.1.9.9", [0, 0], 0, "trainers"),
        ("10.1.2.3", [0, 0], 0, "gateway"),
        ("10.1.2.3", [0, 0], 5001, "trainers"),
        ("10.1.2.3", [12, 0], 0, "trainers"),
        ("10.1.2.3", [7, 12], 0, "trainers"),
        ("10.1.2.3", [0, 0], 77, "gateway"),
        ("fd00::1", [0, 0], 0, "gateway"),
        ("8.8.8.8", [0, 0], 5001, "unknown"),
    ];
    for (address, vlan, vni, name) in table {
        let id = policy.identify(&endpoint(address, vlan, vni));
        assert_eq!(policy.identity_name(id), name, "{address} {vlan:?} {vni}");
    }
    let id = |name| policy.identity_named(name).unwrap();
    let table = [
        ("gateway", "trainers", 6, 8000, Action::Allow, Some(0)),
        ("gateway", "trainers", 6, 9010, Action::Allow, Some(0)),
        ("gateway", "trainers", 6, 9011, Action::Reject, None),
        ("gateway", "trainers", 1, 0, Action::Allow, Some(0)),
        ("gateway", "trainers", 58, 0, Action::Allow, Some(0)),
        ("trainers", "gateway", 6, 8000, Action::Reject, None),
        ("unknown", "gateway", 17, 53, Action::Deny, Some(1)),
    ];
    for (from, to, protocol, port, action, rule) in table {
        let decision = policy.decide(id(from), id(to), protocol, port);
        let found = (decision.action, decision.rule.map(|rule| rule.0));
        assert_eq!(found, (action, rule), "{from} {to} {protocol} {port}");
    }
    let rule = policy.rule(PolicyRuleId(1)).unwrap();
    assert_eq!(
        (&*rule.name, rule.mode, rule.origin.to_string()),
        ("strangers", Mode::Observe, "0.yaml:17".into())
    );
    let summary = policy.summary();
    assert_eq!((summary.identities, summary.matches, summary.scopes, summary.rules), (2, 5, 3, 2));
}

#[test]
fn files_are_taken_together() {
    let identities = "identities:\n  - { name: a, match: [ { cidr: 10.0.0.0/8 } ] }\n";
    let rules = "default: allow\nrules:\n  - { name: r, from: a, to: [any], action: deny }\n";
    let (policy, _) = load(&[rules, "# nothing here\n", identities]).unwrap();
    assert_eq!((policy.default_action(), policy.rules().len()), (DefaultAction::Allow, 1));
    let errors = load(&[rules, identities, "default: allow"]).unwrap_err();
    assert_eq!(
        errors,
        ["2.yaml:1:10: error: the default is given twice (help: it is given at 0.yaml:1; leave one out)"]
    );
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    let identity = |found: &str| format!("identities:\n  - name: a\n    match:\n      - {found}\n");
    let rule = |body: &str| {
        format!(
            "identities: [ {{ name: gateway, match: [ {{ cidr: 10.0.0.0/8 }} ] }} ]\nrules:\n  - name: r\n{body}\n    action: allow\n"
        )
    };
    let table = [
        (
            identity("cidr: 10.0.0.1/8"),
            "0.yaml:4:15: error: 10.0.0.1/8 has bits set behind its prefix (help: do you mean 10.0.0.0/8",
        ),
        (
            identity("vlan: 4095"),
            "0.yaml:4:15: error: \"4095\" is not a VLAN (help: it is a number from 1 to 4094)",
        ),
        (identity("vni: 16777216"), "0.yaml:4:14: error: \"16777216\" is not a VNI"),
        (identity("vni: -1"), "\"-1\" is not a VNI"),
        (identity("{ vni: 1, vlan: 1 }"), "0.yaml:4:25: error: vni and vlan in one match"),
        (identity("{}"), "a match of nothing"),
        (identity("cdir: 10.0.0.0/8"), "0.yaml:4:9: error: unknown field"),
        (
            "identities:\n  - { name: any, match: [ { vlan: 1 } ] }".into(),
            "0.yaml:2:13: error: \"any\" can't be the name",
        ),
        (
            format!("{}  - {{ name: a, match: [] }}", identity("vlan: 1")),
            "0.yaml:5:13: error: the identity a is defined twice (help: it is defined at 0.yaml:2",
        ),
        (
            format!("{}  - {{ name: b, match: [ {{ vlan: 1 }} ] }}", identity("vlan: 1")),
            "0.yaml:5:25: error: this belongs to another identity already (help: it is given to a at 0.yaml:4)",
        ),
        (
            rule("    from: [gatewya]\n    to: any"),
            "0.yaml:4:12: error: there is no identity \"gatewya\" (help: do you mean gateway?)",
        ),
        (rule("    from: nobody-like-that\n    to: any"), "0.yaml:4:11: error: there is no identity"),
        (rule("    from: []\n    to: any"), "a list of nobody"),
        (rule("    from: any\n    to: any\n    ports: []"), "a list of no ports"),
        (
            rule("    from: any\n    to: any\n    ports: [ { protocol: tcp, port: 70000 } ]"),
            "0.yaml:6:37: error: \"70000\" is not a port",
        ),
        (rule("    from: any\n    to: any\n    ports: [ { protocol: tcp, port: 9-1 } ]"), "do you mean 1-9?"),
        (rule("    from: any\n    to: any\n    ports: [ { protocol: icmp, port: 1 } ]"), "icmp has no ports"),
        (
            rule("    from: any\n    to: any\n    ports: [ { protocol: http } ]"),
            "0.yaml:6:26: error: \"http\" is not a protocol",
        ),
        (rule("    from: any\n    to: any\n    mode: audit"), "unknown variant `audit`"),
        (rule("    from: any"), "missing field"),
        ("default: alert".into(), "0.yaml:1:10: error: unknown variant `alert`"),
        ("rules: [".into(), "error:"),
    ];
    for (text, expected) in table {
        let errors = load(&[&text]).expect_err(&text);
        assert!(errors.iter().any(|error| error.contains(expected)), "{text}: {errors:?}");
    }
}

#[test]
fn what_is_likely_a_mistake_is_a_warning() {
    let text = concat!(
        "identities:\n",
        "  - { name: a, match: [ { vlan: 1 }, { vlan: 1 } ] }\n",
        "  - { name: b, match: [] }\n",
        "rules:\n",
        "  - { name: wide, from: [a, b], to: any, ports: [ { protocol: tcp, port: 1-100 } ], action: allow }\n",
        "  - { name: lost, from: [b], to: [a], ports: [ { protocol: tcp, port: 7 }, { protocol: tcp, port: 99-100 } ], action: deny }\n",
        "  - { name: used, from: [b], to: [a], ports: [ { protocol: tcp, port: 7 }, { protocol: udp, port: 7 } ], action: deny }\n",
        "  - { name: used, from: [any], to: [a], action: deny }\n",
    );
    let (_, warnings) = load(&[text]).unwrap();
    let expected = [
        "0.yaml:3:13: warning: nobody is b",
        "this is matched twice (help: it is given to a at 0.yaml:2)",
        "0.yaml:8:13: warning: another rule is called used",
        "0.yaml:6:13: warning: the rule lost never decides (help: wide at 0.yaml:5",
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.contains(expected), "{warning} / {expected}");
    }
}

#[test]
fn limits_hold() {
    let limits = PolicyLimits { rules: 1, table_bytes: 8, ..PolicyLimits::default() };
    let text = "rules:\n  - { name: a, from: any, to: any, action: allow }\n";
    let errors = |text: String, limits| {
        Policy::load_with(&[Source::new("p", text)], limits).unwrap_err()[0].to_string()
    };
    assert!(errors(text.into(), &limits).contains("more than 8 bytes of tables"));
    let two = format!("{text}  - {{ name: b, from: any, to: any, action: allow }}\n");
    assert!(errors(two, &limits).contains("p:3:13: error: more than 1 rules"));
    let few_nodes = PolicyLimits { yaml_nodes: 5, ..PolicyLimits::default() };
    assert!(errors(text.into(), &few_nodes).contains("error:"));
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            if let Err(errors) = Policy::load(&[Source::new("p", text)]) {
                prop_assert!(errors.iter().all(|error| !error.render().is_empty()));
            }
        }

        #[test]
        fn mutated_policies_are_survived(
            cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..9usize, "[-\\[\\]{}:, \n#&*!a-z0-9é\"]{0,5}"), 1..5),
        ) {
            let mut text: Vec<char> = POLICY.chars().collect();
            for (at, removed, inserted) in cuts {
                let at = at.index(text.len() + 1);
                let end = (at + removed).min(text.len());
                text.splice(at..end, inserted.chars());
            }
            let text: String = text.into_iter().collect();
            let diagnostics = match Policy::load(&[Source::new("p", text)]) {
                Ok((_, warnings)) => warnings,
                Err(errors) => errors,
            };
            prop_assert!(diagnostics.iter().all(|diagnostic| !diagnostic.render().is_empty()));
        }
    }
}
