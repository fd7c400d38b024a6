//! The class that the package's JavaScript drives. Failures are thrown as plain objects; see
//! [`edgeward_host::thrown`].

use std::rc::Rc;

use edgeward_host::{task, thrown, values};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use crate::{
    access, callback,
    engine::Engine,
    options::{self, SignIn},
    sign_in, sign_out, written,
};

/// A client of one issuer.
#[wasm_bindgen]
pub struct Client {
    engine: Rc<Engine>,
}

#[wasm_bindgen]
impl Client {
    /// Takes `ClientOptions`, and a function that is called with every `AuthEvent` and only queues it.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, notify: Function) -> Result<Self, JsValue> {
        Ok(Self { engine: Rc::new(Engine::new(options, notify).map_err(thrown::error)?) })
    }

    /// The `AuthState` at this moment.
    #[must_use]
    pub fn state(&self) -> JsValue {
        values::to_js(&self.engine.state())
    }

    /// Leaves the page for the issuer. Takes `SignInOptions`.
    ///
    /// # Errors
    /// Those of discovery, `invalid_parameters`, `runtime_unsupported`.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, options: &JsValue) -> Result<Promise, JsValue> {
        let options = SignIn::read(options).map_err(thrown::error)?;
        let engine = Rc::clone(&self.engine);
        Ok(task::promise(async move {
            sign_in::begin(&engine, options).await.map_err(thrown::error)?;
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Completes a sign-in. Resolves with a `CallbackResult`.
    ///
    /// # Errors
    /// Rejects with the codes of the callback, of discovery, of the token endpoint and of the ID
    /// token; `callback_replayed`, `session_changed`.
    #[wasm_bindgen(js_name = handleCallback)]
    pub fn handle_callback(&self, url: Option<String>) -> Result<Promise, JsValue> {
        callback::handle(&self.engine, url).map_err(thrown::error)
    }

    /// The `Session`, or null.
    #[wasm_bindgen(js_name = getSession)]
    #[must_use]
    pub fn session(&self) -> JsValue {
        access::grant(&self.engine).map_or(JsValue::NULL, |grant| values::to_js(&written::session(&grant)))
    }

    /// The `AccessToken`.
    ///
    /// # Errors
    /// `session_missing`, `session_expired`.
    #[wasm_bindgen(js_name = getAccessToken)]
    pub fn access_token(&self) -> Result<JsValue, JsValue> {
        let grant = access::grant(&self.engine).map_err(thrown::error)?;
        Ok(values::to_js(&written::access_token(&grant)))
    }

    /// The access token for a request to an origin.
    ///
    /// # Errors
    /// `origin_not_allowed`, `session_missing`, `session_expired`.
    #[wasm_bindgen(js_name = tokenFor)]
    pub fn token_for(&self, origin: &str) -> Result<String, JsValue> {
        let grant = access::grant_for(&self.engine, origin).map_err(thrown::error)?;
        Ok(grant.tokens.access_token.clone())
    }

    /// Ends the session. Takes `SignOutOptions`.
    ///
    /// # Errors
    /// `invalid_parameters`.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, options: &JsValue) -> Result<Promise, JsValue> {
        let end_session = options::end_session(options).map_err(thrown::error)?;
        let grant = sign_out::forget(&self.engine);
        let engine = Rc::clone(&self.engine);
        Ok(task::promise(async move {
            sign_out::finish(&engine, grant, end_session).await;
            Ok(JsValue::UNDEFINED)
        }))
    }
}
