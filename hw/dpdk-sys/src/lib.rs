//! DPDK as the distribution ships it, bound at build time and as narrow as `weir-hw` needs it.
//!
//! The functions that DPDK defines `static inline` (bursts, mbufs, rings) are reached through C wrappers that bindgen
//! generates; a wrapper costs 2–3 ns a call, so the hot ones are those that take a whole burst. What a C macro or a
//! bit field hides is in `native/dpdk.h`, under names that start with `dpdk_shim`.
//!
//! Nothing here is safe to call without DPDK's own documentation at hand. Use `weir-hw`.

#![allow(non_camel_case_types, non_upper_case_globals, non_snake_case)]
#![allow(missing_docs, rustdoc::all)]
#![allow(clippy::all, clippy::undocumented_unsafe_blocks)]
#![allow(unsafe_op_in_unsafe_fn, unnecessary_transmutes)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
