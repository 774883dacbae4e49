//! Servers that are not who they say.

use std::sync::Arc;

use openapi_client_runtime::{CallOptions, Core, ErrorKind, Method, RetryPolicy};
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::builder;
use crate::output::Refused;
use crate::server::json;

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // A name of its own: an issuer named like its subject looks self-signed to OpenSSL.
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "Authority of these tests");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// Serves `7` over TLS, with a certificate for `name`; its address.
    async fn serve(&self, name: &str, expired: bool) -> String {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ = stream.write_all(&json("200 OK", "7")).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        format!("https://localhost:{port}")
    }

    fn client(&self, url: &str) -> Core {
        builder(url)
            .add_root_certificate(self.pem.clone())
            .build()
            .unwrap()
    }
}

async fn fetch(client: &Core) -> Result<u8, openapi_client_runtime::Error<serde_json::Value>> {
    let once = CallOptions::new().retry(RetryPolicy::none());
    let got = client.request(Method::Get, "/things").with_options(once);
    Ok(got.send::<u8>().await?.into_inner())
}

#[tokio::test]
async fn a_further_root_is_trusted() {
    let authority = Authority::new();
    let url = authority.serve("localhost", false).await;
    assert_eq!(fetch(&authority.client(&url)).await.unwrap(), 7);
}

#[tokio::test]
async fn a_stranger_is_not() {
    let url = Authority::new().serve("localhost", false).await;
    for client in [
        builder(&url).build().unwrap(),
        Authority::new().client(&url),
    ] {
        let error = fetch(&client).await.refused();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let text = error.to_string();
        assert!(text.contains("certificate"), "{text}");
    }
}

#[tokio::test]
async fn another_host_or_another_time_is_not_trusted() {
    let authority = Authority::new();
    let wrong_host = authority.serve("api.example.com", false).await;
    let expired = authority.serve("localhost", true).await;
    for url in [wrong_host, expired] {
        let error = fetch(&authority.client(&url)).await.refused();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let text = error.to_string();
        assert!(text.contains("certificate"), "{text}");
    }
}
