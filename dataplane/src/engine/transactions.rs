//! Events of transactions: what the log of the application layer has written down goes to the writer, with the flow that
//! it was said in.

use super::pipeline::Engine;
use super::report::{FlowContext, endpoints_of};
use crate::app::AppHandle;
use crate::decode::recognise::AppProtocol;
use crate::event::{Event, EventKind};
use crate::flow::{Direction, FlowHash, FlowKey, FlowRecord};

impl Engine {
    /// Whether a transaction has ended that is to be written down.
    #[inline]
    pub(super) fn has_transactions(&self) -> bool {
        self.app.has_finished()
    }

    /// Hands over the transactions that the packet `number` of a flow ended.
    #[cold]
    pub(super) fn report_transactions(&mut self, key: &FlowKey, hash: FlowHash, number: u64) {
        let record = self.flows.find(key, hash).and_then(|id| self.flows.get(id)).copied();
        let Some(record) = record else { return };
        let app = self.app.protocol(AppHandle(record.app)).or(self.datagram);
        self.report_transactions_of(&record, app, number);
    }

    /// Hands over the transactions of a flow, which speaks `app`.
    pub(super) fn report_transactions_of(
        &mut self,
        record: &FlowRecord,
        app: Option<AppProtocol>,
        number: u64,
    ) {
        while let Some(returned) = self.events.returned() {
            self.app.log().recycle(returned);
        }
        let hash = self.flows.hash(record.key());
        let context = FlowContext::of(record, hash, Direction::ToServer, self.generation());
        while let Some(transaction) = self.app.log().pop() {
            let event = Event {
                time: transaction.times.last,
                number,
                generation: context.generation,
                flow_id: context.flow_id,
                endpoints: endpoints_of(record),
                identities: context.identities,
                app,
                kind: EventKind::Transaction(transaction),
            };
            if let Some(kept) = self.events.push_or_keep(event) {
                self.app.log().recycle(kept);
            }
        }
    }
}
