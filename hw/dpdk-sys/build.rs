//! Binds the distribution's DPDK: pkg-config tells where it is, bindgen reads `native/dpdk.h`, and the wrappers of the
//! inline functions are compiled with the flags that DPDK itself was built with.

use std::env;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// Releases whose headers and behaviour this crate was written against.
const OLDEST: (u32, u32) = (22, 11);

const INSTALL: &str = "apt-get install libdpdk-dev pkg-config libclang-dev clang";

/// What is bound. Narrow on purpose: each name costs build time, and a short list is a list one can review.
const FUNCTIONS: &[&str] = &[
    "dpdk_shim_.*",
    "rte_(version|rdtsc|get_tsc_hz|lcore_id|openlog_stream|log_set_global_level)",
    "rte_eal_(init|get_runtime_dir)",
    "rte_thread_(register|unregister)",
    "rte_dev_(probe|remove)",
    "rte_pktmbuf_(pool_create|alloc|alloc_bulk|free|free_bulk|chain)",
    "rte_mempool_avail_count",
    "rte_ring_(create|free|count|sp_enqueue_burst|sc_dequeue_burst)",
    "rte_eth_(rx_burst|tx_burst|tx_prepare|rx_queue_setup|tx_queue_setup|from_rings)",
    "rte_eth_dev_(info_get|configure|start|stop|close|socket_id|get_port_by_name|adjust_nb_rx_tx_desc)",
    "rte_eth_dev_(get_mtu|set_mtu|rss_hash_conf_get|rss_hash_update|rx_offload_name|tx_offload_name)",
    "rte_eth_(macaddr_get|promiscuous_enable|promiscuous_disable)",
    "rte_eth_(stats_get|stats_reset|xstats_get|xstats_get_names)",
];

const CONSTANTS: &[&str] = &[
    "DPDK_SHIM_.*",
    "RTE_(MAX_LCORE|MEMPOOL_CACHE_MAX_SIZE|PKTMBUF_HEADROOM|LOG_WARNING|ETH_MQ_RX_RSS)",
    "RING_F_(SP_ENQ|SC_DEQ)",
];

const TYPES: &[&str] = &["dpdk_shim_.*"];

/// Types that Rust only passes pointers to, or whose layout differs between releases.
const OPAQUE: &[&str] = &["rte_mbuf", "rte_mempool", "rte_ring", "rte_device", "rte_devargs", "rte_eth_link"];

fn main() {
    println!("cargo::rerun-if-changed=native");
    println!("cargo::rerun-if-changed=build.rs");
    for variable in ["PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "LIBCLANG_PATH"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    check_version(&pkg_config(&["--modversion"]));
    // The pkg-config crate understands -I and -D but drops `-include rte_config.h` and `-march=…`, without which DPDK's
    // headers do not compile; so the flags are taken as they are.
    let cflags = words(&pkg_config(&["--cflags"]));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let wrappers = out.join("inline_wrappers.c");
    bind(&cflags, &out.join("bindings.rs"), &wrappers);
    compile(&cflags, &wrappers);
    link();
}

fn pkg_config(arguments: &[&str]) -> String {
    let tool = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".to_owned());
    let output = Command::new(&tool).args(arguments).arg("libdpdk").output().unwrap_or_else(|error| {
        fail(&format!("`{tool}` can't be run ({error}); it is needed to find DPDK (package `pkg-config`)"))
    });
    if !output.status.success() {
        let said =
            String::from_utf8_lossy(&output.stderr).lines().map(str::trim).collect::<Vec<_>>().join("; ");
        fail(&format!("DPDK's headers were not found (package `libdpdk-dev`); {tool} said: {said}"));
    }
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn words(flags: &str) -> Vec<String> {
    flags.split_whitespace().map(str::to_owned).collect()
}

fn check_version(version: &str) {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST {
        fail(&format!("DPDK {version} is too old: {}.{} or later is needed", OLDEST.0, OLDEST.1));
    }
}

fn bind(cflags: &[String], bindings: &Path, wrappers: &Path) {
    let mut builder = bindgen::Builder::default()
        .header("native/dpdk.h")
        .clang_args(cflags)
        .wrap_static_fns(true)
        .wrap_static_fns_path(wrappers)
        .wrap_static_fns_suffix("_wrapped")
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .derive_default(true)
        .layout_tests(false)
        .generate_comments(false)
        .generate_cstr(true);
    for pattern in FUNCTIONS {
        builder = builder.allowlist_function(pattern);
    }
    for pattern in CONSTANTS {
        builder = builder.allowlist_var(pattern);
    }
    for pattern in TYPES {
        builder = builder.allowlist_type(pattern);
    }
    for pattern in OPAQUE {
        builder = builder.opaque_type(pattern);
    }
    // bindgen panics when libclang can't be loaded; its message does not say which package has it.
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let generated = std::panic::catch_unwind(AssertUnwindSafe(|| builder.generate()));
    std::panic::set_hook(default_hook);
    let generated = match generated {
        Ok(Ok(generated)) => generated,
        Ok(Err(error)) => fail(&format!(
            "clang can't read DPDK's headers ({error}); its own headers are in the package `clang`"
        )),
        Err(_) => fail("libclang can't be loaded (package `libclang-dev`; or set LIBCLANG_PATH)"),
    };
    if let Err(error) = generated.write_to_file(bindings) {
        fail(&format!("{} can't be written: {error}", bindings.display()));
    }
}

fn compile(cflags: &[String], wrappers: &Path) {
    let mut build = cc::Build::new();
    build.file(wrappers).file("native/log.c").include(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    build.opt_level(3).warnings(false);
    for flag in cflags {
        build.flag(flag);
    }
    build.compile("weir_dpdk_wrappers");
}

/// Names only the libraries that are called. The drivers are plugins: EAL loads them from its own directory when it
/// starts, because it sees that `librte_eal` itself is a shared object.
fn link() {
    for directory in words(&pkg_config(&["--libs-only-L", "--keep-system-libs"])) {
        if let Some(directory) = directory.strip_prefix("-L") {
            println!("cargo::rustc-link-search=native={directory}");
        }
    }
    for library in ["rte_net_ring", "rte_ethdev", "rte_net", "rte_mbuf", "rte_mempool", "rte_ring", "rte_eal"]
    {
        println!("cargo::rustc-link-lib=dylib={library}");
    }
    // Logging is a library of its own from DPDK 23.11 on.
    if words(&pkg_config(&["--libs-only-l"])).iter().any(|flag| flag == "-lrte_log") {
        println!("cargo::rustc-link-lib=dylib=rte_log");
    }
}

fn fail(problem: &str) -> ! {
    println!("cargo::error={problem}");
    println!("cargo::error=on Debian and Ubuntu: {INSTALL}");
    exit(1)
}
