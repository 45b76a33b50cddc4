//! Which parts of a document mean something: one tree of paths for requests, one for responses.

use std::sync::LazyLock;

use super::{llm, rag, rpc};
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
    /// A part of what is sent to a store of vectors, or comes from one.
    Store(rag::StorePart),
}

fn messages() -> impl Iterator<Item = (&'static str, Mark)> {
    rpc::paths().map(|(path, part)| (path, Mark::Message(part)))
}

fn requests() -> impl Iterator<Item = (&'static str, Mark)> {
    llm::REQUEST_PATHS.iter().map(|&(path, part)| (path, Mark::Request(part))).chain(messages())
}

fn responses() -> impl Iterator<Item = (&'static str, Mark)> {
    llm::RESPONSE_PATHS.iter().map(|&(path, part)| (path, Mark::Response(part))).chain(messages())
}

static REQUEST: LazyLock<Shape<Mark>> = LazyLock::new(|| Shape::batched(&requests().collect::<Vec<_>>()));

static RESPONSE: LazyLock<Shape<Mark>> = LazyLock::new(|| Shape::batched(&responses().collect::<Vec<_>>()));

/// Trees of stores, in the order of [`rag::Tree::ALL`].
static STORES: LazyLock<Vec<[Shape<Mark>; 2]>> = LazyLock::new(|| {
    let of = |tree| [Direction::ToServer, Direction::ToClient].map(|direction| store(tree, direction));
    rag::Tree::ALL.into_iter().map(of).collect()
});

fn store(tree: rag::Tree, direction: Direction) -> Shape<Mark> {
    let own = rag::paths(tree, direction).iter().map(|&(path, part)| (path, Mark::Store(part)));
    if !tree.is_shared() {
        return Shape::batched(&own.collect::<Vec<_>>());
    }
    let both: Vec<_> = match direction {
        Direction::ToServer => requests().chain(own).collect(),
        Direction::ToClient => responses().chain(own).collect(),
    };
    Shape::batched(&both)
}

/// The paths of documents that are sent in a direction, to a store where one is asked.
pub fn shape(direction: Direction, store: Option<rag::Tree>) -> &'static Shape<Mark> {
    let own = store.and_then(|tree| STORES.get(tree as usize)).map(|both| &both[direction.index()]);
    if let Some(own) = own {
        return own;
    }
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
        let sides: [Vec<_>; 2] = [requests().collect(), responses().collect()];
        for side in sides {
            let mut known = BTreeMap::new();
            for (path, mark) in side {
                assert_eq!(known.insert(path.trim_end_matches('!'), mark), None, "{path}");
            }
        }
    }
}
