//! The connection manager (§12): who asks whom for a queue pair, and with what.
//!
//! ```text
//!  MAD, 256 bytes, to queue pair 1
//!  version 1 │ class 7 │ class version 2 │ method │ status 2 │ 2 │ transaction 8 │ attribute 2 │ 2 │ modifier 4
//!  message of 232 bytes: IDs, service, GUID, queue pair … │ private data
//! ```
//!
//! The attribute says what the message is, and so where in it things are (§12.6). A connection of the RDMA CM is told by
//! its service: 0x0000000001, the IP protocol and the port (annex A11.2).

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

/// The queue pair of the general services interface (§3.9.3).
pub(super) const GENERAL_SERVICES: u32 = 1;

/// Length of a management datagram (§13.4.2).
const MAD: usize = 256;
const HEADER: usize = 24;

/// The class of the communication manager (§13.4.4).
const COMMUNICATION_MANAGEMENT: u8 = 0x07;

/// Where in a message is what, counted from behind the header of the MAD.
#[derive(Clone, Copy, Debug)]
struct Layout {
    service: Option<usize>,
    guid: Option<usize>,
    queue_pair: Option<usize>,
    reason: Option<usize>,
    private_data: usize,
}

const NOTHING: Layout = Layout { service: None, guid: None, queue_pair: None, reason: None, private_data: 8 };

/// §12.6.5 to §12.6.12, §12.11
fn layout(attribute: u16) -> Option<Layout> {
    Some(match attribute {
        // ConnectRequest
        0x10 => {
            Layout { service: Some(8), guid: Some(16), queue_pair: Some(32), private_data: 140, ..NOTHING }
        }
        // MsgRcptAck
        0x11 => Layout { private_data: 10, ..NOTHING },
        // ConnectReject
        0x12 => Layout { reason: Some(10), private_data: 84, ..NOTHING },
        // ConnectReply
        0x13 => Layout { guid: Some(28), queue_pair: Some(12), private_data: 36, ..NOTHING },
        // ReadyToUse, DisconnectReply
        0x14 | 0x16 => NOTHING,
        // DisconnectRequest
        0x15 => Layout { queue_pair: Some(8), private_data: 12, ..NOTHING },
        // ServiceIDResReq
        0x17 => Layout { service: Some(8), private_data: 16, ..NOTHING },
        // ServiceIDResReqResp
        0x18 => Layout { service: Some(12), queue_pair: Some(8), private_data: 96, ..NOTHING },
        // LoadAlternatePath, AlternatePathResponse
        0x19 => Layout { queue_pair: Some(12), private_data: 64, ..NOTHING },
        0x1a => Layout { private_data: 84, ..NOTHING },
        _ => return None,
    })
}

/// What a message of the connection manager says.
pub(super) enum Said<'m> {
    Number(NumberId, u64),
    Field(FieldId, &'m [u8]),
}

/// Something that pretends to be a message of the connection manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoMessage;

/// Tells what is in a packet to queue pair 1. Other classes of management say nothing.
pub(super) fn tell<'m>(mad: &'m [u8], mut say: impl FnMut(Said<'m>)) -> Result<(), NoMessage> {
    let (&[version, class, class_version, _], _) = mad.split_first_chunk().ok_or(NoMessage)?;
    if class != COMMUNICATION_MANAGEMENT {
        return Ok(());
    }
    if (version, class_version) != (1, 2) || mad.len() != MAD {
        return Err(NoMessage);
    }
    let attribute =
        mad.get(16..).and_then(<[u8]>::first_chunk).map(|&id| u16::from_be_bytes(id)).ok_or(NoMessage)?;
    let message = mad.get(HEADER..).ok_or(NoMessage)?;
    say(Said::Number(NumberId::RdmaCm, attribute.into()));
    let Some(layout) = layout(attribute) else { return Err(NoMessage) };
    let wide =
        |at: usize| message.get(at..).and_then(<[u8]>::first_chunk).map(|&number| u64::from_be_bytes(number));
    let half = |at: usize| wide(at).map(|number| number >> 48);
    let three = |at: usize| wide(at).map(|number| number >> 40);
    for (number, value) in [
        (NumberId::RdmaCmService, layout.service.and_then(wide)),
        (NumberId::RdmaCmGuid, layout.guid.and_then(wide)),
        (NumberId::RdmaCmQueuePair, layout.queue_pair.and_then(three)),
        (NumberId::RdmaCmReason, layout.reason.and_then(half)),
    ] {
        if let Some(value) = value {
            say(Said::Number(number, value));
        }
    }
    say(Said::Field(FieldId::RdmaCmPrivateData, message.get(layout.private_data..).unwrap_or_default()));
    Ok(())
}
