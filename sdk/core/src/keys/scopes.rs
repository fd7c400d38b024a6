//! Scopes: what the holder of a credential may do.
//!
//! A scope is written `resource:action`, with `*` for either, or `admin` for everything; or as
//! `{resource, actions}`, which says several at once. Nothing else matches: no prefix, no other case.

use alloc::{format, string::String, vec::Vec};

use crate::json::{Value, object};

/// A scope as it was given, so that it is given back as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `skills:read`, `data:*`, `admin`
    Word(String),
    /// `{"resource": "data", "actions": ["read", "write"]}`
    Grant {
        /// What may be acted on; `*` is everything.
        resource: String,
        /// What may be done to it; `*` is everything.
        actions: Vec<String>,
    },
}

/// How long a resource or an action may be.
const MAX_NAME: usize = 64;
/// How many actions one scope may name.
const MAX_ACTIONS: usize = 32;

impl Scope {
    /// Reads a scope; `None` if it is none.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(word) => {
                let known =
                    word == ADMIN || word.split_once(':').is_some_and(|(r, a)| is_name(r) && is_name(a));
                known.then(|| Self::Word(word.clone()))
            }
            Value::Object(members) => {
                let resource = members.get("resource")?.as_str().filter(|name| is_name(name))?;
                let actions = members.get("actions")?.as_array().filter(|list| list.len() <= MAX_ACTIONS)?;
                let names = actions.iter().map(|action| action.as_str().filter(|name| is_name(name)));
                let actions = names.map(|name| name.map(Into::into)).collect::<Option<Vec<String>>>()?;
                (members.len() == 2).then(|| Self::Grant { resource: resource.into(), actions })
            }
            _ => None,
        }
    }

    /// Writes it as it was read.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Word(word) => word.as_str().into(),
            Self::Grant { resource, actions } => object(alloc::vec![
                ("resource", resource.as_str().into()),
                ("actions", actions.clone().into())
            ]),
        }
    }

    /// The pairs of resource and action that it says.
    fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Word(word) if word == ADMIN => alloc::vec![("*", "*")],
            Self::Word(word) => word.split_once(':').into_iter().collect(),
            Self::Grant { resource, actions } => {
                actions.iter().map(|action| (resource.as_str(), action.as_str())).collect()
            }
        }
    }
}

/// The word for everything.
pub const ADMIN: &str = "admin";

/// A list of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(pub Vec<Scope>);

impl Scopes {
    /// Reads a list; `None` if anything in it is no scope.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(Scope::read).collect::<Option<_>>().map(Self)
    }

    /// Writes the list.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Array(self.0.iter().map(Scope::to_value).collect())
    }

    /// Whether an action on a resource is permitted. To ask for `*` is to ask for all of them.
    #[must_use]
    pub fn permit(&self, resource: &str, action: &str) -> bool {
        let fits = |own: &str, wanted: &str| own == "*" || own == wanted;
        let mut pairs = self.0.iter().flat_map(Scope::pairs);
        pairs.any(|(own_resource, own_action)| fits(own_resource, resource) && fits(own_action, action))
    }

    /// Whether everything that other scopes say is permitted here.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().flat_map(Scope::pairs).all(|(resource, action)| self.permit(resource, action))
    }

    /// The scopes as OAuth writes them: words, separated by spaces.
    #[must_use]
    pub fn to_words(&self) -> String {
        let words = |scope: &Scope| match scope {
            Scope::Word(word) => alloc::vec![word.clone()],
            grant @ Scope::Grant { .. } => grant.pairs().iter().map(|(r, a)| format!("{r}:{a}")).collect(),
        };
        self.0.iter().flat_map(words).collect::<Vec<_>>().join(" ")
    }
}

/// `*`, or letters, digits and `_ - . /`.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./".contains(&b);
    text == "*" || (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn scopes(text: &str) -> Scopes {
        Scopes::read(&parse(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_scope_permits_what_it_says_and_nothing_beside_it() {
        let own = scopes(r#"["skills:read", "data:*", "*:list", {"resource": "a", "actions": ["x", "y"]}]"#);
        for (resource, action) in [("skills", "read"), ("data", "x"), ("any", "list"), ("a", "x"), ("a", "y")]
        {
            assert!(own.permit(resource, action), "{resource}:{action}");
        }
        for (resource, action) in [
            ("skills", "write"),
            ("skills", "readx"),
            ("skillsx", "read"),
            ("Skills", "read"),
            ("skills", "*"),
            ("*", "read"),
            ("*", "*"),
            ("a", "z"),
            ("", ""),
            ("skill", "read"),
        ] {
            assert!(!own.permit(resource, action), "{resource}:{action}");
        }
        assert!(own.permit("data", "*") && own.permit("*", "list"));
    }

    #[test]
    fn admin_permits_everything() {
        for all in [r#"["admin"]"#, r#"["*:*"]"#, r#"[{"resource": "*", "actions": ["*"]}]"#] {
            assert!(scopes(all).permit("any", "thing") && scopes(all).permit("*", "*"), "{all}");
        }
        assert!(!scopes("[]").permit("a", "b"));
    }

    #[test]
    fn scopes_cover_what_they_permit() {
        let own = scopes(r#"["data:*", "skills:read"]"#);
        assert!(
            own.cover(&scopes(
                r#"["data:read", {"resource": "data", "actions": ["a", "*"]}, "skills:read"]"#
            ))
        );
        for more in [r#"["skills:*"]"#, r#"["*:read"]"#, r#"["admin"]"#, r#"["data:read", "x:y"]"#] {
            assert!(!own.cover(&scopes(more)), "{more}");
        }
    }

    #[test]
    fn a_list_is_given_back_as_it_came() {
        let text = r#"["admin",{"actions":["r","*"],"resource":"data"},"a/b.c:d_e-f"]"#;
        assert_eq!(scopes(text).to_value().to_text(), text);
        assert_eq!(scopes(text).to_words(), "admin data:r data:* a/b.c:d_e-f");
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for odd in [
            r#"["skills"]"#,
            r#"[":read"]"#,
            r#"["a:"]"#,
            r#"["a:b:c"]"#,
            r#"["a b:c"]"#,
            "[1]",
            "{}",
            r#"["**:a"]"#,
            r#"[{"resource": "a"}]"#,
            r#"[{"resource": "a", "actions": ["b"], "more": 1}]"#,
            r#"[{"resource": "", "actions": []}]"#,
        ] {
            assert_eq!(Scopes::read(&parse(odd.as_bytes()).unwrap()), None, "{odd}");
        }
    }
}
