//! Challenge and response: proves that a service knows this user's token, without sending the token.
//!
//! A client that looks for the service knows a port, which another program may hold by now. The client sends a random nonce; the
//! service replies with its HMAC-SHA-256 under the token. The port is signed too, so that a program on another port cannot relay
//! the challenge to the real service.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::access::token::Token;

/// Separates these signatures from others under the same key.
const PURPOSE: &[u8] = b"runtray prove 1\0";
const RANDOM_BYTES: usize = 32;
/// The lengths of a nonce, in characters.
const NONCE_CHARS: std::ops::RangeInclusive<usize> = 32..=128;

/// A challenge that only the service with the token can answer. Each is used once.
pub struct Challenge {
    nonce: String,
    port: u16,
}

impl Challenge {
    /// A new challenge for the program that listens on `port`.
    ///
    /// # Errors
    /// The system provides no random numbers.
    pub fn new(port: u16) -> io::Result<Self> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        Ok(Self { nonce: BASE64_URL_SAFE_NO_PAD.encode(random), port })
    }

    /// The request target that sends the challenge.
    pub fn target(&self) -> String {
        format!("/prove?nonce={}", self.nonce)
    }

    /// Whether `proof` comes from a service that knows `token`.
    pub fn is_answered_by(&self, proof: &str, token: &str) -> bool {
        let Ok(proof) = BASE64_URL_SAFE_NO_PAD.decode(proof) else { return false };
        let Some(token) = Token::chosen(token) else { return false };
        signature(&token, self.port, &self.nonce).is_some_and(|signature| signature.verify_slice(&proof).is_ok())
    }
}

/// The proof for a challenge that the service on `port` received; `None` if the nonce is malformed.
pub(crate) fn answer(token: &Token, port: u16, nonce: &str) -> Option<String> {
    let is_nonce = NONCE_CHARS.contains(&nonce.len())
        && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let signature = signature(token, port, nonce).filter(|_| is_nonce)?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes()))
}

fn signature(token: &Token, port: u16, nonce: &str) -> Option<Hmac<Sha256>> {
    let mut signature = Hmac::<Sha256>::new_from_slice(token.text().as_bytes()).ok()?;
    signature.update(PURPOSE);
    signature.update(&port.to_be_bytes());
    signature.update(nonce.as_bytes());
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::{Challenge, answer};
    use crate::http::access::token::Token;

    #[test]
    fn only_the_token_proves_and_only_for_its_port_and_nonce() {
        let token = Token::chosen("secret").expect("a token");
        let challenge = Challenge::new(5000).expect("a challenge");
        let proof = |token: &Token, port| answer(token, port, &challenge.nonce).expect("an answer");
        assert!(challenge.is_answered_by(&proof(&token, 5000), "secret"));
        assert!(challenge.is_answered_by(&proof(&token, 5000), " secret\n"), "as in the file");
        let wrong = [
            proof(&token, 5001),
            proof(&Token::chosen("other").expect("a token"), 5000),
            answer(&token, 5000, &Challenge::new(5000).expect("another").nonce).expect("an answer"),
            String::new(),
            "secret".to_owned(),
            challenge.nonce.clone(),
        ];
        for proof in wrong {
            assert!(!challenge.is_answered_by(&proof, "secret"), "{proof}");
        }
        assert!(!challenge.is_answered_by(&proof(&token, 5000), ""));
    }

    #[test]
    fn malformed_nonces_are_not_signed() {
        let token = Token::chosen("secret").expect("a token");
        for nonce in ["", "short", &"x".repeat(129), &format!("{}\n", "x".repeat(40)), &"é".repeat(40)] {
            assert_eq!(answer(&token, 5000, nonce), None, "{nonce:?}");
        }
    }
}
