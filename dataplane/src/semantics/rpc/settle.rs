//! Whose method a method is.

use super::super::held::Gathered;
use super::super::speaker::Speaker;
use super::super::{a2a, mcp};
use super::conversation::{Conversation, Family};
use super::reader::Messages;
use crate::decode::Sink;

impl Messages {
    /// Decides what the method is, as soon as that can be said; at the end of the message it must be.
    pub(super) fn settle<S: Sink>(
        &mut self,
        is_end: bool,
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        if self.method.get().is_empty() {
            return;
        }
        let name = self.method.take();
        if let Some(family) = self.family_of(&name, is_end, talk) {
            self.request = Some((family, mcp::Request::named(&name)));
            if self.is_versioned || family != Family::Other {
                talk.family = Some(family);
            }
            if let Some(field) = family.method() {
                speaker.whole(field, &name);
            }
            self.method.put_back(name);
            self.release(None, talk, speaker);
        } else {
            self.method = Gathered::of(name);
        }
    }

    /// Whose a method is; nothing while more may tell.
    fn family_of(&self, name: &[u8], is_end: bool, talk: &Conversation) -> Option<Family> {
        let known = talk.family.filter(|family| *family != Family::Other);
        match (mcp::is_method(name), a2a::is_method(name)) {
            // Both have tasks.
            (true, true) => self.task_of.or(known).or(is_end.then_some(Family::A2a)),
            (false, false) => Some(known.unwrap_or(Family::Other)),
            // A plain word may be anyone's method.
            _ if !name.contains(&b'/') && !self.is_versioned && known.is_none() => {
                is_end.then_some(Family::Other)
            }
            (true, false) => Some(Family::Mcp),
            (false, true) => Some(Family::A2a),
        }
    }
}
