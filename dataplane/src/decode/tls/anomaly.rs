//! What can be wrong with a connection, by the names that `app-layer-event` knows.

use crate::decode::AppEvent;

macro_rules! anomalies {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// Something that is not as it should be. Each is told once for a connection, however often it occurs, so that
        /// a peer can't buy an event with every record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Anomaly {
            $($(#[$doc])* $variant,)*
        }

        impl Anomaly {
            /// All that there are.
            pub(super) const ALL: [Anomaly; [$($name),*].len()] = [$(Anomaly::$variant,)*];

            pub(super) const fn event(self) -> AppEvent {
                match self {
                    $(Anomaly::$variant => AppEvent($name),)*
                }
            }
        }
    };
}

anomalies! {
    /// The first record of a direction has a type that no first record can have.
    InvalidTlsHeader = "tls.invalid_tls_header";
    /// A record's type is not known.
    InvalidRecordType = "tls.invalid_record_type";
    /// A record's version is no version of SSL 3.0 or TLS.
    InvalidRecordVersion = "tls.invalid_record_version";
    /// A record is longer than any may be, or empty where it must not be.
    InvalidRecordLength = "tls.invalid_record_length";
    /// A record that can't come at this place, such as one within a handshake message.
    InvalidSslRecord = "tls.invalid_ssl_record";
    /// An SSL 2.0 header that is not of a hello.
    InvalidSslv2Header = "tls.invalid_sslv2_header";
    /// A hello in the shape of SSL 2.0, which RFC 6176 forbids.
    Sslv2Hello = "tls.sslv2_hello";
    /// A handshake message of unknown type, or from the side that does not send it.
    InvalidHandshakeMessage = "tls.invalid_handshake_message";
    /// The lengths within a handshake message disagree, or it is longer than the limit.
    HandshakeInvalidLength = "tls.handshake_invalid_length";
    /// More than one server name.
    MultipleSniExtensions = "tls.multiple_sni_extensions";
    /// A server name that is not a host name.
    InvalidSniType = "tls.invalid_sni_type";
    /// The lengths within the server name extension disagree, or a name is longer than DNS allows.
    InvalidSniLength = "tls.invalid_sni_length";
    /// A certificate that is no certificate.
    InvalidCertificate = "tls.invalid_certificate";
    /// A certificate ends too early.
    CertificateMissingElement = "tls.certificate_missing_element";
    /// Something else stands where a certificate must have an element.
    CertificateUnknownElement = "tls.certificate_unknown_element";
    /// An element is longer than what holds it.
    CertificateInvalidLength = "tls.certificate_invalid_length";
    /// A string with bytes that its type does not have.
    CertificateInvalidString = "tls.certificate_invalid_string";
    /// An alert that is not two bytes (RFC 8446 §6).
    InvalidAlertMessage = "tls.invalid_alert_message";
    /// A fatal alert in the clear.
    ErrorMessageEncountered = "tls.error_message_encountered";
    /// A heartbeat (RFC 6520).
    HeartbeatMessage = "tls.heartbeat_message";
    /// A heartbeat of an unknown type, or with too little padding.
    InvalidHeartbeatMessage = "tls.invalid_heartbeat_message";
    /// A heartbeat that claims more payload than it has: Heartbleed (CVE-2014-0160).
    OverflowHeartbeatMessage = "tls.overflow_heartbeat_message";
    /// An encrypted answer to a heartbeat that is longer than the request: Heartbleed that worked.
    DataleakHeartbeatMismatch = "tls.dataleak_heartbeat_mismatch";
}

/// Which anomalies have been told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told(u32);

impl Told {
    /// Notes that `anomaly` is told now; false where it has been before.
    pub(super) fn first_time(&mut self, anomaly: Anomaly) -> bool {
        let bit = 1u32 << (anomaly as u8 & 31);
        let first = self.0 & bit == 0;
        self.0 |= bit;
        first
    }
}
