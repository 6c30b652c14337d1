//! Errors of a store that say what was tried, where, and how to make it work.

use std::{error::Error as StdError, fmt};

use object_store::Error;

type Source = Box<dyn StdError + Send + Sync>;

/// What stores say, and what to do about it; the first that fits.
const HINTS: [(&[&str], &str); 8] = [
    (
        &["NoSuchBucket", "ContainerNotFound", "bucket does not exist"],
        "create the bucket, or correct its name in the warehouse URL",
    ),
    (
        &["RequestTimeTooSkewed"],
        "set the clock of this machine: the store compares it with its own",
    ),
    (
        &["ExpiredToken", "TokenExpired"],
        "renew the credentials, which are too old",
    ),
    (
        &[
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "AuthenticationFailed",
        ],
        "check the access key and its secret",
    ),
    (
        &[
            "AuthorizationHeaderMalformed",
            "PermanentRedirect",
            "configured region",
        ],
        "set AWS_REGION to the region of the bucket",
    ),
    (
        &["169.254.169.254", "metadata.google.internal"],
        "give credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, \
         GOOGLE_APPLICATION_CREDENTIALS, or AZURE_STORAGE_ACCOUNT_NAME and \
         AZURE_STORAGE_ACCOUNT_KEY",
    ),
    (
        &[
            "AccessDenied",
            "403 Forbidden",
            "AuthorizationPermissionMismatch",
        ],
        "allow these credentials to list, read and write the warehouse",
    ),
    (
        &["error sending request", "tcp connect", "dns error"],
        "check that the endpoint is right and can be reached from here",
    ),
];

/// A failure with its place.
#[derive(Debug)]
struct Explained {
    operation: &'static str,
    place: String,
    hint: Option<&'static str>,
    source: Source,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}: {}", self.operation, self.place, self.source)?;
        match self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl StdError for Explained {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

/// The same error, which keeps its kind, with the operation and the URL of the store. An absent
/// object is no failure; an absent bucket is one.
pub(super) fn explained(error: Error, operation: &'static str, place: &str) -> Error {
    let hint = hint(&error);
    let explain = |source: Source| -> Source {
        Box::new(Explained {
            operation,
            place: place.to_owned(),
            hint,
            source,
        })
    };
    match error {
        Error::Generic { store, source } => Error::Generic {
            store,
            source: explain(source),
        },
        Error::PermissionDenied { path, source } => Error::PermissionDenied {
            path,
            source: explain(source),
        },
        Error::Unauthenticated { path, source } => Error::Unauthenticated {
            path,
            source: explain(source),
        },
        Error::NotFound { path, source } if hint.is_some() => Error::NotFound {
            path,
            source: explain(source),
        },
        other => other,
    }
}

fn hint(error: &Error) -> Option<&'static str> {
    // Causes further down say it best.
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push_str(&error.to_string());
        cause = error.source();
    }
    let hint = HINTS
        .iter()
        .find(|(marks, _)| marks.iter().any(|mark| said.contains(*mark)));
    hint.map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use object_store::Error;

    use super::explained;

    fn refusal(said: &str) -> String {
        let error = Error::Generic {
            store: "S3",
            source: said.into(),
        };
        explained(error, "list", "s3://bucket/shop/").to_string()
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let clock = refusal("<Code>RequestTimeTooSkewed</Code>");
        assert!(
            clock.contains("list in s3://bucket/shop/: <Code>"),
            "{clock}"
        );
        assert!(clock.contains("set the clock"), "{clock}");
        assert!(refusal("<Code>NoSuchBucket</Code>").contains("create the bucket"));
        assert!(!refusal("something else").contains("("));
    }

    #[test]
    fn an_absent_object_stays_one() {
        let absent = |said: &str| Error::NotFound {
            path: "a".to_owned(),
            source: said.into(),
        };
        let kept = explained(absent("no such file"), "get", "file:///");
        assert_eq!(kept.to_string(), absent("no such file").to_string());
        let bucket = explained(absent("<Code>NoSuchBucket</Code>"), "list", "s3://b/");
        assert!(matches!(bucket, Error::NotFound { .. }));
        assert!(bucket.to_string().contains("create the bucket"), "{bucket}");
    }
}
