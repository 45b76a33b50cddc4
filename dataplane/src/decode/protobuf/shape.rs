//! Which fields of a message are of interest: paths of numbers, made into a tree once.

/// A place in a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(u16);

impl NodeId {
    /// The message itself.
    pub const ROOT: NodeId = NodeId(0);
}

#[derive(Clone, Debug)]
struct Node<M> {
    mark: Option<M>,
    fields: Vec<(u32, NodeId)>,
}

/// The fields of interest, each with a mark that says what it is. A field with fields below it is a message.
#[derive(Clone, Debug)]
pub struct Shape<M> {
    nodes: Vec<Node<M>>,
}

impl<M: Copy> Shape<M> {
    /// The tree of `paths`, which are numbers of fields from the outermost in.
    pub fn of(paths: &[(&[u32], M)]) -> Shape<M> {
        let mut shape = Shape { nodes: vec![Node { mark: None, fields: Vec::new() }] };
        for &(path, mark) in paths {
            let mut at = NodeId::ROOT;
            for &number in path {
                at = shape.child(at, number);
            }
            if let Some(node) = shape.nodes.get_mut(usize::from(at.0)) {
                node.mark = Some(mark);
            }
        }
        shape
    }

    fn child(&mut self, at: NodeId, number: u32) -> NodeId {
        let new = NodeId(self.nodes.len() as u16);
        let Some(node) = self.nodes.get_mut(usize::from(at.0)) else { return at };
        if let Some((_, known)) = node.fields.iter().find(|(known, _)| *known == number) {
            return *known;
        }
        node.fields.push((number, new));
        self.nodes.push(Node { mark: None, fields: Vec::new() });
        new
    }

    /// A field of a message.
    pub(super) fn field(&self, message: NodeId, number: u32) -> Option<NodeId> {
        let fields = &self.nodes.get(usize::from(message.0))?.fields;
        fields.iter().find(|(known, _)| *known == number).map(|(_, node)| *node)
    }

    /// What is found there.
    pub(super) fn mark(&self, node: NodeId) -> Option<M> {
        self.nodes.get(usize::from(node.0))?.mark
    }

    /// Whether it is a message.
    pub(super) fn is_message(&self, node: NodeId) -> bool {
        self.nodes.get(usize::from(node.0)).is_some_and(|node| !node.fields.is_empty())
    }
}
