//! Sealing of personal data: ChaCha20-Poly1305 (RFC 8439) under a key for each lead, registration and case.

use crate::domain::{
    event::Entity,
    id::{ClaimId, ConflictId, ContactId, DealId, FundId, LeadId, RequestId},
};
use crate::store::{
    Session, Sql, Tx,
    error::{Error, Result},
    sql::{Arg, args},
};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, Payload},
};
use std::collections::{BTreeSet, HashMap};

pub type Key = [u8; 32];
const NONCE: usize = 12;

/// Seals `open` for event `seq`; the nonce stands in front.
///
/// The nonce is a keyed hash over the sequence and the text. A sequence alone would repeat when a transaction is rolled back
/// and another one takes its place, and a repeated nonce gives both texts away.
pub fn seal(key: &Key, seq: i64, open: &[u8]) -> Result<Vec<u8>> {
    let hash = blake3::Hasher::new_keyed(key).update(&seq.to_le_bytes()).update(open).finalize();
    let nonce = &hash.as_bytes()[..NONCE];
    let payload = Payload { msg: open, aad: &seq.to_le_bytes() };
    let sealed = ChaCha20Poly1305::new(key.into())
        .encrypt(nonce.into(), payload)
        .map_err(|_| Error::Internal("a personal text is too long to be sealed".into()))?;
    Ok([nonce, &sealed].concat())
}

/// The text, or `None` if the key is not the one that sealed it.
pub fn open(key: &Key, seq: i64, sealed: &[u8]) -> Option<String> {
    let (nonce, msg) = sealed.split_at_checked(NONCE)?;
    let payload = Payload { msg, aad: &seq.to_le_bytes() };
    let open = ChaCha20Poly1305::new(key.into()).decrypt(nonce.into(), payload).ok()?;
    String::from_utf8(open).ok()
}

/// The first number of what came after leads, registrations and conflicts: no lead ever comes so far.
const LATER: i64 = 1 << 56;

/// The one numbering of what has sealed parts and clocks: leads by their own number, registrations and conflicts below
/// zero, by turns, then a range for each kind that came later. Nothing else has any.
pub const fn number(entity: Entity) -> Option<i64> {
    match entity {
        Entity::Lead(LeadId(id)) => Some(id),
        Entity::Deal(DealId(id)) => Some(-2 * id),
        Entity::Conflict(ConflictId(id)) => Some(-2 * id - 1),
        Entity::Fund(FundId(id)) => Some(LATER + id),
        Entity::Request(RequestId(id)) => Some(2 * LATER + id),
        Entity::Claim(ClaimId(id)) => Some(3 * LATER + id),
        Entity::Contact(ContactId(id)) => Some(4 * LATER + id),
        _ => None,
    }
}

const FORGET: &str = "delete from person_key where entity_no = $1";
pub const STATEMENTS: &[&str] = &[FORGET];

impl Session {
    /// The keys that there are under these numbers.
    pub(super) async fn person_keys_known(&mut self, numbers: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, Key>> {
        let wanted: BTreeSet<i64> = numbers.into_iter().collect();
        let mut keys = HashMap::with_capacity(wanted.len());
        for (number, key) in
            self.all_in::<(i64, Vec<u8>)>("select entity_no, key from person_key where entity_no in ", args(wanted), "").await?
        {
            let key = key.try_into().map_err(|_| Error::corrupt(format!("the key of number {number} is not a key")))?;
            keys.insert(number, key);
        }
        Ok(keys)
    }
}

impl Tx {
    /// The keys under these numbers, made now for those that have none.
    pub(super) async fn person_keys(&mut self, numbers: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, Key>> {
        let wanted: BTreeSet<i64> = numbers.into_iter().collect();
        let mut keys = self.person_keys_known(wanted.iter().copied()).await?;
        let mut rows = Vec::new();
        for number in wanted {
            if let std::collections::hash_map::Entry::Vacant(e) = keys.entry(number) {
                let key: Key = self.entropy().bytes();
                e.insert(key);
                rows.push([Arg::from(number), Arg::from(&key)]);
            }
        }
        self.execute_each(Sql::bulk("insert into person_key (entity_no, key)", 2, rows, "")).await?;
        Ok(keys)
    }

    /// Destroys the key of an entity: what is personal in its events can never be read again. Gives whether there was one.
    pub async fn person_forget(&mut self, entity: Entity) -> Result<bool> {
        let Some(number) = number(entity) else { return Ok(false) };
        Ok(self.execute(Sql::new(FORGET).bind(number)).await? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_key_and_its_place_open_a_sealed_text() {
        let (key, other) = ([7; 32], [8; 32]);
        let sealed = seal(&key, 5, b"Anna").expect("short");
        assert_eq!(open(&key, 5, &sealed).as_deref(), Some("Anna"));
        assert_eq!(open(&key, 6, &sealed), None);
        assert_eq!(open(&other, 5, &sealed), None);
        assert_eq!(open(&key, 5, &sealed[..NONCE]), None);
        assert_eq!(open(&key, 5, b"short"), None);
        assert_ne!(seal(&key, 5, b"Bert").expect("short")[..NONCE], sealed[..NONCE], "no nonce serves two texts");
    }
}
