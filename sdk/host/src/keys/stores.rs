//! The stores that isolates share: near at hand the Cache API, behind it another one.

use std::rc::Rc;

use edgeward_core::{
    gateway::keys::{MAX_DOCUMENT, Purpose, USABLE},
    jose::KeySet,
};

use super::{Source, now};
use crate::{
    shared_cache,
    stored::{Store, Stored},
    task::Background,
};

/// Where an issuer's document is kept.
pub struct Stores {
    name: String,
    far: Option<Rc<dyn Store>>,
}

impl Stores {
    pub fn new(source: &Source, far: Option<Rc<dyn Store>>) -> Self {
        // An issuer may be called like the address of another one's keys.
        let name = match source {
            Source::Discovery(issuer) => ["edgeward/issuer/", issuer.as_str()].concat(),
            Source::Jwks(address) => ["edgeward/jwks/", address.as_str()].concat(),
            Source::Own(own) => ["edgeward/own/", &own.issuer].concat(),
        };
        Self { name, far }
    }

    /// The newest document; the second store is asked only if what the first one has does not do.
    pub async fn newest(&self, purpose: Purpose, background: &Background) -> Option<Stored> {
        let near = shared_cache::get(&self.name, MAX_DOCUMENT).await.filter(is_sound);
        if near.as_ref().is_some_and(|near| purpose.is_served_by(near.age, now())) {
            return near;
        }
        let far = match &self.far {
            Some(far) => far.get(&self.name, MAX_DOCUMENT).await.filter(is_sound),
            None => None,
        };
        match (near, far) {
            (Some(near), Some(far)) if near.age.at >= far.age.at => Some(near),
            (near, None) => near,
            (_, Some(far)) => {
                let near = Self { name: self.name.clone(), far: None };
                near.keep(far.clone(), background).await;
                Some(far)
            }
        }
    }

    /// Keeps a document in all stores, beside the request if possible. It is kept for as long as it
    /// may be used at all; its age says for what.
    pub async fn keep(&self, document: Stored, background: &Background) {
        let (name, far) = (self.name.clone(), self.far.clone());
        let writes = async move {
            shared_cache::put(&name, &document, USABLE).await;
            if let Some(far) = far {
                far.put(&name, &document, USABLE).await;
            }
        };
        if background.is_available() { background.spawn(writes) } else { writes.await }
    }
}

fn is_sound(stored: &Stored) -> bool {
    stored.age.is_credible(now()) && KeySet::parse(&stored.body).is_ok()
}
