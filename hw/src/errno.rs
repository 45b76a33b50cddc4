//! Error numbers of DPDK, which are those of the system, kept as numbers and shown in words.

use std::fmt;
use std::io;

/// A positive error number, as in `errno(3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// The error number that the last failed DPDK call of this thread left.
    #[cold]
    pub(crate) fn last() -> Errno {
        // SAFETY: reads a thread-local integer.
        Errno(unsafe { dpdk_sys::dpdk_shim_errno() })
    }

    /// Ok of the value, unless it is negative: DPDK's control functions return `-errno`.
    pub(crate) fn check(returned: i32) -> Result<i32, Errno> {
        match returned {
            // Some return -1 and set rte_errno; EPERM is not an answer that any of them gives.
            -1 => Err(match Errno::last() {
                Errno(0) => Errno(libc::EIO),
                errno => errno,
            }),
            negative if negative < 0 => Err(Errno(-negative)),
            value => Ok(value),
        }
    }

    /// Whether the driver says that it can't do this at all, in one of the two ways that drivers say so.
    pub(crate) fn is_unsupported(self) -> bool {
        matches!(self.0, libc::ENOTSUP | libc::ENOSYS)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        // The library's words, without the number that Rust adds.
        f.write_str(text.split(" (os error").next().unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_words() {
        assert_eq!(Errno(libc::EBUSY).to_string(), "Device or resource busy");
        assert_eq!(Errno::check(-libc::ENOTSUP), Err(Errno(libc::ENOTSUP)));
        assert_eq!(Errno::check(3), Ok(3));
    }
}
