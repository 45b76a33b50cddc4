//! Files that others made: with the libraries whose formats they are (`fixtures/`), and by those who look for malicious
//! ones (`model-files/` of the test data).

use std::fs;

use proptest::prelude::*;

use super::super::test_data;
use super::test_run::{of, run, run_any, run_at};

/// What each of the malicious files imports first of what it should not, and where it is whole.
const MALICIOUS: [(&str, &str); 56] = [
    ("GHSA-3gf5-cxq9-w223.pkl", "idlelib.pyshell ModifiedInterpreter.runcode"),
    ("GHSA-4675-36f9-wf6r.pkl", "ctypes CDLL"),
    ("GHSA-4r9r-ch6f-vxmx.pkl", "torch.utils.bottleneck.__main__ run_cprofile"),
    ("GHSA-6vqj-c2q5-j97w.pkl", "profile Profile.runctx"),
    ("GHSA-7cq8-mj8x-j263.pkl", "idlelib.autocomplete AutoComplete.fetch_completions"),
    ("GHSA-7wx9-6375-f5wh.pkl", "profile run"),
    ("GHSA-84r2-jw7c-4r5q.pkl", "operator methodcaller"),
    ("GHSA-86cj-95qr-2p4f.pkl", "torch._dynamo.guards GuardBuilder.get"),
    ("GHSA-8r4j-24qv-fmq9.pkl", "idlelib.calltip Calltip.fetch_tip"),
    ("GHSA-955r-x9j8-7rhh.pkl", "builtins __import__"),
    ("GHSA-9w88-8rmg-7g2p.pkl", "cProfile runctx"),
    ("GHSA-cj3c-v495-4xqh.pkl", "code InteractiveInterpreter.runcode"),
    ("GHSA-f4x7-rfwp-v3xw.pkl", "torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression"),
    ("GHSA-f54q-57x4-jg88.pkl", "lib2to3.pgen2.grammar Grammar.loads"),
    ("GHSA-fqq6-7vqf-w3fg.pkl", "doctest debug_script"),
    ("GHSA-g38g-8gr9-h9xp-test.pkl", "test.support.script_helper assert_python_ok"),
    ("GHSA-jgw4-cr84-mqxg.bin", "asyncio.unix_events _UnixSubprocessTransport._start"),
    ("GHSA-jhph-76pp-mggw.pkl", "torch.utils.collect_env run"),
    ("GHSA-m273-6v24-x4m4.pkl", "distutils.file_util write_file"),
    ("GHSA-q77w-mwjj-7mqx.pkl", "asyncio.unix_events _UnixSubprocessTransport._start"),
    ("GHSA-r8g5-cgf2-4m4m.pkl", "numpy.f2py.crackfortran getlincoef"),
    ("GHSA-vqmv-47xg-9wpr.pkl", "pty spawn"),
    ("GHSA-vvpj-8cmc-gx39.pkl", "os system"),
    ("GHSA-x696-vm39-cp64.pkl", "profile Profile.run"),
    ("broken_model.pkl", "builtins exec"),
    ("cloudpickle_codeinjection.pkl", "cloudpickle.cloudpickle _make_function"),
    ("dns_exfiltration.npy", "ssl get_server_certificate"),
    ("keyerror-exploit.pkl", "os system"),
    ("malicious-invalid-bytes.pkl", "os system"),
    ("malicious0.pkl", "__builtin__ eval"),
    ("malicious1.zip", "builtins eval"),
    ("malicious10.pkl", "__builtin__ exec"),
    ("malicious11.pkl", "os system"),
    ("malicious13b.pkl", "_pickle loads"),
    ("malicious14.pkl", "runpy _run_code"),
    ("malicious15b.pkl", "bdb Bdb.run"),
    ("malicious16.pkl", "pip main"),
    ("malicious17.pkl", "torch._inductor.codecache compile_file"),
    ("malicious19.pkl", "torch.serialization load"),
    ("malicious1_0x1.zip", "builtins eval"),
    ("malicious1_0x20.zip", "builtins eval"),
    ("malicious1_central_directory.zip", "builtins eval"),
    ("malicious1_crc.zip", "builtins eval"),
    ("malicious1_v0.pkl", "__builtin__ eval"),
    ("malicious1_v3.pkl", "builtins eval"),
    ("malicious20.pkl", "venv create"),
    ("malicious21.pkl", "timeit timeit"),
    ("malicious22.pkl", "numpy.testing._private.utils runstring"),
    ("malicious23.pkl", "os system"),
    ("malicious2_v0.pkl", "posix system"),
    ("malicious2_v4.pkl", "posix system"),
    ("malicious5.pickle", "aiohttp.client ClientSession"),
    ("malicious7.pkl", "socket create_connection"),
    ("malicious8.pkl", "subprocess run"),
    ("types_CodeType.pkl", "types CodeType"),
    ("urllib_request_urlopen.pkl", "urllib.request urlopen"),
];

#[test]
fn malicious_files() {
    let Some(folder) = test_data("model-files") else { return };
    let mut shares = Vec::new();
    for (name, import) in MALICIOUS {
        let bytes = fs::read(folder.join(name)).unwrap();
        let told = run_any(&bytes);
        assert!(of(&told, "import").contains(&import), "{name}: {told:?}");
        let at = run_at(&bytes)
            .into_iter()
            .find(|(_, line)| line.strip_prefix("import ") == Some(import))
            .unwrap()
            .0;
        shares.push(100 * at / bytes.len());
    }
    shares.sort_unstable();
    // Small files: most end soon after what they import. None needs the whole.
    let (median, last) = (shares[shares.len() / 2], shares[shares.len() - 1]);
    eprintln!("imports are told after {median} % of the file in the median, {last} % at most");
    assert!(median <= 60 && last < 100, "{shares:?}");
}

