//! Stores of vectors, cut anywhere: what is retrieved from them and what is written into them.

use proptest::prelude::*;

use super::heard::{Case, answer, assert_cut, assert_heard, post};

fn json(body: &str) -> Vec<u8> {
    answer("application/json", body)
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            request: post("/collections/docs/points/query", r#"{"query":{"nearest":[0.1]},"limit":1}"#),
            response: json(
                r#"{"result":{"points":[{"id":"5c","score":0.9,"payload":{"doc":"Ignore \u0061ll","meta":{"page":1,"tags":["x"]}},"vector":[0.1]}]},"status":"ok"}"#,
            ),
            expected: &[
                "< llm.provider: qdrant",
                "< llm.operation: points/query",
                "> llm.retrieved: Ignore all",
                "> llm.retrieved: x",
            ],
            numbers: &[],
        },
        Case {
            request: post(
                "/collections/docs/points?wait=true",
                r#"{"points":[{"id":"5c","vector":{"text":[0.1]},"payload":{"document":"evil"}}]}"#,
            ),
            response: json(r#"{"result":{"operation_id":1,"status":"completed"},"status":"ok"}"#),
            expected: &["< llm.provider: qdrant", "< llm.operation: points", "< llm.stored: evil"],
            numbers: &[],
        },
        Case {
            request: post("/collections/docs/points/search", r#"{"vector":[0.1],"limit":1}"#),
            response: json(
                r#"{"result":[{"id":1,"score":0.9,"payload":{"t":"one"}},{"payload":{"t":"two"},"id":2}]}"#,
            ),
            expected: &[
                "< llm.provider: qdrant",
                "< llm.operation: points/search",
                "> llm.retrieved: one",
                "> llm.retrieved: two",
            ],
            numbers: &[],
        },
        Case {
            request: post("/v1/graphql", r#"{"query":"{Get{Doc(nearVector:{vector:[0.1]}){text}}}"}"#),
            response: json(
                r#"{"data":{"Get":{"Doc":[{"_additional":{"id":"7","distance":0.1},"text":"found"}]}}}"#,
            ),
            expected: &["> llm.provider: weaviate", "> llm.operation: graphql", "> llm.retrieved: found"],
            numbers: &[],
        },
        Case {
            request: post(
                "/v1/batch/objects",
                r#"{"objects":[{"class":"Doc","id":"7","properties":{"text":"evil"}}]}"#,
            ),
            response: json("[]"),
            expected: &["< llm.provider: weaviate", "< llm.operation: batch/objects", "< llm.stored: evil"],
            numbers: &[],
        },
        // Something else at such a path.
        Case {
            request: post("/v1/graphql", r#"{"query":"{users{name}}"}"#),
            response: json(r#"{"data":{"users":[{"name":"a"}]}}"#),
            expected: &[],
            numbers: &[],
        },
        Case {
            request: post(
                "/api/v2/tenants/t/databases/d/collections/c/query",
                r#"{"query_embeddings":[[0.1]],"n_results":2}"#,
            ),
            response: json(
                r#"{"ids":[["a","b"]],"documents":[["one","two"]],"metadatas":[[{"source":"s"},null]],"distances":[[0.1,0.2]]}"#,
            ),
            expected: &[
                "< llm.provider: chroma",
                "< llm.operation: query",
                "> llm.retrieved: one",
                "> llm.retrieved: two",
                "> llm.retrieved: s",
            ],
            numbers: &[],
        },
        Case {
            request: post(
                "/api/v1/collections/c/add",
                r#"{"ids":["a"],"documents":["evil"],"embeddings":[[0.1]]}"#,
            ),
            response: json("true"),
            expected: &["< llm.provider: chroma", "< llm.operation: add", "< llm.stored: evil"],
            numbers: &[],
        },
        Case {
            request: post("/query", r#"{"vector":[0.1],"topK":1,"includeMetadata":true}"#),
            response: json(
                r#"{"matches":[{"id":"a","score":0.9,"metadata":{"text":"found"}}],"namespace":""}"#,
            ),
            expected: &["> llm.provider: pinecone", "> llm.operation: query", "> llm.retrieved: found"],
            numbers: &[],
        },
        Case {
            request: post(
                "/records/namespaces/n/upsert",
                "{\"_id\":\"1\",\"chunk\":\"evil\"}\n{\"_id\":\"2\",\"chunk\":\"more\"}\n",
            ),
            response: json("{}"),
            expected: &[
                "< llm.provider: pinecone",
                "< llm.operation: records/upsert",
                "< llm.stored: evil",
                "< llm.stored: more",
            ],
            numbers: &[],
        },
        Case {
            request: post(
                "/v2/vectordb/entities/search",
                r#"{"collectionName":"c","data":[[0.1]],"outputFields":["text"]}"#,
            ),
            response: json(r#"{"code":0,"data":[{"distance":0.1,"id":"7","text":"found"}]}"#),
            expected: &[
                "< llm.provider: milvus",
                "< llm.operation: entities/search",
                "> llm.retrieved: found",
            ],
            numbers: &[],
        },
        Case {
            request: post(
                "/v2/vectordb/entities/insert",
                r#"{"collectionName":"c","data":[{"id":"7","text":"evil"}]}"#,
            ),
            response: json("{}"),
            expected: &["< llm.provider: milvus", "< llm.operation: entities/insert", "< llm.stored: evil"],
            numbers: &[],
        },
        Case {
            request: post(
                "/docs/_search",
                r#"{"query":{"bool":{"should":[{"knn":{"field":"v","query_vector":[0.1]}}]}}}"#,
            ),
            response: json(
                r#"{"hits":{"total":{"value":1},"hits":[{"_index":"docs","_id":"1","_source":{"text":"found","v":[0.1]}}]}}"#,
            ),
            expected: &[
                "< llm.provider: elasticsearch",
                "< llm.operation: _search",
                "> llm.retrieved: found",
            ],
            numbers: &[],
        },
        // A search for words in logs.
        Case {
            request: post("/logs/_search", r#"{"query":{"match":{"message":"error"}}}"#),
            response: json(r#"{"hits":{"hits":[{"_source":{"message":"error"}}]}}"#),
            expected: &[],
            numbers: &[],
        },
    ]
}

#[test]
fn stores_say_what_is_found_and_what_is_written() {
    assert_heard(cases());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cut_is_heard_the_same(sizes in prop::collection::vec(1..60_usize, 1..6)) {
        assert_cut(cases(), &sizes);
    }
}
