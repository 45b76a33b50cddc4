//! Transforms without arguments: `http.uri; to_lowercase; content:"/x";`.

use crate::signature::transform::Transform;

/// Name and effect of each.
pub(super) const TRANSFORMS: [(&str, Transform); 16] = [
    ("card_numbers", Transform::CardNumbers),
    ("compress_whitespace", Transform::CompressWhitespace),
    ("domain", Transform::Domain),
    ("dotprefix", Transform::DotPrefix),
    ("header_lowercase", Transform::HeaderLowercase),
    ("ibans", Transform::Ibans),
    ("llm.normalize", Transform::LlmNormalize),
    ("strip_pseudo_headers", Transform::StripPseudoHeaders),
    ("strip_whitespace", Transform::StripWhitespace),
    ("tld", Transform::TopLevelDomain),
    ("to_lowercase", Transform::ToLowercase),
    ("to_md5", Transform::ToMd5),
    ("to_sha1", Transform::ToSha1),
    ("to_sha256", Transform::ToSha256),
    ("to_uppercase", Transform::ToUppercase),
    ("url_decode", Transform::UrlDecode),
];

/// The transform of this name.
pub(super) fn named(name: &str) -> Option<Transform> {
    TRANSFORMS.iter().find(|(known, _)| *known == name).map(|(_, transform)| transform.clone())
}
