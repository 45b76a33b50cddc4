//! Keywords of Suricata that weir will not have, and why.

/// Name, reason, and what to do instead.
pub(super) const REFUSED: [(&str, &str, &str); 7] = [
    ("asn1", "asn1 was taken out of Suricata", "look for the bytes by content"),
    ("bypass", "weir decides by itself which flows need no look", "use the action pass"),
    ("config", "a rule does not change the configuration", "change it in weir's own"),
    ("geoip", "weir has no map of countries", "write the addresses into the header, or into a dataset"),
    ("lua", "weir does not run scripts for packets", "say it by contents, pcre and byte_test"),
    ("luaxform", "weir does not run scripts for packets", "use another transform"),
    ("replace", "weir does not rewrite what passes", "use drop or reject"),
];

/// Why a keyword is refused, and what would be right.
pub(super) fn reason(name: &str) -> Option<(&'static str, &'static str)> {
    REFUSED.iter().find(|(known, ..)| *known == name).map(|&(_, reason, help)| (reason, help))
}
