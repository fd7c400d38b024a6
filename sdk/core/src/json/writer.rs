//! Writes objects and lists piece by piece: what is only passed on need not become values before.

use alloc::string::String;

use super::{
    Map, Value,
    write::{self, string},
};

/// An object or a list that is being written.
pub struct Writer(String);

impl Writer {
    /// Begins an object.
    #[must_use]
    pub fn object() -> Self {
        Self("{".into())
    }

    /// Begins a list.
    #[must_use]
    pub fn list() -> Self {
        Self("[".into())
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.len() == 1
    }

    /// Writes a member that was written as JSON before.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name).0.push_str(json);
        self
    }

    /// Writes a member that is a text.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        string(text, &mut self.name(name).0);
        self
    }

    /// Writes a member that is a text or null.
    pub fn text_or_null(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, text),
            None => self.raw(name, "null"),
        }
    }

    /// Writes a member that is a whole number.
    pub fn number(&mut self, name: &str, number: i64) -> &mut Self {
        write::whole(number, &mut self.name(name).0);
        self
    }

    /// Writes a member that is a whole number or null.
    pub fn number_or_null(&mut self, name: &str, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.number(name, number),
            None => self.raw(name, "null"),
        }
    }

    /// Writes a member that is `true` or `false`.
    pub fn flag(&mut self, name: &str, flag: bool) -> &mut Self {
        self.raw(name, if flag { "true" } else { "false" })
    }

    /// Writes a member that is any value.
    pub fn value(&mut self, name: &str, value: &Value) -> &mut Self {
        value.write(&mut self.name(name).0);
        self
    }

    /// Writes a member that is an object.
    pub fn members(&mut self, name: &str, members: &Map) -> &mut Self {
        write::members(members, &mut self.name(name).0);
        self
    }

    /// Writes an item of a list that was written as JSON before.
    pub fn item(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.0.push_str(json);
        self
    }

    /// Writes an item of a list that is a text.
    pub fn item_text(&mut self, text: &str) -> &mut Self {
        self.separate();
        string(text, &mut self.0);
        self
    }

    /// Writes an item of a list that is a whole number.
    pub fn item_number(&mut self, number: i64) -> &mut Self {
        self.separate();
        write::whole(number, &mut self.0);
        self
    }

    /// The whole text.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.0.push(if self.0.starts_with('{') { '}' } else { ']' });
        self.0
    }

    fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        string(name, &mut self.0);
        self.0.push(':');
        self
    }

    fn separate(&mut self) {
        if !self.is_empty() {
            self.0.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn what_is_written_is_read_again() {
        let mut list = Writer::list();
        list.item("{}").item_text("a\"b").item_number(-9_007_199_254_740_991);
        let mut object = Writer::object();
        object.text("t", "\u{1}é\\").text_or_null("n", None).text_or_null("s", Some("")).flag("f", false);
        object
            .number("i", 0)
            .number_or_null("j", None)
            .number_or_null("k", Some(-1))
            .raw("list", &list.finish());
        let value = parse(b"[1.5,{\"a\":null}]").unwrap();
        object.value("v", &value).members("m", &Map::new());
        let text = object.finish();
        let expected = r#"{"t":"\u0001é\\","n":null,"s":"","f":false,"i":0,"j":null,"k":-1,"list":[{},"a\"b",-9007199254740991],"v":[15e-1,{"a":null}],"m":{}}"#;
        assert_eq!(text, expected);
        assert!(parse(text.as_bytes()).is_ok());
        assert_eq!(Writer::object().finish(), "{}");
        assert_eq!(Writer::list().finish(), "[]");
    }
}
