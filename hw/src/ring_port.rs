//! A port whose wire is in this process: what a test puts in is received, what is sent comes out.
//!
//! ```text
//!  inject ──▶ ring ──▶ RxQueue            one pair of rings for each queue;
//!  collect ◀── ring ◀── TxQueue           the port is a real one, of the driver net_ring
//! ```

use std::ffi::CString;
use std::sync::Arc;

use crate::device::Device;
use crate::eal::Eal;
use crate::eal_log::LogMark;
use crate::errno::Errno;
use crate::mempool::Socket;
use crate::port::{Port, Stopped};
use crate::port_info::PortId;
use crate::ring::{MbufConsumer, MbufProducer, Ring, RingError};

/// The far end of one queue pair.
#[derive(Debug)]
pub struct RingEnd {
    /// What goes in here is received by the queue.
    pub inject: MbufProducer,
    /// What the queue sends comes out here.
    pub collect: MbufConsumer,
}

/// Makes a port with `queues` pairs of queues, of `capacity` frames each. `name` is the device's, after `net_ring_`, and
/// has to be unique in the process.
pub fn ring_port(
    eal: Eal,
    name: &str,
    queues: u16,
    capacity: u32,
) -> Result<(Port<Stopped>, Vec<RingEnd>), RingError> {
    let make = || (0..queues).map(|_| Ring::new(eal, capacity, Socket::Any)).collect::<Result<Vec<_>, _>>();
    let (received, sent) = (make()?, make()?);
    let pointers = |rings: &[Arc<Ring>]| rings.iter().map(|ring| ring.as_ptr()).collect::<Vec<_>>();
    let (rx, tx) = (pointers(&received), pointers(&sent));
    let _control = eal.control();
    let mark = LogMark::now();
    let failed = |errno| RingError::Port { errno, said: mark.quote() };
    let device_name = format!("net_ring_{name}");
    let c_name = CString::new(name).map_err(|_| failed(Errno(libc::EINVAL)))?;
    // SAFETY: the name is a NUL-terminated string and the tables hold `queues` valid rings each, all of which DPDK copies;
    // the device keeps the rings alive until after it is closed.
    let result = unsafe {
        let count = u32::from(queues);
        dpdk_sys::rte_eth_from_rings(c_name.as_ptr(), rx.as_ptr(), count, tx.as_ptr(), count, 0)
    };
    let port = Errno::check(result).map_err(failed)?;
    let port = PortId(u16::try_from(port).map_err(|_| failed(Errno(libc::ENODEV)))?);
    let rings = received.iter().chain(&sent).map(Arc::clone).collect();
    let device = Device::of_rings(eal, port, device_name, rings);
    let ends = received.into_iter().zip(sent).map(|(inject, collect)| {
        // SAFETY: of the first ring the port's receive queue only takes frames out, and into the second its transmit
        // queue only puts them, so these are the only other ends.
        unsafe { RingEnd { inject: MbufProducer::new(inject), collect: MbufConsumer::new(collect) } }
    });
    Ok((Port::new(device), ends.collect()))
}
