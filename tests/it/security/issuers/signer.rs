//! Private keys of an issuer, and what it publishes of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};
use serde_json::{Value, json};

/// A private key, and how its issuer calls it.
pub(super) struct Signer {
    id: String,
    pub(super) algorithm: Algorithm,
    pub(super) key: EncodingKey,
    pub(super) pair: KeyPair,
}

impl Signer {
    pub(super) fn new(id: &str, algorithm: Algorithm) -> Self {
        let pair = |kind| KeyPair::generate_for(kind).unwrap();
        let pair = match algorithm {
            Algorithm::ES256 => pair(&PKCS_ECDSA_P256_SHA256),
            Algorithm::ES384 => pair(&PKCS_ECDSA_P384_SHA384),
            Algorithm::EdDSA => pair(&PKCS_ED25519),
            _ => pair(&PKCS_RSA_SHA256),
        };
        let pem = pair.serialize_pem();
        let key = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
            Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
            _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
        };
        Self {
            id: id.to_owned(),
            algorithm,
            key: key.unwrap(),
            pair,
        }
    }

    pub(super) fn public(&self) -> Value {
        if self.algorithm == Algorithm::EdDSA {
            let x = URL_SAFE_NO_PAD.encode(self.pair.public_key_raw());
            return json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x});
        }
        let mut key = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        key.common.key_id = Some(self.id.clone());
        key.common.key_algorithm = None;
        serde_json::to_value(key).unwrap()
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.algorithm, Some(&self.id), claims)
    }

    pub(super) fn sign_as(&self, algorithm: Algorithm, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = id.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }
}

pub(super) fn set_of(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.public()).collect();
    json!({ "keys": keys }).to_string()
}
