//! End-to-end tests: the real binary, between real clients and servers.

#![forbid(unsafe_code)]

/// A test for each driver that takes frames from a kernel interface: af_packet and AF_XDP.
macro_rules! over_each_driver {
    ($($(#[$attribute:meta])* $case:ident;)*) => {
        mod over_af_packet {
            $(#[test] $(#[$attribute])* fn $case() { super::$case(weir_tests::Driver::AfPacket) })*
        }
        mod over_af_xdp {
            $(#[test] $(#[$attribute])* fn $case() {
                if crate::af_xdp::works() { super::$case(weir_tests::Driver::AfXdp) }
            })*
        }
    };
}

mod af_xdp;
mod command_line;
mod control;
mod demo;
mod devices;
mod evasion;
mod fragments;
mod observing;
mod passing;
mod reference;
mod rejecting;
mod reloading;
mod signals;
mod signatures;
mod spreading;
mod tunnels;
