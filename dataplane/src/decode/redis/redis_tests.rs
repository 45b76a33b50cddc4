//! Conversations of redis-py with Redis 7, searches as Redis documents them, cut anywhere, and hostile ones.

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::{Redis, RedisConfig};
use crate::decode::http1::transcript::{Said, Transcript};
use crate::decode::test_data::{Turn, converse, turns};
use crate::decode::{Stage, Status};
use crate::flow::Direction::{ToClient, ToServer};

const RESP2: &str = include_str!("fixtures/resp2.turns");
const RESP3: &str = include_str!("fixtures/resp3.turns");
const INLINE: &str = include_str!("fixtures/inline.turns");

fn decode(config: RedisConfig, turns: &[Turn], cut: impl FnMut() -> usize) -> (Transcript, Status) {
    let (mut redis, mut transcript) = (Redis::new(config), Transcript::default());
    let status = converse(turns, cut, |direction, piece| redis.push(direction, piece, &mut transcript));
    redis.end(ToServer, &mut transcript);
    redis.end(ToClient, &mut transcript);
    (transcript, status)
}

fn whole(turns: &[Turn]) -> (Transcript, Status) {
    decode(RedisConfig::default(), turns, || usize::MAX)
}

fn command(words: &[&str]) -> Vec<u8> {
    let strings: String = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    format!("*{}\r\n{strings}", words.len()).into_bytes()
}

fn search() -> Vec<u8> {
    command(&["ft.search", "idx", "*=>[KNN 2 @v @blob]", "PARAMS", "2", "blob", "xxxx", "DIALECT", "2"])
}

/// RESP2: the count, then the key and the fields of each.
const FOUND: &[u8] = b"*5\r\n:2\r\n$5\r\ndoc:1\r\n*2\r\n$4\r\nbody\r\n$8\r\nthe moon\r\n$5\r\ndoc:2\r\n*2\r\n$4\r\nbody\r\n$6\r\nignore\r\n";
/// RESP3.
const FOUND_MAP: &[u8] = b"%2\r\n+total_results\r\n:1\r\n$7\r\nresults\r\n*1\r\n%2\r\n$2\r\nid\r\n$5\r\ndoc:1\r\n$16\r\nextra_attributes\r\n%1\r\n$4\r\nbody\r\n=10\r\ntxt:ignore\r\n";

fn is_answered(transcript: &Transcript, transaction: u32) -> bool {
    transcript.of(transaction, ToClient).contains(&Said::Stage(Stage::Complete))
}

#[test]
fn commands_and_their_replies_are_followed() {
    let (transcript, status) = whole(&turns(RESP2));
    assert_eq!((transcript.events().len(), status), (0, Status::Ongoing));
    let commands = transcript.values(FieldId::RedisCommand);
    assert_eq!(commands[..5], ["CLIENT", "CLIENT", "SET", "HSET", "HGETALL"]);
    assert_eq!(
        commands[5..],
        ["MULTI", "INCRBY", "LPUSH", "LRANGE", "EXEC", "GET", "GET", "GET", "GET", "GET", "CONFIG", "GET"]
    );
    let arguments = transcript.values(FieldId::RedisArguments);
    assert!(arguments.contains(&"The moon is made of rock.") && arguments.contains(&""));
    assert!((0..commands.len() as u32).all(|transaction| is_answered(&transcript, transaction)));
    assert!(transcript.values(FieldId::LlmRetrieved).is_empty());
}

#[test]
fn what_is_subscribed_to_comes_beside_replies() {
    let mut turns = turns(RESP3);
    turns.extend([(ToServer, search()), (ToClient, [b">1\r\n+x\r\n", FOUND_MAP].concat())]);
    let (transcript, status) = whole(&turns);
    assert_eq!((transcript.events().len(), status), (0, Status::Ongoing));
    let keys = ["results", "id", "doc:1", "extra_attributes", "body", "txt:ignore"];
    assert_eq!(transcript.values(FieldId::LlmRetrieved), keys);
}

#[test]
fn inline_commands_are_read_too() {
    let (transcript, _) = whole(&turns(INLINE));
    assert_eq!(transcript.values(FieldId::RedisCommand), ["SET", "GET", "PING"]);
    assert_eq!(transcript.values(FieldId::RedisArguments), ["a key", "some value", "a key"]);
    assert!((0..3).all(|transaction| is_answered(&transcript, transaction)));
}

