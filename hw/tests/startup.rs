//! Starting EAL: once, without moving the thread that does it.

use weir_hw::{DpdkLog, Eal, EalConfig, EalError, HugepageUse, Hugepages, allowed_cores};

#[test]
fn dpdk_starts_once_and_leaves_the_thread_where_it_was() {
    let cores = allowed_cores().expect("cores");
    assert!(Eal::current().is_none());
    let impossible = EalConfig { file_prefix: "../x".to_owned(), ..EalConfig::default() };
    assert!(matches!(Eal::init(&impossible), Err(EalError::BadArgument { .. })));
    let config = EalConfig {
        memory_mib: 64,
        hugepages: Hugepages::Never,
        log: DpdkLog::Remember,
        ..EalConfig::default()
    };
    let begun = std::time::Instant::now();
    let eal = Eal::init(&config).expect("a refused configuration does not use up the one start");
    println!("EAL started in {} ms: {}", begun.elapsed().as_millis(), Eal::version());
    assert_eq!(eal.memory(), HugepageUse::Declined);
    assert_eq!(allowed_cores().expect("cores"), cores);
    assert_eq!(std::thread::spawn(allowed_cores).join().expect("no panic").expect("cores"), cores);
    assert!(matches!(Eal::init(&config), Err(EalError::AlreadyStarted)));
    assert!(Eal::current().is_some());
    assert!(Eal::version().starts_with("DPDK "));
    assert!(weir_hw::clock::cycles_per_second(eal) > 1_000_000);
    let mut clock = weir_hw::TscClock::new(eal);
    let system = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    assert!(clock.now().abs_diff(system.as_nanos() as u64) < 60_000_000_000, "within a minute");
    let before = clock.now();
    clock.resync();
    assert!(clock.now() >= before);
    println!("DPDK said: {:?}", eal.take_log());
}
