//! Where the documents of stores say what.

use super::store::Tree;
use crate::flow::Direction;

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorePart {
    /// A string that was found.
    Retrieved,
    /// A string that is written.
    Stored,
    /// What shows that it is asked for neighbours.
    Question,
    /// Nothing that is told.
    Nothing,
}

use StorePart::{Nothing, Question, Retrieved, Stored};

/// Paths with their meaning.
type Paths = &'static [(&'static str, StorePart)];

/// The paths of a tree, of what goes to a store or comes from it.
pub const fn paths(tree: Tree, direction: Direction) -> Paths {
    match (tree, direction) {
        (Tree::Qdrant, Direction::ToServer) => QDRANT_REQUEST,
        (Tree::Qdrant, Direction::ToClient) => QDRANT_ANSWER,
        (Tree::Weaviate, Direction::ToServer) => {
            &[("objects[].properties.**", Stored), ("properties.**", Stored)]
        }
        (Tree::Weaviate, Direction::ToClient) => WEAVIATE_ANSWER,
        (Tree::Chroma, Direction::ToServer) => &[("documents.**", Stored), ("metadatas.**", Stored)],
        (Tree::Chroma, Direction::ToClient) => &[("documents.**", Retrieved), ("metadatas.**", Retrieved)],
        (Tree::Pinecone, Direction::ToServer) => {
            &[("vectors[].metadata.**", Stored), ("setMetadata.**", Stored)]
        }
        (Tree::Pinecone, Direction::ToClient) => PINECONE_ANSWER,
        (Tree::MilvusRead, Direction::ToClient) => &[("data.**", Retrieved), ("data.**.id", Nothing)],
        (Tree::MilvusWrite, Direction::ToServer) => &[("data.**", Stored), ("data.**.id", Nothing)],
        (Tree::Elastic, Direction::ToServer) => ELASTIC_REQUEST,
        (Tree::Elastic, Direction::ToClient) => ELASTIC_ANSWER,
        (Tree::Records, Direction::ToServer) => &[("**", Stored), ("_id", Nothing)],
        (Tree::MilvusRead, Direction::ToServer)
        | (Tree::MilvusWrite | Tree::Records, Direction::ToClient) => &[],
    }
}

const QDRANT_REQUEST: Paths = &[
    ("points[].payload.**", Stored),
    ("batch.payloads[].**", Stored),
    ("payload.**", Stored),
    ("operations[].upsert.points[].payload.**", Stored),
    ("operations[].upsert.batch.payloads[].**", Stored),
    ("operations[].set_payload.payload.**", Stored),
    ("operations[].overwrite_payload.payload.**", Stored),
];

const QDRANT_ANSWER: Paths = &[
    ("result.points[].payload.**", Retrieved),
    ("result.payload.**", Retrieved),
    ("result.groups[].hits[].payload.**", Retrieved),
    ("result.groups[].lookup.payload.**", Retrieved),
    ("result[].payload.**", Retrieved),
    ("result[].points[].payload.**", Retrieved),
    ("result[][].payload.**", Retrieved),
];

const WEAVIATE_ANSWER: Paths = &[
    ("data.Get.*[]._additional", Nothing),
    ("data.Get.*[].**", Retrieved),
    ("objects[].properties.**", Retrieved),
    ("properties.**", Retrieved),
];

const PINECONE_ANSWER: Paths = &[
    ("matches[].metadata.**", Retrieved),
    ("vectors.*.metadata.**", Retrieved),
    ("result.hits[].fields.**", Retrieved),
];

const ELASTIC_REQUEST: Paths = &[
    ("**.knn", Question),
    ("**.neural", Question),
    ("**.semantic", Question),
    ("**.script_score", Question),
    ("**.sparse_vector", Question),
];

const ELASTIC_ANSWER: Paths = &[
    ("hits.hits[]._source.**", Retrieved),
    ("hits.hits[].fields.**", Retrieved),
    ("hits.hits[].highlight.**", Retrieved),
    ("responses[].hits.hits[]._source.**", Retrieved),
    ("response.hits.hits[]._source.**", Retrieved),
];