#[test]
fn other_samples() {
    let Some(folder) = test_data("model-files") else { return };
    let told = |name: &str| run_any(&fs::read(folder.join(name)).unwrap());
    assert_eq!(told("benign0_v3.pkl"), ["format pickle"]);
    assert_eq!(told("benign0_v4.pkl"), ["format pickle"]);
    assert_eq!(told("not_a_pickle.bin"), Vec::<String>::new());
    assert_eq!(told("malicious1.7z"), Vec::<String>::new());
    assert_eq!(told("int_arrays.npz"), ["format numpy"]);
    assert_eq!(told("int_arrays_compressed.npz"), ["format numpy"]);
    let objects = told("object_array.npy");
    assert_eq!(of(&objects, "format"), ["numpy", "pickle"]);
    let torch = told("new_pytorch_model.bin");
    assert_eq!(of(&torch, "format"), ["pytorch", "pickle"]);
    assert_eq!(
        of(&torch, "import"),
        ["torch._utils _rebuild_tensor_v2", "torch FloatStorage", "collections OrderedDict"]
    );
    assert!(!torch.iter().any(|line| line.starts_with("model_file")), "{torch:?}");
    assert!(told("malicious1_central_directory.zip").contains(&"model_file.archive_mismatch".to_owned()));
    let replaced = told("sys_module_override_sploit.pkl");
    assert!(replaced.contains(&"model_file.unresolved_import".to_owned()), "{replaced:?}");
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/decode/model_file/fixtures/");
    fs::read(format!("{folder}{name}")).unwrap()
}

#[test]
fn joblib_writes_arrays_between_opcodes() {
    for name in ["joblib.pkl", "joblib.z"] {
        let told = run_any(&fixture(name));
        assert_eq!(of(&told, "format"), ["pickle", "joblib"], "{name}");
        assert_eq!(of(&told, "import").last(), Some(&"posix system"), "{name}: {told:?}");
        assert!(!told.iter().any(|line| line.starts_with("model_file")), "{name}: {told:?}");
    }
}

#[test]
fn objects_in_npz() {
    for name in ["objects.npz", "objects_compressed.npz"] {
        let told = run_any(&fixture(name));
        assert_eq!(of(&told, "format"), ["numpy", "pickle"], "{name}");
        assert_eq!(of(&told, "import").last(), Some(&"posix system"), "{name}");
        assert!(!told.iter().any(|line| line.starts_with("model_file")), "{name}: {told:?}");
    }
}

#[test]
fn tensors() {
    let told = run_any(&fixture("model.safetensors"));
    assert_eq!(told, ["format safetensors", "safetensors.metadata = format np"]);
}

#[test]
fn onnx() {
    let told = run_any(&fixture("custom_domain.onnx"));
    assert_eq!(
        told,
        [
            "format onnx",
            "onnx.producer = pytorch",
            "onnx.custom_domain = com.example.evil",
            "onnx.metadata = author someone"
        ]
    );
    let told = run_any(&fixture("external.onnx"));
    assert_eq!(
        told,
        ["format onnx", "onnx.external_file = ../../../etc/passwd", "model_file.path_traversal"]
    );
}

#[test]
fn saved_model() {
    assert_eq!(
        run_any(&fixture("saved_model.pb")),
        [
            "format saved_model",
            "saved_model.op = WriteFile",
            "saved_model.tensorflow_version = 2.16.1",
            "saved_model.op = ReadFile"
        ]
    );
}

#[test]
fn keras() {
    assert_eq!(run_any(&fixture("lambda.h5")), ["format hdf5", "format keras", "keras.layer = Lambda"]);
    let told = run_any(&fixture("lambda.keras"));
    assert_eq!(
        told,
        [
            "format keras",
            "keras.layer = Lambda",
            "keras.layer = __lambda__",
            "import subprocess Popen",
            "import evil Layer",
            "keras.registered_name = Custom>Layer",
            "format hdf5"
        ]
    );
}

/// A fixture, with some bytes changed, and sizes of the pieces that it comes in.
fn changed() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    let names = vec![
        "joblib.pkl",
        "joblib.z",
        "objects.npz",
        "objects_compressed.npz",
        "model.safetensors",
        "custom_domain.onnx",
        "external.onnx",
        "saved_model.pb",
        "lambda.keras",
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let sizes = prop::collection::vec(1_usize..200, 1..20);
    (prop::sample::select(names), changes, sizes).prop_map(|(name, changes, sizes)| {
        let mut bytes = fixture(name);
        for (at, octet) in changes {
            let at = at.index(bytes.len());
            bytes[at] = octet;
        }
        (bytes, sizes)
    })
}

proptest! {
    #[test]
    fn cuts_don_t_matter((bytes, sizes) in changed()) {
        let mut rest = &bytes[..];
        let mut sizes = sizes.iter().cycle();
        let pieces = std::iter::from_fn(|| {
            let (piece, tail) = rest.split_at((*sizes.next()?).min(rest.len()));
            rest = tail;
            (!piece.is_empty()).then_some(piece)
        });
        prop_assert_eq!(run(pieces), run([&bytes[..]]));
    }
}
