//! How fast frames go from one null port to another through this crate, and nothing else: the ceiling of a forwarder.
//!
//! `cargo run --release -p weir-hw --example null_forward -- [frame size] [touch]`; with `touch`, one byte of each frame is
//! read, as a parser would.

use std::error::Error;
use std::time::Instant;

use weir_hw::{Burst, Device, DeviceSpec, Eal, EalConfig, Mempool, MempoolConfig, Port, PortConfig, Stopped};

const ROUNDS: u32 = 5;
const BURSTS: u64 = 500_000;

fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args().nth(1).unwrap_or_else(|| "64".to_owned());
    let touch = std::env::args().nth(2).is_some_and(|word| word == "touch");
    let begun = Instant::now();
    let eal = Eal::init(&EalConfig { memory_mib: 128, ..EalConfig::default() })?;
    println!("{} started in {} ms; {}", Eal::version(), begun.elapsed().as_millis(), eal.memory());
    let pool = Mempool::new(eal, &MempoolConfig { mbufs: 16_383, ..MempoolConfig::default() })?;
    let open = |spec: String| -> Result<Port<Stopped>, Box<dyn Error>> {
        Ok(Device::attach(eal, &spec.parse::<DeviceSpec>()?)?)
    };
    let mut left =
        open(format!("net_null0,size={size}"))?.start(&PortConfig::default(), &pool).map_err(|(e, _)| e)?;
    let mut right =
        open(format!("net_null1,size={size}"))?.start(&PortConfig::default(), &pool).map_err(|(e, _)| e)?;
    let (Some(rx), Some(tx)) = (left.rx.first_mut(), right.tx.first_mut()) else { return Ok(()) };
    let mut burst = Burst::new();
    let mut seen = 0_u64;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let mut frames = 0;
        for _ in 0..BURSTS {
            rx.receive(&mut burst);
            if touch {
                seen += burst
                    .iter()
                    .map(|frame| u64::from(frame.data().first().copied().unwrap_or(0)))
                    .sum::<u64>();
            }
            frames += tx.transmit_or_drop(&mut burst).sent;
        }
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{:.1} Mpps, {:.2} ns a frame",
            frames as f64 / seconds / 1e6,
            seconds * 1e9 / frames as f64
        );
    }
    std::hint::black_box(seen);
    Ok(())
}
