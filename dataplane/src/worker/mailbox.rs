//! Commands to a worker and its replies: two bounded lock-free rings between it and the control thread.
//!
//! A worker looks for commands once for each burst and carries out one at a time. Whatever a command needs, memory
//! included, comes with it, and what has to be freed goes back with the reply: the worker allocates and frees nothing.

use crate::engine::{Engine, EngineSettings, WorkerRules};
use crate::event::Generation;
use crate::flow::{FlowId, FlowKey, FlowRecord, Side};
use crate::latency::Latency;

/// Commands and replies that can wait.
const DEPTH: usize = 16;

/// Flows looked at for one command, so that listing a large table does not delay packets.
const FLOWS_AT_ONCE: usize = 256;

/// What a worker is told to do.
#[derive(Debug)]
pub enum Command {
    /// Put a rule set and settings in force.
    Install {
        /// The rule set.
        rules: Box<WorkerRules>,
        /// The settings.
        settings: Box<EngineSettings>,
    },
    /// Copy the latencies into this.
    Latency(Box<Latency>),
    /// Copy the flows from this place of the table on into these rows, as many as there is room reserved for.
    Flows {
        /// Where to begin.
        from: FlowId,
        /// Empty, with capacity.
        rows: Vec<FlowRow>,
    },
}

/// What a worker says.
#[derive(Debug)]
pub enum Reply {
    /// The rule set is in force; what it replaced for good is to be freed.
    Installed {
        /// Which.
        generation: Generation,
        /// The rule set before the one before, where it was still in use.
        replaced: Option<Box<WorkerRules>>,
        /// The settings before.
        settings: Box<EngineSettings>,
    },
    /// No flow uses this rule set any more; it is to be freed.
    Retired(Box<WorkerRules>),
    /// The latencies.
    Latency(Box<Latency>),
    /// Flows.
    Flows {
        /// Where to go on; `None` at the end of the table.
        next: Option<FlowId>,
        /// The flows.
        rows: Vec<FlowRow>,
    },
}

/// A flow as it is listed.
#[derive(Clone, Copy, Debug)]
pub struct FlowRow {
    /// Its number in events.
    pub flow_id: u64,
    /// Both ends.
    pub key: FlowKey,
    /// Which of them opened it.
    pub initiator: Side,
    /// The rest.
    pub record: FlowRecord,
}

/// The worker's end.
#[derive(Debug)]
pub struct Mailbox {
    commands: rtrb::Consumer<Command>,
    replies: rtrb::Producer<Reply>,
}

/// The control thread's end.
#[derive(Debug)]
pub struct ControlEnd {
    commands: rtrb::Producer<Command>,
    replies: rtrb::Consumer<Reply>,
}

/// Both ends of a mailbox.
pub fn mailbox() -> (Mailbox, ControlEnd) {
    let (command_in, command_out) = rtrb::RingBuffer::new(DEPTH);
    let (reply_in, reply_out) = rtrb::RingBuffer::new(DEPTH);
    (
        Mailbox { commands: command_out, replies: reply_in },
        ControlEnd { commands: command_in, replies: reply_out },
    )
}

impl Mailbox {
    /// Whether there is a command, and room for the reply to it.
    #[inline]
    pub fn has_command(&self) -> bool {
        !self.commands.is_empty() && self.replies.slots() > 1
    }

    /// The next command.
    pub fn command(&mut self) -> Option<Command> {
        self.commands.pop().ok()
    }

    /// Sends a reply. Where the ring is full, because nobody reads it, the reply is dropped here.
    pub fn reply(&mut self, reply: Reply) {
        let _ = self.replies.push(reply);
    }
}

impl ControlEnd {
    /// Sends a command; gives it back where the worker does not keep up.
    pub fn send(&mut self, command: Command) -> Result<(), Command> {
        self.commands.push(command).map_err(|rtrb::PushError::Full(command)| command)
    }

    /// The next reply.
    pub fn reply(&mut self) -> Option<Reply> {
        self.replies.pop().ok()
    }

    /// Whether the worker is gone.
    pub fn is_abandoned(&self) -> bool {
        self.replies.is_abandoned()
    }
}

/// Copies flows into `rows`, up to its capacity, and says where to go on.
pub(super) fn list_flows(engine: &Engine, from: FlowId, rows: &mut Vec<FlowRow>) -> Option<FlowId> {
    let limit = FLOWS_AT_ONCE.min(rows.capacity() - rows.len());
    for (_, record) in engine.flows().iter_from(from, limit) {
        rows.push(FlowRow {
            flow_id: engine.flow_id(record),
            key: *record.key(),
            initiator: record.initiator(),
            record: *record,
        });
    }
    let next = from.index() + limit;
    (limit > 0 && next < engine.flows().capacity()).then_some(FlowId(next as u32))
}
