//! What the two ends begin with: ICReq and ICResp (TCP Transport 1.0 §3.6.2.2, §3.6.2.3).

use crate::decode::recognise::{AppProtocol, Fit};

/// Type, no flags, a header of 128 bytes, which is all; version 0.
const HOST: [u8; 10] = [0, 0, 128, 0, 128, 0, 0, 0, 0, 0];
const CONTROLLER: [u8; 10] = [1, 0, 128, 0, 128, 0, 0, 0, 0, 0];

/// Tells a host.
pub(in crate::decode) fn first_of_host(bytes: &[u8]) -> Fit {
    begins(bytes, &HOST)
}

/// Tells a controller.
pub(in crate::decode) fn first_of_controller(bytes: &[u8]) -> Fit {
    begins(bytes, &CONTROLLER)
}

fn begins(bytes: &[u8], first: &[u8]) -> Fit {
    if bytes.starts_with(first) {
        Fit::Is(AppProtocol::Nvme)
    } else if first.starts_with(bytes) {
        Fit::MayBecome
    } else {
        Fit::IsNot
    }
}
