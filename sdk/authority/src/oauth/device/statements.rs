//! The statements about devices.

use edgeward_core::time::{Seconds, UnixMillis};

use crate::{
    oauth::grant::list,
    store::{Statement, sql},
};

/// A device that is about to be kept.
pub struct NewDevice<'a> {
    pub hash: &'a str,
    pub user_code: &'a str,
    pub client: &'a str,
    pub scope: &'a str,
    pub resources: &'a [String],
    pub interval: Seconds,
    pub expires_at: UnixMillis,
}

/// Keeps a device, unless another one has its user code.
pub fn insert(device: &NewDevice<'_>) -> Statement {
    sql(
        "INSERT INTO edgeward_devices
           (hash, user_code, client_id, scope, resources, status, interval_ms, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7)",
        [
            device.hash.into(),
            device.user_code.into(),
            device.client.into(),
            device.scope.into(),
            list(device.resources),
            device.interval.to_millis().into(),
            device.expires_at.0.into(),
        ],
    )
}

/// Notes that a device asks. One that asks half a second and more too early has to wait five seconds longer
/// from now on; how long it has waited is counted from when it last asked in time.
pub fn poll(hash: &str, client: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_devices SET
           slowed      = (polled_at IS NOT NULL AND ?3 - polled_at < interval_ms - 500),
           interval_ms = interval_ms + 5000 * (polled_at IS NOT NULL AND ?3 - polled_at < interval_ms - 500),
           polled_at   = CASE WHEN polled_at IS NOT NULL AND ?3 - polled_at < interval_ms - 500
                              THEN polled_at ELSE ?3 END
          WHERE hash = ?1 AND client_id = ?2
         RETURNING slowed, status, user_id, scope, resources, authenticated_at, expires_at",
        [hash.into(), client.into(), now.0.into()],
    )
}

/// Takes a device that was confirmed, once; a guard stands behind it.
pub fn redeem(hash: &str) -> Statement {
    sql("DELETE FROM edgeward_devices WHERE hash = ?1 AND status = 'approved'", [hash.into()])
}

/// Reads a device that nobody has decided about, by its user code.
pub fn by_user_code(user_code: &str, now: UnixMillis) -> Statement {
    sql(
        "SELECT client_id, scope, resources FROM edgeward_devices
          WHERE user_code = ?1 AND status = 'pending' AND expires_at > ?2",
        [user_code.into(), now.0.into()],
    )
}

/// Decides about a device; a row comes back if nobody has before.
pub fn decide(
    user_code: &str,
    status: &str,
    user: &str,
    authenticated_at: UnixMillis,
    now: UnixMillis,
) -> Statement {
    sql(
        "UPDATE edgeward_devices SET status = ?2, user_id = ?3, authenticated_at = ?4
          WHERE user_code = ?1 AND status = 'pending' AND expires_at > ?5 RETURNING hash",
        [user_code.into(), status.into(), user.into(), authenticated_at.0.into(), now.0.into()],
    )
}
