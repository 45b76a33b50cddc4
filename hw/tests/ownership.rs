//! Who owns a frame: every path that it can take ends with its buffer back in the pool, once.

mod running_eal;

use running_eal::{eal, pool};
use weir_hw::{BURST_CAPACITY, Burst, Fate, Mbuf, Mempool, MempoolConfig, Socket, mbuf_ring};

fn numbered(pool: &Mempool, numbers: std::ops::Range<u8>) -> Burst {
    let mut burst = Burst::new();
    for number in numbers {
        burst.push(pool.frame(&[number; 60]).expect("a buffer")).expect("room");
    }
    burst
}

fn numbers(burst: &Burst) -> Vec<u8> {
    burst.iter().map(|frame| frame.data()[0]).collect()
}

#[test]
fn a_dropped_frame_goes_back_to_its_pool() {
    let pool = pool(63, 512);
    assert_eq!((pool.available(), pool.in_use()), (63, 0));
    let frames: Vec<Mbuf> = std::iter::from_fn(|| pool.alloc()).collect();
    assert_eq!((frames.len(), pool.in_use()), (63, 63));
    assert!(pool.frame(b"x").is_none());
    drop(frames);
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_frame_holds_what_was_placed_in_it() {
    let pool = pool(15, 512);
    let mut frame = pool.alloc().expect("a buffer");
    assert!(frame.is_empty() && frame.is_contiguous());
    assert_eq!(frame.tailroom(), 512);
    frame.append(4).expect("room").copy_from_slice(b"abcd");
    frame.append(2).expect("room").copy_from_slice(b"ef");
    assert_eq!((frame.data(), frame.len()), (&b"abcdef"[..], 6));
    assert!(frame.append(507).is_none(), "one byte too many");
    assert_eq!(frame.len(), 6, "and nothing was changed");
    assert_eq!(frame.append(506).map(|added| added.len()), Some(506));
    assert_eq!(frame.fill(&[7; 512]), Some(()));
    assert_eq!(frame.fill(&[8; 513]), None);
    assert_eq!((frame.len(), frame.data()[511]), (512, 7));
    frame.truncate(3);
    assert_eq!(frame.data(), [7; 3]);
    frame.data_mut()[1] = 9;
    assert_eq!(frame.data(), [7, 9, 7]);
    assert_eq!((frame.rss_hash(), frame.flow_mark()), (None, None));
    let recycled = {
        drop(frame);
        pool.alloc().expect("a buffer")
    };
    assert!(recycled.is_empty(), "a new frame does not show the old one's bytes");
}

#[test]
fn a_frame_larger_than_a_buffer_is_a_chain() {
    let pool = pool(31, 128);
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let mut frame = pool.frame(&bytes).expect("buffers");
    assert_eq!((frame.len(), frame.segments().count(), pool.in_use()), (1000, 8, 8));
    assert!(!frame.is_contiguous());
    assert_eq!(frame.data(), &bytes[..128]);
    assert_eq!(frame.segments().collect::<Vec<_>>().concat(), bytes);
    let mut copy = [0; 1000];
    assert_eq!(frame.copy_to(&mut copy), Some(1000));
    assert_eq!(copy[..], bytes[..]);
    assert_eq!(frame.copy_to(&mut copy[..999]), None);
    assert_eq!(frame.tailroom(), 8 * 128 - 1000);
    frame.append(24).expect("room in the last segment").fill(1);
    assert_eq!((frame.len(), frame.segments().last().map(<[u8]>::len)), (1024, Some(128)));
    assert_eq!(frame.fill(b"short"), None, "a chain is not filled");
    frame.truncate(1);
    assert_eq!(frame.len(), 1024, "nor cut");
    assert!(pool.frame(&vec![0; 24 * 128]).is_none(), "23 buffers are left");
    assert_eq!(pool.in_use(), 8, "and those of the attempt are back");
    drop(frame);
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_burst_keeps_order_and_frees_the_rest() {
    let pool = pool(255, 128);
    let mut burst = numbered(&pool, 0..10);
    assert_eq!(burst.swap_remove(2).map(|frame| frame.data()[0]), Some(2));
    assert_eq!(numbers(&burst), [0, 1, 9, 3, 4, 5, 6, 7, 8]);
    assert!(burst.swap_remove(9).is_none());
    assert_eq!(burst.pop().map(|frame| frame.data()[0]), Some(8));
    let removed = burst.partition(|index, frame| {
        assert_eq!(frame.data().len(), 60);
        if index % 2 == 0 { Fate::Keep } else { Fate::Remove }
    });
    assert_eq!((numbers(&burst), numbers(&removed)), (vec![0, 9, 4, 6], vec![1, 3, 5, 7]));
    drop(removed);
    assert_eq!(pool.in_use(), 4);
    let mut drained = burst.drain();
    assert_eq!(drained.next().map(|frame| frame.data()[0]), Some(0));
    assert_eq!(drained.len(), 3);
    drop(drained);
    assert!(burst.is_empty());
    assert_eq!(pool.in_use(), 0);

    let mut full = Burst::new();
    assert_eq!(pool.alloc_burst(&mut full, 200), BURST_CAPACITY);
    let one = pool.alloc().expect("a buffer");
    drop(full.push(one).expect_err("no room"));
    let mut other = numbered(&pool, 0..10);
    assert_eq!(full.append(&mut other), 0);
    drop(full.drain().take(60).collect::<Vec<_>>());
    assert_eq!(full.append(&mut other), 10);
    assert!(other.is_empty());
    full.clear();
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_bulk_allocation_is_all_or_nothing() {
    let pool = pool(31, 128);
    let mut burst = Burst::new();
    assert_eq!(pool.alloc_burst(&mut burst, 32), 0);
    assert_eq!(pool.alloc_burst(&mut burst, 31), 31);
    assert_eq!(pool.alloc_burst(&mut burst, 1), 0);
    assert_eq!(burst.len(), 31);
}

#[test]
fn a_panic_between_frames_frees_them() {
    let pool = pool(31, 128);
    let mut burst = numbered(&pool, 0..10);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        burst.partition(|index, _| if index == 5 { panic!("in the middle") } else { Fate::Keep })
    }));
    assert!(result.is_err());
    burst.clear();
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_ring_passes_frames_between_threads_in_order() {
    const FRAMES: u32 = 20_000;
    let pool = pool(1023, 128);
    let (mut producer, mut consumer) = mbuf_ring(eal(), 100, Socket::Any).expect("a ring");
    let source = pool.clone();
    let thread = std::thread::spawn(move || {
        let _lcore = eal().register_thread().expect("an lcore");
        let mut burst = Burst::new();
        let mut next = 0_u32;
        while next < FRAMES || !burst.is_empty() {
            while next < FRAMES && burst.len() < 20 {
                let Some(frame) = source.frame(&next.to_be_bytes()) else { break };
                burst.push(frame).expect("room");
                next += 1;
            }
            if producer.enqueue(&mut burst) == 0 {
                std::thread::yield_now();
            }
        }
    });
    let mut expected = 0_u32;
    let mut burst = Burst::new();
    while expected < FRAMES {
        if consumer.dequeue(&mut burst) == 0 {
            std::thread::yield_now();
        }
        for frame in burst.drain() {
            assert_eq!(frame.data(), expected.to_be_bytes());
            expected += 1;
        }
    }
    thread.join().expect("no panic");
    assert!(consumer.is_empty() && consumer.pop().is_none());
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_full_ring_hands_frames_back_and_a_dropped_one_frees_them() {
    let pool = pool(255, 128);
    let (mut producer, mut consumer) = mbuf_ring(eal(), 7, Socket::Any).expect("a ring");
    let mut burst = numbered(&pool, 0..10);
    assert_eq!(producer.enqueue(&mut burst), 7);
    assert_eq!(numbers(&burst), [7, 8, 9]);
    let back = producer.push(burst.pop().expect("a frame")).expect_err("the ring is full");
    assert_eq!(back.data()[0], 9);
    assert_eq!(consumer.pop().map(|frame| frame.data()[0]), Some(0));
    producer.push(back).expect("room for one");
    assert_eq!((producer.len(), consumer.len()), (7, 7));
    burst.clear();
    drop(producer);
    assert_eq!(pool.in_use(), 7, "the consumer's end keeps them");
    drop(consumer);
    assert_eq!(pool.in_use(), 0);
    for size in [0, u32::MAX] {
        assert!(mbuf_ring(eal(), size, Socket::Any).is_err(), "{size}");
    }
}

#[test]
fn frames_outlive_the_last_handle_of_their_pool() {
    let first = pool(47, 320);
    let frame = first.frame(b"still here").expect("a buffer");
    drop(first);
    assert_eq!(frame.data(), b"still here");
    // A pool of this shape does not take over one that is not whole.
    let second = pool(47, 320);
    assert_eq!(second.in_use(), 0);
    drop(frame);
    drop(second);
    let third = pool(47, 320);
    assert_eq!(third.in_use(), 0);
}

#[test]
fn pools_are_reused_so_making_them_again_and_again_takes_no_more_memory() {
    for _ in 0..200 {
        let pool = pool(4000, 1024);
        drop(pool.alloc().expect("a buffer"));
    }
}

#[test]
fn impossible_pools_are_refused_in_words() {
    let base = MempoolConfig { name: "p".to_owned(), mbufs: 1023, cache: 0, ..MempoolConfig::default() };
    let cases = [
        (MempoolConfig { mbufs: 0, ..base.clone() }, "can't have 0 frames"),
        (MempoolConfig { cache: 683, ..base.clone() }, "at most 512"),
        (MempoolConfig { mbufs: 100, cache: 67, ..base.clone() }, "at most 66 go with 100 frames"),
        (MempoolConfig { data_room: 65_500, ..base.clone() }, "64 to 65407 are possible"),
        (MempoolConfig { mbufs: 20_000_000, ..base }, "give it more memory or the pool fewer frames"),
    ];
    for (config, words) in cases {
        let error = Mempool::new(eal(), &config).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn caches_of_registered_threads_are_counted() {
    let config =
        MempoolConfig { name: "cached".to_owned(), mbufs: 2047, cache: 64, ..MempoolConfig::default() };
    let pool = Mempool::new(eal(), &config).expect("a pool");
    let handle = pool.clone();
    std::thread::spawn(move || {
        let _outer = eal().register_thread().expect("an lcore");
        let _inner = eal().register_thread().expect("registering twice is no error");
        let mut burst = Burst::new();
        assert_eq!(handle.alloc_burst(&mut burst, 32), 32);
        assert_eq!(handle.in_use(), 32);
        burst.clear();
        assert_eq!(handle.in_use(), 0);
    })
    .join()
    .expect("no panic");
    assert_eq!(pool.in_use(), 0);
}

/// What can be done to a burst.
#[derive(Clone, Debug)]
enum Step {
    Push(u8),
    Pop,
    SwapRemove(usize),
    Partition(u8),
    DrainSome(usize),
    Append(u8),
}

fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    use proptest::prelude::*;
    let step = prop_oneof![
        4 => any::<u8>().prop_map(Step::Push),
        1 => Just(Step::Pop),
        1 => (0..70_usize).prop_map(Step::SwapRemove),
        1 => any::<u8>().prop_map(Step::Partition),
        1 => (0..70_usize).prop_map(Step::DrainSome),
        1 => (0..70_u8).prop_map(Step::Append),
    ];
    proptest::collection::vec(step, 0..120)
}

proptest::proptest! {
    #[test]
    fn a_burst_is_a_vector_of_at_most_its_capacity(steps in steps()) {
        let pool = pool(255, 64);
        let (mut burst, mut model) = (Burst::new(), Vec::new());
        for step in steps {
            match step {
                Step::Push(number) => {
                    let pushed = burst.push(pool.frame(&[number]).expect("a buffer")).is_ok();
                    proptest::prop_assert_eq!(pushed, model.len() < BURST_CAPACITY);
                    model.extend(pushed.then_some(number));
                }
                Step::Pop => {
                    proptest::prop_assert_eq!(burst.pop().map(|frame| frame.data()[0]), model.pop());
                }
                Step::SwapRemove(index) => {
                    let expected = (index < model.len()).then(|| model.swap_remove(index));
                    proptest::prop_assert_eq!(burst.swap_remove(index).map(|frame| frame.data()[0]), expected);
                }
                Step::Partition(bits) => {
                    let fate = |number: u8| if number & bits == 0 { Fate::Keep } else { Fate::Remove };
                    let removed = burst.partition(|_, frame| fate(frame.data()[0]));
                    let (kept, expected) = model.into_iter().partition(|&number| fate(number) == Fate::Keep);
                    model = kept;
                    let expected: Vec<u8> = expected;
                    proptest::prop_assert_eq!(numbers(&removed), expected);
                }
                Step::DrainSome(count) => {
                    let drained: Vec<u8> = burst.drain().take(count).map(|frame| frame.data()[0]).collect();
                    proptest::prop_assert_eq!(drained, model.drain(..).take(count).collect::<Vec<_>>());
                }
                Step::Append(count) => {
                    let mut other = numbered(&pool, 0..count.min(BURST_CAPACITY as u8));
                    let moved = burst.append(&mut other);
                    model.extend(0..moved as u8);
                    proptest::prop_assert_eq!(other.is_empty() || burst.free() == 0, true);
                }
            }
            proptest::prop_assert_eq!(&numbers(&burst), &model);
            proptest::prop_assert_eq!(pool.in_use() as usize, model.len());
        }
        drop(burst);
        proptest::prop_assert_eq!(pool.in_use(), 0);
    }
}
