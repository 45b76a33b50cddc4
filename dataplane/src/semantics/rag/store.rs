//! Which store a path belongs to, and what it asks for.

/// Which paths documents have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Those of Qdrant.
    Qdrant,
    /// Those of Weaviate.
    Weaviate,
    /// Those of Chroma.
    Chroma,
    /// Those of Pinecone.
    Pinecone,
    /// Those of Milvus where it is asked.
    MilvusRead,
    /// Those of Milvus where something is written.
    MilvusWrite,
    /// Those of Elasticsearch and OpenSearch.
    Elastic,
    /// Each document is a record.
    Records,
}

impl Tree {
    /// All that there are.
    pub const ALL: [Tree; 8] = [
        Tree::Qdrant,
        Tree::Weaviate,
        Tree::Chroma,
        Tree::Pinecone,
        Tree::MilvusRead,
        Tree::MilvusWrite,
        Tree::Elastic,
        Tree::Records,
    ];

    /// Whether others may have its paths, so that documents may be anyone's.
    pub const fn is_shared(self) -> bool {
        matches!(self, Tree::Pinecone | Tree::Weaviate)
    }
}

/// What shows that it is a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nobody else has such paths.
    Path,
    /// What is written or found lies where that store has it.
    Answer,
    /// Neighbours are asked for.
    Question,
}

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// As `llm.provider` tells it.
    pub provider: &'static str,
    /// As `llm.operation` does.
    pub operation: &'static str,
    /// How its documents are read.
    pub tree: Tree,
    /// What else has to be there.
    pub sign: Sign,
}

/// What Qdrant does with points, by what follows `points/`.
const QDRANT: [&str; 16] = [
    "points/query",
    "points/query/batch",
    "points/query/groups",
    "points/search",
    "points/search/batch",
    "points/search/groups",
    "points/scroll",
    "points/recommend",
    "points/recommend/batch",
    "points/recommend/groups",
    "points/discover",
    "points/discover/batch",
    "points/batch",
    "points/payload",
    "points/delete",
    "points/count",
];

/// What Chroma does with a collection.
const CHROMA: [&str; 5] = ["query", "get", "add", "upsert", "update"];

/// The end of a path, the store, its name for the operation, how documents are read, and what else has to be there.
const ENDINGS: [(&str, &str, &str, Tree, Sign); 21] = [
    ("/v1/graphql", "weaviate", "graphql", Tree::Weaviate, Sign::Answer),
    ("/v1/objects", "weaviate", "objects", Tree::Weaviate, Sign::Answer),
    ("/v1/batch/objects", "weaviate", "batch/objects", Tree::Weaviate, Sign::Answer),
    ("/query", "pinecone", "query", Tree::Pinecone, Sign::Answer),
    ("/vectors/upsert", "pinecone", "vectors/upsert", Tree::Pinecone, Sign::Path),
    ("/vectors/update", "pinecone", "vectors/update", Tree::Pinecone, Sign::Path),
    ("/vectors/fetch", "pinecone", "vectors/fetch", Tree::Pinecone, Sign::Path),
    ("/vectordb/entities/search", "milvus", "entities/search", Tree::MilvusRead, Sign::Path),
    ("/vectordb/entities/hybrid_search", "milvus", "entities/hybrid_search", Tree::MilvusRead, Sign::Path),
    (
        "/vectordb/entities/advanced_search",
        "milvus",
        "entities/advanced_search",
        Tree::MilvusRead,
        Sign::Path,
    ),
    ("/vectordb/entities/query", "milvus", "entities/query", Tree::MilvusRead, Sign::Path),
    ("/vectordb/entities/get", "milvus", "entities/get", Tree::MilvusRead, Sign::Path),
    ("/vectordb/entities/insert", "milvus", "entities/insert", Tree::MilvusWrite, Sign::Path),
    ("/vectordb/entities/upsert", "milvus", "entities/upsert", Tree::MilvusWrite, Sign::Path),
    ("/v1/vector/search", "milvus", "vector/search", Tree::MilvusRead, Sign::Path),
    ("/v1/vector/query", "milvus", "vector/query", Tree::MilvusRead, Sign::Path),
    ("/v1/vector/insert", "milvus", "vector/insert", Tree::MilvusWrite, Sign::Path),
    ("/v1/vector/upsert", "milvus", "vector/upsert", Tree::MilvusWrite, Sign::Path),
    ("/_search", "elasticsearch", "_search", Tree::Elastic, Sign::Question),
    ("/_msearch", "elasticsearch", "_msearch", Tree::Elastic, Sign::Question),
    ("/_knn_search", "elasticsearch", "_knn_search", Tree::Elastic, Sign::Path),
];

