//! The messages of ONNX (`onnx/onnx.proto`) and of SavedModel (`tensorflow/core/protobuf/saved_model.proto`,
//! `meta_graph.proto`, `tensorflow/core/framework/{graph,node_def,function,op_def}.proto`): the fields that matter.

/// A message that is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// ONNX.
    Model,
    OperatorSet,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    ExternalData,
    Function,
    Training,
    Metadata,
    /// TensorFlow.
    SavedModel,
    MetaGraph,
    MetaInfo,
    OpList,
    OpDef,
    GraphDef,
    NodeDef,
    Library,
    FunctionDef,
}

/// A text that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    Producer,
    Domain,
    OpType,
    OpDomain,
    Key,
    Value,
    MetadataKey,
    MetadataValue,
    TensorflowVersion,
    TensorflowOp,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// A message to walk.
    Into(Message),
    /// A text to tell.
    Text(Leaf),
    /// Of no interest; with this wire type.
    Known(Wire),
    Unknown,
}

/// How a value is written (Protocol Buffers, "Encoding").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Varint,
    Fixed64,
    Length,
    Fixed32,
}

impl Wire {
    pub fn of(tag: u64) -> Option<Wire> {
        match tag & 7 {
            0 => Some(Wire::Varint),
            1 => Some(Wire::Fixed64),
            2 => Some(Wire::Length),
            5 => Some(Wire::Fixed32),
            _ => None,
        }
    }
}

impl Field {
    /// The wire type that it must have; any if it is not known.
    pub fn wire(self) -> Option<Wire> {
        match self {
            Field::Into(_) | Field::Text(_) => Some(Wire::Length),
            Field::Known(wire) => Some(wire),
            Field::Unknown => None,
        }
    }
}

impl Message {
    /// What the field of this number is.
    pub fn field(self, number: u64) -> Field {
        const VARINT: Field = Field::Known(Wire::Varint);
        const LENGTH: Field = Field::Known(Wire::Length);
        match (self, number) {
            (Message::Model, 1 | 5) => VARINT,
            (Message::Model, 2) => Field::Text(Leaf::Producer),
            (Message::Model, 3 | 4 | 6) => LENGTH,
            (Message::Model, 7) => Field::Into(Message::Graph),
            (Message::Model, 8) => Field::Into(Message::OperatorSet),
            (Message::Model, 14) => Field::Into(Message::Metadata),
            (Message::Model, 20) => Field::Into(Message::Training),
            (Message::Model, 25) => Field::Into(Message::Function),
            (Message::Model, 26) => LENGTH,
            (Message::OperatorSet, 1) => Field::Text(Leaf::Domain),
            (Message::OperatorSet, 2) => VARINT,
            (Message::Graph, 1) | (Message::Function, 7) => Field::Into(Message::Node),
            (Message::Graph, 5) => Field::Into(Message::Tensor),
            (Message::Graph, 15) => Field::Into(Message::SparseTensor),
            (Message::Graph, 2 | 10..=14 | 16) => LENGTH,
            (Message::Node, 1..=3 | 6 | 8 | 9) => LENGTH,
            (Message::Node, 4) => Field::Text(Leaf::OpType),
            (Message::Node, 5) => Field::Into(Message::Attribute),
            (Message::Node, 7) => Field::Text(Leaf::OpDomain),
            (Message::Attribute, 5 | 10) => Field::Into(Message::Tensor),
            (Message::Attribute, 6 | 11) => Field::Into(Message::Graph),
            (Message::Attribute, 22 | 23) => Field::Into(Message::SparseTensor),
            (Message::SparseTensor, 1 | 2) => Field::Into(Message::Tensor),
            (Message::Tensor, 13) => Field::Into(Message::ExternalData),
            (Message::ExternalData, 1) => Field::Text(Leaf::Key),
            (Message::ExternalData, 2) => Field::Text(Leaf::Value),
            (Message::Metadata, 1) => Field::Text(Leaf::MetadataKey),
            (Message::Metadata, 2) => Field::Text(Leaf::MetadataValue),
            (Message::Training, 1 | 2) => Field::Into(Message::Graph),
            (Message::Function, 9) => Field::Into(Message::OperatorSet),
            (Message::SavedModel, 1) => VARINT,
            (Message::SavedModel, 2) => Field::Into(Message::MetaGraph),
            (Message::MetaGraph, 1) => Field::Into(Message::MetaInfo),
            (Message::MetaGraph, 2) => Field::Into(Message::GraphDef),
            (Message::MetaGraph, 3..=7) => LENGTH,
            (Message::MetaInfo, 2) => Field::Into(Message::OpList),
            (Message::MetaInfo, 5) => Field::Text(Leaf::TensorflowVersion),
            (Message::OpList, 1) => Field::Into(Message::OpDef),
            (Message::OpDef, 1) => Field::Text(Leaf::TensorflowOp),
            (Message::GraphDef, 1) | (Message::FunctionDef, 3) => Field::Into(Message::NodeDef),
            (Message::GraphDef, 2) => Field::Into(Message::Library),
            (Message::NodeDef, 2) => Field::Text(Leaf::TensorflowOp),
            (Message::Library, 1) => Field::Into(Message::FunctionDef),
            _ => Field::Unknown,
        }
    }
}
