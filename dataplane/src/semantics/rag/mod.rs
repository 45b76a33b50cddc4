//! Stores of vectors over REST: what is retrieved from them, to become part of a prompt, and what is written into them.
//!
//! ```text
//!  search, query, get …    llm.provider, llm.operation      ─▶ llm.retrieved
//!  upsert, insert, add …   llm.provider, llm.operation, llm.stored
//! ```
//!
//! The stores are Qdrant, Weaviate, Chroma, Pinecone, Milvus, and Elasticsearch and OpenSearch where they are asked for
//! neighbours. They are recognised by their paths; where others may have such a path, by the shape of the documents, too.
//! Each has a tree of paths of its own, since what one calls documents is nothing for another. Strings of payloads are
//! told, one value each; ids, vectors and scores are not.

mod lookup;
mod paths;
mod store;

pub use lookup::Lookup;
pub use paths::{StorePart, paths};
pub use store::Tree;