/// The store that a request's path belongs to.
pub fn find(path: &[u8]) -> Option<Found> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    if let Some(found) = in_collection(path).or_else(|| records(path)) {
        return Some(found);
    }
    let found = ENDINGS.into_iter().find(|(ending, ..)| path.ends_with(ending.as_bytes()))?;
    let (_, provider, operation, tree, sign) = found;
    Some(Found { provider, operation, tree, sign })
}

/// What follows the collection's name: of Qdrant, `/collections/NAME/points…`; of Chroma, `/api/v2/…/collections/ID/query`.
fn in_collection(path: &[u8]) -> Option<Found> {
    let before = b"/collections/";
    let at = memchr::memmem::find(path, before)?;
    let behind = path.get(at + before.len()..)?;
    let slash = memchr::memchr(b'/', behind)?;
    let rest = behind.get(slash + 1..)?;
    let is = |name: &&str| name.as_bytes() == rest;
    if rest.starts_with(b"points") {
        let points = "points";
        let is_points = rest.strip_prefix(points.as_bytes()).is_some_and(|id| matches!(id, [] | [b'/', ..]));
        let operation = QDRANT.into_iter().find(is).or_else(|| is_points.then_some(points))?;
        return Some(Found { provider: "qdrant", operation, tree: Tree::Qdrant, sign: Sign::Path });
    }
    let operation = CHROMA.into_iter().find(is)?;
    let is_chroma = memchr::memmem::find(path.get(..at)?, b"/api/v").is_some();
    is_chroma.then_some(Found { provider: "chroma", operation, tree: Tree::Chroma, sign: Sign::Path })
}

/// Pinecone's records: `/records/namespaces/NAME/upsert`.
fn records(path: &[u8]) -> Option<Found> {
    memchr::memmem::find(path, b"/records/namespaces/")?;
    let (operation, tree) = match path.rsplit(|byte| *byte == b'/').next()? {
        b"upsert" => ("records/upsert", Tree::Records),
        b"search" => ("records/search", Tree::Pinecone),
        _ => return None,
    };
    Some(Found { provider: "pinecone", operation, tree, sign: Sign::Path })
}

#[cfg(test)]
mod tests {
    use super::super::super::path::path_of;
    use super::*;

    #[test]
    fn stores_are_told_by_their_paths() {
        for (path, provider, operation) in [
            ("/collections/docs/points/query", "qdrant", "points/query"),
            ("/collections/docs/points?wait=true", "qdrant", "points"),
            ("/collections/docs/points/7", "qdrant", "points"),
            ("/api/v2/tenants/t/databases/d/collections/c/query", "chroma", "query"),
            ("/api/v1/collections/c/add", "chroma", "add"),
            ("/v1/graphql", "weaviate", "graphql"),
            ("/query", "pinecone", "query"),
            ("/records/namespaces/n/upsert", "pinecone", "records/upsert"),
            ("/v2/vectordb/entities/search", "milvus", "entities/search"),
            ("/docs/_search?size=3", "elasticsearch", "_search"),
        ] {
            let found = find(path_of(path.as_bytes())).expect(path);
            assert_eq!((found.provider, found.operation), (provider, operation), "{path}");
        }
        for path in
            ["/", "/collections", "/collections/docs", "/collections/docs/pointsmen", "/collections/c/add"]
        {
            assert_eq!(find(path_of(path.as_bytes())), None, "{path}");
        }
    }
}
