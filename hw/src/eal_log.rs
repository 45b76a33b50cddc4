//! What DPDK logs, caught before it reaches a terminal.
//!
//! A driver that refuses its arguments says why in a log line and returns a bare error number. So the lines go to a
//! short memory, from which errors quote what was said while their operation ran; on request they go to standard error
//! as well. Only warnings and worse are let through.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::eal::DpdkLog;

/// How many lines are remembered. Older ones are forgotten.
const REMEMBERED: usize = 64;

/// The longest line that is remembered whole, in bytes.
const LINE_LIMIT: usize = 512;

struct Tail {
    lines: VecDeque<String>,
    /// How many lines there ever were: the number of the next one.
    next: u64,
    echo: DpdkLog,
}

static TAIL: Mutex<Tail> = Mutex::new(Tail { lines: VecDeque::new(), next: 0, echo: DpdkLog::Remember });

fn tail() -> MutexGuard<'static, Tail> {
    TAIL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A point in the log, from which lines can be asked for later.
#[derive(Clone, Copy)]
pub(crate) struct LogMark(u64);

impl LogMark {
    pub(crate) fn now() -> LogMark {
        LogMark(tail().next)
    }

    /// What DPDK said since, as one line that can end an error message; empty when it said nothing.
    pub(crate) fn quote(self) -> String {
        let tail = tail();
        let fresh = usize::try_from(tail.next - self.0).unwrap_or(usize::MAX).min(tail.lines.len());
        let lines: Vec<&str> = tail.lines.iter().skip(tail.lines.len() - fresh).map(String::as_str).collect();
        if lines.is_empty() { String::new() } else { format!("; DPDK says: {}", lines.join(" | ")) }
    }
}

/// The lines that are remembered, oldest first; they are forgotten by it.
pub(crate) fn take() -> Vec<String> {
    tail().lines.drain(..).collect()
}

/// Routes DPDK's log here. Called once, before EAL starts.
pub(crate) fn install(echo: DpdkLog) {
    tail().echo = echo;
    // SAFETY: `sink` is a plain function that lives as long as the program, and the stream is never closed; setting the
    // level and the stream before rte_eal_init is what DPDK documents.
    unsafe {
        dpdk_sys::rte_log_set_global_level(dpdk_sys::RTE_LOG_WARNING);
        let stream = dpdk_sys::dpdk_shim_log_stream(Some(sink));
        if !stream.is_null() {
            dpdk_sys::rte_openlog_stream(stream);
        }
    }
}

unsafe extern "C" fn sink(text: *const std::ffi::c_char, length: usize) {
    if text.is_null() || length == 0 {
        return;
    }
    // SAFETY: log.c passes the buffer that stdio hands it, which holds `length` bytes during this call.
    let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
    let mut tail = tail();
    if tail.echo == DpdkLog::Stderr {
        // There is nobody to tell that standard error is closed.
        let _ = std::io::stderr().write_all(bytes);
    }
    let clipped = bytes.get(..LINE_LIMIT.min(length)).unwrap_or(bytes);
    for line in String::from_utf8_lossy(clipped).lines().map(str::trim).filter(|line| !line.is_empty()) {
        if tail.lines.len() == REMEMBERED {
            tail.lines.pop_front();
        }
        tail.lines.push_back(line.to_owned());
        tail.next += 1;
    }
}
