//! `to_md5`, `to_sha1`, `to_sha256`: the digest, in binary.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::output::Output;

pub(super) fn to_md5(bytes: &[u8], out: &mut Output<'_>) {
    out.extend(&Md5::digest(bytes));
}

pub(super) fn to_sha1(bytes: &[u8], out: &mut Output<'_>) {
    out.extend(&Sha1::digest(bytes));
}

pub(super) fn to_sha256(bytes: &[u8], out: &mut Output<'_>) {
    out.extend(&Sha256::digest(bytes));
}
