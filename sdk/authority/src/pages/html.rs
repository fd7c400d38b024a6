//! HTML that is put together so that no text becomes markup.

/// A piece of HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Markup that is written in this crate.
    #[must_use]
    pub fn raw(markup: &'static str) -> Self {
        Self(markup.into())
    }

    /// Adds markup that is written in this crate.
    pub fn push(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, between tags or between the quotes of an attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Controls, and what turns the direction of writing round: with it a name could seem another.
                '\u{0}'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => self.0.push(' '),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Adds a piece of HTML.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// A hidden field of a form.
    pub fn hidden(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.push("<input type=\"hidden\" name=\"").push(name).push("\" value=\"").text(value).push("\">")
    }

    /// The whole as text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}
