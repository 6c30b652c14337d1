//! What a client sends to say who it is.

use base64::{Engine, alphabet, engine::DecodePaddingMode, engine::general_purpose as base64_code};

use super::Refusal;
use crate::config::Secret;

/// Some clients leave the padding out.
const LENIENT: base64_code::GeneralPurpose = base64_code::GeneralPurpose::new(
    &alphabet::STANDARD,
    base64_code::PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What came with a request; its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub enum Credentials {
    None,
    Password { user: String, password: Secret },
    Token(Secret),
}

impl Credentials {
    /// Reads the values of all `authorization` headers of a request.
    ///
    /// # Errors
    /// More than one header, because whoever checks another one than we do is fooled; any scheme
    /// but Basic and Bearer; an empty user or password.
    pub fn from_headers<'a>(mut headers: impl Iterator<Item = &'a [u8]>) -> Result<Self, Refusal> {
        let Some(header) = headers.next() else {
            return Ok(Self::None);
        };
        if headers.next().is_some() {
            return Err(Refusal::Malformed(
                "expected one authorization header, got several",
            ));
        }
        // What was sent instead may be a secret, so that it is not repeated.
        let wrong = || Refusal::Malformed("expected authorization: Basic … or Bearer …");
        let header = std::str::from_utf8(header).map_err(|_| wrong())?;
        let (scheme, rest) = header.trim().split_once(' ').ok_or_else(wrong)?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            Self::token(rest)
        } else if scheme.eq_ignore_ascii_case("basic") {
            Self::basic(rest)
        } else {
            Err(wrong())
        }
    }

    /// # Errors
    /// An empty token.
    pub fn token(token: &str) -> Result<Self, Refusal> {
        if token.is_empty() {
            return Err(Refusal::Malformed("expected a token, got an empty one"));
        }
        Ok(Self::Token(Secret::new(token.to_owned())))
    }

    /// A token in a header of bytes, which travels as base64 text.
    ///
    /// # Errors
    /// Text that is not base64, or not that of a token.
    pub fn binary_token(encoded: &[u8]) -> Result<Self, Refusal> {
        let decoded = LENIENT.decode(encoded).ok();
        let token = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let wrong = Refusal::Malformed("expected the base64 text of a token in auth-token-bin");
        Self::token(&token.ok_or(wrong)?)
    }

    /// # Errors
    /// An empty user or password.
    pub fn password(user: &str, password: &str) -> Result<Self, Refusal> {
        if user.is_empty() || password.is_empty() {
            return Err(Refusal::HalfFilled);
        }
        Ok(Self::Password {
            user: user.to_owned(),
            password: Secret::new(password.to_owned()),
        })
    }

    fn basic(encoded: &str) -> Result<Self, Refusal> {
        let wrong =
            || Refusal::Malformed("expected Basic and the base64 text of user:password in UTF-8");
        let decoded = LENIENT.decode(encoded).map_err(|_| wrong())?;
        let decoded = std::str::from_utf8(&decoded).map_err(|_| wrong())?;
        let (user, password) = decoded.split_once(':').ok_or_else(wrong)?;
        Self::password(user, password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[&str]) -> Result<Credentials, Refusal> {
        Credentials::from_headers(headers.iter().map(|header| header.as_bytes()))
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", LENIENT.encode(text))
    }

    #[test]
    fn headers_are_read_as_clients_write_them() {
        assert!(matches!(read(&[]), Ok(Credentials::None)));
        let padded = basic("ada:a:b:");
        assert!(padded.ends_with('='));
        let unpadded = padded.trim_end_matches('=').replace("Basic", "BASIC");
        for header in [padded, unpadded] {
            let Ok(Credentials::Password { user, password }) = read(&[&header]) else {
                panic!("{header}");
            };
            assert_eq!((user.as_str(), password.expose()), ("ada", "a:b:"));
        }
        for header in ["Bearer abc", "bearer  abc "] {
            let Ok(Credentials::Token(token)) = read(&[header]) else {
                panic!("{header}");
            };
            assert_eq!(token.expose(), "abc");
        }
    }

    #[test]
    fn half_filled_and_odd_headers_are_refused() {
        for text in ["ada:", ":secret", ":"] {
            assert_eq!(read(&[&basic(text)]).unwrap_err(), Refusal::HalfFilled);
        }
        for headers in [
            &["Bearer a", "Bearer b"][..],
            &["Bearer a", "Bearer a"],
            &["abc"],
            &["Digest abc"],
            &["Bearer"],
            &["Bearer  "],
            &["Basic ***"],
            &[&basic("no colon")],
            &[""],
        ] {
            let refusal = read(headers).unwrap_err();
            assert!(matches!(refusal, Refusal::Malformed(_)), "{headers:?}");
            assert!(!refusal.to_string().contains("abc"), "{refusal}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let all = [read(&[&basic("ada:hidden")]), read(&["Bearer hidden"])];
        assert!(!format!("{all:?}").contains("hidden"));
    }
}
