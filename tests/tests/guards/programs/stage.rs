//! Where a program runs that is not told of the mock server: every host that it calls is one, by a
//! proxy and under a certificate that the environment names, as in a company's network.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
    serve::Listener,
};
use http::{
    StatusCode,
    header::{AUTHORIZATION, HOST},
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use reqwest::redirect::Policy;
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
    server::TlsStream,
};

/// The token of the texts.
const TOKEN: &str = "Bearer my-token";

/// What stands in the place of the vendor.
#[derive(Debug, Clone)]
pub(super) struct Vendor {
    /// The address of the mock server.
    pub(super) mock: String,
    /// The addresses that the document names.
    pub(super) servers: Vec<String>,
    /// What the mock takes in the place of [`TOKEN`], since it makes its tokens itself.
    pub(super) token: Option<String>,
}

impl Vendor {
    fn host(server: &str) -> &str {
        let rest = server.trim_start_matches("https://");
        rest.split('/').next().unwrap_or(rest)
    }

    fn base(server: &str) -> &str {
        let rest = server.trim_start_matches("https://");
        rest.find('/').map_or("", |at| &rest[at..])
    }

    /// The address at the mock server of what a program asks a host for; `None` for a host that the
    /// document does not name.
    pub(super) fn moved(&self, host: &str, path: &str) -> Option<String> {
        let mut servers = self.servers.iter();
        let server = servers.find(|server| Self::host(server) == host)?;
        let below = path.strip_prefix(Self::base(server))?;
        Some(format!("{}{below}", self.mock))
    }
}

/// A running stage.
pub(super) struct Stage {
    pub(super) proxy: String,
    /// The root certificate to trust, in PEM.
    pub(super) certificate: NamedTempFile,
    /// Hosts that were called and that no document names.
    strangers: Arc<Mutex<BTreeSet<String>>>,
}

impl Stage {
    pub(super) async fn open(vendor: Vendor) -> Self {
        let (acceptor, pem) = certified(vendor.servers.iter().map(|server| Vendor::host(server)));
        let mut certificate = NamedTempFile::new().unwrap();
        certificate.write_all(pem.as_bytes()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let strangers = Arc::default();
        let told = Arc::clone(&strangers);
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy();
        let client = client.build().unwrap();
        let router = Router::new().fallback(move |request| {
            forward(request, vendor.clone(), client.clone(), Arc::clone(&told))
        });
        let tunnels = Tunnels { listener, acceptor };
        tokio::spawn(async move { axum::serve(tunnels, router).await });
        Self {
            proxy,
            certificate,
            strangers,
        }
    }

    pub(super) fn strangers(&self) -> BTreeSet<String> {
        self.strangers.lock().unwrap().clone()
    }
}

/// A certificate for the hosts, and that of the authority behind it.
fn certified<'a>(hosts: impl Iterator<Item = &'a str>) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "Authority of these tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);

    let hosts: Vec<String> = hosts.map(str::to_owned).collect();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(hosts).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), pem)
}

/// The tunnels that clients ask a proxy for, each ending here instead of at its host.
struct Tunnels {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Tunnels {
    async fn tunnel(&self) -> io::Result<(TlsStream<TcpStream>, SocketAddr)> {
        let (mut stream, from) = self.listener.accept().await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        if !head.starts_with(b"CONNECT ") {
            return Err(io::Error::other("only tunnels"));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        Ok((self.acceptor.accept(stream).await?, from))
    }
}

impl Listener for Tunnels {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok(tunnel) = self.tunnel().await {
                return tunnel;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

async fn forward(
    request: Request,
    vendor: Vendor,
    client: reqwest::Client,
    strangers: Arc<Mutex<BTreeSet<String>>>,
) -> Response {
    let (parts, body) = request.into_parts();
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default().to_owned();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let Some(url) = vendor.moved(&host, path) else {
        strangers.lock().unwrap().insert(format!("{host}{path}"));
        let mut refused = Response::new(Body::from("the document names no such server"));
        *refused.status_mut() = StatusCode::MISDIRECTED_REQUEST;
        return refused;
    };
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let mut headers = parts.headers;
    headers.remove(HOST);
    let shows_token = headers
        .get(AUTHORIZATION)
        .is_some_and(|value| value == TOKEN);
    if let Some(token) = vendor.token.filter(|_| shows_token) {
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    }
    let request = client
        .request(parts.method, url)
        .headers(headers)
        .body(body);
    let answer = request.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        headers.extend(answer.headers().clone());
    }
    response
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}
