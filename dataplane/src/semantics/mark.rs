//! Which parts of a document mean something: one tree of paths for requests, one for responses.

use std::sync::LazyLock;

use super::llm;
use crate::decode::json::Shape;
use crate::flow::Direction;

/// What a part of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A part of a request to a model.
    Request(llm::RequestPart),
    /// A part of a model's answer.
    Response(llm::ResponsePart),
}

static REQUEST: LazyLock<Shape<Mark>> = LazyLock::new(|| {
    let paths = llm::REQUEST_PATHS.iter().map(|&(path, part)| (path, Mark::Request(part)));
    Shape::batched(&paths.collect::<Vec<_>>())
});

static RESPONSE: LazyLock<Shape<Mark>> = LazyLock::new(|| {
    let paths = llm::RESPONSE_PATHS.iter().map(|&(path, part)| (path, Mark::Response(part)));
    Shape::batched(&paths.collect::<Vec<_>>())
});

/// The paths of documents that are sent in a direction.
pub fn shape(direction: Direction) -> &'static Shape<Mark> {
    match direction {
        Direction::ToServer => &REQUEST,
        Direction::ToClient => &RESPONSE,
    }
}
