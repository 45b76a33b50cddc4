//! What tells a call: its content type, and the path that names service and method.

use super::super::http::octet::starts_with_nocase;

/// Whether a content type is gRPC's: `application/grpc`, with or without a format.
pub(in crate::decode) fn is_grpc(content_type: &[u8]) -> bool {
    const NAME: &[u8] = b"application/grpc";
    starts_with_nocase(content_type, NAME)
        && matches!(content_type.get(NAME.len()), None | Some(b'+' | b';' | b' '))
}

/// The parts of `/package.Service/Method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct MethodPath<'p> {
    pub service: &'p [u8],
    pub method: &'p [u8],
}

impl<'p> MethodPath<'p> {
    /// Splits a path at its last slash; the service may hold others.
    pub fn parse(path: &'p [u8]) -> Option<MethodPath<'p>> {
        let name = path.strip_prefix(b"/")?;
        let slash = memchr::memrchr(b'/', name)?;
        let (service, method) = name.split_at_checked(slash)?;
        Some(MethodPath { service, method: method.get(1..)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_by_type_and_path() {
        for (content_type, expected) in [
            (&b"application/grpc"[..], true),
            (b"application/grpc+proto", true),
            (b"Application/gRPC; x", true),
            (b"application/grpc-web", false),
            (b"application/json", false),
        ] {
            assert_eq!(is_grpc(content_type), expected);
        }
        let path = MethodPath::parse(b"/inference.GRPCInferenceService/ModelInfer");
        let (service, method) = (&b"inference.GRPCInferenceService"[..], &b"ModelInfer"[..]);
        assert_eq!(path, Some(MethodPath { service, method }));
        assert_eq!(MethodPath::parse(b"/"), None);
        assert_eq!(MethodPath::parse(b"x/y"), None);
    }
}
