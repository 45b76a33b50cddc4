//! Windows (RFC 9113 §5.2): how much a sender may send.
//!
//! A window that shrinks by a setting shrinks when its sender has heard of it, which is not seen here; so it is left as
//! large as it was. What is told of is beyond all that could have been allowed.

/// The most that a window may come to (RFC 9113 §6.9.1).
const MAX: i64 = 0x7fff_ffff;

/// How much may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window(i64);

/// Whether a window was kept to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    No,
}

impl Window {
    /// The window of a connection, and of a stream before anything is said (§6.9.2).
    pub const INITIAL: Window = Window(0xffff);

    /// Whether no window may be so large.
    pub fn is_too_large(size: u32) -> bool {
        i64::from(size) > MAX
    }

    /// Grows to `size` where it is smaller, and says by how much.
    pub fn grow_to(&mut self, size: u32) -> u32 {
        let more = (i64::from(size).min(MAX) - self.0).max(0);
        self.0 += more;
        more as u32
    }

    /// Bytes were sent, or will never be seen.
    pub fn take(&mut self, bytes: u32) -> Kept {
        self.0 -= i64::from(bytes);
        if self.0 >= 0 { Kept::Yes } else { Kept::No }
    }

    /// The receiver allows more.
    pub fn give(&mut self, bytes: u32) -> Kept {
        self.0 += i64::from(bytes);
        if self.0 <= MAX {
            return Kept::Yes;
        }
        self.0 = MAX;
        Kept::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_two_ends() {
        let mut window = Window::INITIAL;
        assert_eq!((window.grow_to(5), window.grow_to(0x1_0009)), (0, 10));
        assert_eq!((window.take(0x1_0009), window.take(1)), (Kept::Yes, Kept::No));
        assert_eq!((window.give(5), window.take(4)), (Kept::Yes, Kept::Yes));
        assert_eq!(window.give(0x7fff_ffff), Kept::Yes);
        assert_eq!((window.give(1), window.take(1), window.give(1)), (Kept::No, Kept::Yes, Kept::Yes));
    }
}
