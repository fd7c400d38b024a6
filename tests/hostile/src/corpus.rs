//! The shape of `corpus.json`.

use std::{collections::BTreeMap, sync::LazyLock};

use edgeward_core::jose::Algorithm;
use serde::Deserialize;
use serde_json::Value;

/// The corpus.
pub static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../corpus.json"))
        .expect("what generate/corpus.mjs has written is whole")
});

/// All of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// The shared secret, as text.
    pub secret: String,
    /// The configurations by name.
    pub settings: BTreeMap<String, Setting>,
    /// The classes.
    pub classes: Vec<Class>,
    /// The tokens.
    pub tokens: Vec<Entry>,
}

/// A configuration that tokens are judged by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Setting {
    /// What `iss` must equal.
    pub issuer: String,
    /// What `aud` must contain one of.
    pub audience: Vec<String>,
    /// What `alg` must be one of.
    pub algorithms: Vec<Algorithm>,
    /// The public keys.
    pub keys: Option<Vec<Value>>,
    /// Whether the shared secret is the key.
    #[serde(default)]
    pub secret: bool,
    /// What `typ` must be.
    pub r#type: Option<String>,
    /// The largest age in seconds.
    pub max_age: Option<u32>,
    /// Whether `exp` is required.
    pub expires: Option<bool>,
}

/// What a group of tokens is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The vulnerabilities and the sentences of standards that it stands for.
    pub stands: Vec<String>,
    /// The rule, in a sentence.
    pub why: String,
}

/// What has to become of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// It is good.
    Accept,
    /// A standard forbids it, or a forger wrote it.
    Reject,
    /// The standards let it pass, a strict verifier does not.
    Strict,
}

/// A token and what has to become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its class.
    pub class: String,
    /// Its name, one of its own within the class.
    pub name: String,
    /// The configuration it is judged by.
    pub setting: String,
    /// What has to become of it.
    pub expect: Expect,
    /// The error codes of which one has to be the reason.
    pub codes: Vec<String>,
    /// The token.
    pub token: Form,
}

/// A token, or how to make one that is too long to be kept.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Form {
    /// As it is.
    Text(String),
    /// Texts, one after the other.
    Recipe(Vec<Part>),
}

/// A part of a recipe.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// A text.
    Once(String),
    /// A text, so many times.
    Repeated(String, usize),
}

impl Entry {
    /// The token.
    #[must_use]
    pub fn token(&self) -> String {
        match &self.token {
            Form::Text(text) => text.clone(),
            Form::Recipe(parts) => parts.iter().map(Part::text).collect(),
        }
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Once(text) => text.clone(),
            Self::Repeated(text, times) => text.repeat(*times),
        }
    }
}
