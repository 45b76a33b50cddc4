//! What looks at transactions while they grow.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::transaction::Transaction;
use super::values::Added;
use crate::decode::recognise::AppProtocol;
use crate::decode::{AppEvent, Stage};
use crate::flow::Direction;

/// Looks at transactions. It is told of every value that it wants and of every stage, before the bytes that they came
/// with are forwarded.
pub trait Observer {
    /// Whether values of a field are to be kept.
    fn wants(&self, field: FieldId, direction: Direction) -> bool;

    /// Whether anyone wants to know what is meant by what is said ([`semantics`](crate::semantics)).
    fn wants_meaning(&self) -> bool;

    /// A value is new, or has grown.
    fn value(&mut self, transaction: &mut Transaction, added: Added);

    /// Whether values of a number are to be kept.
    fn wants_number(&self, number: NumberId) -> bool;

    /// A number was told, and is kept.
    fn number(&mut self, transaction: &mut Transaction, direction: Direction, number: NumberId);

    /// One direction has come to a stage.
    fn stage(&mut self, transaction: &mut Transaction, direction: Direction, stage: Stage);

    /// Something is not as it should be.
    fn event(&mut self, transaction: &mut Transaction, direction: Direction, event: AppEvent);

    /// Whether anything that only a protocol says is wanted at all. Where it is not, its datagrams need not be decoded.
    fn wants_protocol(&self, protocol: AppProtocol) -> bool;

    /// Whether anyone wants to know of [`detection`](Observer::detection).
    fn wants_detection(&self) -> bool;

    /// Something is not as it should be about which protocol a flow has.
    fn detection(&mut self, direction: Direction, event: AppEvent);
}
