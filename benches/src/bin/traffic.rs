//! Writes captures to measure with.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use weir::capture::CaptureWriter;
use weir::time::Nanos;
use weir_benches::{ai_chat::AiChat, datagrams::udp64, mix::mix};

/// Writes a capture of made-up traffic, the same for the same seed.
#[derive(Debug, Parser)]
struct Arguments {
    /// What kind.
    kind: Kind,
    /// Where to.
    out: PathBuf,
    /// How many flows.
    #[arg(long, default_value_t = 4000, value_parser = positive)]
    flows: usize,
    /// About how many packets.
    #[arg(long, default_value_t = 500_000)]
    packets: usize,
    /// Conversations that are open at a time.
    #[arg(long, default_value_t = 256, value_parser = positive)]
    concurrent: usize,
    /// Another number gives other traffic.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// HTTP conversations with a model, the answer as server-sent events.
    AiChat,
    /// UDP packets of 64 bytes.
    Udp64,
    /// Both: seven of ten frames are of conversations.
    TcpMix,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=16_000_000) => Ok(number),
        _ => Err("from 1 to 16000000".to_owned()),
    }
}

/// From one frame to the next.
const STEP: Duration = Duration::from_micros(2);

fn main() -> anyhow::Result<()> {
    let Arguments { kind, out, flows, packets, concurrent, seed } = Arguments::parse();
    let frames: Box<dyn Iterator<Item = Vec<u8>>> = match kind {
        Kind::AiChat => Box::new(AiChat::new(flows, packets, concurrent, seed)),
        Kind::Udp64 => Box::new(udp64(flows, packets, seed)),
        Kind::TcpMix => Box::new(mix(flows, packets, concurrent, seed)),
    };
    let mut writer = CaptureWriter::create(&out)?;
    let mut time = Nanos(1_762_164_000_000_000_000);
    for frame in frames {
        writer.write(time, &frame)?;
        time += STEP;
    }
    println!("{}: {} packets", out.display(), writer.packets());
    writer.finish()?;
    Ok(())
}
