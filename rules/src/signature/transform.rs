//! What is done to the bytes of a buffer before they are looked at.

/// One transformation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Transform {
    /// `to_lowercase`
    ToLowercase,
    /// `to_uppercase`
    ToUppercase,
    /// `strip_whitespace`: blanks are taken out.
    StripWhitespace,
    /// `compress_whitespace`: runs of blanks become one.
    CompressWhitespace,
    /// `to_md5`: the 16 bytes of the digest.
    ToMd5,
    /// `to_sha1`: the 20 bytes of the digest.
    ToSha1,
    /// `to_sha256`: the 32 bytes of the digest.
    ToSha256,
    /// `url_decode`: `%41` and `+` are undone.
    UrlDecode,
    /// `xor`: with a key, repeated.
    Xor(Box<[u8]>),
    /// `dotprefix`: a dot is put before it.
    DotPrefix,
    /// `pcrexform`: the first group of an expression, or its whole match.
    Regex(Box<str>),
    /// `from_base64`
    FromBase64(FromBase64),
    /// `header_lowercase`: names of headers.
    HeaderLowercase,
    /// `strip_pseudo_headers`: lines that start with a colon are taken out.
    StripPseudoHeaders,
    /// `subslice`: a part of it; negative numbers count from the end.
    Subslice {
        /// The first byte.
        offset: i32,
        /// How many.
        bytes: Option<i32>,
        /// What becomes of a part that ends behind the buffer.
        truncate: Truncate,
    },
    /// `domain`: the registered domain of a host name.
    Domain,
    /// `tld`: the public suffix of a host name.
    TopLevelDomain,
    /// `gunzip`, at most so many bytes of the result.
    Gunzip {
        /// Bytes.
        max_size: u32,
    },
    /// `zlib_deflate`, at most so many bytes of the result.
    Inflate {
        /// Bytes.
        max_size: u32,
    },
    /// `llm.normalize`: text as a model reads it: look-alike letters folded, invisible ones taken out.
    LlmNormalize,
    /// `card_numbers`: the numbers of payment cards with a right check digit, each on a line.
    CardNumbers,
    /// `ibans`: the bank account numbers with right check digits, each on a line.
    Ibans,
}

/// What becomes of a part that ends behind its buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Truncate {
    /// There is none.
    #[default]
    No,
    /// It ends with the buffer.
    Yes,
}

/// How Base64 is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FromBase64 {
    /// Where it starts.
    pub offset: u32,
    /// How many bytes of it; all where it is not said.
    pub bytes: Option<u32>,
    /// What is taken for Base64.
    pub mode: Base64Mode,
}

/// What is taken for Base64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base64Mode {
    /// RFC 4648: it ends at the first byte that is not of the alphabet.
    #[default]
    Rfc4648,
    /// RFC 2045: bytes that are not of the alphabet are skipped.
    Rfc2045,
    /// Nothing but the alphabet, padded as it must be.
    Strict,
}
