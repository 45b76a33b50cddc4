//! The first message of a client, which has no type.

/// What a client begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Startup<'b> {
    /// It asks for TLS or for GSSAPI encryption, and waits for one byte.
    Encryption,
    /// It asks to cancel what another connection does.
    Cancel,
    /// Who it is, and which database it wants, which is called like the user where it is not said.
    Parameters { user: &'b [u8], database: &'b [u8] },
}

const CANCEL: u32 = 80_877_102;
const TLS: u32 = 80_877_103;
const GSSAPI: u32 = 80_877_104;

impl<'b> Startup<'b> {
    /// Reads a message that is complete, without its length; none where it is none of protocol 3.
    pub fn read(bytes: &'b [u8]) -> Option<Startup<'b>> {
        let (&code, rest) = bytes.split_first_chunk()?;
        match u32::from_be_bytes(code) {
            TLS | GSSAPI => rest.is_empty().then_some(Startup::Encryption),
            CANCEL => Some(Startup::Cancel),
            version if version >> 16 == 3 => Startup::parameters(rest),
            _ => None,
        }
    }

    fn parameters(bytes: &'b [u8]) -> Option<Startup<'b>> {
        let (mut user, mut database): (&[u8], Option<&[u8]>) = (&[], None);
        let mut rest = bytes;
        loop {
            let (name, after) = string(rest)?;
            if name.is_empty() {
                return Some(Startup::Parameters { user, database: database.unwrap_or(user) });
            }
            let (value, after) = string(after)?;
            match name {
                b"user" => user = value,
                b"database" => database = Some(value),
                _ => {}
            }
            rest = after;
        }
    }
}

/// A string that ends with a zero, and what follows it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    let (string, rest) = bytes.split_at_checked(end)?;
    Some((string, rest.get(1..)?))
}