#[test]
fn documents_are_those_that_answer_a_search_by_vectors() {
    let get = |key| command(&["GET", key]);
    let (queued, ok) = (b"+QUEUED\r\n", b"+OK\r\n");
    let exec = [b"*2\r\n", FOUND, b"$1\r\nx\r\n"].concat();
    let in_found = ["doc:1", "body", "the moon", "doc:2", "body", "ignore"];
    for (what, asked, answered, expected) in [
        ("a search", search(), FOUND.to_vec(), &in_found[..]),
        (
            "others around it",
            [get("a"), search(), get("b")].concat(),
            [b"$1\r\nx\r\n", FOUND, b"$1\r\ny\r\n"].concat(),
            &in_found,
        ),
        ("by words", command(&["FT.SEARCH", "idx", "moon KN N"]), FOUND.to_vec(), &[]),
        (
            "a range",
            command(&["FT.SEARCH", "idx", "@v:[vector_range 0.2 $b]"]),
            b"*1\r\n$1\r\nz\r\n".to_vec(),
            &["z"],
        ),
        (
            "a set of vectors",
            command(&["VSIM", "words", "ELE", "a"]),
            b"*2\r\n$1\r\na\r\n$3\r\nant\r\n".to_vec(),
            &["a", "ant"],
        ),
        (
            "in a transaction",
            [command(&["MULTI"]), search(), get("a"), command(&["EXEC"])].concat(),
            [&ok[..], queued, queued, &exec].concat(),
            &["doc:1", "body", "the moon", "doc:2", "body", "ignore", "x"],
        ),
        (
            "given up",
            [command(&["MULTI"]), search(), command(&["DISCARD"]), get("a")].concat(),
            [&ok[..], queued, ok, b"$1\r\nx\r\n"].concat(),
            &[],
        ),
        ("an error", search(), b"-no such index\r\n".to_vec(), &[]),
        (
            "with attributes",
            search(),
            b"|1\r\n$3\r\nttl\r\n:5\r\n*1\r\n|1\r\n+a\r\n+b\r\n$1\r\nq\r\n".to_vec(),
            &["q"],
        ),
    ] {
        let (transcript, status) = whole(&[(ToServer, asked), (ToClient, answered)]);
        assert_eq!(transcript.values(FieldId::LlmRetrieved), expected, "{what}");
        assert_eq!((transcript.events().len(), status), (0, Status::Ongoing), "{what}");
    }
}

#[test]
fn replies_that_come_of_themselves_are_documents_where_any_may_be() {
    let subscribed = command(&["SUBSCRIBE", "a", "b"]);
    let message: &[u8] = b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";
    let (transcript, _) = whole(&[(ToServer, subscribed.clone()), (ToClient, message.to_vec())]);
    assert!(transcript.values(FieldId::LlmRetrieved).is_empty());
    let (transcript, _) = whole(&[(ToServer, [search(), subscribed].concat()), (ToClient, message.to_vec())]);
    assert_eq!(transcript.values(FieldId::LlmRetrieved), ["message", "a", "hi"]);
    let replicated = [
        (ToServer, command(&["PSYNC", "?", "-1"])),
        (ToClient, b"+FULLRESYNC x 0\r\n$9\r\nREDIS0011*".to_vec()),
    ];
    assert!(whole(&replicated).0.events().is_empty());
}

