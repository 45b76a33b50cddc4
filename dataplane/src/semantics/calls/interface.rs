//! Which methods are known, and where their messages say what.
//!
//! Numbers of fields are those of the published definitions: `grpc_service.proto` of Triton and KServe, `points_service.proto`
//! and `points.proto` of Qdrant, `milvus.proto` and `schema.proto` of Milvus.

use std::sync::LazyLock;

use crate::decode::protobuf::Shape;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallPart {
    /// The model.
    Model,
    /// A tensor.
    Tensor,
    /// What its elements are.
    Datatype,
    /// One of its elements.
    Element,
    /// All elements of a tensor, raw.
    Raw,
    /// A text that was retrieved.
    Retrieved,
}

use CallPart::{Datatype, Element, Model, Raw, Retrieved, Tensor};

/// What a method takes and gives.
#[derive(Debug)]
pub struct Interface {
    service: &'static str,
    method: &'static str,
    /// Whose interface it is.
    pub provider: &'static str,
    /// What it is told as.
    pub operation: &'static str,
    /// Whether one call has many messages, which continue each other.
    pub is_stream: bool,
    messages: Messages,
}

#[derive(Clone, Copy, Debug)]
enum Messages {
    Infer,
    StreamInfer,
    /// Qdrant: points with a score in field 1.
    Scored,
    /// Qdrant: points in field 2, behind the offset of the next page.
    Scrolled,
    /// Qdrant: points in groups.
    Grouped,
    /// Milvus: columns of fields.
    Columns,
    /// Milvus: columns of fields, of a query without a search.
    QueryColumns,
}

const INFERENCE: &str = "inference.GRPCInferenceService";
const QDRANT: &str = "qdrant.Points";
const MILVUS: &str = "milvus.proto.milvus.MilvusService";

const fn interface(
    service: &'static str,
    method: &'static str,
    provider: &'static str,
    operation: &'static str,
    messages: Messages,
) -> Interface {
    let is_stream = matches!(messages, Messages::StreamInfer);
    Interface { service, method, provider, operation, is_stream, messages }
}

static INTERFACES: [Interface; 13] = [
    interface(INFERENCE, "ModelInfer", "triton", "ModelInfer", Messages::Infer),
    interface(INFERENCE, "ModelStreamInfer", "triton", "ModelStreamInfer", Messages::StreamInfer),
    interface(QDRANT, "Search", "qdrant", "points/search", Messages::Scored),
    interface(QDRANT, "Query", "qdrant", "points/query", Messages::Scored),
    interface(QDRANT, "Recommend", "qdrant", "points/recommend", Messages::Scored),
    interface(QDRANT, "Discover", "qdrant", "points/discover", Messages::Scored),
    interface(QDRANT, "Get", "qdrant", "points/get", Messages::Scored),
    interface(QDRANT, "Scroll", "qdrant", "points/scroll", Messages::Scrolled),
    interface(QDRANT, "SearchGroups", "qdrant", "points/search/groups", Messages::Grouped),
    interface(QDRANT, "QueryGroups", "qdrant", "points/query/groups", Messages::Grouped),
    interface(MILVUS, "Search", "milvus", "search", Messages::Columns),
    interface(MILVUS, "HybridSearch", "milvus", "hybrid_search", Messages::Columns),
    interface(MILVUS, "Query", "milvus", "query", Messages::QueryColumns),
];

static INFER_REQUEST: LazyLock<Shape<CallPart>> = LazyLock::new(|| {
    Shape::of(&[(&[1], Model), (&[5], Tensor), (&[5, 2], Datatype), (&[5, 5, 8], Element), (&[7], Raw)])
});

static INFER_RESPONSE: LazyLock<Shape<CallPart>> = LazyLock::new(|| {
    Shape::of(&[(&[1], Model), (&[5], Tensor), (&[5, 2], Datatype), (&[5, 5, 8], Element), (&[6], Raw)])
});

static STREAM_INFER_RESPONSE: LazyLock<Shape<CallPart>> = LazyLock::new(|| {
    Shape::of(&[
        (&[2, 1], Model),
        (&[2, 5], Tensor),
        (&[2, 5, 2], Datatype),
        (&[2, 5, 5, 8], Element),
        (&[2, 6], Raw),
    ])
});

/// Strings of payloads: directly, and within structures and lists of up to two levels. A payload is a map, whose entries
/// hold their value in field 2; a value holds a string in field 4, a structure in 6 and a list in 7.
macro_rules! payload {
    ($($prefix:literal),*) => {
        Shape::of(&[
            (&[$($prefix,)* 2, 4], Retrieved),
            (&[$($prefix,)* 2, 6, 1, 2, 4], Retrieved),
            (&[$($prefix,)* 2, 7, 1, 4], Retrieved),
            (&[$($prefix,)* 2, 6, 1, 2, 6, 1, 2, 4], Retrieved),
            (&[$($prefix,)* 2, 6, 1, 2, 7, 1, 4], Retrieved),
            (&[$($prefix,)* 2, 7, 1, 6, 1, 2, 4], Retrieved),
        ])
    };
}

static SCORED: LazyLock<Shape<CallPart>> = LazyLock::new(|| payload!(1, 2));
static SCROLLED: LazyLock<Shape<CallPart>> = LazyLock::new(|| payload!(2, 2));
static GROUPED: LazyLock<Shape<CallPart>> = LazyLock::new(|| payload!(1, 1, 2, 2));

/// Columns of strings (scalars 6) and of JSON (scalars 9), in `fields_data` (3) of the results (2).
static COLUMNS: LazyLock<Shape<CallPart>> =
    LazyLock::new(|| Shape::of(&[(&[2, 3, 3, 6, 1], Retrieved), (&[2, 3, 3, 9, 1], Retrieved)]));

static QUERY_COLUMNS: LazyLock<Shape<CallPart>> =
    LazyLock::new(|| Shape::of(&[(&[2, 3, 6, 1], Retrieved), (&[2, 3, 9, 1], Retrieved)]));

impl Interface {
    /// The method of a service.
    pub fn named(service: &[u8], method: &[u8]) -> Option<&'static Interface> {
        INTERFACES
            .iter()
            .find(|known| known.service.as_bytes() == service && known.method.as_bytes() == method)
    }

    /// Where requests say what; none where they say nothing of interest.
    pub fn request(&self) -> Option<&'static Shape<CallPart>> {
        match self.messages {
            Messages::Infer | Messages::StreamInfer => Some(&INFER_REQUEST),
            _ => None,
        }
    }

    /// Where answers say what.
    pub fn response(&self) -> Option<&'static Shape<CallPart>> {
        Some(match self.messages {
            Messages::Infer => &INFER_RESPONSE,
            Messages::StreamInfer => &STREAM_INFER_RESPONSE,
            Messages::Scored => &SCORED,
            Messages::Scrolled => &SCROLLED,
            Messages::Grouped => &GROUPED,
            Messages::Columns => &COLUMNS,
            Messages::QueryColumns => &QUERY_COLUMNS,
        })
    }
}
