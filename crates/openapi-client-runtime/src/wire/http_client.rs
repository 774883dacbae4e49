//! The HTTP client that requests are sent with.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::error::build_error::Fault;
use crate::values::time::CENTURY;
use crate::wire::loopback::Names;

type Adjust = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// How a client's connections are made.
#[derive(Clone)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) proxy_from_env: bool,
    pub(crate) root_certificates: Vec<Vec<u8>>,
    /// What the caller changes in the HTTP client.
    pub(crate) adjust: Option<Adjust>,
}

impl HttpSettings {
    /// A client for calls below `base_url`, or below servers of the document where there is none.
    pub(crate) fn client(&self, base_url: Option<&Url>) -> Result<reqwest::Client, Fault> {
        let secure = base_url.is_none_or(|url| url.scheme() == "https");
        if secure && !cfg!(any(feature = "rustls", feature = "native-tls")) {
            return Err(Fault::NoTls);
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout.min(CENTURY))
            .read_timeout(self.read_timeout.min(CENTURY))
            .dns_resolver(Arc::new(Names));
        // A proxy of `http://` would see the credentials.
        if !(secure && self.proxy_from_env) {
            builder = builder.no_proxy();
        }
        builder = self.with_root_certificates(builder)?;
        if let Some(adjust) = &self.adjust {
            builder = adjust(builder);
        }
        // Last, because credentials depend on it: redirections are followed by us or not at all.
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .https_only(secure)
            .build();
        client.map_err(|error| broken_variable().unwrap_or(Fault::HttpClient { error }))
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn with_root_certificates(
        &self,
        mut builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, Fault> {
        for pem in &self.root_certificates {
            let certificates = reqwest::Certificate::from_pem_bundle(pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(Fault::Certificate);
            }
            for certificate in certificates {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(builder)
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn with_root_certificates(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, Fault> {
        if self.root_certificates.is_empty() {
            Ok(builder)
        } else {
            Err(Fault::NoTls)
        }
    }
}

/// The variable because of which the TLS library has found no root certificates, whose own error
/// does not name it.
fn broken_variable() -> Option<Fault> {
    let broken = |name: &str, check: fn(&OsStr) -> Result<(), String>| {
        let value = std::env::var_os(name)?;
        let reason = check(&value).err()?;
        Some(Fault::Environment {
            name: name.to_owned(),
            reason: format!(
                "says where the root certificates are, and {reason}: correct it, or unset it for \
                 those of the system"
            ),
        })
    };
    broken("SSL_CERT_FILE", check_file).or_else(|| broken("SSL_CERT_DIR", check_folders))
}

fn check_file(path: &OsStr) -> Result<(), String> {
    let shown = Path::new(path).display();
    let content =
        std::fs::read(path).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    let begin = b"-----BEGIN";
    if content.windows(begin.len()).any(|window| window == begin) {
        Ok(())
    } else {
        Err(format!("{shown} holds none in PEM"))
    }
}

fn check_folders(paths: &OsStr) -> Result<(), String> {
    let read = |path| std::fs::read_dir(path).is_ok();
    if std::env::split_paths(paths).any(read) {
        Ok(())
    } else {
        Err(format!(
            "{} is no folder that can be read",
            Path::new(paths).display()
        ))
    }
}
