//! The queues of a started port: where frames come in and go out.
//!
//! A queue has one user, because its methods want it exclusively and it can't be cloned; it may move between threads. A
//! queue keeps its port running.

use std::sync::Arc;

use crate::burst::Burst;
use crate::port::Running;
use crate::port_info::PortId;

/// A queue's number in its port and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub u16);

/// Whether the driver wants to look at frames before they are sent: it does where it computes checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preparation {
    Unneeded,
    Needed,
}

/// A receive queue.
#[derive(Debug)]
pub struct RxQueue {
    running: Arc<Running>,
    port: PortId,
    queue: QueueId,
}

impl RxQueue {
    pub(crate) fn new(running: Arc<Running>, queue: u16) -> RxQueue {
        let port = running.device.port();
        RxQueue { running, port, queue: QueueId(queue) }
    }

    /// Adds frames that arrived to the burst, at most as many as it has room for, and returns how many. It does not wait.
    #[inline]
    pub fn receive(&mut self, burst: &mut Burst) -> usize {
        self.receive_up_to(burst, usize::MAX)
    }

    /// As [`receive`](Self::receive), and at most `limit` frames.
    #[inline]
    pub fn receive_up_to(&mut self, burst: &mut Burst, limit: usize) -> usize {
        let (port, queue) = (self.port.0, self.queue.0);
        // SAFETY: the queue was set up and its port runs as long as `self` lives, and `self` is borrowed exclusively, so
        // that no other thread receives on it. The driver writes at most `room` pointers (a burst's capacity fits in 16
        // bits), returns how many, and gives up those frames.
        unsafe {
            burst.extend_raw(limit, |slots, room| {
                usize::from(dpdk_sys::rte_eth_rx_burst(port, queue, slots, room as u16))
            })
        }
    }

    /// The port that it belongs to.
    pub fn port(&self) -> PortId {
        self.port
    }

    /// Its number.
    pub fn id(&self) -> QueueId {
        self.queue
    }

    /// The name of its port's device.
    pub fn device_name(&self) -> &str {
        self.running.device.name()
    }
}

/// What became of the frames of a burst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transmitted {
    /// Handed to the driver.
    pub sent: usize,
    /// Freed, because the queue was full or the driver does not take them.
    pub dropped: usize,
}

/// A transmit queue.
#[derive(Debug)]
pub struct TxQueue {
    running: Arc<Running>,
    port: PortId,
    queue: QueueId,
    preparation: Preparation,
    refused: u64,
}

impl TxQueue {
    pub(crate) fn new(running: Arc<Running>, queue: u16, preparation: Preparation) -> TxQueue {
        let port = running.device.port();
        TxQueue { running, port, queue: QueueId(queue), preparation, refused: 0 }
    }

    /// Hands frames from the front of the burst to the driver, as many as its queue takes, and returns how many. The rest
    /// stay in the burst, in order.
    ///
    /// A frame that the driver can't send at all is freed and [counted](Self::refused): it would block those behind it.
    #[inline]
    pub fn transmit(&mut self, burst: &mut Burst) -> usize {
        if burst.is_empty() {
            return 0;
        }
        let ready = match self.preparation {
            Preparation::Unneeded => burst.len(),
            Preparation::Needed => self.prepare(burst),
        };
        // SAFETY: the queue was set up and its port runs as long as `self` lives, and `self` is borrowed exclusively, so
        // that no other thread sends on it. The first `ready` slots hold frames; the driver owns those that it reports as
        // sent, and the burst forgets them.
        unsafe {
            let sent = dpdk_sys::rte_eth_tx_burst(self.port.0, self.queue.0, burst.raw(), ready as u16);
            let sent = usize::from(sent).min(ready);
            burst.remove_front(sent);
            sent
        }
    }

    /// Sends the burst, tries again as long as that makes progress, and frees what is left: the burst is empty afterwards.
    #[inline]
    pub fn transmit_or_drop(&mut self, burst: &mut Burst) -> Transmitted {
        let (all, mut sent) = (burst.len(), 0);
        while !burst.is_empty() {
            match self.transmit(burst) {
                0 => break,
                more => sent += more,
            }
        }
        burst.clear();
        Transmitted { sent, dropped: all - sent }
    }

    /// Lets the driver fill in what it needs for checksums. Returns how many frames from the front are ready, which is
    /// all but those behind one that it refuses; a refused one at the front is freed.
    fn prepare(&mut self, burst: &mut Burst) -> usize {
        loop {
            let len = burst.len();
            // SAFETY: as in `transmit`; the driver changes frames that the burst owns and keeps none.
            let ready =
                unsafe { dpdk_sys::rte_eth_tx_prepare(self.port.0, self.queue.0, burst.raw(), len as u16) };
            if ready > 0 || len == 0 {
                return usize::from(ready).min(len);
            }
            self.refuse_first(burst);
        }
    }

    #[cold]
    fn refuse_first(&mut self, burst: &mut Burst) {
        let mut frames = burst.take();
        let mut rest = frames.drain();
        drop(rest.next());
        for frame in rest {
            // The burst held one more before.
            let _ = burst.push(frame);
        }
        self.refused += 1;
    }

    /// How many frames the driver refused for what they are: a request that it can't fulfil, or too many segments.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The port that it belongs to.
    pub fn port(&self) -> PortId {
        self.port
    }

    /// Its number.
    pub fn id(&self) -> QueueId {
        self.queue
    }

    /// The name of its port's device.
    pub fn device_name(&self) -> &str {
        self.running.device.name()
    }
}
