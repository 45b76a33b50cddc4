//! The schema for editors says what the types say.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::decision::{Action, Mode};
use super::document::{Document, IdentityEntry, MatchEntry, PortEntry, RuleEntry};
use super::model::DefaultAction;

const SCHEMA: &str = include_str!("../../schema/policy.schema.json");

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "additionalProperties")]
    additional_properties: Option<bool>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    properties: BTreeMap<String, Property>,
    #[serde(rename = "$defs", default)]
    definitions: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(rename = "enum", default)]
    values: Vec<String>,
}

fn schema() -> Shape {
    // JSON is YAML.
    serde_saphyr::from_str(SCHEMA).unwrap()
}

/// The fields that a type has, as its own complaint about a wrong one lists them.
fn fields<'de, T: Deserialize<'de>>() -> Vec<String> {
    let error = match serde_saphyr::from_str::<T>("no-such-field: 1") {
        Ok(_) => panic!("an unknown field was accepted"),
        Err(error) => error.without_snippet().to_string(),
    };
    let (_, list) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    let list = list.split(" at line ").next().unwrap_or_default().trim_start_matches("one of ");
    let mut names: Vec<String> = list
        .split(',')
        .flat_map(|part| part.split(" or "))
        .map(|name| name.trim_matches([' ', '`']).to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn properties_are_the_fields_of_the_types() {
    let schema = schema();
    let definition = |name: &str| &schema.definitions[name];
    let table = [
        (&schema, fields::<Document>()),
        (definition("identity"), fields::<IdentityEntry>()),
        (definition("match"), fields::<MatchEntry>()),
        (definition("rule"), fields::<RuleEntry>()),
        (definition("port"), fields::<PortEntry>()),
    ];
    for (shape, fields) in table {
        let properties: Vec<String> = shape.properties.keys().cloned().collect();
        assert_eq!(properties, fields);
        assert_eq!(shape.additional_properties, Some(false), "{fields:?}");
    }
}

#[test]
fn words_are_those_of_the_types() {
    let schema = schema();
    let words = |shape: &Shape, property: &str| shape.properties[property].values.clone();
    let rule = &schema.definitions["rule"];
    for word in words(&schema, "default") {
        assert_eq!(serde_saphyr::from_str::<DefaultAction>(&word).unwrap().action().name(), word);
    }
    for word in words(rule, "action") {
        assert_eq!(serde_saphyr::from_str::<Action>(&word).unwrap().name(), word);
    }
    for word in words(rule, "mode") {
        assert_eq!(serde_saphyr::from_str::<Mode>(&word).unwrap().name(), word);
    }
    let sizes = [words(&schema, "default").len(), words(rule, "action").len(), words(rule, "mode").len()];
    assert_eq!(sizes, [3, 4, 2]);
}

#[test]
fn required_is_what_can_not_be_left_out() {
    let schema = schema();
    let identity = "{ name: a, match: [] }";
    let rule = "{ name: r, from: any, to: any, action: deny }";
    let port = "{ protocol: tcp }";
    assert!(serde_saphyr::from_str::<IdentityEntry>(identity).is_ok());
    assert!(serde_saphyr::from_str::<RuleEntry>(rule).is_ok());
    assert!(serde_saphyr::from_str::<PortEntry>(port).is_ok());
    let required = |name: &str| schema.definitions[name].required.clone();
    assert_eq!(required("identity"), ["name", "match"]);
    assert_eq!(required("rule"), ["name", "from", "to", "action"]);
    assert_eq!(required("port"), ["protocol"]);
    for field in required("rule") {
        let without: Vec<&str> =
            rule.trim_matches(['{', '}', ' ']).split(", ").filter(|pair| !pair.starts_with(&field)).collect();
        assert!(
            serde_saphyr::from_str::<RuleEntry>(&format!("{{ {} }}", without.join(", "))).is_err(),
            "{field}"
        );
    }
}
