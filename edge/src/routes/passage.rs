//! How messages come in from JavaScript and go out again.
//!
//! A call across costs a microsecond or so, and a message has dozens of parts: each message crosses
//! whole, as one text, and so do the changes to it.

mod asked;

use std::ops::Range;

use wasm_bindgen::prelude::*;

use asked::{Arrived, Asked};

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
        arrived: &Arrived,
        number: u32,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = answerAgain)]
    fn answer_again(answer: &web_sys::Response, edits: &str) -> Result<web_sys::Response, JsValue>;
}

/// The fields of a message in lower case, each once but for `set-cookie`.
#[derive(Debug, Default)]
pub struct Fields {
    /// Names and values, a line each.
    text: String,
    /// Where in the text each name and each value stands.
    places: Vec<[Range<usize>; 2]>,
}

impl Fields {
    /// Reads what follows the first lines of a text.
    fn read(text: String, first: usize) -> Self {
        let mut next = 0;
        let places = text.split('\n').map(|line| {
            let start = next;
            next = start + line.len() + 1;
            start..start + line.len()
        });
        let mut places = places.skip(first);
        let pair = || Some([places.next()?, places.next()?]);
        let places = std::iter::from_fn(pair).collect();
        Self { text, places }
    }

    /// The value of a field, by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let at = |place: &Range<usize>| self.text.get(place.clone()).unwrap_or_default();
        self.places.iter().map(move |[name, value]| (at(name), at(value)))
    }

    /// Takes away the fields with such names.
    pub fn remove(&mut self, edits: &mut Edits, goes: impl Fn(&str) -> bool) {
        self.places.retain(|[name, _]| {
            let name = self.text.get(name.clone()).unwrap_or_default();
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
    Told { method: next(), url: next(), fields: Fields::read(text, 2) }
}

/// Reads an answer: its status and its fields.
pub fn answer(answer: &web_sys::Response) -> (u16, Fields) {
    let text = answer_text(answer);
    let status = text.split('\n').next().and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, Fields::read(text, 1))
}

/// Changes to the fields of a message, to be carried out in one go.
#[derive(Debug)]
pub struct Edits(String);

impl Default for Edits {
    /// None yet, and room for what is usual.
    fn default() -> Self {
        Self(String::with_capacity(2048))
    }
}

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
            // To the end, come what may: so many bytes are looked at at once.
            let breaks = |byte: u8| matches!(byte, b'\n' | b'\r' | b'\0');
            if line.bytes().fold(false, |broken, byte| broken | breaks(byte)) {
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

/// Asks elsewhere what a request asks; an error where it can not be asked.
pub fn pass_on(request: &web_sys::Request, way: &Way<'_>, edits: &Edits) -> Result<Asked, JsValue> {
    Asked::by(|arrived, number| ask(way.fetcher, request, way.url, &edits.0, way.cache, arrived, number))
}

/// The same answer with other fields; an error where it has a status that no answer can have.
pub fn give_back(answer: &web_sys::Response, edits: &Edits) -> Result<web_sys::Response, JsValue> {
    answer_again(answer, &edits.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Fields {
        Fields::read(text.to_owned(), 0)
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
