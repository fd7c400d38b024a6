//! What an argument or a result looks like, for the documents that are made from it.

/// The shape of a JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Schema {
    /// A text of so many characters.
    Text {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// `true` or `false`.
    Flag,
    /// An object whose members are the caller's own.
    Any,
    /// The shape, or null; as an argument it may be left out.
    Optional(Box<Schema>),
    /// At most so many of the shape.
    List(Box<Schema>, usize),
    /// Either of the shapes.
    Either(Vec<Schema>),
    /// An object of these members and no others.
    Object(Object),
    /// Nothing: null.
    Nothing,
}

/// An object with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The name that documents refer to it by.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its members, in their order.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name, as it goes over the wire.
    pub name: &'static str,
    /// What it is, with its unit.
    pub doc: &'static str,
    /// Its shape.
    pub schema: Schema,
}
