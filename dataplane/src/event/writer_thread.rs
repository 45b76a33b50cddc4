//! The thread that takes events out of the workers' rings and writes them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Catalog, EveWriter, EventConsumer};

/// How long the thread sleeps when there is nothing to write.
const NAP: Duration = Duration::from_millis(2);
/// Events taken from one ring before the next is looked at.
const TURN: usize = 256;

enum Order {
    Learn(Catalog),
    Reopen,
    Line(serde_json::Value),
    Stop,
}

/// What the thread shows of itself.
#[derive(Debug, Default)]
pub struct WriterStatus {
    written: AtomicU64,
    failed: AtomicU64,
}

impl WriterStatus {
    /// Lines written.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Lines that could not be written, as on a full disk.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

/// The thread, as others talk to it. Dropping it lets the thread write what is there and end.
#[derive(Debug)]
pub struct WriterHandle {
    orders: Sender<Order>,
    status: Arc<WriterStatus>,
    thread: Option<JoinHandle<()>>,
}

impl WriterHandle {
    /// Starts the thread. Without a `writer` the events are taken out and thrown away, so that rings stay empty.
    pub fn start(writer: Option<EveWriter>, rings: Vec<EventConsumer>) -> io::Result<WriterHandle> {
        let (orders, inbox) = channel();
        let status = Arc::new(WriterStatus::default());
        let mut state = Writing { writer, rings, inbox, status: status.clone() };
        let thread = thread::Builder::new().name("weir-events".into()).spawn(move || state.run())?;
        Ok(WriterHandle { orders, status, thread: Some(thread) })
    }

    /// Makes the names of a rule set known. To be called before a worker gets the rule set.
    pub fn learn(&self, catalog: Catalog) {
        self.order(Order::Learn(catalog));
    }

    /// Opens the file anew (SIGHUP).
    pub fn reopen(&self) {
        self.order(Order::Reopen);
    }

    /// Writes a line that is not from a worker.
    pub fn write_line(&self, line: serde_json::Value) {
        self.order(Order::Line(line));
    }

    /// What was written so far.
    pub fn status(&self) -> &Arc<WriterStatus> {
        &self.status
    }

    fn order(&self, order: Order) {
        // Fails only when the thread has ended, and then nothing can be written anyhow.
        let _ = self.orders.send(order);
    }
}

impl Drop for WriterHandle {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes events has panicked; events were lost");
        }
    }
}

struct Writing {
    writer: Option<EveWriter>,
    rings: Vec<EventConsumer>,
    inbox: Receiver<Order>,
    status: Arc<WriterStatus>,
}

impl Writing {
    fn run(&mut self) {
        loop {
            let mut stop = false;
            while let Ok(order) = self.inbox.try_recv() {
                stop |= matches!(order, Order::Stop);
                self.obey(order);
            }
            let drained = self.drain();
            if stop {
                while self.drain() > 0 {}
                self.flush();
                return;
            }
            if drained == 0 {
                self.flush();
                thread::sleep(NAP);
            }
        }
    }

    fn obey(&mut self, order: Order) {
        let Some(writer) = &mut self.writer else { return };
        let done = match order {
            Order::Learn(catalog) => {
                writer.learn(catalog);
                Ok(())
            }
            Order::Reopen => writer.reopen(),
            Order::Line(line) => writer.write_line(&line),
            Order::Stop => Ok(()),
        };
        self.note(done.map_err(|error| error.to_string()));
    }

    /// Writes what is in the rings, a turn from each. Returns how many events there were.
    fn drain(&mut self) -> usize {
        let mut count = 0;
        for index in 0..self.rings.len() {
            for _ in 0..TURN {
                let Some(event) = self.rings.get_mut(index).and_then(EventConsumer::pop) else { break };
                count += 1;
                if let Some(writer) = &mut self.writer {
                    let done = writer.write(&event).map_err(|error| error.to_string());
                    self.note(done);
                }
                if let Some(ring) = self.rings.get_mut(index) {
                    ring.give_back(event);
                }
            }
        }
        count
    }

    fn flush(&mut self) {
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.flush()
        {
            self.note(Err(error.to_string()));
        }
    }

    fn note(&mut self, done: Result<(), String>) {
        if let Err(error) = done {
            // One line for the first failure and for every power of two, not one for each lost event.
            let failed = self.status.failed.fetch_add(1, Ordering::Relaxed) + 1;
            if failed.is_power_of_two() {
                tracing::error!(failed, "{error}; free some space or give `events.file` another place");
            }
        }
        let written = self.writer.as_ref().map_or(0, EveWriter::written);
        self.status.written.store(written, Ordering::Relaxed);
    }
}
