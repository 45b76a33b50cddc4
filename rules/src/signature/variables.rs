//! The variables of addresses and ports: `$HOME_NET` and its kin.

use std::collections::BTreeMap;

/// What Suricata's default configuration sets, with the unique local addresses of IPv6 (RFC 4193) added to
/// `HOME_NET`.
const DEFAULTS: &[(&str, &str)] = &[
    ("HOME_NET", "[10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7]"),
    ("EXTERNAL_NET", "!$HOME_NET"),
    ("HTTP_SERVERS", "$HOME_NET"),
    ("SMTP_SERVERS", "$HOME_NET"),
    ("SQL_SERVERS", "$HOME_NET"),
    ("DNS_SERVERS", "$HOME_NET"),
    ("TELNET_SERVERS", "$HOME_NET"),
    ("AIM_SERVERS", "$EXTERNAL_NET"),
    ("DC_SERVERS", "$HOME_NET"),
    ("DNP3_SERVER", "$HOME_NET"),
    ("DNP3_CLIENT", "$HOME_NET"),
    ("MODBUS_CLIENT", "$HOME_NET"),
    ("MODBUS_SERVER", "$HOME_NET"),
    ("ENIP_CLIENT", "$HOME_NET"),
    ("ENIP_SERVER", "$HOME_NET"),
    ("HTTP_PORTS", "80"),
    ("SHELLCODE_PORTS", "!80"),
    ("ORACLE_PORTS", "1521"),
    ("SSH_PORTS", "22"),
    ("DNP3_PORTS", "20000"),
    ("MODBUS_PORTS", "502"),
    ("FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"),
    ("FTP_PORTS", "21"),
    ("GENEVE_PORTS", "6081"),
    ("VXLAN_PORTS", "4789"),
    ("TEREDO_PORTS", "3544"),
    ("SIP_PORTS", "[5060,5061]"),
];

/// Names and values of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Default for Variables {
    fn default() -> Variables {
        Variables {
            values: DEFAULTS.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}

impl Variables {
    /// The defaults, with `settings` (name without `$`, value) in place of or besides them. What is wrong with a value is
    /// reported at the rules that use it.
    pub fn with(settings: &[(String, String)]) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in settings {
            variables.values.insert(name.trim_start_matches('$').to_owned(), value.trim().to_owned());
        }
        variables
    }

    /// The value of a variable as it was written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        crate::names::nearest(name, self.values.keys().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_replace_defaults() {
        let variables =
            Variables::with(&[("HOME_NET".into(), "10.0.0.0/8".into()), ("$X".into(), "1".into())]);
        assert_eq!(variables.get("HOME_NET"), Some("10.0.0.0/8"));
        assert_eq!(variables.get("X"), Some("1"));
        assert_eq!(variables.get("HTTP_PORTS"), Some("80"));
        assert_eq!(variables.nearest("HOMENET"), Some("HOME_NET"));
    }
}
