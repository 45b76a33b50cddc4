//! The engine held against conversations: frames go in one by one, and each verdict is asked for.

mod accounting_tests;
mod adjustment_tests;
mod application_tests;
mod conversation;
mod dataset_tests;
mod event_tests;
mod fail_safe_tests;
mod header_tests;
mod model_file_tests;
mod policy_tests;
mod reload_tests;
mod rig;
mod score_tests;
mod segment_tests;
mod signature_tests;
mod state_tests;
mod stream_event_tests;
mod told_tests;

use conversation::{Tcp, datagram, fragments};
use rig::{Rig, Setup};
