//! What a signature asks of the flow a packet belongs to (the keyword `flow`).

/// The conditions on the flow; nothing set asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowOptions {
    /// Which way the packet goes.
    pub direction: Option<FlowDirection>,
    /// How far the connection has come.
    pub state: Option<FlowState>,
    /// Whether reassembled streams or packets are looked at.
    pub stream: Option<StreamOption>,
    /// Whether packets that came in fragments are looked at.
    pub fragments: Option<FragmentOption>,
}

/// Which packets are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FragmentOption {
    /// Those put together of fragments only (`only_frag`).
    Only,
    /// Those that came whole only (`no_frag`).
    Excluded,
}

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowDirection {
    /// From the end that opened the flow (`to_server`, `from_client`).
    ToServer,
    /// To the end that opened the flow (`to_client`, `from_server`).
    ToClient,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowState {
    /// TCP: the handshake is complete. Others: both ends have sent.
    Established,
    /// Not that far.
    NotEstablished,
    /// Whatever it is (`stateless`).
    Stateless,
}

/// What bytes are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamOption {
    /// Reassembled streams only (`only_stream`).
    Only,
    /// Packets only (`no_stream`).
    Excluded,
}

impl FlowOptions {
    /// The options as a rule writes them.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        let direction = self.direction.map(|direction| match direction {
            FlowDirection::ToServer => "to_server",
            FlowDirection::ToClient => "to_client",
        });
        let state = self.state.map(|state| match state {
            FlowState::Established => "established",
            FlowState::NotEstablished => "not_established",
            FlowState::Stateless => "stateless",
        });
        let stream = self.stream.map(|stream| match stream {
            StreamOption::Only => "only_stream",
            StreamOption::Excluded => "no_stream",
        });
        let fragments = self.fragments.map(|fragments| match fragments {
            FragmentOption::Only => "only_frag",
            FragmentOption::Excluded => "no_frag",
        });
        [direction, state, stream, fragments].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_as_they_are_written() {
        let options = FlowOptions {
            direction: Some(FlowDirection::ToClient),
            fragments: Some(FragmentOption::Excluded),
            ..FlowOptions::default()
        };
        assert_eq!(options.words().collect::<Vec<_>>(), ["to_client", "no_frag"]);
    }
}
