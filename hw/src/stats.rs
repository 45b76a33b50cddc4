//! A port's own counters.

use crate::device::text_of;
use crate::errno::Errno;
use crate::port::{Port, PortError, PortState};

/// What a port counts since it was started or its counters were reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortStats {
    /// Frames received.
    pub ipackets: u64,
    /// Frames sent.
    pub opackets: u64,
    /// Bytes received.
    pub ibytes: u64,
    /// Bytes sent.
    pub obytes: u64,
    /// Frames that the NIC dropped because the receive queue was full: the sign that a worker is too slow.
    pub imissed: u64,
    /// Frames that arrived damaged.
    pub ierrors: u64,
    /// Frames that could not be sent.
    pub oerrors: u64,
    /// Times that a receive buffer could not be had: the pool is too small.
    pub rx_nombuf: u64,
}

/// One of a driver's own counters, under the driver's name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xstat {
    /// The name.
    pub name: String,
    /// The count.
    pub value: u64,
}

impl<S: PortState> Port<S> {
    /// Reads the counters.
    pub fn stats(&self) -> Result<PortStats, PortError> {
        let mut raw = dpdk_sys::rte_eth_stats::default();
        let _control = self.control();
        // SAFETY: the port is open as long as `self` lives, and `raw` is writable.
        let result = unsafe { dpdk_sys::rte_eth_stats_get(self.id().0, &raw mut raw) };
        Errno::check(result).map_err(|errno| self.failed("read the counters", errno))?;
        Ok(PortStats {
            ipackets: raw.ipackets,
            opackets: raw.opackets,
            ibytes: raw.ibytes,
            obytes: raw.obytes,
            imissed: raw.imissed,
            ierrors: raw.ierrors,
            oerrors: raw.oerrors,
            rx_nombuf: raw.rx_nombuf,
        })
    }

    /// Sets the counters to zero.
    pub fn reset_stats(&self) -> Result<(), PortError> {
        let _control = self.control();
        // SAFETY: the port is open as long as `self` lives.
        let result = unsafe { dpdk_sys::rte_eth_stats_reset(self.id().0) };
        Errno::check(result).map(drop).map_err(|errno| self.failed("reset the counters", errno))
    }

    /// Reads all counters of the driver. Many are zero and mean something to the driver's authors only.
    pub fn xstats(&self) -> Result<Vec<Xstat>, PortError> {
        let failed = |errno| self.failed("read the driver's counters", errno);
        let _control = self.control();
        let port = self.id().0;
        // SAFETY: with a null table of size 0, only the number of counters is returned.
        let count = unsafe { dpdk_sys::rte_eth_xstats_get(port, std::ptr::null_mut(), 0) };
        let count = Errno::check(count).map_err(failed)? as usize;
        let mut values = vec![dpdk_sys::rte_eth_xstat::default(); count];
        let mut names = vec![dpdk_sys::rte_eth_xstat_name::default(); count];
        // SAFETY: both tables are writable for `count` entries, and the control lock keeps the number from changing.
        let (filled, named) = unsafe {
            (
                dpdk_sys::rte_eth_xstats_get(port, values.as_mut_ptr(), count as u32),
                dpdk_sys::rte_eth_xstats_get_names(port, names.as_mut_ptr(), count as u32),
            )
        };
        let filled = Errno::check(filled).map_err(failed)? as usize;
        Errno::check(named).map_err(failed)?;
        let entry = |value: &dpdk_sys::rte_eth_xstat| {
            let name = names.get(usize::try_from(value.id).ok()?)?;
            // SAFETY: DPDK fills the names as NUL-terminated strings, and they do not change here.
            Some(Xstat { name: unsafe { text_of(name.name.as_ptr()) }, value: value.value })
        };
        Ok(values.iter().take(filled).filter_map(entry).collect())
    }
}