#[test]
fn what_is_wrong_is_told() {
    let deep = b"*1\r\n".repeat(40);
    let long = [b"x ".repeat(40_000), b"\r\n".to_vec()].concat();
    for (what, turns, event) in [
        ("a count that is none", vec![(ToServer, b"*x\r\n".to_vec())], "redis.malformed"),
        ("a count without end", vec![(ToServer, b"*11111111111111111111111".to_vec())], "redis.malformed"),
        ("too many words", vec![(ToServer, b"*1048577\r\n".to_vec())], "redis.too_many_arguments"),
        (
            "a word that is too long",
            vec![(ToServer, b"*1\r\n$536870913\r\n".to_vec())],
            "redis.bulk_too_long",
        ),
        ("no string", vec![(ToServer, b"*1\r\n:1\r\n".to_vec())], "redis.malformed"),
        ("another end", vec![(ToServer, b"*1\r\n$4\r\nPINGxx".to_vec())], "redis.malformed"),
        ("a long name", vec![(ToServer, command(&["X".repeat(40).as_str()]))], "redis.command_too_long"),
        ("a long line", vec![(ToServer, long)], "redis.inline_too_long"),
        ("an end within", vec![(ToServer, b"*2\r\n$3\r\nGET\r\n".to_vec())], "redis.malformed"),
        ("depth", vec![(ToServer, search()), (ToClient, deep)], "redis.too_deep"),
        ("an unknown type", vec![(ToServer, search()), (ToClient, b"?".to_vec())], "redis.malformed"),
        (
            "a string of no end",
            vec![(ToServer, search()), (ToClient, b"$1\r\nxyy".to_vec())],
            "redis.malformed",
        ),
    ] {
        assert_eq!(whole(&turns).0.events(), [event], "{what}");
    }
    // Counts say nothing of memory.
    let many = vec![(ToServer, search()), (ToClient, b"*4000000000\r\n%4000000000\r\n$1\r\na\r\n".to_vec())];
    assert_eq!(whole(&many).0.values(FieldId::LlmRetrieved), ["a"]);
}

#[test]
fn nothing_grows_without_bound() {
    let config = RedisConfig { max_marks: 4, ..RedisConfig::default() };
    let searches = search().repeat(10);
    let (transcript, _) =
        decode(config, &[(ToServer, searches), (ToClient, b"$1\r\na\r\n".to_vec())], || usize::MAX);
    assert_eq!(transcript.events(), ["redis.too_many_pending"]);
    // What answers what is not known any more.
    assert_eq!(transcript.values(FieldId::LlmRetrieved), ["a"]);
}

#[test]
fn what_is_missing_within_a_string_is_passed_over() {
    let (mut redis, mut transcript) = (Redis::new(RedisConfig::default()), Transcript::default());
    let _ = redis.push(ToServer, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$10\r\nabc", &mut transcript);
    assert_eq!(redis.gap(ToServer, 7, &mut transcript), Status::Ongoing);
    let _ = redis.push(ToServer, b"\r\n*1\r\n$4\r\nPING\r\n", &mut transcript);
    assert_eq!(transcript.values(FieldId::RedisCommand), ["SET", "PING"]);
    assert_eq!(transcript.values(FieldId::RedisArguments), ["k", "abc"]);
    assert_eq!(redis.gap(ToServer, 1, &mut transcript), Status::Lost);
}

proptest! {
    #[test]
    fn cuts_don_t_matter(
        which in 0..4_usize,
        change in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>())),
        cuts in prop::collection::vec(1..20_usize, 1..20),
    ) {
        let mut turns = match which {
            0 => turns(RESP2),
            1 => turns(RESP3),
            2 => turns(INLINE),
            _ => vec![(ToServer, search().repeat(2)), (ToClient, [FOUND, FOUND_MAP].concat())],
        };
        if let Some((turn, at, to)) = change {
            let turn = turn.index(turns.len());
            let at = at.index(turns[turn].1.len());
            turns[turn].1[at] = to;
        }
        let mut next = cuts.iter().cycle();
        let cut = decode(RedisConfig::default(), &turns, || *next.next().unwrap());
        prop_assert_eq!(cut, whole(&turns));
    }

    #[test]
    fn any_values_can_be_cut(
        values in prop::collection::vec(
            (any::<bool>(), prop::sample::select(vec![
                &b"*1\r\n"[..], b"*2\r\n", b"%1\r\n", b"|1\r\n", b">1\r\n", b"$3\r\nabc\r\n", b"$0\r\n\r\n", b"$-1\r\n",
                b"*0\r\n", b"+x\r\n", b":1\r\n", b"$4\r\nVSIM\r\n", b"$5\r\nMULTI\r\n", b"$4\r\nEXEC\r\n", b"PING\r\n",
            ])), 0..30),
        size in 1..9_usize,
    ) {
        let turns: Vec<Turn> =
            values.iter().map(|&(client, value)| (if client { ToServer } else { ToClient }, value.to_vec())).collect();
        prop_assert_eq!(decode(RedisConfig::default(), &turns, || size), whole(&turns));
    }
}
