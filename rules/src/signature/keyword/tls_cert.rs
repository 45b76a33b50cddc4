//! `tls_cert_expired;` and `tls_cert_valid;`: whether the peer's certificate is in its time.

use super::{Apply, Keyword};
use crate::signature::packet::{PacketCondition, Validity};

pub(super) const EXPIRED: Keyword = Keyword {
    name: "tls_cert_expired",
    apply: Apply::Bare(|draft| {
        draft.packet.push(PacketCondition::CertificateValidity(Validity::Expired));
        Ok(())
    }),
};
pub(super) const VALID: Keyword = Keyword {
    name: "tls_cert_valid",
    apply: Apply::Bare(|draft| {
        draft.packet.push(PacketCondition::CertificateValidity(Validity::Valid));
        Ok(())
    }),
};
