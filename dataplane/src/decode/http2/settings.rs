//! Settings (RFC 9113 §6.5): what the sender allows its peer.

/// The settings that mean something here.
pub(super) mod id {
    /// Bytes that the peer's encoder may keep for references.
    pub const HEADER_TABLE_SIZE: u16 = 1;
    /// Bytes that the peer may send on a new stream.
    pub const INITIAL_WINDOW_SIZE: u16 = 4;
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub id: u16,
    pub value: u32,
}

impl Setting {
    /// Bytes of a setting.
    pub const LEN: usize = 6;

    pub fn parse(bytes: &[u8; Setting::LEN]) -> Setting {
        let &[a, b, value @ ..] = bytes;
        Setting { id: u16::from_be_bytes([a, b]), value: u32::from_be_bytes(value) }
    }

    /// As one number for rules: the identifier above the value.
    pub fn number(self) -> u64 {
        u64::from(self.id) << 32 | u64::from(self.value)
    }
}
