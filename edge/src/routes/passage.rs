//! How messages come in from JavaScript and go out again.
//!
//! A call across costs a microsecond or so, and a message has dozens of parts: each message crosses
//! whole, as one text, and so do the changes to it.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/routes/passage.js")]
extern "C" {
    #[wasm_bindgen(js_name = requestText)]
    fn request_text(request: &web_sys::Request) -> String;

    #[wasm_bindgen(js_name = answerText)]
    fn answer_text(answer: &web_sys::Response) -> String;

    #[wasm_bindgen(catch)]
    fn change(headers: &web_sys::Headers, edits: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    fn ask(
        fetcher: Option<&JsValue>,
        request: &web_sys::Request,
        url: &str,
        edits: &str,
        cache: Option<&str>,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = answerAgain)]
    fn answer_again(answer: &web_sys::Response, edits: &str) -> Result<web_sys::Response, JsValue>;
}

/// The fields of a message in lower case, each once but for `set-cookie`.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads names and values, in turn.
    fn read<'t>(mut lines: impl Iterator<Item = &'t str>) -> Self {
        let pair = || Some((lines.next()?.to_owned(), lines.next()?.to_owned()));
        Self(std::iter::from_fn(pair).collect())
    }

    /// The value of a field, by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes away the fields with such names.
    pub fn remove(&mut self, edits: &mut Edits, goes: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| {
            let goes = goes(name);
            if goes {
                edits.remove(name);
            }
            !goes
        });
    }
}

/// A request as it came in.
pub struct Told {
    /// Its method, as it was sent.
    pub method: String,
    /// Its absolute address.
    pub url: String,
    /// Its fields.
    pub fields: Fields,
}

/// Reads a request.
pub fn request(request: &web_sys::Request) -> Told {
    let text = request_text(request);
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    Told { method: next(), url: next(), fields: Fields::read(lines) }
}

/// Reads an answer: its status and its fields.
pub fn answer(answer: &web_sys::Response) -> (u16, Fields) {
    let text = answer_text(answer);
    let mut lines = text.split('\n');
    let status = lines.next().and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, Fields::read(lines))
}

/// Changes to the fields of a message, to be carried out in one go.
#[derive(Debug, Default)]
pub struct Edits(String);

impl Edits {
    /// Removes a field.
    pub fn remove(&mut self, name: &str) {
        self.write('-', name, None);
    }

    /// Gives a field this value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.write('=', name, Some(value));
    }

    /// Adds a value to a field.
    pub fn append(&mut self, name: &str, value: &str) {
        self.write('+', name, Some(value));
    }

    /// A line's end in a value would begin an edit of its own. None gets here, and one that did would
    /// be a space, as RFC 9110 §5.5 has it.
    fn write(&mut self, sign: char, name: &str, value: Option<&str>) {
        self.0.push(sign);
        for line in [Some(name), value].into_iter().flatten() {
            if line.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | b'\0')) {
                self.0.push_str(&line.replace(['\n', '\r', '\0'], " "));
            } else {
                self.0.push_str(line);
            }
            self.0.push('\n');
        }
    }

    /// Changes the headers of an answer of the gateway's own.
    pub fn apply(&self, headers: &web_sys::Headers) -> Result<(), JsValue> {
        change(headers, &self.0)
    }
}

/// Where a request goes.
pub struct Way<'a> {
    /// Who is asked; without one, the network.
    pub fetcher: Option<&'a JsValue>,
    /// The absolute address.
    pub url: &'a str,
    /// How the cache on the way is used, if not as usual.
    pub cache: Option<&'a str>,
}

/// Asks elsewhere what a request asks.
pub fn pass_on(request: &web_sys::Request, way: &Way<'_>, edits: &Edits) -> Result<Promise, JsValue> {
    ask(way.fetcher, request, way.url, &edits.0, way.cache)
}

/// The same answer with other fields; an error where it has a status that no answer can have.
pub fn give_back(answer: &web_sys::Response, edits: &Edits) -> Result<web_sys::Response, JsValue> {
    answer_again(answer, &edits.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Fields {
        Fields::read(text.split('\n'))
    }

    #[test]
    fn fields_are_lines_in_pairs() {
        let fields = read("accept\n*/*\nempty\n\nvia\n1.1 a");
        assert_eq!(fields.get("accept"), Some("*/*"));
        assert_eq!(fields.get("empty"), Some(""));
        assert_eq!((fields.get("via"), fields.get("*/*")), (Some("1.1 a"), None));
        assert_eq!(read("").iter().count(), 0);
    }

    #[test]
    fn what_is_removed_is_not_read_afterwards() {
        let (mut fields, mut edits) = (read("a\n1\nb\n2\na\n3"), Edits::default());
        fields.remove(&mut edits, |name| name == "a");
        edits.set("c", "4");
        edits.append("b", "");
        assert_eq!((fields.get("a"), fields.get("b")), (None, Some("2")));
        assert_eq!(edits.0, "-a\n-a\n=c\n4\n+b\n\n");
    }

    #[test]
    fn no_value_begins_an_edit() {
        let mut edits = Edits::default();
        edits.set("a", "1\r\n=x-edgeward-subject\nroot");
        assert_eq!(edits.0, "=a\n1  =x-edgeward-subject root\n");
    }
}
