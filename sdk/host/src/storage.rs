//! Small texts that are kept: for the tab, for the site, or for the page's life.
//!
//! Storage can be absent, blocked by the user, or full. All three degrade to memory, because a
//! sign-in that lasts until the page closes is better than none.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::global;

/// Where texts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For this tab, over reloads.
    Session,
    /// For the whole site, over restarts.
    Local,
    /// For this page's life.
    Memory,
}

/// A place for texts by key. No method fails.
pub struct Storage {
    area: Option<Area>,
    /// What the platform did not take: a few texts, so a list serves.
    memory: RefCell<Vec<(String, String)>>,
}

#[wasm_bindgen]
extern "C" {
    /// The interface `Storage` of the HTML standard. Every member can throw.
    type Area;

    #[wasm_bindgen(method, catch, js_name = getItem)]
    fn get_item(this: &Area, key: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setItem)]
    fn set_item(this: &Area, key: &str, value: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeItem)]
    fn remove_item(this: &Area, key: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, getter)]
    fn length(this: &Area) -> Result<u32, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn key(this: &Area, index: u32) -> Result<Option<String>, JsValue>;
}

impl Storage {
    /// Opens a place, or memory where the platform does not give it.
    #[must_use]
    pub fn open(kind: Kind) -> Self {
        let area = match kind {
            Kind::Session => global::member("sessionStorage"),
            Kind::Local => global::member("localStorage"),
            Kind::Memory => None,
        };
        Self { area: area.map(JsCast::unchecked_into), memory: RefCell::default() }
    }

    /// The text at a key.
    #[must_use]
    pub fn read(&self, key: &str) -> Option<String> {
        // What is in memory is newer: it is there because the platform refused it.
        let memory = self.memory.borrow();
        let kept = memory.iter().find(|(name, _)| name == key).map(|(_, text)| text.clone());
        kept.or_else(|| self.area.as_ref()?.get_item(key).ok()?)
    }

    /// Keeps a text at a key.
    pub fn write(&self, key: &str, value: &str) {
        let stored = self.area.as_ref().is_some_and(|area| area.set_item(key, value).is_ok());
        self.forget(key);
        if !stored {
            self.memory.borrow_mut().push((key.into(), value.into()));
        }
    }

    /// Forgets a key.
    pub fn remove(&self, key: &str) {
        self.forget(key);
        if let Some(area) = &self.area {
            // A failure leaves an old text behind; there is nobody who could do better.
            let _ = area.remove_item(key);
        }
    }

    /// The keys that begin with a prefix.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.memory.borrow().iter().map(|(name, _)| name.clone()).collect();
        if let Some(area) = &self.area {
            let count = area.length().unwrap_or_default();
            keys.extend((0..count).filter_map(|index| area.key(index).ok().flatten()));
        }
        keys.retain(|key| key.starts_with(prefix));
        keys
    }

    fn forget(&self, key: &str) {
        self.memory.borrow_mut().retain(|(name, _)| name != key);
    }
}
