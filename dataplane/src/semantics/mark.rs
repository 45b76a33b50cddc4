//! Which parts of a document mean something: one tree of paths for requests, one for responses.

use std::sync::LazyLock;

use super::{llm, rpc};
use crate::decode::json::Shape;
use crate::flow::Direction;

/// What a part of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A part of a request to a model.
    Request(llm::RequestPart),
    /// A part of a model's answer.
    Response(llm::ResponsePart),
    /// A part of a message between agents and tools, whichever way it goes.
    Message(rpc::RpcPart),
}

fn messages() -> impl Iterator<Item = (&'static str, Mark)> {
    rpc::paths().map(|(path, part)| (path, Mark::Message(part)))
}

static REQUEST: LazyLock<Shape<Mark>> = LazyLock::new(|| {
    let paths = llm::REQUEST_PATHS.iter().map(|&(path, part)| (path, Mark::Request(part)));
    Shape::batched(&paths.chain(messages()).collect::<Vec<_>>())
});

static RESPONSE: LazyLock<Shape<Mark>> = LazyLock::new(|| {
    let paths = llm::RESPONSE_PATHS.iter().map(|&(path, part)| (path, Mark::Response(part)));
    Shape::batched(&paths.chain(messages()).collect::<Vec<_>>())
});

/// The paths of documents that are sent in a direction.
pub fn shape(direction: Direction) -> &'static Shape<Mark> {
    match direction {
        Direction::ToServer => &REQUEST,
        Direction::ToClient => &RESPONSE,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_families_want_the_same_part() {
        let requests = llm::REQUEST_PATHS.iter().map(|&(path, part)| (path, Mark::Request(part)));
        let responses = llm::RESPONSE_PATHS.iter().map(|&(path, part)| (path, Mark::Response(part)));
        let sides: [Vec<_>; 2] =
            [requests.chain(messages()).collect(), responses.chain(messages()).collect()];
        for side in sides {
            let mut known = BTreeMap::new();
            for (path, mark) in side {
                assert_eq!(known.insert(path.trim_end_matches('!'), mark), None, "{path}");
            }
        }
    }
}
