//! DPDK, bound at build time.
