//! What documents and clients call operations and the objects that they speak of.

use super::{
    Operation,
    schema::{Object, Schema},
};

impl Operation {
    /// Where clients have it as a method: `("tokens", "create")` is `api.tokens.create()`. It is where
    /// it is written, the module and the function.
    #[must_use]
    pub fn method(self) -> (String, String) {
        let mut words = self.handler().rsplit("::").map(camel);
        let name = words.next().unwrap_or_default();
        match words.next().as_deref() {
            // An agent has sessions, and is none.
            Some("agents") => ("agents".into(), self.name().into()),
            Some("web") => ("sessions".into(), name),
            module => (module.unwrap_or_default().into(), name),
        }
    }

    /// The name of its arguments in documents: `CreateApiTokenArguments`; `None` if it takes none.
    #[must_use]
    pub fn arguments_name(self) -> Option<String> {
        match self.arguments() {
            Schema::Object(object) if object.members.is_empty() => None,
            _ => Some([&pascal(self.name()), "Arguments"].concat()),
        }
    }

    /// The name of its result in documents: `CreateApiTokenResult`.
    #[must_use]
    pub fn result_name(self) -> String {
        [&pascal(self.name()), "Result"].concat()
    }

    /// What it does, in one sentence or two: the first paragraph.
    #[must_use]
    pub fn summary(self) -> String {
        paragraphs(self.doc()).into_iter().next().unwrap_or_default()
    }
}

/// The paragraphs of a text of documentation, each as one line.
#[must_use]
pub fn paragraphs(doc: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in doc.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(open) if !line.is_empty() => {
                if !open.is_empty() {
                    open.push(' ');
                }
                open.push_str(line);
            }
            Some(open) if open.is_empty() => {}
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// The objects inside of arguments and results, under names that belong to one of them only.
pub struct Names {
    found: Vec<Named>,
}

/// An object inside of an argument or a result.
#[derive(Clone)]
pub struct Named {
    /// An operation that speaks of it.
    pub operation: Operation,
    /// Its name in documents.
    pub name: String,
    /// What it looks like.
    pub object: Object,
    /// Whether it is part of an argument, where what is optional may be left out; in a result it is null.
    pub is_argument: bool,
}

impl Names {
    /// Those of the whole table.
    #[must_use]
    pub fn of_table() -> Self {
        let mut found = Vec::new();
        for operation in Operation::ALL.iter().copied() {
            for (schema, is_argument) in [(operation.arguments(), true), (operation.result(), false)] {
                each_inner(&schema, &mut |object| {
                    found.push(Named {
                        operation,
                        name: object.name.into(),
                        object: object.clone(),
                        is_argument,
                    });
                });
            }
        }
        Self { found }
    }

    /// The name of an object that an operation speaks of. Two objects of one name are told apart by the
    /// operation.
    #[must_use]
    pub fn of(&self, operation: Operation, object: &Object) -> String {
        let others = self.found.iter().filter(|other| other.object.name == object.name);
        if others.clone().all(|other| other.object == *object) {
            object.name.into()
        } else {
            [&pascal(operation.name()), object.name].concat()
        }
    }

    /// Every object once, under its name.
    #[must_use]
    pub fn all(&self) -> Vec<Named> {
        let mut all: Vec<Named> = Vec::new();
        for found in &self.found {
            let name = self.of(found.operation, &found.object);
            match all.iter_mut().find(|known| known.name == name) {
                Some(known) => known.is_argument |= found.is_argument,
                None => all.push(Named { name, ..found.clone() }),
            }
        }
        all
    }
}

/// Visits the objects inside of a shape, and not itself.
fn each_inner(schema: &Schema, visit: &mut impl FnMut(&Object)) {
    match schema {
        Schema::Object(object) => object.members.iter().for_each(|member| each(&member.schema, visit)),
        other => each(other, visit),
    }
}

fn each(schema: &Schema, visit: &mut impl FnMut(&Object)) {
    match schema {
        Schema::Object(object) => {
            visit(object);
            each_inner(schema, visit);
        }
        Schema::Optional(inner) | Schema::List(inner, _) => each(inner, visit),
        Schema::Either(shapes) => shapes.iter().for_each(|shape| each(shape, visit)),
        Schema::Text { .. }
        | Schema::Choice(_)
        | Schema::Integer(..)
        | Schema::Flag
        | Schema::Any
        | Schema::Nothing => {}
    }
}

/// `create_session` as `createSession`.
fn camel(word: &str) -> String {
    let mut parts = word.trim().split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &pascal(part))
}

/// `createSession` as `CreateSession`.
fn pascal(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_where_its_function_is() {
        assert_eq!(Operation::CreateSession.method(), ("agents".into(), "createSession".into()));
        assert_eq!(Operation::CreateApiToken.method(), ("tokens".into(), "create".into()));
        assert_eq!(camel("create_web_session"), "createWebSession");
    }

    #[test]
    fn no_two_operations_are_one_method() {
        let mut methods: Vec<_> = Operation::ALL.iter().map(|operation| operation.method()).collect();
        methods.sort();
        methods.dedup();
        assert_eq!(methods.len(), Operation::ALL.len());
    }

    #[test]
    fn paragraphs_are_lines() {
        assert_eq!(paragraphs(" One\n line.\n\n Another.\n"), ["One line.", "Another."]);
        assert!(paragraphs("").is_empty());
    }

    #[test]
    fn no_object_has_the_name_of_another_or_of_an_operations_own() {
        let names = Names::of_table();
        let mut taken: Vec<_> = names.all().into_iter().map(|named| named.name).collect();
        for operation in Operation::ALL {
            taken.extend(operation.arguments_name().into_iter().chain([operation.result_name()]));
        }
        let count = taken.len();
        taken.sort();
        taken.dedup();
        assert_eq!(taken.len(), count);
    }
}
