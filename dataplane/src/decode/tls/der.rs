//! Reads DER (ITU-T X.690): tag, length, contents, and no more of it than certificates need.

use super::anomaly::Anomaly;

/// Tags that certificates are made of.
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 0x01;
    pub(in super::super) const INTEGER: u8 = 0x02;
    pub(in super::super) const OCTET_STRING: u8 = 0x04;
    pub(in super::super) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in super::super) const UTC_TIME: u8 = 0x17;
    pub(in super::super) const GENERALIZED_TIME: u8 = 0x18;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;

    /// `[number]` of a constructed type.
    pub(in super::super) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[number]` of a primitive type.
    pub(in super::super) const fn primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// An element: its tag with class and form, and its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
}

/// Elements in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Der<'a> {
    rest: &'a [u8],
}

impl<'a> Der<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Der<'a> {
        Der { rest: bytes }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    /// The next element. Lengths of more than four bytes, indefinite lengths and tags of more than one byte, none of
    /// which a certificate has, are faults.
    pub(super) fn next(&mut self) -> Result<Element<'a>, Anomaly> {
        let (&tag, rest) = self.rest.split_first().ok_or(Anomaly::CertificateMissingElement)?;
        if tag & 0x1f == 0x1f {
            return Err(Anomaly::CertificateUnknownElement);
        }
        let (len, rest) = length(rest).ok_or(Anomaly::CertificateInvalidLength)?;
        let (contents, rest) = rest.split_at_checked(len).ok_or(Anomaly::CertificateInvalidLength)?;
        self.rest = rest;
        Ok(Element { tag, contents })
    }

    /// The contents of the next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<&'a [u8], Anomaly> {
        let mut ahead = *self;
        let element = ahead.next()?;
        if element.tag != tag {
            return Err(Anomaly::CertificateUnknownElement);
        }
        *self = ahead;
        Ok(element.contents)
    }

    /// The contents of the next element if it has this tag; otherwise it stays.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Anomaly> {
        match self.rest.first() {
            Some(&found) if found == tag => self.expect(tag).map(Some),
            _ => Ok(None),
        }
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    let len = digits.iter().fold(0u32, |len, &digit| len << 8 | u32::from(digit));
    Some((len as usize, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_to_four_digits() {
        let long = [&[0x04, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
        assert_eq!(Der::new(&long).next(), Ok(Element { tag: 4, contents: &[7; 256] }));
        let cases: [(&[u8], Anomaly); 6] = [
            (&[], Anomaly::CertificateMissingElement),
            (&[0x30], Anomaly::CertificateInvalidLength),
            (&[0x30, 0x80, 0, 0], Anomaly::CertificateInvalidLength),
            (&[0x30, 0x85, 0, 0, 0, 0, 0], Anomaly::CertificateInvalidLength),
            (&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0], Anomaly::CertificateInvalidLength),
            (&[0x1f, 0x81, 0x01, 0x00], Anomaly::CertificateUnknownElement),
        ];
        for (bytes, anomaly) in cases {
            assert_eq!(Der::new(bytes).next(), Err(anomaly), "{bytes:02x?}");
        }
    }
}
