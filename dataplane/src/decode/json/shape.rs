//! Which parts of a document are of interest: paths, made into a tree once.

/// The mark that says that a value is told as it stands.
const VERBATIM: char = '!';

/// A place in a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(u16);

impl NodeId {
    /// What the document itself is.
    pub const ROOT: NodeId = NodeId(0);
}

/// A key, found by its length and its first bytes as a number: an object may have a hundred of them, and most keys that come
/// are none.
#[derive(Clone, Copy, Debug)]
struct Key {
    name: &'static str,
    head: u64,
    /// How many keys the object had before.
    position: usize,
    node: NodeId,
}

/// The first eight bytes of a key, with zeros behind a shorter one.
fn head(key: &[u8]) -> u64 {
    match key.first_chunk() {
        Some(first) => u64::from_le_bytes(*first),
        None => key.iter().rev().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    }
}

#[derive(Clone, Debug)]
struct Node<M> {
    mark: Option<M>,
    is_verbatim: bool,
    /// By their length.
    keys: Vec<Key>,
    any: Option<NodeId>,
    element: Option<NodeId>,
    /// Where whatever is not named goes on, at any depth.
    below: Option<NodeId>,
}

impl<M> Node<M> {
    /// Where keys of this length begin.
    fn first_of(&self, len: usize) -> usize {
        self.keys.partition_point(|known| known.name.len() < len)
    }

    fn key(&self, key: &[u8], head: u64) -> Option<&Key> {
        let from = self.keys.get(self.first_of(key.len())..)?;
        let mut same = from.iter().take_while(|known| known.name.len() == key.len());
        same.find(|known| known.head == head && known.name.as_bytes() == key)
    }
}

impl<M> Default for Node<M> {
    fn default() -> Node<M> {
        Node { mark: None, is_verbatim: false, keys: Vec::new(), any: None, element: None, below: None }
    }
}

/// The paths of interest, each with a mark that says what is found there.
///
/// ```text
///  model                   the value of key "model"
///  messages[]              each element of the array "messages"
///  messages[].content      …
///  properties.*.name       whatever the key
///  payload.**              it, and every value in there, however deep
///  schema.**.description   the values of that key in there, however deep
///  arguments!              the value as it stands, be it a string, an object or anything else
/// ```
///
/// Where a path with `**` and another go through the same array, the other is written first.
#[derive(Clone, Debug)]
pub struct Shape<M> {
    nodes: Vec<Node<M>>,
}

impl<M: Copy> Shape<M> {
    /// The tree of `paths`.
    pub fn of(paths: &[(&'static str, M)]) -> Shape<M> {
        let mut shape = Shape { nodes: vec![Node::default()] };
        for &(path, mark) in paths {
            shape.add(path, mark);
        }
        shape
    }

    /// The same, for documents that may come in an array as well: its elements are looked at as documents are.
    pub fn batched(paths: &[(&'static str, M)]) -> Shape<M> {
        let mut shape = Shape::of(paths);
        if let Some(root) = shape.nodes.first_mut() {
            root.element.get_or_insert(NodeId::ROOT);
        }
        shape
    }

    fn add(&mut self, path: &'static str, mark: M) {
        let (path, is_verbatim) = match path.strip_suffix(VERBATIM) {
            Some(path) => (path, true),
            None => (path, false),
        };
        let mut at = NodeId::ROOT;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let key = step.trim_end_matches("[]");
            if key == "**" {
                at = self.all_below(at);
            } else if !key.is_empty() {
                at = self.child(at, key);
            }
            for _ in 0..(step.len() - key.len()) / 2 {
                at = self.element_of(at);
            }
        }
        if let Some(node) = self.nodes.get_mut(at.0 as usize) {
            node.mark = Some(mark);
            node.is_verbatim = is_verbatim;
        }
    }

    fn child(&mut self, at: NodeId, key: &'static str) -> NodeId {
        let new = NodeId(self.nodes.len() as u16);
        let Some(node) = self.nodes.get_mut(at.0 as usize) else { return at };
        let below = node.below;
        let known = if key == "*" {
            node.any
        } else {
            node.key(key.as_bytes(), head(key.as_bytes())).map(|known| known.node)
        };
        if let Some(known) = known {
            return known;
        }
        if key == "*" {
            node.any = Some(new);
        } else {
            let (at, position) = (node.first_of(key.len()), node.keys.len());
            node.keys.insert(at, Key { name: key, head: head(key.as_bytes()), position, node: new });
        }
        self.nodes.push(Node { any: below, element: below, below, ..Node::default() });
        new
    }

    fn element_of(&mut self, at: NodeId) -> NodeId {
        let new = NodeId(self.nodes.len() as u16);
        let Some(node) = self.nodes.get_mut(at.0 as usize) else { return at };
        let below = node.below;
        match node.element {
            Some(known) if Some(known) != below => return known,
            _ => node.element = Some(new),
        }
        self.nodes.push(Node { any: below, element: below, below, ..Node::default() });
        new
    }

    /// Has whatever is not named below `at` be as what is there.
    fn all_below(&mut self, at: NodeId) -> NodeId {
        if let Some(node) = self.nodes.get_mut(at.0 as usize) {
            node.any.get_or_insert(at);
            node.element.get_or_insert(at);
            node.below = Some(at);
        }
        at
    }

    fn node(&self, id: NodeId) -> Option<&Node<M>> {
        self.nodes.get(id.0 as usize)
    }

    /// What is found there.
    pub(super) fn mark(&self, id: Option<NodeId>) -> Option<M> {
        self.node(id?)?.mark
    }

    /// Whether it is told as it stands.
    pub(super) fn is_verbatim(&self, id: Option<NodeId>) -> bool {
        id.and_then(|id| self.node(id)).is_some_and(|node| node.is_verbatim)
    }

    /// Whether any key of an object there is of interest.
    pub(super) fn has_keys(&self, id: Option<NodeId>) -> bool {
        id.and_then(|id| self.node(id)).is_some_and(|node| !node.keys.is_empty() || node.any.is_some())
    }

    /// The value of a key, with the position of that key among those of its object.
    pub(super) fn key(&self, id: Option<NodeId>, key: &[u8]) -> Option<(NodeId, Option<usize>)> {
        let node = self.node(id?)?;
        let first = head(key);
        if let Some(known) = node.key(key, first) {
            return Some((known.node, Some(known.position)));
        }
        // What is looked for at any depth is looked for there, too.
        if let Some(below) = node.below.filter(|below| Some(*below) != id).and_then(|below| self.node(below))
            && let Some(known) = below.key(key, first)
        {
            return Some((known.node, node.keys.is_empty().then_some(known.position)));
        }
        node.any.map(|id| (id, None))
    }

    /// An element of an array.
    pub(super) fn element(&self, id: Option<NodeId>) -> Option<NodeId> {
        self.node(id?)?.element
    }
}
